package httproute

import (
	"maps"
	"slices"

	"github.com/kgw-dev/kgw/compile/envoy"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/origin"
	"github.com/kgw-dev/kgw/internal/source"
)

// written is an HTTPRoute with the routes that its rules are for, or a
// ReferenceGrant with the Services that it is for.
type written struct {
	origin.Written
	routes   []*ir.Route
	services []*ir.Upstream // nil in a ReferenceGrant for Oathkeeper
}

type from = []origin.Origin

var row = origin.NewRow[*written]

// Tables are the lines of what the fields of the objects are made of.
func Tables() []origin.Kind {
	return []origin.Kind{{Kind: kinds.HTTPRoute, Lines: routeOrigins.Lines()}, {Kind: kinds.ReferenceGrant, Lines: grantOrigins.Lines()}}
}

var routeOrigins = append(origin.Table[*written]{
	row("apiVersion", "The version of HTTPRoutes that all releases of the Gateway API have.", nil),
	row("metadata.name", "The name is that of the resource with a hash of its kind, namespace and name, and a number where it needs several HTTPRoutes.", name),
	row("metadata.namespace", "The HTTPRoute is in the namespace of the resource.", func(w *written, _ origin.Match) from {
		return from{origin.Of(w.Gateway.Origin, ir.PartNamespace)}
	}),
	row("spec.parentRefs[].sectionName", "The listeners with TLS that serve the hosts, or the ones that a setting names.", section),
	row("spec.parentRefs[].kind", "The kind of the object that replaces the Istio Gateway, where it is not a Gateway.", func(w *written, _ origin.Match) from { return from{origin.ParentSetting(w.Gateway, "kind")} }),
	row("spec.parentRefs[].{}", "The Gateway of the Gateway API that replaces the Istio Gateway of the resource.", func(w *written, _ origin.Match) from { return origin.Parent(w.Gateway, w.Target) }),
	row("spec.hostnames[]", "The host of the resource, a short one completed with a domain.", func(w *written, m origin.Match) from { return origin.Host(w.Gateway, m.N[0]) }),
	row("spec.rules[].matches[].path.type", "Whether the path is compared as it is or is an expression follows from what it holds.", nil),
	row("spec.rules[].matches[].path.value", "The path of the rule as it is, or an expression for it; made longer where that keeps the order of the rules, and without what an earlier rule answers.", func(w *written, m origin.Match) from {
		return origin.Path(w.routes[m.N[0]])
	}),
	row("spec.rules[].matches[].method", "A method of the rule: each has a match of its own.", func(w *written, m origin.Match) from {
		return origin.Method(w.routes[m.N[0]], m.N[1])
	}),
	row("spec.rules[].matches[].headers[].{}", "The answer to plain HTTP is for requests that came without TLS.", nil),
	row("spec.rules[].filters[].type", "Changes to headers of requests, to those of answers, and the CORS policy are filters.", nil),
	row("spec.rules[].filters[].requestHeaderModifier.set[].name", "The name of a header that the author sets, of the cookies, or of the host that the request was for.", func(w *written, m origin.Match) from { return names(header(w, m)) }),
	row("spec.rules[].filters[].requestHeaderModifier.set[].value", "A header of the request that the author sets, its cookies, or the host that the request was for.", header),
	row("spec.rules[].filters[].requestHeaderModifier.remove[]", "A header that only a gateway may set is removed from requests.", nil),
	row("spec.rules[].filters[].responseHeaderModifier.remove[]", "CORS headers of the Service are removed, because the resource alone decides about CORS.", nil),
	row("spec.rules[].filters[].cors.allowOrigins[]", "An allowed origin of the resource's CORS policy, else of the default policy; * covers the spellings of all.", origins),
	row("spec.rules[].filters[].cors.allowMethods[]", "An allowed method of the resource's CORS policy, else of the default policy.", cors(ir.PartCORSMethods, func(c *ir.CORS) []string { return c.Methods }, func(c *manifest.RouteCORS) []string { return c.AllowMethods })),
	row("spec.rules[].filters[].cors.allowHeaders[]", "An allowed header of the resource's CORS policy, else of the default policy.", cors(ir.PartCORSHeaders, func(c *ir.CORS) []string { return c.Headers }, func(c *manifest.RouteCORS) []string { return c.AllowHeaders })),
	row("spec.rules[].filters[].cors.exposeHeaders[]", "A header of answers that the resource's CORS policy shows to pages.", cors(ir.PartCORSExposed, func(c *ir.CORS) []string { return c.ExposeHeaders }, func(c *manifest.RouteCORS) []string { return c.ExposeHeaders })),
	row("spec.rules[].filters[].cors.allowCredentials", "The resource's CORS policy lets browsers send credentials.", func(w *written, _ origin.Match) from {
		return from{origin.Of(w.Gateway.Origin, ir.PartCORSCredentials)}
	}),
	row("spec.rules[].filters[].cors.maxAge", "How long browsers may keep the answer to a preflight; 5 seconds, as they do themselves, where the policy does not say.", maxAgeOf),
	row("spec.rules[].backendRefs[].name", "Requests go to the Service of the rule, or to Oathkeeper where it checks access or changes requests.", backend("oathkeeper.service", origin.ServiceName)),
	row("spec.rules[].backendRefs[].namespace", "The namespace of the Service, where it is another one.", backend("oathkeeper.service", namespaceOf)),
	row("spec.rules[].backendRefs[].port", "The port of the Service of the rule, or Oathkeeper's.", backend("oathkeeper.port", origin.ServicePort)),
	row("spec.rules[].backendRefs[].weight", "The share of traffic as a whole number.", func(w *written, m origin.Match) from {
		return from{origin.Of(origin.Upstreams(w.routes[m.N[0]])[m.N[1]].Origin, ir.PartServiceWeight)}
	}),
	row("spec.rules[].timeouts.request", "The timeout of the rule, else that of the resource, else the controller's default.", func(w *written, m origin.Match) from {
		return from{origin.Of(w.routes[m.N[0]].Origin, ir.PartTimeout)}
	}),
}, origin.Head[*written]()...)

var grantOrigins = append(origin.Table[*written]{
	row("apiVersion", "The version of ReferenceGrants that all releases of the Gateway API have.", nil),
	row("metadata.name", "The name is that of the resource with a hash of its kind, namespace and name, and of the namespace of the Services.", func(w *written, m origin.Match) from {
		return append(name(w, m), services(w, namespaceOf)...)
	}),
	row("metadata.namespace", "The ReferenceGrant is in the namespace of the Services.", func(w *written, _ origin.Match) from { return services(w, namespaceOf) }),
	row("spec.from[].namespace", "HTTPRoutes of the namespace of the resource may refer to the Services.", func(w *written, _ origin.Match) from {
		return from{origin.Of(w.Gateway.Origin, ir.PartNamespace)}
	}),
	row("spec.from[].{}", "HTTPRoutes may refer to the Services.", nil),
	row("spec.to[].name", "A Service in another namespace that rules send requests to.", granteeOf),
	row("spec.to[].{}", "What is referred to is a Service.", nil),
}, origin.Head[*written]()...)

// Explain returns what the fields of the objects are made of that Lower wrote.
func Explain(g *ir.Gateway, t *ir.Target, objects []manifest.Object) [][]origin.Leaf {
	rules := rulesOf(g, t)
	var out [][]origin.Leaf
	next := func() origin.Written { return origin.Written{Gateway: g, Target: t, Object: &objects[len(out)]} }
	for _, piece := range pieces(rules) {
		w := &written{Written: next()}
		for _, r := range piece {
			w.routes = append(w.routes, r.route)
		}
		out = append(out, routeOrigins.Explain(w, w.Object.Value()))
	}
	if t.GatewayAPI.Grants != "write" {
		return out
	}
	for _, namespace := range slices.Sorted(maps.Keys(granted(g, t, rules))) {
		w := &written{Written: next(), services: upstreamsIn(rules, t, namespace)}
		out = append(out, grantOrigins.Explain(w, w.Object.Value()))
	}
	return out
}

// upstreamsIn are the Services in a namespace that rules send requests to.
func upstreamsIn(rules []*rule, t *ir.Target, namespace string) []*ir.Upstream {
	var out []*ir.Upstream
	for _, r := range rules {
		to := origin.Upstreams(r.route)
		for i := range to {
			if r.answer == 0 && !t.Plan.Delegated(r.route) && to[i].Namespace == namespace {
				out = append(out, &to[i])
			}
		}
	}
	return out
}

func name(w *written, _ origin.Match) from { return origin.ID(w.Gateway) }

func section(w *written, m origin.Match) from {
	parent := w.Target.GatewayAPI.Parents[w.Gateway.Ingress.Reference()]
	if len(parent.Sections) > 0 {
		return from{origin.ParentSetting(w.Gateway, source.JoinIndex("sections", m.N[0]))}
	}
	return from{origin.At(w.Gateway.Ingress.Parent.SecureAt[m.N[0]])}
}

func spec(w *written) *manifest.HTTPRoute { return w.Object.Spec.(*manifest.HTTPRoute) }

// header is what a header is made of that a rule sets.
func header(w *written, m origin.Match) from {
	set := spec(w).Rules[m.N[0]].Filters[m.N[1]].RequestHeaderModifier.Set
	name := set[m.N[2]].Name
	r := w.routes[m.N[0]]
	if out := envoy.SetHeader(w.Gateway, r, name); out != nil || !manifest.IsAuthority(name) {
		return out
	}
	for _, f := range r.Filters {
		if f, ok := f.(ir.SetRequestHeaders); ok {
			for name := range f.Headers {
				if manifest.IsAuthority(name) {
					return envoy.SetHeader(w.Gateway, r, name)
				}
			}
		}
	}
	return nil
}

// names are the names of what an author wrote by a name.
func names(list from) from {
	var out from
	for _, o := range list {
		if o.Part == ir.PartHeaders {
			o.Name = true
			out = append(out, o)
		}
	}
	return out
}

// cors is an element of a list of the CORS policy, by its value: repeated values
// are left out, and * may replace all.
func cors(part ir.Part, all func(*ir.CORS) []string, said func(*manifest.RouteCORS) []string) func(*written, origin.Match) from {
	return func(w *written, m origin.Match) from {
		value := said(spec(w).Rules[m.N[0]].Filters[m.N[1]].CORS)[m.N[2]]
		i := slices.Index(all(w.routes[m.N[0]].CORS), value)
		return from{origin.Nth(w.Gateway.Origin, part, i)}
	}
}

func origins(w *written, m origin.Match) from {
	value := spec(w).Rules[m.N[0]].Filters[m.N[1]].CORS.AllowOrigins[m.N[2]]
	i := slices.IndexFunc(w.routes[m.N[0]].CORS.Origins, func(o ir.Origin) bool { return o.Value == value })
	return from{origin.Nth(w.Gateway.Origin, ir.PartCORSOrigins, i)}
}

func maxAgeOf(w *written, m origin.Match) from {
	if w.routes[m.N[0]].CORS.MaxAge == nil {
		return nil
	}
	return from{origin.Of(w.Gateway.Origin, ir.PartCORSMaxAge)}
}

func backend(setting string, of func(*ir.Upstream) []origin.Origin) func(*written, origin.Match) from {
	return func(w *written, m origin.Match) from {
		return envoy.Destination(w.routes[m.N[0]], w.Target, m.N[1], setting, of)
	}
}

func namespaceOf(u *ir.Upstream) []origin.Origin {
	return from{origin.Of(u.Origin, ir.PartServiceNamespace)}
}

// services are the parts of all Services of a ReferenceGrant, or the setting of
// Oathkeeper.
func services(w *written, of func(*ir.Upstream) []origin.Origin) from {
	var out from
	for _, u := range w.services {
		out = append(out, of(u)...)
	}
	if out == nil {
		return from{origin.Setting("oathkeeper.service")}
	}
	return out
}

func granteeOf(w *written, m origin.Match) from {
	name := w.Object.Spec.(*manifest.ReferenceGrant).To[m.N[0]].Name
	var out from
	for _, u := range w.services {
		if u.Name == name {
			out = append(out, origin.ServiceName(u)...)
		}
	}
	if out == nil {
		return from{origin.Setting("oathkeeper.service")}
	}
	return out
}
