package istio

import (
	"math/rand"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/manifest"
)

// says are the codes with which kgw says that Istio refuses something.
var says = []diag.Code{diag.BadHost, diag.RegexRefused, diag.BadDuration, diag.CORSRefused, diag.RouteRefused, diag.PolicyRefused}

// TestHostile puts hostile values into every field that ends in an object of
// Istio. What Istio refuses of what the controllers would write must be an
// error in strict mode; what kgw says that Istio refuses must be refused.
// KGW_CASES is the number of cases of each field, KGW_SEED the first one.
func TestHostile(t *testing.T) {
	refused, accepted, silent := map[string]int{}, map[string]int{}, 0
	var written []object
	for _, f := range fields {
		for i := range number("KGW_CASES", 150) {
			g := &hostile{rand.New(rand.NewSource(int64(number("KGW_SEED", 1) + i)))}
			doc := f.base(g)
			f.put(doc, g, f.values)
			outcome, objects := judge(t, f.name, doc, f.options())
			switch outcome {
			case "refused":
				refused[f.name]++
			case "taken":
				accepted[f.name]++
				for i := range objects {
					if objects[i].Kind == "VirtualService" {
						written = append(written, named(t, &objects[i], len(written)))
					}
				}
			default:
				silent++
			}
		}
	}
	t.Logf("refused: %v\ntaken: %v\nwithheld in both modes: %d", refused, accepted, silent)
	if _, err := newEnvoy(istiod(t, configs(t, written))); err != nil {
		t.Errorf("Envoy refuses what is written in strict mode: %v", err)
	}
	for _, f := range fields {
		if accepted[f.name] == 0 || refused[f.name] == 0 && !f.tame {
			t.Errorf("%s: %d refused and %d taken: the generator has lost something", f.name, refused[f.name], accepted[f.name])
		}
	}
}

// judge compiles the documents in both modes and compares with the webhook. It
// gives what is written in strict mode too.
func judge(t *testing.T, field string, docs []object, o compile.Options) (outcome string, strictly []manifest.Object) {
	t.Helper()
	in := file(t, docs...)
	lax := *o.Config
	lax.Compat = "controller"
	loose := o
	loose.Config = &lax
	written := compile.Run(in, loose).Objects
	if len(written) == 0 {
		return "withheld", nil
	}
	why := refusal(t, written)
	strict := compile.Run(in, o)
	claims, ofEnvoy := claimed(strict.Findings)
	switch {
	case why != "" && !claims:
		t.Errorf("%s: Istio refuses what kgw does not find: %s\n%s", field, why, text(docs[0]))
	case why == "" && claims:
		t.Errorf("%s: Istio takes what kgw says it refuses: %s\n%s", field, messages(strict.Findings), text(docs[0]))
	case why == "" && ofEnvoy && nacked(t, written) == nil:
		t.Errorf("%s: Envoy takes what kgw says it refuses: %s\n%s", field, messages(strict.Findings), text(docs[0]))
	case why != "" && len(errorsOf(strict.Findings)) == 0:
		t.Errorf("%s: Istio refuses what is written in strict mode: %s\n%s", field, why, text(docs[0]))
	case why != "" || ofEnvoy:
		return "refused", nil
	}
	return "taken", strict.Objects
}

// claimed reports whether kgw says that Istio's webhook refuses something, and
// whether it says so of Envoy.
func claimed(found diag.List) (ofIstio, ofEnvoy bool) {
	for i := range found {
		// Capitals in a host are refused because of Oathkeeper.
		if slices.Contains(says, found[i].Code) && !strings.Contains(found[i].Message, "Oathkeeper") {
			of := strings.HasPrefix(found[i].Message, "Envoy ")
			ofIstio, ofEnvoy = ofIstio || !of, ofEnvoy || of
		}
	}
	return ofIstio, ofEnvoy
}

// nacked returns why Envoy refuses the routes of the VirtualServices, nil if it
// accepts them.
func nacked(t *testing.T, objects []manifest.Object) error {
	t.Helper()
	var docs []object
	for i := range objects {
		if objects[i].Kind == "VirtualService" {
			docs = append(docs, named(t, &objects[i], i))
		}
	}
	_, err := newEnvoy(istiod(t, configs(t, docs)))
	return err
}

func messages(found diag.List) string {
	var out []string
	for i := range found {
		out = append(out, string(found[i].Code)+" "+found[i].Message)
	}
	return strings.Join(out, "; ")
}

// hostile makes values that are nearly right.
type hostile struct{ *rand.Rand }

func pick[T any](g *hostile, list ...T) T { return list[g.Intn(len(list))] }

// mixed joins pieces, and now and then puts one into the middle of another.
func (g *hostile) mixed(pieces ...string) string {
	s := pick(g, pieces...)
	for range g.Intn(4) {
		at := g.Intn(len(s) + 1)
		s = s[:at] + pick(g, pieces...) + s[at:]
	}
	return s
}

func label(g *hostile) string {
	if g.Intn(8) == 0 {
		return strings.Repeat(pick(g, "a", "9", "-"), 60+g.Intn(6))
	}
	return g.mixed("a", "shop", "1", "-", "_", "A", "[", "xn--p1ai", "0", "b2")
}

func hostName(g *hostile) string {
	switch g.Intn(12) {
	case 0:
		return pick(g, "10.0.0.1", "a.123", "a.99999999999999999999", "a.b.", "a..b", ".a", "123", "shop.0x1", "a.-1", "1.2.3.4.5", "a.+1", "::1", "*.1")
	case 1:
		return strings.Repeat(label(g)+".", 10+g.Intn(30)) + "test"
	}
	parts := []string{}
	for range 1 + g.Intn(3) {
		parts = append(parts, label(g))
	}
	return strings.Join(parts, ".") + pick(g, ".test", ".test", ".test", "", ".", ".7")
}

var expressions = []string{"/a", "/.*", "[a-z]", "(", ")", "(?!x)", "(?:a|b)", "{2}", "{2,1}", "{1001}", "*", "+", "?", "\\d", "\\Q", "\\pL", "\\pN", "(?i)", "(?P<n>a)", "(?<n>b)", "[z-a]", "\\1", "^", "$", "|", "\\C", "\\x{41}", "(?U)", "\\_", "\\/", "{", "}"}

func expression(g *hostile) string {
	if g.Intn(20) == 0 {
		return "/" + strings.Repeat(pick(g, "a", "é", "[a]", "\\d"), 250+g.Intn(900))
	}
	return "/" + g.mixed(expressions...)
}

func template(g *hostile) string {
	return "/" + g.mixed("{*}", "/", "/{**}", "a", "%2B", "(", ")", "+", "{", "}", "$", "*", "&", "[", "-", "~", "//", "é")
}

func headerName(g *hostile) string {
	return g.mixed("X-A", "x", ":", ":authority", "Host", "", " ", "\t", "é", "(", "*", "%", "_", "\n", "host", ":path", "Cookie", "0")
}

func headerValue(g *hostile) string {
	return g.mixed("a", "%", "%%", "%REQ(:AUTHORITY)%", "%START_TIME%", "(", ")", "[", "]", "\"", ",", "\\", " ", "%A(", "[\"a\"]", "\n", "\x00", "\x7f", "\t", "é", "%REQ([\"a\", \"b\"])%")
}

func method(g *hostile) string {
	return pick(g, "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "*", "get", "", "FETCH", "GET ", "PROPFIND", "**", "GET,POST")
}

func origin(g *hostile) object {
	kind := pick(g, "exact", "prefix", "regex", "suffix")
	value := g.mixed("https://a.test", "", "*", ".*", "(", "http", ":", "[", " ")
	if kind == "regex" && g.Intn(3) == 0 {
		value = expression(g)
	}
	return object{kind: value}
}

func age(g *hostile) string {
	return pick(g, "1s", "0s", "1ms", "1500ms", "1h30m", "-1s", "0.5s", "1.0s", "999999999ns", "1000000000ns", "2540400h", "1us", "-0s", "1.5h", "100µs", "876000h", "2562047h")
}

func number(name string, otherwise int) int {
	if n, err := strconv.Atoi(env(name)); err == nil {
		return n
	}
	return otherwise
}

func options(handler string) func() compile.Options {
	return func() compile.Options {
		c := config.Default()
		c.Domains.Default, c.JWTHandler = "test", handler
		return compile.Options{Config: c}
	}
}
