package httproute

import (
	"regexp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
)

// maxPath is the most characters of a path's value (gateway-api v1.6).
const maxPath = 1024

// padding is a group that matches nothing: it makes an expression longer and
// changes neither what it matches nor the program of RE2.
const padding = "(?:)"

// arrange changes the spelling of paths until istiod asks the rules in the
// order of the list wherever two have requests in common. It asks paths that
// are compared as they are first, then expressions, each by the length of the
// text, then those with a method, then those with more headers (istio, pilot
// conversion.go, sortHTTPRoutes, 1.24 to 1.31); of what is equal, the first of
// the list. An order by strict lengths depends on neither the age of objects
// nor their names: rules that are split over several objects have no other.
func arrange(rules []*rule, meets [][]int) {
	split := len(pieces(rules)) > 1
	for changed := true; changed; {
		changed = false
		for i := len(rules) - 1; i >= 0; i-- {
			for _, j := range meets[i] {
				if !askedBefore(rules[i], rules[j]) && settle(rules[i], rules[j], split) {
					changed = true
				}
				if len(rules[i].text) > maxPath {
					return
				}
			}
		}
	}
}

// settle makes istiod ask rule a before b, and reports whether it changed one.
// Two paths that are compared as they are stay so where only the list tells
// them apart, unless strict.
func settle(a, b *rule, strict bool) bool {
	switch {
	case a.exact && b.exact && !strict && !askedBefore(b, a):
		return false
	case b.exact:
		b.express()
		return true
	}
	changed := false
	for !a.exact && len(a.text) <= len(b.text) {
		a.pad()
		changed = true
	}
	return changed
}

// express writes a path that is compared as it is as an expression.
func (r *rule) express() { r.exact, r.text = false, regexp.QuoteMeta(r.text) }

// pad makes the expression longer. What follows an open \Q is text.
func (r *rule) pad() {
	if i := strings.LastIndex(r.text, `\Q`); i >= 0 && !strings.Contains(r.text[i:], `\E`) {
		r.text = padding + r.text
		return
	}
	r.text += padding
}

// askedBefore reports whether istiod asks a before b wherever they are in the
// list.
func askedBefore(a, b *rule) bool {
	switch {
	case a.exact != b.exact:
		return a.exact
	case len(a.text) != len(b.text):
		return len(a.text) > len(b.text)
	case len(a.methods) > 0 != (len(b.methods) > 0):
		return len(a.methods) > 0
	case len(a.headers) != len(b.headers):
		return len(a.headers) > len(b.headers)
	}
	return false
}

// purse bounds the questions about one gateway. What is left undecided counts
// as meeting, which costs no more than longer expressions.
const purse = 4_000_000

// meeting lists for each rule the later ones that may have a request in common
// with it.
func meeting(rules []*rule, t *ir.Target) [][]int {
	sets := make([]match.Set, len(rules))
	for i := range rules {
		sets[i] = rules[i].set
	}
	out := make([][]int, len(rules))
	limit := match.NewPurse(purse)
	match.PairsOf(t.Judge.CompileAll(sets), limit, func(i, j int, _ match.Relation) bool {
		out[i] = append(out[i], j)
		return true
	})
	if limit.Undecided > 0 {
		for i := range out {
			out[i] = later(i, len(rules))
		}
	}
	for i := range out {
		slices.Sort(out[i])
	}
	return out
}

func later(i, n int) []int {
	var out []int
	for j := i + 1; j < n; j++ {
		out = append(out, j)
	}
	return out
}
