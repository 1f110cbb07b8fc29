package match

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/automata"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// splitByCharacters splits paths as splitter does, character by character and
// for each list of sets anew.
func splitByCharacters(p *partitioner, on []int) []found {
	type state struct {
		at   [][]int32 // of the universe, and of each set
		word []rune
	}
	list := []*automata.NFA{p.universe}
	for _, i := range on {
		list = append(list, p.automata[i])
	}
	start := state{at: make([][]int32, len(list))}
	for n := range list {
		start.at[n] = []int32{0}
	}
	var out []found
	seen, taken := map[string]bool{}, map[string]bool{}
	for queue := []state{start}; len(queue) > 0; queue = queue[1:] {
		now := queue[0]
		var takes []int
		for n, a := range list[1:] {
			if slices.ContainsFunc(now.at[n+1], func(q int32) bool { return a.Accept[q] }) {
				takes = append(takes, on[n])
			}
		}
		if slices.ContainsFunc(now.at[0], func(q int32) bool { return p.universe.Accept[q] }) && !taken[numbers(takes)] {
			taken[numbers(takes)] = true
			out = append(out, found{takes, now.word})
		}
		for _, char := range automata.Ranks.Char {
			next, key := state{word: append(slices.Clip(now.word), rune(char))}, ""
			for n, a := range list {
				to := map[int32]bool{}
				for _, q := range now.at[n] {
					for _, e := range a.Edges[q] {
						if e.On.Has(rune(char)) {
							to[e.To] = true
						}
					}
				}
				next.at = append(next.at, slices.Sorted(maps.Keys(to)))
				for _, q := range next.at[n] {
					key += string(rune(q)) + " "
				}
				key += ";"
			}
			if len(next.at[0]) > 0 && !seen[key] {
				seen[key] = true
				queue = append(queue, next)
			}
		}
	}
	return out
}

// One split of all sets says of any of them what a split of those alone says,
// with the same paths.
func TestOneSplitIsThatOfAny(t *testing.T) {
	texts := []pathlang.Path{
		{Lang: pathlang.Regex, Text: `/a/.*`},
		{Lang: pathlang.Regex, Text: `/[ab].?(/c)*`},
		{Lang: pathlang.Template, Text: `/a/{*}/c`},
		{Lang: pathlang.Template, Text: `/{**}`},
		{Lang: pathlang.Prefix, Text: `/a/b`},
		{Lang: pathlang.Exact, Text: `/a/b`},
		{Lang: pathlang.Exact, Text: `/~x`},
		{Lang: pathlang.Regexp2, Text: `/a/(b|c)`},
		{Lang: pathlang.Regexp2, Text: `/(?!a).*`},
		{Lang: pathlang.Star, Text: `/b*`},
	}
	rnd := rand.New(rand.NewPCG(7, 7))
	for round := range 40 {
		var sets []Set
		for range 1 + rnd.IntN(4) {
			sets = append(sets, Set{Hosts: []string{"h.test"}, Path: texts[rnd.IntN(len(texts))]})
		}
		p := newPartitioner(NewClassifier(), "https", "h.test", compileSets(sets), 0, DefaultPurse)
		p.prepare()
		var some []int
		for i := range sets {
			if rnd.IntN(3) > 0 {
				some = append(some, i)
			}
		}
		got := p.pathsOf(some)
		for i := range got {
			got[i].takes = append([]int(nil), got[i].takes...)
		}
		if d := cmp.Diff(splitByCharacters(p, some), got, cmp.AllowUnexported(found{})); d != "" || !p.whole.fits {
			t.Fatalf("round %d: %v of %+v: %s", round, some, sets, d)
		}
	}
}

// Where a split of all sets is too big, those that are asked about are split
// alone, and what is too big even so is not decided.
func TestWhatDoesNotFitIsSplitApart(t *testing.T) {
	sets := []Set{at(pathlang.Regex, `/a`), at(pathlang.Regex, `/.*a.{9}`), at(pathlang.Regex, `/.*b.{9}`)}
	p := newPartitioner(NewClassifier(), "https", "h.test", compileSets(sets), 400, DefaultPurse)
	p.prepare()
	if got := p.pathsOf([]int{0}); p.whole.fits || len(got) != 2 || p.out.Reason != "" {
		t.Errorf("fits: %v, %v, %q", p.whole.fits, got, p.out.Reason)
	}
	if p.pathsOf([]int{0, 1, 2}); p.out.Reason != tooBig {
		t.Errorf("three sets: %q", p.out.Reason)
	}
}
