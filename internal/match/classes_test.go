package match

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/pathlang"
)

// show lists classes as "methods takes path".
func show(p Partition) []string {
	var out []string
	for _, c := range p.Classes {
		methods := strings.Join(c.Methods, ",")
		if c.Others {
			methods += ",..."
		}
		out = append(out, fmt.Sprint(methods, " ", c.Takes, " ", c.Witness.RawPath))
	}
	return out
}

func TestClasses(t *testing.T) {
	get := at(pathlang.Regex, `/admin/.*`)
	open := Set{Hosts: []string{"h.test"}, Path: pathlang.Path{Lang: pathlang.Prefix, Text: "/"}}
	other := Set{Hosts: []string{"other.test"}, Path: pathlang.Path{Lang: pathlang.Prefix, Text: "/"}}
	p := NewClassifier().Classes("https", "h.test", compileSets([]Set{get, open, other}), 0)
	want := []string{
		"GET [1] /", "GET [0 1] /admin/",
		"HEAD,POST,PUT,PATCH,DELETE,OPTIONS,TRACE,CONNECT,... [1] /",
	}
	if d := cmp.Diff(want, show(p)); d != "" || len(p.Unknown) > 0 || p.Reason != "" {
		t.Errorf("%s %v %s", d, p.Unknown, p.Reason)
	}
	rule, err := ParseRuleURL(`<https?>://<h|g>.test/<a.*>`, pathlang.RegexpStrategy)
	if err != nil {
		t.Fatal(err)
	}
	rule.Methods = []string{"GET"}
	p = NewClassifier().Classes("https", "g.test", compileSets([]Set{rule, get}), 0)
	want = []string{"GET [] /", "GET [0] /a", "HEAD,POST,PUT,PATCH,DELETE,OPTIONS,TRACE,CONNECT,... [] /"}
	if d := cmp.Diff(want, show(p)); d != "" {
		t.Error(d)
	}
	p = NewClassifier().Classes("https", "h.test", compileSets([]Set{at(pathlang.Regexp2, `/(a)\1`), get}), 0)
	if p.Unknown[0] == "" || len(p.Classes) != 3 {
		t.Errorf("a back-reference: %v, %v", p.Unknown, show(p))
	}
}

// Every request belongs to a class of the partition.
func TestClassesCover(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	texts := []pathlang.Path{
		{Lang: pathlang.Regex, Text: `/a/.*`},
		{Lang: pathlang.Regex, Text: `/a.*`},
		{Lang: pathlang.Template, Text: `/a/{*}/c`},
		{Lang: pathlang.Template, Text: `/{**}`},
		{Lang: pathlang.Template, Text: `/*`},
		{Lang: pathlang.Prefix, Text: `/a/b`},
		{Lang: pathlang.Exact, Text: `/a/b`},
		{Lang: pathlang.Regexp2, Text: `/a/(b|c)`},
		{Lang: pathlang.Regexp2, Text: `/(?!a).*`},
		{Lang: pathlang.Star, Text: `/b*`},
		{Lang: pathlang.Regexp2, Text: `/.*`},
	}
	for round := range 200 {
		var sets []Set
		for range 1 + rnd.IntN(5) {
			s := Set{Hosts: []string{[]string{"h.test", "*.test", "*"}[rnd.IntN(3)]}, Path: texts[rnd.IntN(len(texts))]}
			s.Methods = [][]string{nil, {"GET"}, {"GET", "POST"}}[rnd.IntN(3)]
			sets = append(sets, s)
		}
		ms := compileSets(sets)
		p := NewClassifier().Classes("https", "h.test", ms, 0)
		if p.Reason != "" || len(p.Unknown) > 0 {
			t.Fatalf("round %d: %s %v", round, p.Reason, p.Unknown)
		}
		for range 200 {
			r := Request{Scheme: "https", Host: "h.test", Method: []string{"GET", "POST", "BREW"}[rnd.IntN(3)], RawPath: randomPath(rnd)}
			var takes []int
			for i, m := range ms {
				if ok, err := m.Accepts(r); err != nil {
					t.Fatal(err)
				} else if ok {
					takes = append(takes, i)
				}
			}
			if !slices.ContainsFunc(p.Classes, func(c Class) bool {
				return slices.Equal(c.Takes, takes) && (slices.Contains(c.Methods, r.Method) || c.Others)
			}) {
				t.Fatalf("round %d: %s %s is taken by %v, classes are %v", round, r.Method, r.RawPath, takes, show(p))
			}
		}
	}
}

func randomPath(rnd *rand.Rand) string {
	out := ""
	for range 1 + rnd.IntN(4) {
		out += "/" + []string{"a", "b", "c", "", "ab", "%61", "x%2Fy"}[rnd.IntN(7)]
	}
	return out
}
