package validate

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// pairsOf compares entries with each other as match.Pairs does, but compiles only those
// that share a host, a method and the literal beginning of a path with another one: few
// do in a usual repository.
func (v *View) pairsOf(takes []*ir.Entry, visit func(i, j int, r match.Relation)) match.Counts {
	some := candidates(takes)
	sets := make([]match.Set, len(some))
	for k, i := range some {
		sets[k] = takes[i].Set
	}
	counts := match.Pairs(v.Judge.CompileAll(sets), v.purse(), func(i, j int, r match.Relation) bool {
		visit(some[i], some[j], r)
		return true
	})
	n := len(takes)
	left := n*(n-1)/2 - counts.Pairs
	counts.Pairs, counts.Bucketed, counts.Disjoint = counts.Pairs+left, counts.Bucketed+left, counts.Disjoint+left
	return counts
}

// maxGroup is how many entries of one host are compared pair by pair; all members of
// larger groups are compared.
const maxGroup = 100

// candidates lists, in order, the entries that may overlap with another one.
func candidates(takes []*ir.Entry) []int {
	byHost := map[string][]int{}
	loose := false // some entry has no plain host
	for i := range takes {
		host := onlyHost(&takes[i].Set)
		loose = loose || host == ""
		byHost[host] = append(byHost[host], i)
	}
	may := make([]bool, len(takes))
	for _, group := range byHost {
		for a, i := range group {
			for _, j := range group[a+1:] {
				if loose || len(group) > maxGroup || mayMeet(&takes[i].Set, &takes[j].Set) {
					may[i], may[j] = true, true
				}
			}
			may[i] = may[i] || loose
		}
	}
	var out []int
	for i, m := range may {
		if m {
			out = append(out, i)
		}
	}
	return out
}

// onlyHost returns the host of a set with exactly one host and no wildcard, or "".
func onlyHost(s *match.Set) string {
	if len(s.Hosts) != 1 || strings.Contains(s.Hosts[0], "*") || s.URL.Lang != 0 {
		return ""
	}
	return s.Hosts[0]
}

func mayMeet(a, b *match.Set) bool {
	if a.Methods != nil && b.Methods != nil && !slices.ContainsFunc(a.Methods, func(m string) bool {
		return slices.ContainsFunc(b.Methods, func(o string) bool { return strings.EqualFold(m, o) })
	}) {
		return false
	}
	return !pathlang.Apart(a.Path, b.Path)
}
