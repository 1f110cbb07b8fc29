package classes

import (
	"slices"
	"testing"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/simulate"
)

// routes is a side whose routes are tried in order: a closed one refuses.
type routes []struct {
	path   string
	closed bool
}

func (routes) Hosts() []string         { return []string{"h.test"} }
func (routes) Schemes(string) []string { return nil }

func (routes) Listed(string) bool { return false }

func (r routes) set(i int) match.Set {
	lang := pathlang.Exact
	if r[i].path == "/" {
		lang = pathlang.Prefix
	}
	return match.Set{Hosts: r.Hosts(), Methods: []string{"GET"}, Path: pathlang.Path{Lang: lang, Text: r[i].path}}
}

func (r routes) Parts(string) []Part {
	var out []Part
	for i := range r {
		out = append(out, Part{Entry: simulate.Entry{Name: r[i].path, Set: r.set(i)}, Text: r[i].path})
	}
	return out
}

func (r routes) Decide(q *simulate.Request) simulate.Decision {
	for i := range r {
		if ok, err := r.set(i).Accepts(match.Request{Method: q.Method, Scheme: q.Scheme, Host: q.Host, RawPath: q.RawPath()}); !ok || err != nil {
			continue
		}
		if r[i].closed {
			return simulate.Decision{Status: 403, Cause: simulate.PolicyDenied, Route: r[i].path}
		}
		return simulate.Decision{Status: 200, Route: r[i].path, Upstream: "up", Next: q}
	}
	return simulate.Decision{Status: 404, Cause: simulate.NoRoute}
}

func (routes) Services() []string   { return nil }
func (routes) Guards(string) []Part { return nil }
func (routes) Apart() []Apart       { return nil }

func (routes) Inside(*simulate.Request, string, string) simulate.Decision {
	return simulate.Decision{Status: 403, Cause: simulate.PolicyDenied}
}

// TestIdentityOfRequests tells changes apart that read the same: of one path's
// requests, one opens more of them.
func TestIdentityOfRequests(t *testing.T) {
	before := routes{{"/a", true}, {"/b", true}, {"/", false}}
	one := Compare(before, routes{{"/b", true}, {"/", false}})
	both := Compare(before, routes{{"/", false}})
	if len(one.Changes) != 1 || len(both.Changes) != 1 || one.Changes[0].String() != both.Changes[0].String() {
		t.Fatalf("want one change each that reads the same: %v and %v", lines(one), lines(both))
	}
	if slices.Equal(one.Changes[0].Identity(), both.Changes[0].Identity()) {
		t.Errorf("%s is the same change although it opens /b too: %q", both.Changes[0].String(), both.Changes[0].Identity())
	}
	again := Compare(routes{{"/c", true}, {"/b", true}, {"/a", true}, {"/", false}}, routes{{"/b", true}, {"/c", true}, {"/", false}})
	if !slices.Equal(one.Changes[0].Identity(), again.Changes[0].Identity()) {
		t.Errorf("%q is another change beside a further route and in another order: %q", one.Changes[0].Identity(), again.Changes[0].Identity())
	}
}
