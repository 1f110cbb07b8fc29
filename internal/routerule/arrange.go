package routerule

import (
	"regexp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
)

// Padding is a group that matches nothing: it makes an expression longer and
// changes neither what it matches nor the program of RE2.
const Padding = "(?:)"

// Arrange changes the spelling of paths until istiod asks the rules in the
// order of the list wherever two have requests in common, which meets lists
// (see Meeting). It asks paths that are compared as they are first, then
// prefixes, then expressions, each by the length of the text, then those with a
// method, then those with more headers, then those with more parameters (istio,
// pilot conversion.go, sortHTTPRoutes, 1.24 to 1.31); of what is equal, the
// first of the list. An order by strict lengths depends on neither the age of
// objects nor their names: rules that are split over several objects have no
// other. A prefix stays as it is, so its place may be wrong: see Misplaced.
// Arrange stops at a text of more than MaxPath characters.
func Arrange(rules []*Rule, meets [][]int, split bool) {
	for changed := true; changed; {
		changed = false
		for i := len(rules) - 1; i >= 0; i-- {
			for _, j := range meets[i] {
				if !AskedBefore(rules[i], rules[j]) && settleOrder(rules[i], rules[j], split) {
					changed = true
				}
				if len(rules[i].Text) > MaxPath {
					return
				}
			}
		}
	}
}

// settleOrder makes istiod ask rule a before b, and reports whether it changed
// one. Two literal paths stay as they are where only the list orders them,
// unless strict.
func settleOrder(a, b *Rule, strict bool) bool {
	switch {
	case a.Exact && b.Exact && !strict && !AskedBefore(b, a):
		return false
	case b.Exact:
		b.Express()
		return true
	}
	changed := false
	for !a.Exact && !a.Prefix && !b.Prefix && len(a.Text) <= len(b.Text) {
		a.Pad()
		changed = true
	}
	return changed
}

// Express writes a path that is compared as it is as an expression.
func (r *Rule) Express() { r.Exact, r.Text = false, regexp.QuoteMeta(r.Text) }

// Pad makes the expression longer. What follows an open \Q is text.
func (r *Rule) Pad() {
	if i := strings.LastIndex(r.Text, `\Q`); i >= 0 && !strings.Contains(r.Text[i:], `\E`) {
		r.Text = Padding + r.Text
		return
	}
	r.Text += Padding
}

// AskedBefore reports whether istiod asks a before b wherever they are in the
// list.
func AskedBefore(a, b *Rule) bool {
	switch {
	case a.Exact != b.Exact:
		return a.Exact
	case a.Prefix != b.Prefix:
		return a.Prefix
	case len(a.Text) != len(b.Text):
		return len(a.Text) > len(b.Text)
	case len(a.Methods) > 0 != (len(b.Methods) > 0):
		return len(a.Methods) > 0
	case len(a.Headers) != len(b.Headers):
		return len(a.Headers) > len(b.Headers)
	}
	return len(a.Queries) > len(b.Queries)
}

// Misplaced returns the first two rules, by their places in the list, that
// istiod asks the other way round after Arrange; ok is false where there are
// none.
func Misplaced(rules []*Rule, meets [][]int, split bool) (first, second int, ok bool) {
	for i := range rules {
		for _, j := range meets[i] {
			if AskedBefore(rules[j], rules[i]) || split && !AskedBefore(rules[i], rules[j]) {
				return i, j, true
			}
		}
	}
	return 0, 0, false
}

// Meeting lists for each rule the later ones that may have a request in common
// with it, sorted. A pair that the purse cannot decide counts as meeting, which
// only makes expressions longer.
func Meeting(rules []*Rule, judge *match.Judge, purse *match.Purse) [][]int {
	sets := make([]match.Set, len(rules))
	for i := range rules {
		sets[i] = rules[i].Set
	}
	out := make([][]int, len(rules))
	match.Pairs(judge.CompileAll(sets), purse, func(i, j int, _ match.Relation) bool {
		out[i] = append(out[i], j)
		return true
	})
	if purse.Undecided > 0 {
		for i := range out {
			out[i] = laterThan(i, len(rules))
		}
	}
	for i := range out {
		slices.Sort(out[i])
	}
	return out
}

func laterThan(i, n int) []int {
	var out []int
	for j := i + 1; j < n; j++ {
		out = append(out, j)
	}
	return out
}
