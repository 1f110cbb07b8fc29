package compile

import (
	"fmt"
	"slices"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
)

// linkParent fills in the facts about the Gateway of the Gateway API that the
// HTTPRoutes of a resource belong to, where it is among the inputs, and checks
// that it serves the hosts.
func (c *companions) linkParent(u *unit, found *diag.List) {
	g := u.gateway
	if u.target == nil || !u.target.GatewayAPI.Routes {
		return
	}
	p := u.target.GatewayAPI.ParentOf(g)
	gateway := c.parents[p.Name]
	if gateway == nil || p.Kind != "Gateway" {
		return
	}
	g.Ingress.Parent = &ir.ParentDocument{Account: gateway.Account}
	for i := range g.Hosts {
		h := &g.Hosts[i]
		if h.Name == "" || h.Short {
			continue // reported elsewhere
		}
		fit, why := gateway.Fitting(p.Sections, h.Name, g.Name.Namespace, c.namespaces[g.Name.Namespace])
		if len(fit) == 0 {
			f := found.Add(diag.Finding{
				Code: diag.ParentUnfit, At: h.Origin, Help: "change the listener, or name another Gateway or listener in gatewayAPI.gateways of kgw.yaml",
				Message: fmt.Sprintf("no listener of the Gateway %q accepts routes for host %q from namespace %q: %s", gateway.Name, h.Name, g.Name.Namespace, why),
			})
			if gateway.Origin.Doc != nil {
				f.Related = []diag.Related{{Message: "the Gateway", At: gateway.Origin.At("spec", "listeners")}}
			}
		}
		for _, l := range fit {
			if l.Protocol == "HTTPS" && !slices.Contains(g.Ingress.Parent.Secure, l.Name) {
				g.Ingress.Parent.Secure = append(g.Ingress.Parent.Secure, l.Name)
				g.Ingress.Parent.SecureAt = append(g.Ingress.Parent.SecureAt, l.Origin.At("name"))
			}
		}
	}
}
