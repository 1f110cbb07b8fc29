package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
)

// findPolicies finds the shelves of the policies that may hold for the pods of the
// gateway and its hosts.
func (c *guarded) findPolicies() {
	pods := map[shelf]bool{}
	for _, r := range c.g.Routes {
		for _, u := range upstreams(r) {
			c.w.shelves(podsOf(&u), pods)
		}
	}
	hosts := append([]string{""}, c.hosts...)
	if slices.ContainsFunc(c.hosts, func(h string) bool { return strings.Contains(h, "*") }) {
		hosts = []string{everyHost}
	}
	for s := range pods {
		for _, h := range hosts {
			c.looks = append(c.looks, shelf{s.namespace, s.label, h})
		}
	}
}

// listPolicies lists the policies that may hold for the pods of the gateway,
// and reports whether one of them may open something.
func (c *guarded) listPolicies() (near []*ir.Opener, opens bool) {
	for _, i := range c.nearOpeners() {
		o := &c.w.v.Openers[i]
		if !c.concerns(o) {
			continue
		}
		if meets, open := c.meets(o); meets {
			near, opens = append(near, o), opens || open
		}
	}
	return near, opens
}

// addOpeners adds openers, equal ones once.
func (c *guarded) addOpeners(openers []*ir.Opener) {
	seen := map[openerKey]bool{}
	for _, o := range openers {
		c.foreign = c.foreign || o.Gateway != c.g
		key := openerKey{own: o.Gateway == c.g, demand: fmt.Sprint(o.Pods, o.Sets, o.Except, o.Demand)}
		if key.own {
			key.route = o.Route
		}
		if !seen[key] {
			seen[key] = true
			c.openers = append(c.openers, o)
		}
	}
}

// openerKey is equal for two policies that let the same requests through.
// Policies of the gateway itself are distinguished by their route.
type openerKey struct {
	own    bool
	route  *ir.Route
	demand string
}

// concerns reports whether a policy may let a request for one of the hosts
// through to pods of the gateway.
func (c *guarded) concerns(o *ir.Opener) bool {
	if !slices.ContainsFunc(o.Sets, func(s match.Set) bool { return s.HostPattern.Lang != 0 || c.mayHost(s.Hosts) }) {
		return false
	}
	return slices.ContainsFunc(c.g.Routes, func(r *ir.Route) bool { return c.w.v.selectsSome(o.Pods, r) != noPod })
}

func (c *guarded) mayHost(hosts []string) bool {
	return len(hosts) == 0 || slices.ContainsFunc(hosts, func(h string) bool {
		return slices.ContainsFunc(c.hosts, func(own string) bool {
			return h == own || strings.HasPrefix(h, "*") && strings.HasSuffix(own, h[1:]) || strings.HasPrefix(own, "*") && strings.HasSuffix(h, own[1:])
		})
	})
}

// meets reports whether a policy may let a request through that the proxy sends
// on for the gateway, and whether it may open one: a request that no rule lists,
// or one of a rule that lets in fewer callers. Only beginnings of paths and
// methods are compared.
func (c *guarded) meets(o *ir.Opener) (meets, opens bool) {
	for i := range o.Sets {
		s := o.Sets[i]
		if len(s.Methods) == 0 {
			s.Methods = nil
		}
		met := false
		for _, t := range c.w.routes[c.g] {
			if !t.Delegated && mayMeet(&t.Set, &s) {
				met, opens = true, opens || !listsAll(t, &s)
			}
		}
		meets = meets || met
		opens = opens || met && slices.ContainsFunc(c.g.Routes, func(r *ir.Route) bool { return c.opensRule(r, o, &s) })
	}
	return meets, opens
}

// listsAll reports whether the author listed all requests of a set that the proxy
// sends on for an entry.
func listsAll(t *ir.Entry, s *match.Set) bool {
	if t.Set.Path != t.Path {
		return false
	}
	if len(t.Methods) == 0 || slices.Equal(t.Set.Methods, t.Methods) {
		return true
	}
	return s.Methods != nil && !slices.ContainsFunc(s.Methods, func(m string) bool { return !slices.Contains(t.Methods, m) })
}

// opensRule reports whether a set of a policy may have requests of a rule that lets
// in fewer callers.
func (c *guarded) opensRule(r *ir.Route, o *ir.Opener, s *match.Set) bool {
	if len(upstreams(r)) == 0 || r.Access.Open() || (!asksAuthorizer(r) || o.Route == r) && c.letsInAll(r, &o.Demand) {
		return false
	}
	want := c.listedSet(r)
	return mayMeet(&want, s)
}

// plainHosts returns the hosts that a policy is limited to, or "" where it names none
// or a wildcard.
func plainHosts(o *ir.Opener) []string {
	var out []string
	for _, s := range o.Sets {
		if len(s.Hosts) == 0 || s.HostPattern.Lang != 0 || slices.ContainsFunc(s.Hosts, func(h string) bool { return strings.Contains(h, "*") }) {
			return []string{""}
		}
		out = append(out, s.Hosts...)
	}
	return out
}

// nearOpeners lists the openers, in order, that may hold for the pods and the
// hosts, except for those whose demand is harmless.
func (c *guarded) nearOpeners() []int {
	harmless := c.harmlessDemands()
	var out []int
	for _, s := range c.looks {
		for _, i := range c.w.index[s] {
			if !harmless[c.w.demand[i]] {
				out = append(out, i)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// harmlessDemands reports for each demand whether a policy with it opens nothing of the
// gateway, whatever its requests are: every rule that can be opened lets its callers in
// anyway, and every request that the proxy matches has a rule.
func (c *guarded) harmlessDemands() []bool {
	out := make([]bool, len(c.w.demands))
	for _, t := range c.w.routes[c.g] {
		if !t.Delegated && (t.Set.Path != t.Path || !slices.Equal(t.Set.Methods, t.Methods)) {
			return out
		}
	}
	for i, d := range c.w.demands {
		out[i] = !slices.ContainsFunc(c.g.Routes, func(r *ir.Route) bool {
			return len(upstreams(r)) > 0 && !r.Access.Open() && (asksAuthorizer(r) || !c.letsInAll(r, d))
		})
	}
	return out
}
