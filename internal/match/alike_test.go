package match_test

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// TestAlike holds that sets which are alike by their syntax are equal by their
// automata, over every pair of texts and languages.
func TestAlike(t *testing.T) {
	var sets []match.Set
	for lang := pathlang.Exact; lang <= pathlang.Subtree; lang++ {
		for _, text := range []string{
			"/", "/*", "/a", "/a/*", "/a/**", "/a/:b", "/a/{b}", "/a/{*}", "/a/{**}", "/a/*b", "/a/[^/]+", "/a.", "/a.*", `/(a)\1`, `/\bа`, "/a\xff", "/a\ufffd", "(?i)/a", "^/a$", "/**",
		} {
			sets = append(sets, match.Set{Path: pathlang.Path{Lang: lang, Text: text}})
		}
	}
	alike, other := 0, 0
	for i := range sets {
		for j := range sets {
			a, b := sets[i], sets[j]
			if !match.Alike(&a, &b) {
				continue
			}
			r := match.Compile(a).Relate(match.Compile(b), 0)
			if r.Kind == match.Disjoint { // nothing is in either
				continue
			}
			if r.Kind != match.Equal {
				t.Errorf("%s %q and %s %q are alike, and %s: %s", a.Path.Lang, a.Path.Text, b.Path.Lang, b.Path.Text, r.Kind, r.Reason)
			}
			if alike++; a.Path.Lang != b.Path.Lang {
				other++
			}
		}
	}
	if alike < 100 || other < 20 {
		t.Errorf("%d pairs are alike, %d of them of two languages", alike, other)
	}
}

// TestNotAlike holds that whatever else differs keeps sets apart.
func TestNotAlike(t *testing.T) {
	path := pathlang.Path{Lang: pathlang.Fabric, Text: "/a/{b}"}
	same := pathlang.Path{Lang: pathlang.Skipper, Text: "/a/:b"}
	if !match.Alike(&match.Set{Path: path}, &match.Set{Path: same}) {
		t.Error("the two paths have one syntax")
	}
	for name, s := range map[string]match.Set{
		"methods": {Path: same, Methods: []string{}}, "hosts": {Path: same, Hosts: []string{"a.example.com"}}, "schemes": {Path: same, Schemes: []string{"https"}},
		"view": {Path: same, View: match.RawPath}, "move": {Path: same, Move: match.Move{From: "/a", To: "/b"}},
		"predicates": {Path: same, Predicates: []match.Predicate{{Name: "x"}}}, "host pattern": {Path: same, HostPattern: path}, "case": {Path: same, AnyCase: true}, "url": {URL: same},
	} {
		if match.Alike(&match.Set{Path: path}, &s) {
			t.Errorf("%s: the sets differ", name)
		}
	}
}
