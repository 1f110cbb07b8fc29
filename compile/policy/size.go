package policy

import (
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
)

// object is how many bytes a policy has without what is counted.
const object = 330

// Size returns about how many bytes Lower writes for a gateway, without making
// its policies.
func Size(g *ir.Gateway, t *ir.Target) int {
	if !t.WritesPolicies(g) {
		return 0
	}
	n, each := 0, object+manifest.SizeOfLabels(t.LabelsOf(g))+2*len(g.ID())
	hosts := 0
	if g.Convention.PolicyHosts {
		for i := range g.Hosts {
			hosts += len("        - \n") + len(g.Hosts[i].Name)
		}
	}
	for _, r := range g.Routes {
		forward, _ := r.Action.(ir.Forward)
		for i := range forward.To {
			n += sizeOfRoute(g, r, t, each+sizeOfSelector(&forward.To[i]), hosts+sizeOfOperation(r))
		}
	}
	return n
}

// sizeOfRoute is the size of the policies that protect one upstream of a route:
// each is an object of a size, and repeats the operation in each of its rules.
func sizeOfRoute(g *ir.Gateway, r *ir.Route, t *ir.Target, each, operation int) int {
	n := 0
	for _, p := range providers(r) {
		n += each + operation + len(p.Name)
	}
	for _, gr := range allowGrants(r, t) {
		rule := manifest.PolicyRule{From: sources(g, gr, t), When: conditions(gr, scopeClaims(gr)[0])}
		n += each + (operation+sizeOfRule(&rule))*len(scopeClaims(gr))
	}
	issuers := issuersOf(r)
	if len(issuers) == 0 {
		return n
	}
	n += each
	for i := range issuers {
		n += 70 + len(issuers[i].Issuer) + len(issuers[i].JWKS) + manifest.SizeOfTexts(issuers[i].FromParams) + 40*len(issuers[i].FromHeaders)
	}
	return n
}

// sizeOfRule is the size of a rule without its operation.
func sizeOfRule(r *manifest.PolicyRule) int {
	const condition, from = 55, 60
	n := 0
	for i := range r.From {
		n += from + manifest.SizeOfTexts(r.From[i].Source.Principals) + manifest.SizeOfTexts(r.From[i].Source.RequestPrincipals)
	}
	for i := range r.When {
		n += condition + manifest.SizeOfTexts(r.When[i].Values)
	}
	return n
}

func sizeOfOperation(r *ir.Route) int {
	n := 80 + len(r.Match.Path.Text) + manifest.SizeOfTexts(r.Match.Methods)
	for _, p := range r.Except {
		n += len("        - \n") + len(p.Text)
	}
	return n
}

func sizeOfSelector(u *ir.Upstream) int {
	if u.Selector == nil {
		return 0
	}
	return manifest.SizeOfLabels(*u.Selector)
}
