package match

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/kgw-dev/kgw/internal/pathlang"
)

// requests are all requests of a small universe.
func requests() []Request {
	var out []Request
	for _, method := range []string{"GET", "PUT", "get"} {
		for _, scheme := range []string{"http", "https"} {
			for _, host := range []string{"a.test", "b.test", "x.a.test", "x.y.a.test"} {
				for _, path := range []string{"/", "/a", "/a/", "/a/b", "/b"} {
					for _, headers := range []map[string]string{nil, {"x-a": "1"}, {"x-a": "2"}} {
						out = append(out, Request{Method: method, Scheme: scheme, Host: host, RawPath: path, Path: path, Headers: headers})
					}
				}
			}
		}
	}
	return out
}

// anySet makes a random set of the universe; every part is left out at times.
func anySet(r *rand.Rand) Set {
	some := func(list ...[]string) []string {
		if r.IntN(2) == 0 {
			return nil
		}
		return list[r.IntN(len(list))]
	}
	paths := []pathlang.Path{
		{Lang: pathlang.Prefix, Text: "/"},
		{Lang: pathlang.Prefix, Text: "/a"},
		{Lang: pathlang.Exact, Text: "/a"},
		{Lang: pathlang.Exact, Text: "/b"},
		{Lang: pathlang.Template, Text: "/a/{*}"},
		{Lang: pathlang.Regex, Text: "/[ab].*"},
		{Lang: pathlang.Subtree, Text: "/a"},
	}
	s := Set{
		Schemes: some([]string{"http"}, []string{"https"}, []string{"http", "https"}),
		Hosts:   some([]string{"a.test"}, []string{"*.a.test"}, []string{"a.test", "b.test"}, []string{"*.y.a.test", "b.test"}, []string{"*"}),
		Methods: some([]string{"GET"}, []string{"PUT", "GET"}, []string{"get"}),
		AnyCase: r.IntN(4) == 0,
		Path:    paths[r.IntN(len(paths))],
	}
	if values := some([]string{}, []string{"1"}, []string{"1", "2"}); values != nil {
		s.Predicates = []Predicate{{Source: Header, Name: "X-A", Values: values, Not: r.IntN(2) == 0}}
	}
	return s
}

func accepts(t *testing.T, m *Matcher, q *Request) bool {
	t.Helper()
	ok, err := m.Accepts(*q)
	if err != nil {
		t.Fatal(err)
	}
	return ok
}

// TestRelateInUniverse holds relations and their witnesses to all requests of a small
// universe.
func TestRelateInUniverse(t *testing.T) {
	r, all, seen := rand.New(rand.NewPCG(5, 5)), requests(), map[Kind]int{}
	for range 1500 {
		sa, sb := anySet(r), anySet(r)
		if r.IntN(8) == 0 {
			sb = sa
		}
		a, b := Compile(sa), Compile(sb)
		rel := a.Relate(b, 0)
		seen[rel.Kind]++
		for i := range all {
			inA, inB := accepts(t, a, &all[i]), accepts(t, b, &all[i])
			if inA && inB && rel.Kind == Disjoint || inA && !inB && (rel.Kind == Subset || rel.Kind == Equal) || inB && !inA && (rel.Kind == Superset || rel.Kind == Equal) {
				t.Fatalf("%+v and %+v are %v, but %+v is in the first: %v, in the second: %v", sa, sb, rel.Kind, all[i], inA, inB)
			}
		}
		for what, w := range map[string]struct {
			q        *Request
			there    bool
			inA, inB bool
		}{
			"in both":           {rel.Witness, rel.Kind != Disjoint, true, true},
			"in the first only": {rel.OnlyA, rel.Kind == Superset || rel.Kind == Overlap, true, false},
			"in the other only": {rel.OnlyB, rel.Kind == Subset || rel.Kind == Overlap, false, true},
		} {
			if w.q == nil {
				if w.there {
					t.Fatalf("%+v and %+v are %v, and no request is shown that is %s", sa, sb, rel.Kind, what)
				}
				continue
			}
			if accepts(t, a, w.q) != w.inA || accepts(t, b, w.q) != w.inB {
				t.Fatalf("%+v and %+v: %+v is not %s", sa, sb, w.q, what)
			}
		}
	}
	for k := Disjoint; k <= Overlap; k++ {
		if seen[k] < 10 {
			t.Errorf("only %d pairs are %v", seen[k], k)
		}
	}
}

// TestDifferenceInUniverse holds what several sets leave of one to all requests of a
// small universe.
func TestDifferenceInUniverse(t *testing.T) {
	r, all, empty, left := rand.New(rand.NewPCG(6, 6)), requests(), 0, 0
	for range 1500 {
		s := anySet(r)
		a := Compile(s)
		var others []*Matcher
		var sets []Set
		for range 1 + r.IntN(4) {
			o := anySet(r)
			if r.IntN(2) == 0 {
				o.Path = s.Path
			}
			sets, others = append(sets, o), append(others, Compile(o))
		}
		rest := a.Difference(0, others...)
		if rest.Reason != "" || rest.Empty == (rest.Witness != nil) {
			t.Fatalf("%+v without %+v: %+v", s, sets, rest)
		}
		remains := func(q *Request) bool {
			return accepts(t, a, q) && !slices.ContainsFunc(others, func(o *Matcher) bool { return accepts(t, o, q) })
		}
		if rest.Witness != nil {
			left++
			if !remains(rest.Witness) {
				t.Fatalf("%+v without %+v: %+v is not left", s, sets, rest.Witness)
			}
			continue
		}
		empty++
		for i := range all {
			if remains(&all[i]) {
				t.Fatalf("%+v without %+v: nothing is left, but %+v", s, sets, all[i])
			}
		}
	}
	if empty < 100 || left < 100 {
		t.Errorf("%d leave nothing, %d something", empty, left)
	}
}
