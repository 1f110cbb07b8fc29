package compile

import (
	"github.com/kgw-dev/kgw/compile/flatten"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
)

// rewrite turns gateways whose dialect matches the most specific route into
// gateways for targets that match the first, one for each host.
func (r *run) rewrite() {
	compiled := make([]*unit, 0, len(r.compiled))
	for _, u := range r.compiled {
		u.meant = u.gateway
		separate := u.target != nil && u.target.firstMatch && u.gateway.Order == match.MostSpecific
		if l := u.links; !l.made {
			gateways := []*ir.Gateway{u.gateway}
			if separate {
				gateways, l.rewrote = flatten.Rewrite(u.gateway, &u.target.Target)
			}
			for _, g := range gateways {
				l.parts = append(l.parts, &linked{gateway: g})
			}
			l.made = true
		}
		r.found = append(r.found, u.links.rewrote...)
		for _, part := range u.links.parts {
			one := u
			if separate {
				of, target := *u, *u.target
				target.Plan.MethodsDelegated = true
				one, of.target = &of, &target
			}
			one.gateway, one.linked = part.gateway, part
			compiled = append(compiled, one)
		}
	}
	r.compiled = compiled
}

// Steps that one visit of the emitters to all gateways may spend on questions
// about paths, and what the visit to a gateway may in any case for each route.
const (
	stepsOfEmitters = 20_000_000
	stepsOfRoute    = 20_000
)

// shareBudget assigns each gateway its part of the budget for questions of the
// emitters, by its number of routes. Gateways with equal parts share a target.
func (r *run) shareBudget() {
	whole := 0
	for _, u := range r.compiled {
		whole += len(u.gateway.Routes)
	}
	type part struct {
		of    *boundTarget
		steps int
	}
	made := map[part]*boundTarget{}
	for _, u := range r.compiled {
		if u.target == nil {
			continue
		}
		p := part{u.target, match.Part(stepsOfEmitters, len(u.gateway.Routes), whole, stepsOfRoute)}
		if made[p] == nil {
			own := *u.target
			own.Steps = p.steps
			made[p] = &own
		}
		u.target = made[p]
	}
}
