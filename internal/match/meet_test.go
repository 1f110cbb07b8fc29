package match

import (
	"math/rand"
	"testing"

	"github.com/kgw-dev/kgw/internal/pathlang"
)

// TestMeet holds the set that is put together to its parts, request by
// request, and what is asked of it to the same of the parts.
func TestMeet(t *testing.T) {
	g := rand.New(rand.NewSource(7))
	pick := func(list []string) string { return list[g.Intn(len(list))] }
	some := func(lists ...[]string) []string { return lists[g.Intn(len(lists))] }
	random := func() Set {
		langs := []pathlang.Lang{pathlang.Prefix, pathlang.Exact, pathlang.Regex, pathlang.Template}
		s := Set{
			Hosts:   some(nil, []string{"a.x"}, []string{"*.x"}, []string{"a.x", "b"}, []string{"*"}, []string{}),
			Methods: some(nil, []string{"GET"}, []string{"get", "POST"}, []string{"POST", "PUT"}, []string{}), AnyCase: g.Intn(2) == 0,
			Schemes: some(nil, []string{"http"}, []string{"http", "https"}), View: SlashedPath,
		}
		s.Path = pathlang.Path{Lang: langs[g.Intn(4)], Text: pick([]string{"/", "/a", "/a/", "/b"})}
		if g.Intn(3) == 0 {
			s.Predicates = []Predicate{{Source: Claim, Name: "c", Values: []string{pick([]string{"1", "2"})}, Not: g.Intn(2) == 0}}
		}
		return s
	}
	met, apart := 0, 0
	for range 1000 {
		a, b := Compile(random()), Compile(random())
		both, ok := a.Meet(b)
		if !ok {
			t.Fatalf("%+v and %+v have no common set", a.set, b.set)
		}
		for range 20 {
			r := Request{Method: pick([]string{"GET", "get", "POST", "PUT"}), Scheme: pick([]string{"http", "https"}), Host: pick([]string{"a.x", "c.x", "b", "q"}), RawPath: pick([]string{"/", "/a", "/a/b", "/b", "/%61"})}
			if g.Intn(2) == 0 {
				r.Claims = map[string]string{"c": pick([]string{"1", "2", "3"})}
			}
			inA, _ := a.Accepts(r)
			inB, _ := b.Accepts(r)
			if got, err := both.Accepts(r); err != nil || got != (inA && inB) {
				t.Errorf("%+v\n%+v\n%+v is in both: %v", a.set, b.set, r, got)
			}
		}
		rest, relation := both.Difference(0), a.Relate(b, 0)
		if rest.Empty != (relation.Kind == Disjoint) || rest.Reason != "" {
			t.Errorf("%+v\n%+v\nthe relation is %s, the rest %+v", a.set, b.set, relation.Kind, rest)
		}
		if rest.Empty {
			apart++
		} else {
			met++
		}
	}
	if met < 100 || apart < 100 {
		t.Errorf("%d sets meet, %d do not", met, apart)
	}
}

// TestMeetRefused has sets that cannot be put together.
func TestMeetRefused(t *testing.T) {
	a := Compile(Set{Path: pathlang.Path{Lang: pathlang.Prefix, Text: "/"}})
	for name, s := range map[string]Set{
		"another view":  {Path: pathlang.Path{Lang: pathlang.Regexp2, Text: "/.*"}},
		"a whole URL":   {URL: pathlang.Path{Lang: pathlang.Regexp2, Text: "<http|https>://h</.*>"}, View: RawPath},
		"no automaton":  {Path: pathlang.Path{Lang: pathlang.Regex, Text: "("}},
		"host patterns": {Path: pathlang.Path{Lang: pathlang.Prefix, Text: "/"}, HostPattern: pathlang.Path{Lang: pathlang.Regexp2, Text: "h"}},
	} {
		if _, ok := a.Meet(Compile(s)); ok {
			t.Errorf("%s meets", name)
		}
	}
}
