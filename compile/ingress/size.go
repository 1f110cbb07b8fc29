package ingress

import (
	"github.com/kgw-dev/kgw/internal/ir"
)

// Size returns about how many bytes Lower writes for a gateway, without making
// its routes: each route of the gateway has one for each group of callers.
func Size(g *ir.Gateway, t *ir.Target) int {
	if !hasUpstream(g) {
		return 0
	}
	const (
		object  = 500 // bytes of an Ingress or a RouteGroup's route, without what is counted
		backend = 150 // bytes of one Service of an Ingress
	)
	perRoute, copies := 0, 1
	for i := range g.Hosts {
		perRoute += len(g.Hosts[i].Name) + backend*len(g.Hosts[i].Upstreams)
	}
	if t.Skipper.RouteGroups {
		perRoute, copies = 0, len(hostGroups(g, t))
	} else {
		copies += len(versions(g, t))
	}
	n := object + perRoute
	for _, r := range g.Routes {
		one := object + perRoute + len(r.Match.Path.Text)
		for i := range r.Access.Grants {
			grant := &r.Access.Grants[i]
			n += one + sizeOf(grant.Who)
			for _, s := range grant.Scopes {
				n += len(s) + len(`, ""`)
			}
			for _, c := range natives(r) {
				n += len(c.Text)
			}
		}
		for _, p := range r.Access.Deny {
			n += one + sizeOf(p)
		}
		if r.Access.Restricted {
			n += one
		}
		if r.CORS != nil {
			n += one
		}
	}
	return n * copies
}

// sizeOf returns about how many bytes the conditions of a group of callers
// have.
func sizeOf(who ir.Principal) int {
	n := 0
	for _, c := range conditions(who) {
		n += len(c.String())
	}
	return n
}
