package compile

import (
	"github.com/kgw-dev/kgw/compile/istio"
	"github.com/kgw-dev/kgw/compile/oathkeeper"
	"github.com/kgw-dev/kgw/compile/route"
	"github.com/kgw-dev/kgw/compile/skipper"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/sim"
	"github.com/kgw-dev/kgw/internal/source"
)

// OathkeeperOptions gives what the simulator is told about the cluster's
// Oathkeeper.
func OathkeeperOptions(c *config.Config) oathkeeper.Options {
	return oathkeeper.Options{Version: c.Oathkeeper.Version, Fallback: c.Oathkeeper.Fallback, Handlers: handlerDefaults(c.Oathkeeper.Handlers)}
}

// Cluster is a cluster to be asked, made of manifests.
type Cluster struct {
	Mesh       *sim.Mesh
	Gateway    *route.Gateway
	Oathkeeper *oathkeeper.Engine
	Sidecars   *istio.Sidecars
	Skipper    *skipper.Engine
	// live are the documents that stand in the place of what a resource
	// compiles to.
	live map[*source.Document]sim.Source
}

// Simulate makes a cluster of manifests. Without any VirtualService requests
// go to Oathkeeper directly. Requests for hosts of Ingresses and RouteGroups go
// to Skipper, unless VirtualServices serve those hosts too.
func Simulate(manifests []sim.Manifest, o Options) *Cluster {
	o = o.withDefaults()
	c := o.Config
	var known []istio.Service
	for _, s := range c.Known.Services {
		known = append(known, istio.Service{Namespace: s.Namespace, Name: s.Name, Selector: s.Selector})
	}
	out := &Cluster{Gateway: route.Load(manifests), Oathkeeper: oathkeeper.Load(manifests, OathkeeperOptions(c)), Sidecars: istio.Load(manifests, known)}
	out.live = map[*source.Document]sim.Source{}
	for i := range manifests {
		if m := &manifests[i]; m.Instead.Origin.Doc != nil {
			out.live[m.Origin.Doc] = m.Instead
		}
	}
	out.Mesh = &sim.Mesh{
		FrontIdentity: c.Istio.IngressPrincipal,
		Delegates:     []sim.Delegate{{Host: c.Oathkeeper.Service, Identity: c.Oathkeeper.Principal, Engine: out.Oathkeeper}},
	}
	out.Skipper = skipper.Load(manifests)
	switch {
	case out.Gateway.Services == 0 && out.Oathkeeper.Size() == 0 && out.Skipper.Size() > 0:
		out.Mesh.Front, out.Mesh.FrontIdentity = out.Skipper, ""
	case out.Gateway.Services > 0 || out.Oathkeeper.Size() == 0:
		out.Mesh.Front = out.Gateway
	}
	if out.Mesh.Front != out.Skipper && out.Skipper.Size() > 0 {
		out.Mesh.Beside = out.Skipper
	}
	if out.Sidecars.Policies > 0 {
		out.Mesh.Guard = out.Sidecars
	}
	return out
}

// Entries lists everything that takes requests: routes, rules, and Skipper's
// routes.
func (c *Cluster) Entries() []sim.Entry {
	return append(append(c.Gateway.Entries(), c.Oathkeeper.Entries()...), c.Skipper.Entries()...)
}

// WithTokens adds to a route the ways in which policies let requests through to
// its service, for the tokens that they want.
func (c *Cluster) WithTokens(e sim.Entry) sim.Entry {
	if e.To == "" || e.Group == "" || len(e.Admits) > 0 {
		return e
	}
	through, _, _ := c.Sidecars.Entries(e.To, c.Mesh.FrontIdentity)
	for _, p := range through {
		if match.Relate(e.Set, p.Set).Kind != match.Disjoint {
			e.Admits = append(e.Admits, p.Admits...)
		}
	}
	return e
}
