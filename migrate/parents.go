package migrate

import (
	"fmt"

	"github.com/kgw-dev/kgw/compile/parentgateway"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/kube"
)

// istioGateway is a Gateway of Istio among the inputs.
type istioGateway struct {
	name   ir.Name
	spec   *source.Node
	origin source.Ref
}

// parents are the Gateways of the Gateway API that routes can belong to: those
// among the inputs, and those that are written for Gateways of Istio.
type parents struct {
	*migration
	known map[ir.Name]*kube.ParentGateway
	made  map[ir.Name]*madeGateway
	space map[string]*kube.Namespace
}

// madeGateway is what would be written for a Gateway of Istio.
type madeGateway struct {
	file    *fileMigration
	origin  source.Ref
	objects []manifest.Object
	found   diag.List
}

func (m *migration) readParents(parts []*fileMigration) *parents {
	out := &parents{migration: m, known: map[ir.Name]*kube.ParentGateway{}, made: map[ir.Name]*madeGateway{}, space: map[string]*kube.Namespace{}}
	for _, f := range parts {
		for _, p := range f.parents {
			out.known[p.Name] = p
		}
		for _, n := range f.spaces {
			out.space[n.Name] = n
		}
	}
	for _, f := range parts {
		for i := range f.gateways {
			out.makeParent(f, &f.gateways[i])
		}
	}
	return out
}

// makeParent makes a Gateway of the Gateway API for one of Istio, unless there
// is one already, or another one is configured.
func (p *parents) makeParent(f *fileMigration, g *istioGateway) {
	if p.known[g.name] != nil || p.Config.GatewayAPI.Gateways[g.name.String()].Parent != "" {
		return
	}
	made := &madeGateway{file: f, origin: g.origin}
	made.objects, made.found = parentgateway.Lower(&parentgateway.Gateway{Namespace: g.name.Namespace, Name: g.name.Name, Spec: g.spec, Origin: g.origin, Class: p.Config.GatewayAPI.Class})
	p.made[g.name] = made
	if made.isRefused() || len(made.objects) == 0 {
		return
	}
	parent, _ := kube.Decode(g.origin.Doc, gatewayGroup, source.NodeOf(made.objects[0].Value())).(*kube.ParentGateway)
	p.known[g.name] = parent
}

// isRefused reports whether the Gateway cannot be expressed.
func (g *madeGateway) isRefused() bool {
	return diag.Levels{}.Apply(append(diag.List(nil), g.found...)).Max() == diag.Error
}

// listeners returns the TLS listeners of a Gateway, all or the named ones, that accept
// routes for a host of a namespace; why is set if none accepts them. The host "*" is
// not known: every listener may have it.
func (p *parents) listeners(gateway ir.Name, sections []string, host, namespace string) (secure []string, why string) {
	parent := p.known[gateway]
	if parent == nil || host == "*" {
		return nil, ""
	}
	fit, why := parent.Fitting(sections, host, namespace, p.space[namespace])
	if len(fit) == 0 {
		return nil, why
	}
	for _, l := range fit {
		if l.Protocol == "HTTPS" {
			secure = append(secure, l.Name)
		}
	}
	return secure, ""
}

func (p *parents) identity(gateway ir.Name) string {
	account := ""
	if parent := p.known[gateway]; parent != nil {
		account = parent.Account
	}
	return p.Identity(gateway, account)
}

// writeNeeded writes the Gateways for those of Istio that a VirtualService
// which moves names, each once.
func (p *parents) writeNeeded(istio []string) {
	for _, name := range istio {
		made := p.made[ir.NameIn(name)]
		if made == nil {
			continue
		}
		delete(p.made, ir.NameIn(name))
		made.file.notes = append(made.file.notes, made.found...)
		if made.isRefused() || len(made.objects) == 0 {
			continue
		}
		for i := range made.objects {
			made.file.appended += "---\n" + string(made.objects[i].AppendYAML(nil))
		}
		made.file.notes.Add(diag.Finding{
			Code: diag.GatewayAdded, At: made.origin, Help: "remove the Gateway of Istio when no VirtualService names it any more",
			Message: fmt.Sprintf("the Gateway %s of the Gateway API is written beside it", name),
		})
	}
}
