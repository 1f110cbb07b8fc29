package virtualservice

import (
	"github.com/kgw-dev/kgw/compile/envoy"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/origin"
)

// written is a VirtualService with the routes that its entries are for.
type written struct {
	origin.Written
	routes []*ir.Route
}

type from = []origin.Origin

var row = origin.NewRow[*written]

// Tables are the lines of what the fields of the objects are made of.
func Tables() []origin.Kind {
	return []origin.Kind{{Kind: kinds.VirtualService, Lines: origins.Lines()}}
}

var origins = append(origin.Table[*written]{
	row("apiVersion", "The version of Istio's objects is a setting.", origin.IstioAPI[*written]),
	row("metadata.name", "The name is that of the resource with a hash of its kind, namespace and name, or the one that kgw.lock.yaml keeps.", name),
	row("metadata.namespace", "The VirtualService is in the namespace of the resource.", func(w *written, _ origin.Match) from {
		return from{origin.Of(w.Gateway.Origin, ir.PartNamespace)}
	}),
	row("spec.gateways[]", "The Istio Gateway that the resource is bound to, as it is written.", func(w *written, _ origin.Match) from { return origin.Ingress(w.Gateway) }),
	row("spec.hosts[]", "The host of the resource, a short one completed with a domain.", func(w *written, m origin.Match) from { return origin.Host(w.Gateway, m.N[0]) }),
	row("spec.http[].match[].uri.{}", "The path of the rule as Envoy matches it: an exact text, a prefix, or an expression over the whole raw path.", func(w *written, m origin.Match) from {
		return origin.Path(w.routes[m.N[0]])
	}),
	row("spec.http[].match[].method.regex", "The methods of the rule as one expression, where the proxy's route is for them alone.", func(w *written, m origin.Match) from {
		return origin.Methods(w.routes[m.N[0]])
	}),
	row("spec.http[].match[].headers{}.exact", "The answer to plain HTTP is for requests that came without TLS.", nil),
	row("spec.http[].route[].destination.host", "Requests go to the Service of the rule, or to Oathkeeper where it checks access or changes requests.", func(w *written, m origin.Match) from {
		return envoy.Destination(w.routes[m.N[0]], w.Target, m.N[1], "oathkeeper.service", origin.ServiceHost)
	}),
	row("spec.http[].route[].destination.port.number", "The port of the Service of the rule, or Oathkeeper's.", func(w *written, m origin.Match) from {
		return envoy.Destination(w.routes[m.N[0]], w.Target, m.N[1], "oathkeeper.port", origin.ServicePort)
	}),
	row("spec.http[].route[].weight", "The share of traffic in percent; 100 where there is one destination.", func(w *written, m origin.Match) from {
		return envoy.Weights(w.routes[m.N[0]], w.Target)
	}),
	row("spec.http[].timeout", "The timeout of the rule, else that of the resource, else the controller's default.", func(w *written, m origin.Match) from {
		return from{origin.Of(w.routes[m.N[0]].Origin, ir.PartTimeout)}
	}),
	row("spec.http[].directResponse.**", "The gateway answers itself: a static response of the author, or what the dialect answers where no route is meant.", answer),
	row("spec.http[].headers.request.set{}", "A header of the request that the author sets, its cookies, or the host that the request was for.", func(w *written, m origin.Match) from {
		return envoy.SetHeader(w.Gateway, w.routes[m.N[0]], m.Keys[0])
	}),
	row("spec.http[].headers.request.remove[]", "A header that only a gateway may set is removed from requests.", nil),
	row("spec.http[].headers.response.set{}", "A header of the author's static response.", answer),
	row("spec.http[].headers.response.remove[]", "CORS headers of the Service are removed, because the resource alone decides about CORS.", nil),
	row("spec.http[].headers.response", "The controller writes an empty list of removed headers where the resource has no CORS policy.", nil),
	row("spec.http[].corsPolicy.allowOrigins[].{}", "An allowed origin of the resource's CORS policy, else of the default policy.", cors(ir.PartCORSOrigins)),
	row("spec.http[].corsPolicy.allowMethods[]", "An allowed method of the resource's CORS policy, else of the default policy.", cors(ir.PartCORSMethods)),
	row("spec.http[].corsPolicy.allowHeaders[]", "An allowed header of the resource's CORS policy, else of the default policy.", cors(ir.PartCORSHeaders)),
	row("spec.http[].corsPolicy.exposeHeaders[]", "A header of answers that the resource's CORS policy shows to pages.", cors(ir.PartCORSExposed)),
	row("spec.http[].corsPolicy.allowCredentials", "Whether the resource's CORS policy lets browsers send credentials.", cors(ir.PartCORSCredentials)),
	row("spec.http[].corsPolicy.maxAge", "How long browsers may keep the answer to a preflight.", cors(ir.PartCORSMaxAge)),
}, origin.Head[*written]()...)

// Explain returns what the fields of the objects are made of that Lower wrote.
func Explain(g *ir.Gateway, t *ir.Target, objects []manifest.Object) [][]origin.Leaf {
	out := make([][]origin.Leaf, len(objects))
	for i := range objects {
		w := &written{origin.Written{Gateway: g, Target: t, Object: &objects[i]}, entryRoutes(g)}
		out[i] = origins.Explain(w, objects[i].Value())
	}
	return out
}

func name(w *written, _ origin.Match) from { return origin.ID(w.Gateway) }

func answer(w *written, m origin.Match) from {
	r := w.routes[m.N[0]]
	if r.Origin.Path == "" {
		return nil
	}
	switch {
	case len(m.Keys) > 0:
		return from{origin.Named(r.Origin, ir.PartAnswer, origin.HeaderKey(m.Keys[0]))}
	case m.Rest == "status":
		return from{origin.Named(r.Origin, ir.PartAnswer, "status")}
	}
	return from{origin.Named(r.Origin, ir.PartAnswer, "body")}
}

func cors(part ir.Part) func(*written, origin.Match) from {
	return func(w *written, m origin.Match) from {
		if len(m.N) < 2 {
			return from{origin.Of(w.Gateway.Origin, part)}
		}
		return from{origin.Nth(w.Gateway.Origin, part, m.N[1])}
	}
}
