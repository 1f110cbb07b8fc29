package match

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/pathlang"
)

// FuzzRelate compares two patterns of any languages: no panic, no
// contradiction between the two orders, no witness that another match refutes.
func FuzzRelate(f *testing.F) {
	f.Add(byte(pathlang.Regexp2), `/(?!a|b$).*`, byte(pathlang.Regexp2), `/a[^/]*\d`)
	f.Add(byte(pathlang.Regex), `/a(b|c)*$`, byte(pathlang.Template), `/{*}/a/{**}`)
	f.Add(byte(pathlang.Glob), `/*.{a,b}`, byte(pathlang.Glob), `/**`)
	f.Add(byte(pathlang.Fabric), `/a/{b}/**`, byte(pathlang.Skipper), `/a/:b/*c`)
	f.Add(byte(pathlang.Exact), `/%2F`, byte(pathlang.Regexp2), `/\x{2F}?`)
	f.Fuzz(func(t *testing.T, la byte, ta string, lb byte, tb string) {
		if len(ta) > 100 || len(tb) > 100 {
			return
		}
		a := Compile(Set{Path: pathlang.Path{Lang: pathlang.Lang(la%10) + 1, Text: ta}})
		b := Compile(Set{Path: pathlang.Path{Lang: pathlang.Lang(lb%10) + 1, Text: tb}})
		const budget = 5_000
		r, m := a.Relate(b, budget), b.Relate(a, budget)
		if r.Kind != m.Kind.Mirror() && r.Kind != Unknown && m.Kind != Unknown {
			t.Fatalf("%v %v: %v, mirrored %v", a.set.Path, b.set.Path, r.Kind, m.Kind)
		}
		if r.Witness != nil && r.Kind == Unknown && len(r.Reason) > 9 && r.Reason[:9] == "a witness" {
			t.Fatalf("%v %v: %s", a.set.Path, b.set.Path, r.Reason)
		}
		d := a.Difference(budget, b)
		if d.Empty && (r.Kind == Overlap || r.Kind == Superset) {
			t.Fatalf("%v %v: %v, but nothing remains", a.set.Path, b.set.Path, r.Kind)
		}
	})
}

func FuzzParseRuleURL(f *testing.F) {
	f.Add("<http|https>://a.test</x/.*>", false)
	f.Add("<{http,https}>://a.test/<*>", true)
	f.Add("<.*>", false)
	f.Fuzz(func(t *testing.T, url string, glob bool) {
		strategy := pathlang.RegexpStrategy
		if glob {
			strategy = pathlang.GlobStrategy
		}
		if len(url) > 200 {
			return
		}
		s, err := ParseRuleURL(url, strategy)
		if err != nil {
			return
		}
		r := Compile(s).Relate(Compile(Set{Path: pathlang.Path{Lang: pathlang.Prefix, Text: "/"}, View: DecodedPath}), 5_000)
		if r.Witness == nil {
			return
		}
		// The parts and the whole must agree on the witness.
		whole := Set{URL: pathlang.Path{Lang: strategy.Lang(), Text: url}}
		if ok, err := whole.Accepts(*r.Witness); !ok && err == nil {
			t.Fatalf("%q: %+v takes %s, the whole does not", url, s, r.Witness.URL())
		}
	})
}
