// Package prove makes statements about all requests of a set: what reaches an
// upstream, and what two states of the manifests treat differently.
//
// It compiles the inputs, reads the manifests into the engines of a cluster, and
// asks the engines. A statement that it can neither prove nor refute with a
// request is undecided.
package prove

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove/classes"
	"github.com/kgw-dev/kgw/schema/kube"
	"github.com/kgw-dev/kgw/simulate"
	"github.com/kgw-dev/kgw/simulate/envoy"
	"github.com/kgw-dev/kgw/simulate/gatewayapi"
	"github.com/kgw-dev/kgw/simulate/oathkeeper"
	"github.com/kgw-dev/kgw/simulate/sidecar"
	"github.com/kgw-dev/kgw/simulate/skipper"
)

// OathkeeperOptions returns the simulator's options about the cluster's
// Oathkeeper.
func OathkeeperOptions(c *config.Config) oathkeeper.Options {
	return oathkeeper.Options{Version: c.Oathkeeper.Version, Strategy: c.Oathkeeper.MatchingStrategy, Fallback: c.Oathkeeper.Fallback, Handlers: compile.HandlerDefaults(c.Oathkeeper.Handlers)}
}

// Cluster is a cluster to be asked, made of manifests.
type Cluster struct {
	// Statements is how many statements are proved in the run: they share what
	// proofs may cost. 0 is one.
	Statements int
	Mesh       *simulate.Mesh
	Gateway    *envoy.Gateway
	Oathkeeper *oathkeeper.Engine
	Sidecars   *sidecar.Sidecars
	Skipper    *skipper.Engine
	// live are the documents that replace what a resource
	// compiles to.
	live    map[*source.Document]simulate.Source
	refused []refused
	// apart are objects about which nobody is asked.
	apart []classes.Apart
	// once makes the side that statements are held against.
	once sync.Once
	own  *side
}

// statementSide returns the cluster as statements see it.
func (c *Cluster) statementSide() *side {
	c.once.Do(func() { c.own = c.side(nil) })
	return c.own
}

// Pods reads what manifests and the configuration say about pods.
func Pods(manifests []simulate.Manifest, c *config.Config) *simulate.Pods {
	var known []simulate.Service
	for _, s := range c.Known.Services {
		known = append(known, simulate.Service{Namespace: s.Namespace, Name: s.Name, Selector: s.Selector})
	}
	return simulate.ReadPods(manifests, known)
}

// Simulate makes a cluster of manifests. Without any VirtualService requests
// go to Oathkeeper directly. Requests for hosts of Ingresses and RouteGroups go
// to Skipper, unless VirtualServices serve those hosts too.
func Simulate(manifests []simulate.Manifest, o compile.Options) *Cluster {
	o, remote := withNativeConfig(manifests, o.WithDefaults())
	c := o.Config
	manifests, principal := gatewayapi.Convert(manifests, gatewayOptions(c))
	principal = cmp.Or(principal, c.Istio.IngressPrincipal.First())
	said := simulate.ReadMesh(manifests, c.Istio.NumTrustedProxies)
	mesh := sidecar.Options{Root: cmp.Or(said.Root, compile.RootNamespace), Identity: principal, Mesh: said}
	of := OathkeeperOptions(c)
	of.Remote = remote
	out := &Cluster{Gateway: envoy.Load(manifests, namespaceOf(principal)), Oathkeeper: oathkeeper.Load(manifests, of), Sidecars: sidecar.Load(manifests, Pods(manifests, c), mesh)}
	out.Gateway.Trusts = said.TrustedProxies > 0
	out.live = map[*source.Document]simulate.Source{}
	for i := range manifests {
		if m := &manifests[i]; m.Instead.Origin.Doc != nil {
			out.live[m.Origin.Doc] = m.Instead
		}
	}
	out.Mesh = &simulate.Mesh{
		FrontIdentity: principal,
		Delegates:     []simulate.Delegate{{Host: c.Oathkeeper.Service, Identity: c.Oathkeeper.Principal, Engine: out.Oathkeeper}},
	}
	out.Skipper = skipper.Load(manifests, skipper.OptionsOf(c.Skipper.Flags))
	switch {
	case out.Gateway.Services == 0 && out.Oathkeeper.Size() == 0 && out.Skipper.Size() > 0:
		out.Mesh.Front, out.Mesh.FrontIdentity = out.Skipper, ""
	case out.Gateway.Services > 0 || out.Oathkeeper.Size() == 0 && len(remote) == 0:
		out.Mesh.Front = out.Gateway
	}
	if out.Mesh.Front != out.Skipper && out.Skipper.Size() > 0 {
		out.Mesh.Beside = out.Skipper
	}
	out.apart = out.findApart(manifests)
	if out.Sidecars.Decides() {
		out.Mesh.Guard, out.Gateway.Guard = out.Sidecars, out.Sidecars.AtGateway
	}
	return out
}

// gatewayOptions returns what the configuration says of the Gateways of the Gateway
// API.
func gatewayOptions(c *config.Config) gatewayapi.Options {
	api := compile.GatewayAPI(c, true)
	o := gatewayapi.Options{StandsFor: map[string]string{}, Istio: c.Istio.IngressPrincipal.First(), Assumed: c.GatewayAPI.Grants == "assume", Class: c.GatewayAPI.Class}
	for _, istio := range slices.Sorted(maps.Keys(c.GatewayAPI.Gateways)) {
		o.StandsFor[c.GatewayAPI.Gateways[istio].NameFor(istio)] = istio
	}
	o.Identity = func(gateway string, document *source.Node) string {
		namespace, name, _ := strings.Cut(gateway, "/")
		account := ""
		if document != nil {
			account = kube.AccountOf(document, name)
		}
		return api.Identity(ir.Name{Namespace: namespace, Name: name}, account)
	}
	return o
}

// namespaceOf returns the namespace of an identity in the mesh.
func namespaceOf(identity string) string {
	if parts := strings.Split(identity, "/"); len(parts) == 5 {
		return parts[2]
	}
	return compile.RootNamespace
}

// Entries lists everything that matches requests: routes, rules, and Skipper's
// routes.
func (c *Cluster) Entries() []simulate.Entry {
	return append(append(c.Gateway.Entries(), c.Oathkeeper.Entries()...), c.Skipper.Entries()...)
}

// WithTokens adds to a route the ways in which policies let requests through to
// its service, for the tokens that they want. A policy that the purse does not
// suffice to compare counts as meeting the route.
func (c *Cluster) WithTokens(e simulate.Entry, purse *match.Purse) simulate.Entry {
	if e.To == "" || e.Group == "" || len(e.Admits) > 0 {
		return e
	}
	through, _, _ := c.Sidecars.Entries(e.To, c.Mesh.FrontIdentity)
	for _, p := range through {
		if purse.Relate(match.Compile(e.Set), match.Compile(p.Set)).Kind != match.Disjoint {
			e.Admits = append(e.Admits, p.Admits...)
		}
	}
	return e
}
