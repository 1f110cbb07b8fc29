package ir

import "slices"

// GatewayAPI is how routes are written for the Gateway API. The zero value
// writes VirtualServices.
type GatewayAPI struct {
	// Routes writes HTTPRoutes instead of VirtualServices.
	Routes bool
	// Grants says what becomes of ReferenceGrants for Services in other
	// namespaces: "write", "assume" that they are there, or "refuse".
	Grants string
	// Parents are the Gateways of the Gateway API that stand for Istio Gateways.
	Parents map[Name]Parent
	// Principals are the identities of all gateways where they are configured,
	// the last that of Gateways of the Gateway API; none leaves it to each
	// Gateway.
	Principals []string
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

// ParentOf returns the parent of a gateway's routes. Where none is configured,
// the Gateway of the same namespace and name is meant, as istiod deploys it:
// its service account is named after it and its class (istio, pilot
// gateway_utils.go, GetDefaultName).
func (a *GatewayAPI) ParentOf(g *Gateway) Parent {
	ref := g.Ingress.reference()
	if ref.Namespace == "" {
		ref.Namespace = g.Name.Namespace
	}
	p, configured := a.Parents[ref]
	if !configured {
		p = Parent{Name: ref, Kind: "Gateway"}
	}
	if n := len(a.Principals); p.Principal == "" && n > 0 {
		p.Principal = a.Principals[n-1]
	}
	if p.Principal == "" {
		p.Principal = "cluster.local/ns/" + p.Name.Namespace + "/sa/" + p.Name.Name + "-istio"
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
