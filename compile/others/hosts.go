package others

import (
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/host"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/schema/kube"
)

// checkHosts reports Ingresses and RouteGroups among the inputs that serve a host of a
// gateway besides the objects written for it. Skipper serves both, and the other's
// routes ask for no token.
func (in *Inputs) checkHosts() diag.List {
	var exposures []*kube.Exposure
	for i := range in.Documents {
		if e, ok := in.Documents[i].Object.(*kube.Exposure); ok {
			exposures = append(exposures, e)
		}
	}
	if len(exposures) == 0 {
		return nil
	}
	var found diag.List
	for i := range in.Gateways {
		g := &in.Gateways[i]
		if g.Serves == nil {
			continue
		}
		written, documents := map[string]bool{}, in.ByKey()
		hosts := map[string]*ir.Host{}
		for _, o := range g.Write() {
			if copied := documents[o.Key()]; copied != nil && in.IsCopy(copied, &o) {
				written[o.Kind+" "+o.Meta.Namespace+"/"+o.Meta.Name] = true
			}
			for _, h := range g.Serves(&o) {
				hosts[h] = nil
			}
		}
		for i := range g.Hosts {
			hosts[g.Hosts[i].Name] = &g.Hosts[i]
		}
		for _, e := range exposures {
			if !written[e.Kind+" "+e.Name.String()] {
				g.reportSharedHosts(e, hosts, &found)
			}
		}
	}
	return found
}

// reportSharedHosts reports the hosts of a gateway that an object of somebody else
// serves too.
func (g *Gateway) reportSharedHosts(e *kube.Exposure, hosts map[string]*ir.Host, found *diag.List) {
	for _, h := range e.Hosts {
		for name, host := range hosts {
			if !hostCovers(h.Name, name) {
				continue
			}
			at := g.Origin
			if host != nil {
				at = host.Origin
			}
			message := fmt.Sprintf("%s %q also serves host %q of %s %q, without asking for a token", e.Kind, e.Name, name, g.Kind, g.Name)
			found.Add(diag.Finding{
				Code: diag.ForeignRoutes, At: h.Origin, Owner: g.Doc, Message: message,
				Help:    "use another host for one of the two, or put its paths into the gateway",
				Related: []diag.Related{{Message: "the gateway's host", At: at}},
			})
		}
	}
}

// hostCovers reports whether an Ingress for one host matches requests for
// another.
func hostCovers(pattern, name string) bool {
	return pattern == "" || host.MatchLabel(strings.ToLower(pattern), strings.ToLower(name))
}
