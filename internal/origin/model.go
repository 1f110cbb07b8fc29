package origin

import (
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

// Written is what every emitter knows of an object: what it is written for.
type Written struct {
	Gateway *ir.Gateway
	Target  *ir.Target
	Object  *manifest.Object
}

// Of returns itself: a context that has a Written can have the lines of Head.
func (w *Written) Of() *Written { return w }

// Context is what the tables of emitters are about.
type Context interface{ Of() *Written }

// Head are the lines of the head and the labels that all objects of gateways
// have. The name and the namespace are made in each emitter's own way.
func Head[C Context]() Table[C] {
	row := NewRow[C]
	return Table[C]{
		row("kind", "The kind is that of the target.", nil),
		row("metadata.labels{}", "Labels show what an object was made for: those of the resource's controller or author, then labels of kgw.yaml that do not replace them.", labels[C]),
	}
}

func labels[C Context](c C, m Match) []Origin {
	w, key := c.Of(), m.Keys[0]
	if _, own := w.Gateway.Labels[key]; own {
		return []Origin{Named(w.Gateway.Origin, ir.PartLabel, key)}
	}
	if _, all := w.Target.Labels[key]; all {
		return []Origin{Setting(source.JoinKey("labels", key))}
	}
	return append(Identity(w.Gateway), Setting("ownerLabel"))
}

// Identity is what a gateway is known by: its name and its namespace.
func Identity(g *ir.Gateway) []Origin {
	return []Origin{Of(g.Origin, ir.PartName), Of(g.Origin, ir.PartNamespace)}
}

// ID lists what the ID of a gateway is made of, after which written objects are named.
func ID(g *ir.Gateway) []Origin {
	out := Identity(g)
	if g.Slug != "" {
		out = append(out, Host(g, 0)...)
	}
	return out
}

// IstioAPI is the version of Istio's objects.
func IstioAPI[C any](C, Match) []Origin { return []Origin{Setting("istio.api")} }

// Host is host i of a gateway: as it is written, and the domain that completes
// it.
func Host(g *ir.Gateway, i int) []Origin {
	if i >= len(g.Hosts) {
		return nil
	}
	h := &g.Hosts[i]
	out := []Origin{At(h.Origin)}
	if h.Domain != (ir.Said{}) {
		out = append(out, Said(h.Domain))
	}
	return out
}

// Path is the path of a route; none for one that no author wrote.
func Path(r *ir.Route) []Origin {
	if r.Origin.Path == "" {
		return nil
	}
	return []Origin{Of(r.Origin, ir.PartPath)}
}

// Methods are all methods of a route; none where no author wrote them.
func Methods(r *ir.Route) []Origin { return Method(r, -1) }

// Method is one of the methods of a route.
func Method(r *ir.Route, i int) []Origin {
	if r.Preflight {
		return nil
	}
	return []Origin{Nth(r.Origin, ir.PartMethods, i)}
}

// ServiceName is the name of an upstream.
func ServiceName(u *ir.Upstream) []Origin { return []Origin{Of(u.Origin, ir.PartServiceName)} }

// ServiceHost is an upstream's name with its namespace.
func ServiceHost(u *ir.Upstream) []Origin {
	return append(ServiceName(u), Of(u.Origin, ir.PartServiceNamespace))
}

// ServicePort is an upstream's port, with the place that says the number of a
// named one.
func ServicePort(u *ir.Upstream) []Origin {
	out := []Origin{Of(u.Origin, ir.PartServicePort)}
	if u.Port.Name != "" && u.PortAt != (ir.Said{}) {
		out = append(out, Said(u.PortAt))
	}
	return out
}

// Upstreams are those that a route forwards to.
func Upstreams(r *ir.Route) []ir.Upstream {
	forward, _ := r.Action.(ir.Forward)
	return forward.To
}

// Left are the paths of other routes that a route leaves to them: see
// ir.Route.Except.
func Left(g *ir.Gateway, r *ir.Route) []Origin {
	var out []Origin
	for i := range r.Except {
		out = append(out, LeftNth(g, r, i)...)
	}
	return out
}

// LeftNth is element i of Except: the route with that path, of several with the
// same the one in the same place among them.
func LeftNth(g *ir.Gateway, r *ir.Route, i int) []Origin {
	nth := 0
	for _, p := range r.Except[:i] {
		if p == r.Except[i] {
			nth++
		}
	}
	for _, o := range g.Routes {
		if o.Match.Path != r.Except[i] || o == r {
			continue
		}
		if nth == 0 {
			return Path(o)
		}
		nth--
	}
	return nil
}

// Callers are the callers of a grant. Among listed people, only administrators
// need tokens that mark them as people's.
func Callers(g *ir.Grant) []Origin {
	switch who := g.Who.(type) {
	case ir.Services:
		return []Origin{Of(g.Origin, ir.PartServices)}
	case ir.Employees:
		if who.Marked && len(who.IDs) > 0 {
			return []Origin{Of(g.Origin, ir.PartAdmins)}
		}
		return []Origin{Of(g.Origin, ir.PartEmployees)}
	}
	return nil
}

// IngressPrincipal is one of the identities that policies of a gateway let in:
// see ir.Target.IngressPrincipalsOf.
func IngressPrincipal(g *ir.Gateway, t *ir.Target, i int) []Origin {
	all := len(t.IngressPrincipals)
	if !t.GatewayAPI.Routes || all > 1 && i < all {
		return []Origin{Setting(source.JoinIndex("istio.ingressPrincipal", i))}
	}
	switch parent, configured := t.GatewayAPI.Parents[g.Ingress.Reference()]; {
	case configured && parent.Principal != "":
		return []Origin{ParentSetting(g, "principal")}
	case len(t.GatewayAPI.Principals) > 0:
		return []Origin{Setting(source.JoinIndex("istio.ingressPrincipal", len(t.GatewayAPI.Principals)-1))}
	}
	return Parent(g, t)
}

// Parent is what names the Gateway of the Gateway API that a gateway's routes
// belong to: the setting for its Istio Gateway, or the reference to that.
func Parent(g *ir.Gateway, t *ir.Target) []Origin {
	out := Ingress(g)
	ref := g.Ingress.Reference()
	if parent, configured := t.GatewayAPI.Parents[ref]; configured && parent.Name != ref {
		out = append(out, ParentSetting(g, "parent"))
	}
	return out
}

// ParentSetting is a setting of the Gateway that replaces the Istio Gateway of
// a gateway.
func ParentSetting(g *ir.Gateway, field string) Origin {
	return Setting(source.JoinPath(source.JoinKey("gatewayAPI.gateways", g.Ingress.Reference().String()), field))
}

// Ingress is the Istio Gateway that a gateway is bound to.
func Ingress(g *ir.Gateway) []Origin {
	if g.Ingress.Origin.Doc != nil {
		return []Origin{At(g.Ingress.Origin)}
	}
	return []Origin{Setting("istio.gateway")}
}

// HeaderKey is the key of a header among the parts of an answer (ir.PartAnswer);
// the others are "status" and "body".
func HeaderKey(name string) string { return source.JoinKey("headers", name) }
