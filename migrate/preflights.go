package migrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

const options = "OPTIONS"

// addPreflights marks the rules that get OPTIONS, where a CORS policy needs it:
// without it, v2 routes no preflight. The policy is the same for all rules, so
// that the most general rule is enough for the ones within it, and an author's
// own rule for OPTIONS for the ones that it covers. A public rule replaces one that
// asks for a token only where other requests with OPTIONS do not get in.
func (c *conversion) addPreflights(all []*rule) {
	if !c.hasCORS() {
		return
	}
	needs := slices.DeleteFunc(slices.Clone(all), func(r *rule) bool {
		return len(r.methods) == 0 || slices.ContainsFunc(all, func(o *rule) bool {
			return slices.Contains(o.methods, options) && (o == r || c.isWithin(r.path, o.path))
		})
	})
	closed := map[*rule]bool{}
	for _, o := range needs {
		closed[o] = o.isPublic() && c.leavesOut(all, o)
	}
	var added []int
	for _, r := range needs {
		if slices.ContainsFunc(needs, func(o *rule) bool { return o != r && c.answersFor(o, r, needs, closed[o]) }) {
			continue
		}
		why := ""
		if !r.isPublic() && slices.ContainsFunc(needs, func(o *rule) bool { return o != r && o.isPublic() && c.isWithin(r.path, o.path) }) {
			why = "; on the public rule around it alone, other requests with OPTIONS would be open here"
		}
		r.preflight = true
		if !slices.Contains(added, r.index) {
			added = append(added, r.index)
			c.tell(diag.PreflightAdded, fmt.Sprintf("spec.rules[%d].methods", r.index), "remove it if no browser sends requests from another origin",
				"OPTIONS is added, so that browsers' preflights find the route%s", why)
		}
	}
}

// leavesOut reports whether the policy of the rule o refuses all methods, those of
// preflights among them, on the paths of each rule that asks for a token, and shares
// paths with no other.
func (c *conversion) leavesOut(all []*rule, o *rule) bool {
	return !slices.ContainsFunc(all, func(r *rule) bool {
		if r == o || r.index == o.index || c.relate(r.path, o.path).Kind == match.Disjoint {
			return false
		}
		if c.hidesFrom(all, r, o) && canBeLeftOut(r, o) && shareMethod(r, o) {
			return false
		}
		return !r.isPublic() || shareMethod(r, o) || slices.Contains(r.methods, options)
	})
}

// hidesFrom reports whether Oathkeeper got the requests for the paths of the rule r
// with every method, before they could reach the rule o, which Oathkeeper does not
// guard.
func (c *conversion) hidesFrom(all []*rule, r, o *rule) bool {
	return !c.meshTokens() && !r.direct && o.direct && r.index < o.index &&
		!slices.ContainsFunc(all, func(first *rule) bool { return first.direct && first.index < r.index && oldPath(first) == oldPath(r) })
}

// canBeLeftOut reports whether the policy of the rule o leaves out the path of an
// earlier one that shares a method with it.
func canBeLeftOut(r, o *rule) bool { return r.path != o.path && !slices.Contains(everything, r.path) }

// everything are the paths that no policy of v2 leaves out.
var everything = []string{"/", "/*", "/{**}"}

// oldPath returns the text of the path that a rule had.
func oldPath(r *rule) string {
	path, _ := r.old.Get("path")
	text, _ := path.(string)
	return text
}

// answersFor reports whether OPTIONS on the rule o answers the preflights of
// the rule r too. Of two rules for one path the one that asks for more, or else
// the first, has it. closed is set where the policy of o leaves out the paths of
// rules that ask for a token; a public rule may be in front of r, too.
func (c *conversion) answersFor(o, r *rule, all []*rule, closed bool) bool {
	if !c.isWithin(r.path, o.path) {
		return false
	}
	if o.isPublic() && !r.isPublic() {
		return closed || o.anyMethod && o.index < r.index && !c.meshTokens()
	}
	if !c.isWithin(o.path, r.path) || o.isPublic() != r.isPublic() {
		return true
	}
	return slices.Index(all, o) < slices.Index(all, r)
}

// meshTokens reports whether Istio checked the tokens: the first route that matched
// a request was the one, with its methods.
func (c *conversion) meshTokens() bool { return c.settings.IstioJWT && c.result.From == "v1beta1" }

// reportOpened reports requests that get in although nothing matched them
// before. The route of a rule that goes to Oathkeeper matches every method, and
// Oathkeeper finds no Rule for methods that a later rule lets through without
// it; in v2 the later rule matches them.
func (c *conversion) reportOpened(all []*rule) {
	if c.meshTokens() {
		return
	}
	for i, r := range all {
		if r.direct || slices.ContainsFunc(all[:i], func(o *rule) bool { return !o.direct && o.path == r.path }) {
			continue
		}
		if !c.purse.Charge(len(all) * pairSteps) {
			return
		}
		for k, g := range all {
			if areApart(r.path, g.path) || g.index == r.index || !c.hidesFrom(all, r, g) || isLeftOut(all[:k], r, g) {
				continue
			}
			free := slices.DeleteFunc(slices.Clone(g.methods), func(m string) bool {
				return m == options && g.preflight || slices.ContainsFunc(all, func(o *rule) bool { return o != g && slices.Contains(o.methods, m) && c.isWithin(r.path, o.path) })
			})
			relation := c.relate(r.path, g.path)
			if len(free) == 0 || relation.Witness == nil {
				continue
			}
			request := *relation.Witness
			request.Method = free[0]
			if hosts := c.hosts(); len(hosts) > 0 {
				request.Host = hosts[0]
			}
			f := c.tell(diag.OpenedByMethod, r.at+".path", "check that these requests may pass, or leave the path out of the general rule",
				"requests for %q with %s found no rule in Oathkeeper, and match %s afterwards", r.path, strings.Join(free, ", "), quote(g))
			f.Witness = witness(&request)
		}
	}
}

// isLeftOut reports whether the policy of the rule g leaves out the path of the rule r,
// because of the rules in front of g. It compares the methods alone: each part of a
// rule that was split is still marked as one for preflights, which shareMethod counts.
func isLeftOut(front []*rule, r, g *rule) bool {
	return canBeLeftOut(r, g) && slices.ContainsFunc(front, func(o *rule) bool {
		return o.path == r.path && slices.ContainsFunc(o.methods, func(m string) bool { return slices.Contains(g.methods, m) })
	})
}

// reportOverlaps reports requests that two rules of Oathkeeper matched: it
// answers them with 500, and in v2 the first rule matches them.
func (c *conversion) reportOverlaps(all []*rule) {
	if c.meshTokens() {
		return
	}
	var rules []*rule // the first of each older rule
	var sets []match.Set
	seen := map[int]bool{}
	for _, r := range all {
		if !r.direct && !seen[r.index] {
			seen[r.index] = true
			rules, sets = append(rules, r), append(sets, match.Set{Path: c.olderPath(r), Methods: r.methods})
		}
	}
	match.Pairs(c.judge.CompileAll(sets), c.purse, func(i, j int, both match.Relation) bool {
		if both.Witness != nil {
			c.reportOverlap(rules[i], rules[j], *both.Witness)
		}
		return true
	})
}

// reportOverlap reports that two rules both match a request.
func (c *conversion) reportOverlap(r, g *rule, request match.Request) {
	both := slices.DeleteFunc(slices.Clone(g.methods), func(m string) bool { return !slices.Contains(r.methods, m) })
	if len(both) == 0 {
		return
	}
	request.Method = both[0]
	if hosts := c.hosts(); len(hosts) > 0 {
		request.Host = hosts[0]
	}
	f := c.tell(diag.OverlapEnds, r.at+".path", "check that this rule may let them in, or give the two rules different methods or paths",
		"%s and %s both match requests with %s, which Oathkeeper answers with 500: afterwards %s answers them", quote(r), quote(g), strings.Join(both, ", "), quote(r))
	f.Witness = witness(&request)
	f.Related = []diag.Related{{Message: "the other rule", At: c.placeOf(g.at + ".path")}}
}

// olderPath returns the path that a rule had.
func (c *conversion) olderPath(r *rule) pathlang.Path {
	text := oldPath(r)
	return pathlang.Path{Lang: c.pathLang(text), Text: text}
}

// splitMethods returns the methods that a rule shares with an earlier one, and
// those that it does not, a rule each. The policy of a rule leaves the paths of
// earlier rules with a common method out, for all its methods: requests with
// the others would be refused there. Where Oathkeeper refused them, they are not to
// be let in.
func (c *conversion) splitMethods(all []*rule) []*rule {
	var out []*rule
	for i, r := range all {
		var groups []*rule
		var shared [][]bool
		for _, m := range r.methods {
			if c.purse.Spent() {
				return all
			}
			with := c.sharesMethod(all, i, m)
			if k := slices.IndexFunc(shared, func(s []bool) bool { return slices.Equal(s, with) }); k >= 0 {
				groups[k].methods = append(groups[k].methods, m)
				continue
			}
			one := *r
			one.methods = []string{m}
			groups, shared = append(groups, &one), append(shared, with)
		}
		if len(groups) < 2 {
			groups = []*rule{r}
		} else {
			c.reportSplit(r, groups)
		}
		out = append(out, groups...)
	}
	return out
}

// sharesMethod reports for each rule in front of the i-th whether it matches the
// method, with paths that this one has too, or is to be left out with any method.
func (c *conversion) sharesMethod(all []*rule, i int, method string) []bool {
	r, out := all[i], make([]bool, i)
	for k, o := range all[:i] {
		out[k] = o.path != r.path && (slices.Contains(o.methods, method) || c.hidesFrom(all, o, r) && shareMethod(o, r)) &&
			c.relate(o.path, r.path).Kind != match.Disjoint
	}
	return out
}

func (c *conversion) reportSplit(r *rule, groups []*rule) {
	var lists []string
	for _, g := range groups {
		lists = append(lists, strings.Join(g.methods, " "))
	}
	c.tell(diag.RuleSplit, r.at+".methods", "", "%s becomes %d rules, for %s: v2 refuses all methods of a rule on the path of an earlier one that shares a method with it",
		quote(r), len(groups), strings.Join(lists, " and "))
}

// leaveRoot leaves a document whose rule for "/" alone asks for more than the
// rule for everything: the policy of the latter does not leave "/" out.
func (c *conversion) leaveRoot(all []*rule) {
	for _, r := range all {
		if r.path != "/" || r.isPublic() {
			continue
		}
		for _, o := range all {
			if (o.path == "/*" || o.path == "/{**}") && shareMethod(o, r) && !sameTreatment(o, r) {
				c.leave(diag.OrderNotMoved, r.at+".path", "give the two rules different methods, or let them demand the same",
					"v2 would let callers of %s in to \"/\" too: its policy for everything includes \"/\"", quote(o))
			}
		}
	}
}
