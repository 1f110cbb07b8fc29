package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
)

// judgeClass looks at one class of requests.
func (c *guarded) judgeClass(class *match.Class) {
	first := func(from, to int) int {
		i, _ := slices.BinarySearch(class.Takes, from)
		if i < len(class.Takes) && class.Takes[i] < to {
			return class.Takes[i]
		}
		return -1
	}
	n := len(c.takes)
	at := first(0, n)
	if at < 0 || c.takes[at].Delegated {
		return
	}
	entry := c.takes[at]
	var rule *ir.Route
	if k := first(n, n+len(c.wants)); k >= 0 {
		rule = c.wants[k-n]
	}
	if rule != nil && (rule.Access.Open() || len(upstreams(rule)) == 0) {
		return
	}
	for i, o := range c.openers {
		if first(c.sets[i][0], c.sets[i][1]) < 0 || first(c.sets[i][1], c.ends[i]) >= 0 {
			continue
		}
		share := c.w.v.selectsSome(o.Pods, entry.Route)
		if share == noPod {
			continue
		}
		way := weaker
		if rule != nil && (c.letsInAll(rule, &o.Demand) || asksAuthorizerOnly(rule)) {
			if way = c.wayUnasked(rule, o, first); way == none {
				continue
			}
		}
		c.reportOpened(entry, rule, o, class, share, way)
	}
}

// way is how a policy lets in requests that a rule refuses.
type way uint8

const (
	none   way = iota
	weaker     // it demands less
	byPath     // the external authorizer is asked about other paths
	byPort     // it is asked about the host without a port
)

// wayUnasked finds out how a policy lets requests of a class through without asking the
// external authorizer of a rule: the authorizer's policy covers only requests that the
// rule's own policies match. A policy that names no host also holds for requests whose
// Host header names a port; a policy that names one does not.
func (c *guarded) wayUnasked(rule *ir.Route, o *ir.Opener, first func(from, to int) int) way {
	if !asksAuthorizer(rule) || o.Route == rule {
		return none
	}
	at := c.customs[rule]
	if first(at[0], at[1]) < 0 || first(at[1], at[2]) >= 0 {
		return byPath
	}
	named := slices.ContainsFunc(c.own[rule], func(own *ir.Opener) bool {
		return slices.ContainsFunc(own.Sets, func(s match.Set) bool { return len(s.Hosts) > 0 || s.HostPattern.Lang != 0 })
	})
	if named && slices.ContainsFunc(o.Sets, func(s match.Set) bool {
		return len(s.Hosts) == 0 || slices.ContainsFunc(s.Hosts, func(h string) bool { return strings.HasSuffix(h, "*") }) // or a pattern with "*" at its end
	}) {
		return byPort
	}
	return none
}

// asksAuthorizer reports whether an external authorizer has a say about a rule.
func asksAuthorizer(r *ir.Route) bool {
	return slices.ContainsFunc(r.Access.Grants, func(g ir.Grant) bool { _, external := g.Proof.(ir.External); return external })
}

// asksAuthorizerOnly reports whether an external authorizer alone decides about
// a rule, whatever policies allow.
func asksAuthorizerOnly(r *ir.Route) bool {
	return slices.ContainsFunc(r.Access.Grants, func(g ir.Grant) bool {
		p, external := g.Proof.(ir.External)
		return external && p.Then == nil
	})
}

// letsInAll reports whether the rule also lets in every caller that a policy lets
// through, by one of its own demands.
func (c *guarded) letsInAll(r *ir.Route, d *ir.Demand) bool {
	return slices.ContainsFunc(c.own[r], func(o *ir.Opener) bool { return demandWithin(d, &o.Demand) })
}

// demandWithin reports whether all that satisfy d satisfy o.
func demandWithin(d, o *ir.Demand) bool {
	if o.Issuers != nil && (d.Issuers == nil || slices.ContainsFunc(d.Issuers, func(i string) bool { return !slices.Contains(o.Issuers, i) })) {
		return false
	}
	for _, want := range o.Claims {
		if !slices.ContainsFunc(d.Claims, func(have ir.ClaimDemand) bool {
			return have.Name == want.Name && !slices.ContainsFunc(have.Values, func(v string) bool { return !slices.Contains(want.Values, v) })
		}) {
			return false
		}
	}
	return true
}

func (c *guarded) reportOpened(entry *ir.Entry, rule *ir.Route, o *ir.Opener, class *match.Class, share sharing, how way) {
	at, closes := entry.Origin, "which no rule of this resource matches"
	if rule != nil {
		at, closes = rule.Origin.At("path"), fmt.Sprintf("which demands less of the caller than %q", rule.Match.Path.Text)
	}
	key := saying{at, o.Origin, share}
	if c.told[key] || len(c.found) >= maxPairs*len(c.g.Routes) {
		return
	}
	c.told[key] = true
	w := witness(&class.Witness)
	policy, more := "the policy "+o.Name, "the policy that lets it through"
	if o.Gateway != nil {
		policy, more = fmt.Sprintf("the policy of %q", o.Route.Match.Path.Text), "the rule whose policy lets it through"
		if o.Gateway != c.g {
			policy += fmt.Sprintf(" of %s %s", o.Gateway.Kind, o.Gateway.Name)
		}
	}
	f := diag.Finding{
		Code: diag.RouteWeaker, At: at, Witness: w,
		Message: fmt.Sprintf("%s %s is let through by %s, %s", w.Method, w.URL, policy, closes),
		Help:    "policies know no order, and all that select a pod count: narrow the weaker one so that it leaves these requests out, or send the two to different Services",
		Related: []diag.Related{{Message: more, At: o.Origin}},
	}
	switch how {
	case byPort:
		w.URL = strings.Replace(w.URL, class.Witness.Host, class.Witness.Host+":443", 1)
		f.Message = fmt.Sprintf("%s %s is let through by %s, and the external authorizer of %q is not asked: its policy is for the host without a port", w.Method, w.URL, policy, rule.Match.Path.Text)
	case byPath:
		f.Message = fmt.Sprintf("%s %s is let through by %s, and the external authorizer of %q is not asked: its policy does not match the path", w.Method, w.URL, policy, rule.Match.Path.Text)
	case none, weaker:
	}
	if share == maybePod {
		f.Code = diag.PodsMayShare
		f.Message = fmt.Sprintf("%s %s may be let through by %s, %s: %s", w.Method, w.URL, policy, closes, unknownPods(o.Pods, entry.Route))
		f.Help = podsHelp
	}
	c.found.Add(f)
}

// compileCustoms adds the requests that external authorizers are asked about: those of
// the rules' own policies, without the exceptions of these.
func (c *guarded) compileCustoms(add func(match.Set)) {
	c.customs = map[*ir.Route][3]int{}
	for _, r := range c.g.Routes {
		if !asksAuthorizer(r) {
			continue
		}
		at := [3]int{len(c.ms)}
		for _, o := range c.own[r] {
			for _, s := range o.Sets {
				add(s)
			}
		}
		at[1] = len(c.ms)
		for _, o := range c.own[r] {
			for _, s := range o.Except {
				add(s)
			}
		}
		at[2] = len(c.ms)
		c.customs[r] = at
	}
}
