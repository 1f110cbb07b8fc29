package validate

import (
	"fmt"
	"slices"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
)

// checkRouteShadows reports routes whose requests an earlier route of the same
// gateway matches: wholly, in part, or in a way that admits callers the later
// one would not. A specific route before a general one is how exceptions are
// written and is not reported.
func checkRouteShadows(v *View, found *diag.List) {
	takes := v.Routes
	earlier, policies := map[int][]int{}, v.policiesByRoute()
	v.Proof.Routes = v.pairsOf(takes, func(i, j int, _ match.Relation) {
		if takes[i].Gateway == takes[j].Gateway {
			earlier[j] = append(earlier[j], i)
		}
	})
	for j := range takes {
		if len(earlier[j]) > 0 {
			v.reportShadowed(takes, j, earlier[j], policies, found)
		}
	}
}

// reportShadowed judges one route against the earlier ones that meet it.
func (v *View) reportShadowed(takes []*ir.Entry, j int, earlier []int, policies map[*ir.Route]*ir.Entry, found *diag.List) {
	later := takes[j]
	if sameAnswer(takes, later, earlier) {
		return
	}
	others := make([]match.Set, len(earlier))
	for k, i := range earlier {
		others[k] = takes[i].Set
	}
	rest := v.difference(later.Want(), others...)
	told := 0
	for _, i := range earlier {
		if told == maxPairs {
			break
		}
		if f, ok := v.shadowedBy(takes[i], later, v.relateCommon(takes[i], later), rest.Empty, policies[takes[i].Route]); ok {
			told++
			if f.Code == diag.RouteUnreachable {
				f.Fix = moveInFront(takes, later, earlier)
				found.Add(f)
				break
			}
			found.Add(f)
		}
	}
	if rest.Empty && told == 0 {
		found.Add(diag.Finding{
			Code: diag.RouteUnreachable, At: later.Origin, Fix: moveInFront(takes, later, earlier),
			Message: fmt.Sprintf("no request reaches the route of %s: earlier routes match them all", spell(later)),
			Help:    "move the rule in front of the more general ones, or remove it",
			Related: []diag.Related{{Message: "one of the earlier routes", At: takes[earlier[0]].Origin}},
		})
	}
}

// relateCommon relates what the earlier route matches to what the author listed for the
// later one, restricted to common methods: a specific path with more methods than a
// general one is still the more specific of the two.
func (v *View) relateCommon(a, b *ir.Entry) match.Relation {
	methods := b.Methods
	if a.Set.Methods != nil {
		methods = []string{}
		for _, m := range b.Methods {
			if slices.Contains(a.Set.Methods, m) {
				methods = append(methods, m)
			}
		}
	}
	x, y := a.Set, b.Want()
	x.Methods, y.Methods = methods, methods
	return v.relate(x, y)
}

// sameAnswer reports whether it does not matter which of the routes answers: all of
// them send requests to Oathkeeper in the same way, and Oathkeeper applies its own
// rules.
func sameAnswer(takes []*ir.Entry, later *ir.Entry, earlier []int) bool {
	for _, i := range earlier {
		if !sameDecision(takes[i], later) {
			return false
		}
	}
	return true
}

func sameDecision(a, b *ir.Entry) bool {
	return a.Delegated && b.Delegated && a.Effect.Equal(&b.Effect)
}

// shadowedBy judges the requests of a later route that an earlier one matches
// first. The policy, if there is one, is the earlier route's.
func (v *View) shadowedBy(a, b *ir.Entry, r match.Relation, unreachable bool, policy *ir.Entry) (diag.Finding, bool) {
	if r.Kind == match.Disjoint || sameDecision(a, b) {
		return diag.Finding{}, false
	}
	f := diag.Finding{At: b.Origin, Related: []diag.Related{{Message: "the earlier route", At: a.Origin}}}
	if r.Witness == nil {
		f.Code = diag.OverlapUnknown
		f.Message = fmt.Sprintf("kgw cannot tell whether an earlier route matches requests of %s: %s", spell(b), r.Reason)
		return f, true
	}
	if r.Kind == match.Subset {
		return f, false
	}
	f.Witness = witness(r.Witness)
	request := f.Witness.Method + " " + f.Witness.URL
	switch {
	case !a.Delegated && b.Delegated && !b.Route.Access.Open():
		f.Code = diag.RuleBypassed
		f.Message = fmt.Sprintf("%s is matched by an earlier route, which sends it to the Service without the Oathkeeper rule of %s", request, spell(b))
		f.Help = "put the rule that demands more in front, or narrow the earlier path"
	case a.Route.Access.Weaker(&b.Route.Access) && (policy == nil || v.Judge.Accepts(policy.Set, *r.Witness)):
		f.Code = diag.RouteWeaker
		f.Message = fmt.Sprintf("%s is matched by an earlier route, which demands less of the caller than %s", request, spell(b))
		f.Help = "put the rule that demands more in front, or narrow the earlier path"
	case unreachable && (r.Kind == match.Superset || r.Kind == match.Equal):
		f.Code = diag.RouteUnreachable
		f.Message = fmt.Sprintf("no request reaches the route of %s: an earlier route matches them all, such as %s", spell(b), request)
		f.Help = "move the rule in front of the more general one, or remove it"
	case a.Effect.Equal(&b.Effect) && !b.Route.Access.Weaker(&a.Route.Access):
		return f, false
	default:
		f.Code = diag.RouteShadowed
		f.Message = fmt.Sprintf("%s is matched by an earlier route and not by %s", request, spell(b))
		f.Help = "narrow one of the two paths, or put the more specific rule first"
	}
	return f, true
}
