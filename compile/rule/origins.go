package rule

import (
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/origin"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// written is a Rule with the route that it is for.
type written struct {
	origin.Written
	route  *ir.Route
	shared bool // several Rules have its URL
}

type from = []origin.Origin

var row = origin.NewRow[*written]

// Tables are the lines of what the fields of the objects are made of.
func Tables() []origin.Kind { return []origin.Kind{{Kind: kinds.Rule, Lines: origins.Lines()}} }

var origins = append(origin.Table[*written]{
	row("apiVersion", "The version of Rules is the one that Oathkeeper's Maester reads.", nil),
	row("metadata.name", "The name is that of the resource with a hash of what identifies the Rule: its match URL, and its methods where several share one.", name),
	row("metadata.namespace", "The Rule is in the namespace of the resource.", func(w *written, _ origin.Match) from {
		return from{origin.Of(w.Gateway.Origin, ir.PartNamespace)}
	}),
	row("spec.match.url", "The host and the path of the rule, over HTTP and HTTPS, without the paths that earlier rules match.", url),
	row("spec.match.methods[]", "A method of the rule.", func(w *written, m origin.Match) from { return origin.Method(w.route, m.N[0]) }),
	row("spec.upstream.url", "Requests that are let through go to the Service of the rule, of several to the one with the largest share.", upstream),
	row("spec.authenticators[].handler", "Oathkeeper's handler for what the author demands of callers.", func(w *written, m origin.Match) from {
		return from{origin.Of(writtenHandlers(w.route, w.Target)[m.N[0]].Origin, ir.PartHandler)}
	}),
	row("spec.authenticators[].config.**", "The configuration of the handler, as it is written.", func(w *written, m origin.Match) from {
		return from{origin.Named(writtenHandlers(w.route, w.Target)[m.N[0]].Origin, ir.PartConfig, m.Rest)}
	}),
	row("spec.authorizer.handler", "Whoever an authenticator lets through is allowed.", nil),
	row("spec.mutators[].handler", "Oathkeeper's handler for what is done to the request.", func(w *written, m origin.Match) from {
		return from{origin.Of(mutators(w.route)[m.N[0]].Origin, ir.PartHandler)}
	}),
	row("spec.mutators[].config.**", "The configuration of the handler, as it is written.", func(w *written, m origin.Match) from {
		return from{origin.Named(mutators(w.route)[m.N[0]].Origin, ir.PartConfig, m.Rest)}
	}),
}, origin.Head[*written]()...)

// Explain returns what the fields of the objects are made of that Lower wrote.
func Explain(g *ir.Gateway, t *ir.Target, objects []manifest.Object) [][]origin.Leaf {
	var out [][]origin.Leaf
	shared := sharedURLs(g, t)
	for _, r := range g.Routes {
		if !hasRule(r, t) {
			continue
		}
		o := &objects[len(out)]
		w := &written{origin.Written{Gateway: g, Target: t, Object: o}, r, shared[matchURL(g, r)] > 1}
		out = append(out, origins.Explain(w, o.Value()))
	}
	return out
}

func name(w *written, m origin.Match) from {
	out := append(origin.Identity(w.Gateway), url(w, m)...)
	if w.shared {
		out = append(out, origin.Methods(w.route)...)
	}
	return out
}

func url(w *written, _ origin.Match) from {
	out := append(origin.Host(w.Gateway, 0), origin.Path(w.route)...)
	if w.route.Match.Path.Lang != pathlang.Regex {
		return out
	}
	return append(out, origin.Left(w.Gateway, w.route)...)
}

func upstream(w *written, _ origin.Match) from {
	u := largest(origin.Upstreams(w.route))
	return append(origin.ServiceHost(u), origin.ServicePort(u)...)
}
