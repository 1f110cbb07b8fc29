package simulatetest

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/simulate"
)

// Path returns a path of one to three segments, such as the rules of tests are about:
// doubled slashes and encoded characters are among them.
func Path(rnd *rand.Rand) string {
	out := ""
	for range 1 + rnd.IntN(3) {
		out += "/" + []string{"a", "b", "c", "", "ab", "%61", "x%2Fy"}[rnd.IntN(7)]
	}
	return out
}

// Request reads a request as tests write it: "GET https://a.test/x?y Name=value".
// A word that begins with "@" adds facts that are not in the request itself:
// "@gateway", "@source", "@caller", "@to", "@subset", "@free=header" and
// "@free=request".
func Request(t *testing.T, line string) *simulate.Request {
	t.Helper()
	words := strings.Fields(line)
	scheme, rest, ok := strings.Cut(words[1], "://")
	host, target, _ := strings.Cut(rest, "/")
	if !ok {
		t.Fatalf("%q has no scheme", line)
	}
	r := &simulate.Request{Method: words[0], Scheme: scheme, Host: host, Target: "/" + target}
	for _, word := range words[2:] {
		name, value, _ := strings.Cut(word, "=")
		switch name {
		case "@gateway":
			r.Gateway = value
		case "@source":
			r.SourceIP = value
		case "@caller":
			r.Caller = value
		case "@to":
			r.To = value
		case "@subset":
			r.Subset = value
		case "@free":
			r.Free = map[string]simulate.Freedom{"header": simulate.AnyHeader, "request": simulate.AnyRequest}[value]
		default:
			r.Headers = append(r.Headers, simulate.Header{Name: name, Value: value})
		}
	}
	return r
}

// Ask returns the outcomes of a request in all worlds, in one line: the upstreams
// that it reaches, or a status and a cause like "404 no-route", joined by " or ".
func Ask(engine simulate.Engine, r *simulate.Request) string {
	d := simulate.Outcomes(r, nil, engine.Decide)
	return Line(&d)
}

// Line returns the outcomes of a decision in one line, each once, sorted. Names of
// services do not include the domain of the cluster.
func Line(d *simulate.Decision) string {
	var out []string
	for _, o := range d.Each() {
		one := strings.ReplaceAll(o.Decision.Upstream, ".svc.cluster.local", "")
		switch {
		case o.Decision.Cause == simulate.Anything:
			one = "anything"
		case !o.Decision.Passed():
			one = strings.TrimSpace(strconv.Itoa(o.Decision.Status) + " " + string(o.Decision.Cause))
		}
		out = append(out, one)
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), " or ")
}

// Upstreams lists the upstreams among the outcomes of a decision, each once.
func Upstreams(d *simulate.Decision) string {
	var out []string
	for _, o := range d.Each() {
		switch d := &o.Decision; {
		case d.Cause == simulate.Anything:
			out = append(out, "anything")
		case d.Passed():
			out = append(out, d.Upstream)
		default:
			out = append(out, "no upstream")
		}
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), ", ")
}

// Check asks an engine each request of a list: "GET https://a.test/ -> a.default:80".
func Check(t *testing.T, engine simulate.Engine, rows ...string) {
	t.Helper()
	for _, row := range rows {
		ask, want, ok := strings.Cut(row, " -> ")
		if !ok {
			t.Fatalf("%q expects nothing", row)
		}
		if got := Ask(engine, Request(t, ask)); got != strings.TrimSpace(want) {
			t.Errorf("%s: %s, want %s", strings.TrimSpace(ask), got, want)
		}
	}
}
