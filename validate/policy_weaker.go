package validate

import (
	"fmt"
	"maps"
	"slices"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// policyWeaker reports requests of a route that the policy of a later, weaker
// one lets through: policies know no order, and one that allows is enough
// (https://istio.io/latest/docs/reference/config/security/authorization-policy/).
// A specific rule in front of a general one is an exception and is not
// reported, nor is one behind it, which the proxy's routes already show. Of two
// policies for the same requests the controllers keep one: see KGW415.
func policyWeaker(v *View, found *diag.List) {
	takes := v.Policies
	for j := range takes {
		told := 0
		for i := j - 1; i >= 0 && takes[i].Gateway == takes[j].Gateway && told < maxPairs; i-- {
			if f, ok := letThrough(&takes[i], &takes[j]); ok {
				found.Add(f)
				told++
			}
		}
	}
}

// policiesByRoute finds what the policies of a route let through; a target
// without policies has none.
func (v *View) policiesByRoute() map[*ir.Route]*ir.Take {
	out := make(map[*ir.Route]*ir.Take, len(v.Policies))
	for i := range v.Policies {
		out[v.Policies[i].Route] = &v.Policies[i]
	}
	return out
}

// letThrough judges what the policy of the later take does to the requests of
// the earlier one.
func letThrough(earlier, later *ir.Take) (diag.Finding, bool) {
	e, l := earlier.Route, later.Route
	if !l.Access.Weaker(&e.Access) || earlier.Delegated || later.Delegated || asksProvider(e) || !mayMeet(&later.Set, &earlier.Want) ||
		!sameUpstream(e, l) || slices.Contains(l.Except, e.Match.Path) {
		return diag.Finding{}, false
	}
	r := match.Relate(later.Set, earlier.Want)
	if r.Witness == nil || r.Kind == match.Subset || r.Kind == match.Equal || excepted(l, r.Witness) {
		return diag.Finding{}, false
	}
	w := witness(r.Witness)
	return diag.Finding{
		Code: diag.RouteWeaker, At: earlier.Origin, Witness: w,
		Message: fmt.Sprintf("%s %s is let through by the policy of %s, which demands less of the caller than %s", w.Method, w.URL, spell(later), spell(earlier)),
		Help:    "policies know no order: narrow the weaker path so that it leaves these requests out, or send the two to different Services",
		Related: []diag.Related{{Message: "the rule whose policy lets it through", At: later.Origin}},
	}, true
}

// asksProvider tells whether an external authorizer decides, whatever other
// policies allow.
func asksProvider(r *ir.Route) bool {
	return slices.ContainsFunc(r.Access.Grants, func(g ir.Grant) bool {
		_, external := g.Proof.(ir.External)
		return external
	})
}

func excepted(r *ir.Route, w *match.Request) bool {
	return slices.ContainsFunc(r.Except, func(p pathlang.Path) bool {
		return accepts(match.Set{Path: p, View: match.RawPath}, *w)
	})
}

// sameUpstream tells whether two routes of one gateway end at the same pods.
func sameUpstream(a, b *ir.Route) bool {
	x, y := upstreams(a), upstreams(b)
	if len(x) == 0 || len(y) == 0 {
		return len(x) == len(y)
	}
	for i := range x {
		if slices.ContainsFunc(y, func(u ir.Upstream) bool { return samePods(&x[i], &u) }) {
			return true
		}
	}
	return false
}

func upstreams(r *ir.Route) []ir.Upstream {
	forward, _ := r.Action.(ir.Forward)
	return forward.To
}

func samePods(a, b *ir.Upstream) bool {
	if a.Namespace != b.Namespace {
		return false
	}
	return a.Name == b.Name || a.Selector != nil && b.Selector != nil && maps.Equal(*a.Selector, *b.Selector)
}
