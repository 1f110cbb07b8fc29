package migrate

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/edit"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
)

// arrangeRules puts each rule in front of the more general ones that share a
// method with it: v2 refuses the other order, in which nothing reaches it.
// Other rules that share requests keep their order, as far as that is possible.
func (c *conversion) arrangeRules(all []*rule) []*rule {
	pairs := c.pairs(all)
	if pairs == nil {
		return all
	}
	out := pairs.sorted()
	sorted := make([]*rule, len(all))
	for k, i := range out {
		sorted[k] = all[i]
		for _, j := range out[k+1:] {
			if j < i && pairs[i][j] != free {
				c.reportOvertaking(all[i], all[j])
			}
		}
	}
	return sorted
}

// pair is which of two rules has to come first.
type pair uint8

const (
	free   pair = iota // they share no request
	keep               // the one that is first
	before             // the one that is second: its requests are some of the first's
)

// pairs has, for each rule, its pairs with those in front of it.
type pairs [][]pair

// pairs compares the rules. It returns nil if all may stay as they are.
func (c *conversion) pairs(all []*rule) pairs {
	out, moves := make(pairs, len(all)), false
	for i, r := range all {
		out[i] = make([]pair, i)
		for j, o := range all[:i] {
			if c.purse.Spent() {
				return nil
			}
			if o.path == r.path && shareMethod(o, r) {
				out[i][j] = keep
			} else if shareMethod(o, r) {
				out[i][j] = c.pair(o, r)
			}
			moves = moves || out[i][j] == before
		}
	}
	if !moves {
		return nil
	}
	return out
}

func (c *conversion) pair(first, second *rule) pair {
	switch c.relate(second.path, first.path).Kind {
	case match.Disjoint:
		return free
	case match.Subset:
		return before
	default:
		return keep
	}
}

// sorted places the rules: each time the first for which all that have to come before
// it are placed, or else the first that has no more special one left.
func (p pairs) sorted() []int {
	special, kept := make([]int, len(p)), make([]int, len(p)) // how many are to come before
	count := func(i, by int) {
		for k := range p {
			switch {
			case k < i && p[i][k] == before:
				special[k] += by
			case k > i && p[k][i] == keep:
				kept[k] += by
			}
		}
	}
	for i := range p {
		count(i, 1)
	}
	out, placed := make([]int, 0, len(p)), make([]bool, len(p))
	for range p {
		first := -1
		for i := range p {
			if placed[i] || special[i] > 0 {
				continue
			}
			if kept[i] == 0 {
				first = i
				break
			}
			if first < 0 {
				first = i
			}
		}
		placed[first] = true
		out = append(out, first)
		count(first, -1)
	}
	return out
}

// shareMethod reports whether two rules have a method in common, those for preflights
// among them.
func shareMethod(a, b *rule) bool { return sharedMethod(a, b) != "" }

// sharedMethod returns a method that two rules have in common, preferably one that
// their author wrote, or "".
func sharedMethod(a, b *rule) string {
	for _, m := range a.methods {
		if slices.Contains(b.methods, m) {
			return m
		}
	}
	if a.hasOptions() && b.hasOptions() {
		return options
	}
	return ""
}

func (r *rule) hasOptions() bool { return r.preflight || slices.Contains(r.methods, options) }

// reportOvertaking reports the effect of a rule that now comes before a general
// one.
func (c *conversion) reportOvertaking(r, general *rule) {
	method := sharedMethod(r, general)
	if general.index == r.index || sameTreatment(r, general) || method == options && (r.preflight || general.preflight) {
		return
	}
	relation := c.relate(r.path, general.path)
	var w *diag.Witness
	if relation.Witness != nil {
		request := *relation.Witness
		request.Method = method
		if hosts := c.hosts(); len(hosts) > 0 {
			request.Host = hosts[0]
		}
		w = witness(&request)
	}
	if r.isPublic() && (r.direct || c.meshTokens()) && !general.isPublic() {
		c.leave(diag.OrderNotMoved, r.at+".path", "remove the rule, or move it in front of the other one if these requests are meant to be public",
			"nothing reaches %s today, because %s comes first; v2 would put it first, and let everybody in", quote(r), quote(general))
		c.left[len(c.left)-1].Witness = w
		return
	}
	f := c.tell(diag.RulesReordered, r.at+".path", "check that the requests of this path are to be answered by this rule",
		"%s now comes before %s, as v2 demands, and answers requests that the other took", quote(r), quote(general))
	f.Witness = w
	f.Related = []diag.Related{{Message: "the general rule", At: c.placeOf(general.at + ".path")}}
}

func quote(r *rule) string {
	return "rule \"" + oldPath(r) + "\""
}

// sameTreatment reports whether two rules do the same with a request.
func sameTreatment(a, b *rule) bool {
	rest := func(r *rule) source.Object {
		o := without(r.old, "path", "methods", "accessStrategies", "mutators")
		return append(o, r.access, source.Member{Key: "request", Value: r.request})
	}
	return edit.Equal(rest(a), rest(b))
}

// covers remembers how paths relate, and what older paths become.
type covers struct {
	judge *match.Judge
	memo  memo[[2]string, match.Relation]
	found memo[pathlang.Path, *cover]
}

// pairSteps is what it costs to look at a pair of rules.
const pairSteps = 20

// relate compares two paths of v2, as long as the purse of the resource allows
// it: a resource that spends it is left.
func (c *conversion) relate(a, b string) match.Relation {
	if !c.purse.Charge(pairSteps) {
		return match.Relation{Reason: match.TooMuch}
	}
	if areApart(a, b) {
		return match.Relation{Kind: match.Disjoint}
	}
	r := c.covers.relate(a, b)
	c.purse.Charge(r.Steps)
	return r
}

// relate compares two paths of v2 that are not apart.
func (c *covers) relate(a, b string) match.Relation {
	return c.memo.get([2]string{a, b}, func() match.Relation {
		return c.template(a).Relate(c.template(b), budget)
	})
}

func (c *covers) template(text string) *match.Matcher {
	return c.judge.Compile(match.Set{Path: pathlang.Path{Lang: pathlang.Template, Text: text}})
}

// areApart reports whether two paths of v2 differ where both are literal. It is
// quick, and does not see every pair that shares no request.
func areApart(a, b string) bool {
	a, b = literalBeginning(a), literalBeginning(b)
	n := min(len(a), len(b))
	return a[:n] != b[:n]
}

// literalBeginning returns the characters in front of the first that may mean
// something else than itself, without a slash at the end.
func literalBeginning(path string) string {
	end := strings.IndexFunc(path, func(r rune) bool {
		return r != '/' && r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	if end >= 0 {
		path = path[:end]
	}
	return strings.TrimRight(path, "/")
}
