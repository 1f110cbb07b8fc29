package routes

import (
	"fmt"
	"slices"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

// parent is a Gateway of the Gateway API that replaces one of Istio.
type parent struct {
	name     ir.Name
	kind     string
	sections []string // none leaves it to the hosts
}

// findParents finds the Gateways that routes belong to, and for a known one
// names the TLS listeners that serve the hosts.
func (s *service) findParents() {
	s.parents = map[string]*parent{}
	for _, istio := range s.gateways {
		g := s.o.Gateways.Gateways[istio]
		p := &parent{name: ir.NameIn(g.NameFor(istio)), sections: g.Sections}
		if g.Kind != "Gateway" {
			p.kind = g.Kind
		}
		s.parents[istio] = p
		if p.kind == "" {
			s.findListeners(p)
		}
	}
}

func (s *service) findListeners(p *parent) {
	var found []string
	for i, host := range s.hosts {
		secure, why := s.o.Listeners(p.name, p.sections, host, s.Namespace)
		if why != "" {
			s.found.Add(diag.Finding{
				Code: diag.ParentUnfit, At: source.Ref{Doc: s.Doc, Path: "spec.hosts"}.Elem(i), Help: "change the listener, or name another Gateway or listener in gatewayAPI.gateways of kgw.yaml",
				Message: fmt.Sprintf("no listener of the Gateway %q accepts routes for host %q from namespace %q: %s", p.name, host, s.Namespace, why),
			})
		}
		for _, name := range secure {
			if !slices.Contains(found, name) {
				found = append(found, name)
			}
		}
	}
	if len(p.sections) == 0 {
		p.sections = found
	}
}

// parentRefs are the Gateways that the routes of a unit belong to, and their
// listeners.
func (s *service) parentRefs(u *unit) []manifest.ParentRef {
	var out []manifest.ParentRef
	for _, istio := range u.gateways {
		p := s.parents[istio]
		one := manifest.ParentRef{Kind: p.kind, Namespace: p.name.Namespace, Name: p.name.Name}
		for _, one.SectionName = range append(slices.Clone(p.sections), "")[:max(1, len(p.sections))] {
			out = append(out, one)
		}
	}
	return out
}

// reportResult reports what users should know about the result.
func (s *service) reportResult(objects int) {
	at := source.Ref{Doc: s.Doc, Path: "spec.gateways"}
	for _, istio := range s.gateways {
		p := s.parents[istio]
		if len(p.sections) == 0 {
			s.found.Add(diag.Finding{
				Code: diag.PlainRoute, At: at, Help: "name the listeners that serve TLS in gatewayAPI.gateways.*.sections of kgw.yaml, or add the Gateway to the inputs",
				Message: fmt.Sprintf("no listener of the Gateway %s is named: routes are served without TLS too where one does so", p.name),
			})
		}
		s.found.Add(diag.Finding{
			Code: diag.GatewayIdentity, At: at, Help: "let policies for its Services let that identity in too, before requests come through the Gateway; set gatewayAPI.gateways.*.principal if its proxy has another one",
			Message: fmt.Sprintf("requests come from the Gateway %s, whose identity is %q", p.name, s.o.Identity(p.name)),
		})
	}
	if objects > 1 {
		s.found.Add(diag.Finding{
			Code: diag.RoutesSplit, At: at, Help: "have fewer routes and hosts if a moment of 404 during an update matters",
			Message: fmt.Sprintf("the routes are written as %d HTTPRoutes, which are not updated together", objects),
		})
	}
	if s.mesh {
		s.found.Add(diag.Finding{Code: diag.MeshStays, At: at, Help: "none is needed", Message: "the VirtualService stays for callers in the mesh, without its other gateways"})
	}
}
