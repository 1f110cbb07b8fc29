package ir

import (
	"cmp"
	"slices"
	"sync"

	"github.com/kgw-dev/kgw/internal/source"
)

// GatewayAPI is how routes are written for the Gateway API. The zero value
// writes VirtualServices.
type GatewayAPI struct {
	// Routes writes HTTPRoutes instead of VirtualServices.
	Routes bool
	// Grants is what becomes of ReferenceGrants for Services in other
	// namespaces: "write", "assume" that they are there, or "refuse".
	Grants string
	// Parents are the Gateways of the Gateway API that replace Istio Gateways.
	Parents map[Name]Parent
	// Portable allows only what every implementation of the Gateway API decides
	// alike.
	Portable bool
	// Principals are the identities of all gateways where they are configured,
	// the last that of Gateways of the Gateway API; none leaves it to each
	// Gateway.
	Principals []string
	// Class is that of Gateways without a document.
	Class string
	// Arranged keeps the rules of gateways in the order that they are asked in.
	Arranged *Kept
}

// Kept keeps what an emitter worked out about gateways, for its later visits in
// the same run. The zero value is empty, and nil keeps nothing.
type Kept struct{ of sync.Map }

// Of returns the value that is kept for a gateway, or calls work and keeps its
// result. The gateway must not change afterwards.
func (k *Kept) Of(g *Gateway, work func() any) any {
	if k == nil {
		return work()
	}
	if known, ok := k.of.Load(g); ok {
		return known
	}
	made := work()
	k.of.Store(g, made)
	return made
}

// Drop forgets a gateway.
func (k *Kept) Drop(g *Gateway) {
	if k != nil {
		k.of.Delete(g)
	}
}

// Parent is a Gateway of the Gateway API, or a ListenerSet, that routes belong
// to.
type Parent struct {
	Name Name
	Kind string
	// Sections are the listeners that serve the routes; none leaves it to the
	// hosts.
	Sections []string
	// Principal is the identity of its proxy in the mesh.
	Principal string
}

// ParentDocument is what a Gateway of the Gateway API among the inputs says.
type ParentDocument struct {
	// Account is the service account of its proxy.
	Account string
	// Secure are the listeners with TLS that serve the hosts of the resource, and
	// SecureAt the places of their names.
	Secure   []string
	SecureAt []source.Ref
}

// Identity returns the identity of the proxy of a Gateway of the Gateway API: the
// one that is configured for it, else for all, else the one of its service
// account, which its document names or which istiod creates for a Gateway of the
// class.
func (a *GatewayAPI) Identity(gateway Name, account string) string {
	for _, p := range a.Parents {
		if p.Name == gateway && p.Principal != "" {
			return p.Principal
		}
	}
	if n := len(a.Principals); n > 0 {
		return a.Principals[n-1]
	}
	return "cluster.local/ns/" + gateway.Namespace + "/sa/" + cmp.Or(account, gateway.Name+"-"+cmp.Or(a.Class, "istio"))
}

// ParentOf returns the parent of a gateway's routes. Where none is configured,
// the Gateway of the same namespace and name is meant. Of a Gateway among the
// inputs, the listeners with TLS are those that are not named.
func (a *GatewayAPI) ParentOf(g *Gateway) Parent {
	ref := g.Ingress.Reference()
	if ref.Namespace == "" {
		ref.Namespace = g.Name.Namespace
	}
	p, configured := a.Parents[ref]
	if !configured {
		p = Parent{Name: ref, Kind: "Gateway"}
	}
	account := ""
	if doc := g.Ingress.Parent; doc != nil {
		account = doc.Account
		if len(p.Sections) == 0 {
			p.Sections = doc.Secure
		}
	}
	if p.Principal == "" {
		p.Principal = a.Identity(p.Name, account)
	}
	return p
}

// IngressPrincipalOf returns the identity of the proxy that a gateway's
// requests come from.
func (t *Target) IngressPrincipalOf(g *Gateway) string {
	if t.GatewayAPI.Routes {
		return t.GatewayAPI.ParentOf(g).Principal
	}
	return t.IngressPrincipals[0]
}

// IngressPrincipalsOf returns the identities that policies let in: that of the
// proxy, and while several gateways serve those of all.
func (t *Target) IngressPrincipalsOf(g *Gateway) []string {
	own := t.IngressPrincipalOf(g)
	if len(t.IngressPrincipals) < 2 {
		return []string{own}
	}
	if slices.Contains(t.IngressPrincipals, own) {
		return t.IngressPrincipals
	}
	return append(slices.Clone(t.IngressPrincipals), own)
}
