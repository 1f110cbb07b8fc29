package match

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/automata"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// Expressions that blow up some construction or other.
var adversarial = []struct{ a, b string }{
	{`/(a+)+b`, `/(a|a)*b`},
	{`/(a|b)*a(a|b){30}`, `/(a|b)*b(a|b){30}`},
	{`/.*a.{500}`, `/.*b.{500}`},
	{`/(.*a){200}`, `/(.*b){200}`},
	{`/((a{100}){100}){100}`, `/a*`},
	{`/(a{0,1000}){0,1000}`, `/a*b`},
	{`/(?=.*a.{20})(?=.*b.{20})(?=.*c.{20}).*`, `/.*`},
	{`/(?!.*a.{30}$).*`, `/(a|b)*`},
	{`/((?=.*a)(?=.*b)[a-z])*`, `/((?!.*x.{10}).)*`},
	{`/` + strings.Repeat(`(a|b)?`, 200) + strings.Repeat(`[ab]`, 200), `/[ab]*`},
	{`/` + strings.Repeat(`(`, 900) + strings.Repeat(`)*`, 900), `/x`},
	{`/(\w|\d|\s|\W){400}`, `/(\pL|\p{Nd})*`},
	{`/(?i)(` + strings.Repeat(`k|`, 500) + `s)*`, `/.*`},
	{`/x{2147483646}`, `/x*`},
	{`/(){2147483646}`, `/`},
	{`/(\b|\B|$|^){50}a`, `/a`},
	{`/(?=(?=(?=(?=.*a).*b).*c).*d).*`, `/(?!(?!(?!.*a).*b).*c).*`},
	{`/` + longAlternation(2000), `/` + longAlternation(1999)},
}

func longAlternation(n int) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = fmt.Sprintf("%x[a-%c]", i*7919, 'b'+i%20)
	}
	return "(" + strings.Join(parts, "|") + ")"
}

func TestAdversarialPatternsEnd(t *testing.T) {
	for _, tt := range adversarial {
		for _, l := range []pathlang.Lang{pathlang.Regexp2, pathlang.Regex} {
			name := fmt.Sprintf("%v %.40s", l, tt.a)
			a, b := Compile(at(l, tt.a)), Compile(at(l, tt.b))
			c := comparison{a: a, b: b, limit: DefaultBudget.states(), walker: &automata.Walker{}}
			r := c.relate()
			if r.Kind == Unknown && r.Reason == "" {
				t.Errorf("%s: unknown without a reason", name)
			}
			if n := len(c.walker.Queue); n > c.limit+automata.MaxEdges {
				t.Errorf("%s: %d states are visited, and the budget is %d", name, n, c.limit)
			}
			for _, m := range []*Matcher{a, b} {
				if a, _ := m.path(); a != nil && len(a.Edges) > automata.MaxStates {
					t.Errorf("%s: the automaton has %d states, the bound is %d", name, len(a.Edges), automata.MaxStates)
				}
			}
			rest := a.Difference(0, b)
			if !rest.Empty && rest.Witness == nil && rest.Reason == "" {
				t.Errorf("%s: difference without an answer or a reason", name)
			}
		}
	}
}
