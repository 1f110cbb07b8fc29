package match

import (
	"slices"

	"github.com/kgw-dev/kgw/internal/parallel"
)

// Counts counts how the pairs of a collection were decided.
type Counts struct {
	Pairs    int // all pairs
	Bucketed int // disjoint by host, method, scheme or the literal parts of the path
	Searched int // decided by a search through automata
	Disjoint int // disjoint either way
	Meeting  int // with a common request
	Unknown  int // not decided
}

// Pairs compares every set with every later one and calls visit for each pair
// that is not disjoint, in order of i and then j, with i < j. It stops when
// visit returns false; the counts are then those of the pairs up to there. The
// work is spread over all processors, the result does not depend on that.
//
// All questions together cost at most what the purse has.
func Pairs(ms []*Matcher, purse *Purse, visit func(i, j int, r Relation) bool) Counts {
	x := newIndex(ms)
	hits, left := x.search(purse)
	purse.noteUnasked(left)
	first := min(firstBudget, purse.budget(2*len(hits)))
	n := len(ms)
	counts := Counts{Pairs: n * (n - 1) / 2, Searched: x.searched, Unknown: left}
	counts.Bucketed = counts.Pairs - x.searched - left
	for chunk := range slices.Chunk(hits, 1024) {
		relations := make([]Relation, len(chunk))
		parallel.Each(len(chunk), func(k int) { relations[k] = ms[chunk[k].i].Relate(ms[chunk[k].j], first) })
		for k, r := range relations {
			purse.pay(r.Steps, DefaultBudget, false)
			if r.Kind == Unknown && r.Reason == tooBig {
				r = purse.Relate(ms[chunk[k].i], ms[chunk[k].j])
			}
			if r.Kind == Disjoint {
				continue
			}
			if r.Witness != nil {
				counts.Meeting++
			} else {
				counts.Unknown++
			}
			if !visit(int(chunk[k].i), int(chunk[k].j), r) {
				return counts
			}
		}
	}
	counts.Disjoint = counts.Pairs - counts.Meeting - counts.Unknown
	return counts
}
