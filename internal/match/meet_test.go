package match

import (
	"math/rand"
	"testing"
)

// TestMeet holds the set that is put together to its parts, request by
// request, and what is asked of it to the same of the parts.
func TestMeet(t *testing.T) {
	g := rand.New(rand.NewSource(7))
	pick := func(list []string) string { return list[g.Intn(len(list))] }
	some := func(lists ...[]string) []string { return lists[g.Intn(len(lists))] }
	random := func() Set {
		langs := []Lang{Prefix, Exact, Regex, Template}
		s := Set{
			Hosts:   some(nil, []string{"a.x"}, []string{"*.x"}, []string{"a.x", "b"}, []string{"*"}, []string{}),
			Methods: some(nil, []string{"GET"}, []string{"get", "POST"}, []string{"POST", "PUT"}, []string{}), AnyCase: g.Intn(2) == 0,
			Schemes: some(nil, []string{"http"}, []string{"http", "https"}), View: SlashedPath,
		}
		s.Path = Path{langs[g.Intn(4)], pick([]string{"/", "/a", "/a/", "/b"})}
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
	a := Compile(Set{Path: Path{Prefix, "/"}})
	for name, s := range map[string]Set{
		"another view":  {Path: Path{Regexp2, "/.*"}},
		"a whole URL":   {URL: Path{Regexp2, "<http|https>://h</.*>"}, View: RawPath},
		"no automaton":  {Path: Path{Regex, "("}},
		"host patterns": {Path: Path{Prefix, "/"}, HostPattern: Path{Regexp2, "h"}},
	} {
		if _, ok := a.Meet(Compile(s)); ok {
			t.Errorf("%s meets", name)
		}
	}
}
