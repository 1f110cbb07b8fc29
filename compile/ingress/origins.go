package ingress

import (
	"slices"

	"github.com/kgw-dev/kgw/internal/eskip"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/origin"
)

// object is an Ingress or a RouteGroup with what it is for.
type object struct {
	origin.Written
	routes []proxyRoute // one for an Ingress
	hosts  []int        // of the gateway, in order
	// upstreams are those of the hosts; one for an object of a version, which has
	// a host of its own.
	upstreams []ir.Upstream
	version   bool
}

type from = []origin.Origin

var row = origin.NewRow[*object]

// Tables are the lines of what the fields of the objects are made of.
func Tables() []origin.Kind {
	return []origin.Kind{{Kind: kinds.Ingress, Lines: ingressOrigins.Lines()}, {Kind: kinds.RouteGroup, Lines: groupOrigins.Lines()}}
}

// both are the lines of both kinds.
var both = append(origin.Table[*object]{
	row("apiVersion", "The version that all releases of Skipper read.", nil),
	row("metadata.namespace", "The object is in the namespace of the resource.", func(w *object, _ origin.Match) from {
		return from{origin.Of(w.Gateway.Origin, ir.PartNamespace)}
	}),
	row("metadata.annotations{"+policyAnnotation+"}", "The policy of the load balancer for TLS is a setting, which an annotation of the resource replaces where a setting allows it.", func(w *object, _ origin.Match) from {
		if slices.Contains(w.Target.Skipper.Annotations, policyAnnotation) && w.Gateway.Annotations[policyAnnotation] != "" {
			return from{origin.Named(w.Gateway.Origin, ir.PartAnnotated, policyAnnotation)}
		}
		return from{origin.Setting("skipper.sslPolicy")}
	}),
	row("metadata.annotations{}", "An annotation of the resource that a setting lets through.", func(w *object, m origin.Match) from {
		return from{origin.Named(w.Gateway.Origin, ir.PartAnnotated, m.Keys[0])}
	}),
}, origin.Head[*object]()...)

var ingressOrigins = append(origin.Table[*object]{
	row("metadata.annotations{"+weightsAnnotation+"}", "The shares of traffic, by Service.", func(w *object, _ origin.Match) from { return weighed(w) }),
	row("metadata.annotations{"+predicateAnnotation+"}", "Which requests the route is for: its path, its methods, who the caller is, and that they came over TLS.", func(w *object, _ origin.Match) from { return w.calls(w.routes[0].allPredicates()) }),
	row("metadata.annotations{"+filterAnnotation+"}", "What is done with the requests: who may pass, rate limits, the CORS header, and filters of the author.", func(w *object, _ origin.Match) from { return w.calls(w.routes[0].filters) }),
	row("metadata.annotations{"+routesAnnotation+"}", "A route that Skipper answers itself: which requests it is for, and the answer.", func(w *object, _ origin.Match) from {
		return append(w.calls(w.routes[0].allPredicates()), w.calls(w.routes[0].filters)...)
	}),
	row("metadata.name", "The name is that of the resource, with the methods, the path and the callers of the route.", nameOfIngress),
	row("spec.rules[].host", "A host of the resource, or of a version of its Service.", func(w *object, m origin.Match) from { return w.hostAt(m.N[0]) }),
	row("spec.rules[].http.paths[].pathType", "Annotations say which requests the route is for.", nil),
	row("spec.rules[].http.paths[].backend.service.name", "The Service of the host.", func(w *object, m origin.Match) from { return origin.ServiceName(w.upstreamAt(m.N[0], m.N[1])) }),
	row("spec.rules[].http.paths[].backend.service.port.{}", "The port of the Service.", func(w *object, m origin.Match) from {
		u := w.upstreamAt(m.N[0], m.N[1])
		return from{origin.Of(u.Origin, ir.PartServicePort)}
	}),
}, both...)

var groupOrigins = append(origin.Table[*object]{
	row("metadata.annotations{"+redirectAnnotation+"}", "Skipper does not redirect plain HTTP, because the gateway answers it.", nil),
	row("metadata.name", "The name is that of the resource, with the Service where hosts have different ones.", nameOfGroup),
	row("spec.hosts[]", "A host of the resource, or of a version of its Service.", func(w *object, m origin.Match) from { return w.hostAt(m.N[0]) }),
	row("spec.backends[].type", "A Service, or an answer of Skipper's own.", nil),
	row("spec.backends[].servicePort", "The port of the Service.", func(w *object, m origin.Match) from { return origin.ServicePort(&w.upstreams[m.N[0]]) }),
	row("spec.backends[].{}", "The Service of the hosts, or an answer of Skipper's own.", serviceName),
	row("spec.defaultBackends[].backendName", "The Service of the hosts.", serviceName),
	row("spec.defaultBackends[].weight", "The share of traffic as a whole number.", func(w *object, m origin.Match) from {
		return from{origin.Of(w.upstreams[m.N[0]].Origin, ir.PartServiceWeight)}
	}),
	row("spec.routes[].path", "The path of the operation, as Skipper matches it.", pathFrom),
	row("spec.routes[].pathSubtree", "The path of the operation, or all paths.", pathFrom),
	row("spec.routes[].methods[]", "The verb of the operation.", func(w *object, m origin.Match) from { return w.call(&w.routes[m.N[0]], eskip.Of("Method", "")) }),
	row("spec.routes[].predicates[]", "Which requests the route is for, beside its path and its methods.", func(w *object, m origin.Match) from {
		p := &w.routes[m.N[0]]
		return w.call(p, otherPredicates(p)[m.N[1]])
	}),
	row("spec.routes[].filters[]", "What is done with the requests, one step a filter.", func(w *object, m origin.Match) from {
		p := &w.routes[m.N[0]]
		return w.call(p, p.filters[m.N[1]])
	}),
	row("spec.routes[].backends[].backendName", "Skipper answers itself.", nil),
}, both...)

// Explain returns what the fields of the objects are made of that Lower wrote.
func Explain(g *ir.Gateway, t *ir.Target, objects []manifest.Object) [][]origin.Leaf {
	if !hasUpstream(g) {
		return nil
	}
	e := &explainer{gateway: g, target: t, objects: objects}
	routes, versions := routesOf(g), versions(g, t)
	if t.Skipper.RouteGroups {
		for _, h := range hostGroups(g, t) {
			w := &object{routes: routes, upstreams: h.upstreams, version: h.version}
			for i := range g.Hosts {
				if slices.Contains(h.hosts, g.Hosts[i].Name) {
					w.hosts = append(w.hosts, i)
				}
			}
			e.add(w, groupOrigins)
		}
		return e.out
	}
	for i := range routes {
		w := &object{routes: routes[i : i+1]}
		for i := range g.Hosts {
			if len(g.Hosts[i].Upstreams) > 0 {
				w.hosts = append(w.hosts, i)
			}
		}
		e.add(w, ingressOrigins)
		for _, v := range versions {
			e.add(&object{routes: routes[i : i+1], version: true, upstreams: []ir.Upstream{v.upstream}}, ingressOrigins)
		}
	}
	return e.out
}

// explainer explains the objects of a gateway in the order in which Lower writes
// them.
type explainer struct {
	gateway *ir.Gateway
	target  *ir.Target
	objects []manifest.Object
	out     [][]origin.Leaf
}

func (e *explainer) add(w *object, table origin.Table[*object]) {
	w.Written = origin.Written{Gateway: e.gateway, Target: e.target, Object: &e.objects[len(e.out)]}
	e.out = append(e.out, table.Explain(w, w.Object.Value()))
}

// hostAt is host i of an object.
func (w *object) hostAt(i int) from {
	if w.version {
		return append(origin.ServiceName(&w.upstreams[0]), origin.Setting("skipper.versionedHostsBaseDomain"))
	}
	return origin.Host(w.Gateway, w.hosts[i])
}

// upstreamAt is an upstream of a host of an Ingress.
func (w *object) upstreamAt(host, i int) *ir.Upstream {
	if w.version {
		return &w.upstreams[0]
	}
	return &w.Gateway.Hosts[w.hosts[host]].Upstreams[i]
}

func weighed(w *object) from {
	var out from
	for i := range w.Gateway.Hosts {
		for j := range w.Gateway.Hosts[i].Upstreams {
			if u := &w.Gateway.Hosts[i].Upstreams[j]; u.Weight != nil {
				out = append(append(out, origin.ServiceName(u)...), origin.Of(u.Origin, ir.PartServiceWeight))
			}
		}
	}
	return out
}

func nameOfIngress(w *object, _ origin.Match) from {
	out := from{origin.Of(w.Gateway.Origin, ir.PartName)}
	p := &w.routes[0]
	if p.route != nil {
		out = append(append(out, w.call(p, eskip.Of("Path", ""))...), w.call(p, eskip.Of("Method", ""))...)
	}
	if p.grant != nil {
		if _, service := p.grant.Who.(ir.Services); service {
			out = append(out, origin.Callers(p.grant)...)
		}
	}
	if w.version {
		out = append(out, origin.ServiceName(&w.upstreams[0])...)
	}
	return out
}

func nameOfGroup(w *object, _ origin.Match) from {
	out := from{origin.Of(w.Gateway.Origin, ir.PartName)}
	if w.Object.Meta.Name != slug(w.Gateway) {
		out = append(out, origin.ServiceName(&w.upstreams[0])...)
	}
	return out
}

// serviceName is that of an upstream; the backend behind all of them is the
// shunt.
func serviceName(w *object, m origin.Match) from {
	if m.N[0] >= len(w.upstreams) {
		return nil
	}
	return origin.ServiceName(&w.upstreams[m.N[0]])
}

func pathFrom(w *object, m origin.Match) from {
	return w.call(&w.routes[m.N[0]], eskip.Of("Path", ""))
}

// calls are the origins of all calls of the one route.
func (w *object) calls(list []eskip.Call) from {
	var out from
	for i := range list {
		out = append(out, w.call(&w.routes[0], list[i])...)
	}
	return out
}

// call is what one predicate or filter of a route is made of. Those that are
// not in the list are always the same.
func (w *object) call(p *proxyRoute, c eskip.Call) from {
	owner := w.Gateway.Origin
	if c.Name == "corsOrigin" {
		return from{origin.Of(owner, ir.PartCORSOrigins)}
	}
	if p.route == nil {
		return nil
	}
	switch c.Name {
	case "Path", "PathSubtree":
		return origin.Path(p.route)
	case "Method":
		if p.preflight {
			return nil
		}
		return origin.Methods(p.route)
	case "JWTPayloadAllKV", "JWTPayloadAnyKV":
		return callers(p)
	case "status", "inlineContent", "setResponseHeader":
		return answer(p, c)
	case "":
		return native(p.route, c.Text)
	case "compress":
		return from{origin.Of(owner, ir.PartCompression)}
	case "appendResponseHeader":
		part := ir.PartCORSMethods
		if c.Args[0] == "Access-Control-Allow-Headers" {
			part = ir.PartCORSHeaders
		}
		return from{origin.Of(owner, part)}
	}
	return limits(p, c)
}

// callers are those of the grant, or those who are refused.
func callers(p *proxyRoute) from {
	if p.grant == nil {
		return from{origin.Of(p.route.Origin, ir.PartEmployees)}
	}
	return origin.Callers(p.grant)
}

// limits are what a filter that checks scopes or counts requests is made of.
func limits(p *proxyRoute, c eskip.Call) from {
	switch {
	case p.grant == nil:
		return nil
	case c.Name == "oauthTokeninfoAllScope" && len(p.grant.Scopes) > 1:
		return from{origin.Of(p.grant.Origin, ir.PartScopes)}
	case c.Name == "clusterClientRatelimit":
		return append(origin.Path(p.route), origin.Of(p.route.Origin, ir.PartLimits))
	}
	return nil
}

// answer is a part of an author's static response; that of a gateway is always
// the same.
func answer(p *proxyRoute, c eskip.Call) from {
	r := p.route
	if _, static := r.Action.(ir.Respond); !static || p.grant == nil {
		return nil
	}
	key := map[string]string{"status": "status", "inlineContent": "body"}[c.Name]
	if c.Name == "setResponseHeader" {
		name, _ := c.Args[0].(string)
		return from{origin.Named(r.Origin, ir.PartAnswer, origin.HeaderKey(name))}
	}
	return from{origin.Named(r.Origin, ir.PartAnswer, key)}
}

func native(r *ir.Route, text string) from {
	for _, f := range r.Filters {
		if n, ok := f.(ir.Native); ok && n.Text == text {
			return from{origin.At(n.Origin)}
		}
	}
	return nil
}
