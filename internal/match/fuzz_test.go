package match

import "testing"

// FuzzRelate compares two patterns of any languages: no panic, no
// contradiction between the two orders, no witness that another match refutes.
func FuzzRelate(f *testing.F) {
	f.Add(byte(Regexp2), `/(?!a|b$).*`, byte(Regexp2), `/a[^/]*\d`)
	f.Add(byte(Regex), `/a(b|c)*$`, byte(Template), `/{*}/a/{**}`)
	f.Add(byte(Glob), `/*.{a,b}`, byte(Glob), `/**`)
	f.Add(byte(Fabric), `/a/{b}/**`, byte(Skipper), `/a/:b/*c`)
	f.Add(byte(Exact), `/%2F`, byte(Regexp2), `/\x{2F}?`)
	f.Fuzz(func(t *testing.T, la byte, ta string, lb byte, tb string) {
		if len(ta) > 100 || len(tb) > 100 {
			return
		}
		a := Compile(Set{Path: Path{Lang(la%10) + 1, ta}})
		b := Compile(Set{Path: Path{Lang(lb%10) + 1, tb}})
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
		strategy := RegexpStrategy
		if glob {
			strategy = GlobStrategy
		}
		if len(url) > 200 {
			return
		}
		s, err := ParseRuleURL(url, strategy)
		if err != nil {
			return
		}
		r := Compile(s).Relate(Compile(Set{Path: Path{Prefix, "/"}, View: DecodedPath}), 5_000)
		if r.Witness == nil {
			return
		}
		// The parts and the whole must agree on the witness.
		whole := Set{URL: Path{Lang: strategy.lang(), Text: url}}
		if ok, err := whole.Accepts(*r.Witness); !ok && err == nil {
			t.Fatalf("%q: %+v takes %s, the whole does not", url, s, r.Witness.URL())
		}
	})
}
