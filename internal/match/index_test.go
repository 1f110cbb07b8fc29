package match

import (
	"fmt"
	"math/rand"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/pathlang"
)

// randomCollection mixes hosts, methods and languages.
func randomCollection(r *rand.Rand, n int) []Set {
	hosts := [][]string{nil, {"a.test"}, {"b.test"}, {"a.test", "b.test"}, {"*.test"}, {"b.test", "c.test", "a.test"}, {"*"}, {"*.a.test"}, {"*.b.test"}, {"*.x.a.test"}, {"y.x.a.test"}, {"*.b.test", "a.test"}}
	methods := [][]string{nil, {"GET"}, {"POST"}, {"get"}, {}}
	langs := []pathlang.Lang{pathlang.Regexp2, pathlang.Regexp2, pathlang.Regexp2, pathlang.Glob}
	if r.Intn(3) == 0 {
		langs = []pathlang.Lang{pathlang.Regex, pathlang.Template, pathlang.Exact, pathlang.Regexp2}
	}
	out := make([]Set, n)
	for i := range out {
		out[i] = randomSet(r, langs[r.Intn(len(langs))])
		out[i].Hosts = hosts[r.Intn(len(hosts))]
		out[i].Methods = methods[r.Intn(len(methods))]
		out[i].AnyCase = r.Intn(2) == 0
		switch r.Intn(12) {
		case 0:
			out[i].HostPattern = pathlang.Path{Lang: pathlang.Regexp2, Text: `[ab]\.test`}
		case 1:
			out[i].Path = pathlang.Path{Lang: pathlang.Regexp2, Text: `/([a-z])\1`}
		case 2:
			out[i].Schemes = []string{"http"}
		case 3:
			out[i] = Set{URL: pathlang.Path{Lang: pathlang.Regexp2, Text: "<https?>://<[a-z.]+></a.*>"}}
		}
	}
	return out
}

func TestPairsAgreeWithRelate(t *testing.T) {
	r := rand.New(rand.NewSource(7))
	for range 12 {
		sets := randomCollection(r, 25)
		var want, got []string
		var counts Counts
		for i := range sets {
			for j := i + 1; j < len(sets); j++ {
				counts.Pairs++
				switch rel := relateSets(sets[i], sets[j]); {
				case rel.Kind == Disjoint:
					counts.Disjoint++
				case rel.Witness != nil:
					counts.Meeting++
					want = append(want, fmt.Sprint(i, j, rel.Kind, rel.Witness.URL()))
				default:
					counts.Unknown++
					want = append(want, fmt.Sprint(i, j, rel.Kind))
				}
			}
		}
		c := Pairs(compileSets(sets), nil, func(i, j int, rel Relation) bool {
			if rel.Witness != nil {
				got = append(got, fmt.Sprint(i, j, rel.Kind, rel.Witness.URL()))
			} else {
				got = append(got, fmt.Sprint(i, j, rel.Kind))
			}
			return true
		})
		if d := cmp.Diff(want, got); d != "" {
			t.Fatal(d)
		}
		if c.Bucketed+c.Searched != c.Pairs {
			t.Errorf("counts %+v", c)
		}
		c.Bucketed, c.Searched = 0, 0
		if d := cmp.Diff(counts, c); d != "" {
			t.Error(d)
		}
	}
}

func TestPairsStops(t *testing.T) {
	sets := []Set{at(pathlang.Prefix, "/"), at(pathlang.Prefix, "/a"), at(pathlang.Prefix, "/b")}
	calls := 0
	Pairs(compileSets(sets), nil, func(int, int, Relation) bool { calls++; return false })
	if calls != 1 {
		t.Errorf("%d calls", calls)
	}
	if c := Pairs(nil, nil, nil); c != (Counts{}) {
		t.Errorf("%+v", c)
	}
}

// Wildcards of which none is below the other cost nothing, however many there are.
func TestWildcardsApart(t *testing.T) {
	ms := make([]*Matcher, 1000)
	for i := range ms {
		ms[i] = Compile(Set{Hosts: []string{fmt.Sprintf("*.h-%d.test", i/2)}, Path: pathlang.Path{Lang: pathlang.Prefix, Text: "/"}})
	}
	purse := NewPurse(0)
	c := Pairs(ms, purse, func(int, int, Relation) bool { return true })
	if c.Searched != len(ms)/2 || c.Meeting != len(ms)/2 || purse.Undecided != 0 {
		t.Errorf("%+v, %d undecided", c, purse.Undecided)
	}
}
