package policy

import (
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// entries lists the requests that the ALLOW policies of a gateway let through to
// the pods of its Services, route by route. Set is what the policy matches
// without regard to the route's Except; Methods and Path are what the author listed.
func entries(g *ir.Gateway, t *ir.Target) []*ir.Entry {
	hosts := g.HostNames()
	out := make([]*ir.Entry, 0, len(g.Routes))
	for _, r := range g.Routes {
		set := match.Set{Hosts: hosts, Methods: r.Match.Methods, Path: pathlang.PolicyPath(policyPath(r.Match.Path)), View: match.RawPath}
		out = append(out, &ir.Entry{
			Origin: r.Origin.At("path"), Gateway: g, Route: r, Set: set, Methods: r.Match.Methods, Path: pathlang.TemplateMeaning(r.Match.Path),
			Delegated: t.Plan.Delegated(r),
		})
	}
	return out
}
