package policy

import (
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/origin"
	"github.com/kgw-dev/kgw/internal/source"
)

// written is a policy or a RequestAuthentication with what it is for.
type written struct {
	origin.Written
	route    *ir.Route
	upstream *ir.Upstream
	identity []string
	policy   *policy     // nil for a RequestAuthentication
	issuers  []ir.Issuer // of a RequestAuthentication
}

type from = []origin.Origin

var row = origin.NewRow[*written]

// Tables are the lines of what the fields of the objects are made of.
func Tables() []origin.Kind {
	return []origin.Kind{{Kind: kinds.AuthorizationPolicy, Lines: policyOrigins.Lines()}, {Kind: kinds.RequestAuthentication, Lines: authenticationOrigins.Lines()}}
}

// both are the lines of both kinds.
var both = append(origin.Table[*written]{
	row("apiVersion", "The version of Istio's objects is a setting.", origin.IstioAPI[*written]),
	row("metadata.name", "The name is that of the resource with a hash of what identifies the object: the path, the methods where several rules share it, and the Service where there are several.", name),
	row("metadata.namespace", "The object is in the namespace of the Service whose pods it protects.", func(w *written, _ origin.Match) from {
		return from{origin.Of(w.upstream.Origin, ir.PartServiceNamespace)}
	}),
	row("spec.selector.matchLabels{}", "The object is for the pods that the Service selects.", func(w *written, m origin.Match) from { return label(w.upstream, m.Keys[0]) }),
}, origin.Head[*written]()...)

var policyOrigins = append(origin.Table[*written]{
	row("metadata.labels{"+hashLabel+"}", "The controller knows the policy by a hash of its namespace, its selector and the requests that it is for.", hashed),
	row("metadata.labels{"+indexLabel+"}", "The place among the policies of one rule.", nil),
	row("spec.action", "External authorizers are asked by a policy of their own.", nil),
	row("spec.provider.name", "The external authorizer that the rule names.", func(w *written, _ origin.Match) from { return from{origin.At(w.policy.provider.Origin)} }),
	row("spec.rules[].from[].source.principals[]", "Requests must come through the ingress gateway, or through Oathkeeper where it checks access.", principals),
	row("spec.rules[].from[].source.requestPrincipals[]", "The token must be of an issuer of the rule.", func(w *written, m origin.Match) from {
		return issuer(&issuersIn(w.policy.grant)[m.N[2]], ir.PartIssuer, "issuer")
	}),
	row("spec.rules[].to[].operation.hosts[]", "The host of the resource.", func(w *written, m origin.Match) from { return origin.Host(w.Gateway, m.N[2]) }),
	row("spec.rules[].to[].operation.methods[]", "A method of the rule.", func(w *written, m origin.Match) from { return origin.Method(w.route, m.N[2]) }),
	row("spec.rules[].to[].operation.paths[]", "The path of the rule, as policies match paths.", func(w *written, _ origin.Match) from { return origin.Path(w.route) }),
	row("spec.rules[].to[].operation.notPaths[]", "The path of another rule that matches before this one.", func(w *written, m origin.Match) from {
		return origin.LeftNth(w.Gateway, w.route, m.N[2])
	}),
	row("spec.rules[].when[].key", "The claim of a token that has its scopes, its audiences, or who the caller is. There is one rule for each of the three claims that scopes can be in.", nil),
	row("spec.rules[].when[].values[]", "A scope, an audience or a caller that the rule demands.", demanded),
}, both...)

var authenticationOrigins = append(origin.Table[*written]{
	row("spec.jwtRules[].issuer", "An issuer whose tokens the rule accepts.", func(w *written, m origin.Match) from { return issuer(&w.issuers[m.N[0]], ir.PartIssuer, "issuer") }),
	row("spec.jwtRules[].jwksUri", "Where the keys of the issuer are.", func(w *written, m origin.Match) from { return issuer(&w.issuers[m.N[0]], ir.PartKeys, "jwksUri") }),
	row("spec.jwtRules[].fromHeaders[].{}", "A header that the token may be in, and what is before it there.", func(w *written, m origin.Match) from {
		return from{origin.Named(w.issuers[m.N[0]].Origin, ir.PartToken, source.JoinIndex("fromHeaders", m.N[1])+"."+m.Keys[0])}
	}),
	row("spec.jwtRules[].fromParams[]", "A parameter of the query that the token may be in.", func(w *written, m origin.Match) from {
		return from{origin.Named(w.issuers[m.N[0]].Origin, ir.PartToken, source.JoinIndex("fromParams", m.N[1]))}
	}),
	row("spec.jwtRules[].forwardOriginalToken", "The Service gets the token too.", nil),
}, both...)

// Explain returns what the fields of the objects are made of that Lower wrote.
func Explain(g *ir.Gateway, t *ir.Target, objects []manifest.Object) [][]origin.Leaf {
	var out [][]origin.Leaf
	if !t.WritesPolicies(g) {
		return nil
	}
	next := func() (origin.Written, *manifest.Object) {
		o := &objects[len(out)]
		return origin.Written{Gateway: g, Target: t, Object: o}, o
	}
	policies, tokens := draftsOf(g, t).last()
	for _, p := range policies {
		w, o := next()
		out = append(out, policyOrigins.Explain(&written{Written: w, route: p.route, upstream: p.upstream, identity: p.identity, policy: p}, o.Value()))
	}
	for _, a := range tokens {
		w, o := next()
		out = append(out, authenticationOrigins.Explain(&written{Written: w, route: a.route, upstream: a.upstream, identity: a.identity, issuers: a.issuers}, o.Value()))
	}
	return out
}

// name lists what the identity of an object is made of: see identities and
// behind.
func name(w *written, _ origin.Match) from {
	out := append(origin.ID(w.Gateway), origin.Path(w.route)...)
	const alone = 4 // the parts of an identity of a rule that shares its path with none
	several := len(origin.Upstreams(w.route)) > 1
	if parts := len(w.identity); parts > alone+1 || parts > alone && !several {
		out = append(out, origin.Methods(w.route)...)
	}
	if several {
		out = append(out, origin.ServiceName(w.upstream)...)
	}
	return out
}

// label is a label of the pods behind an upstream. Those of a Function's pods
// are made of its name, or always the same.
func label(u *ir.Upstream, key string) from {
	said := u.SelectorAt
	switch {
	case said.Setting != "":
		return from{origin.Setting(source.JoinKey(said.Setting, key))}
	case said.At.Path == "metadata.name" && (*u.Selector)[key] != u.Name:
		return nil
	case said.At.Path == "metadata.name":
		return from{origin.At(said.At)}
	}
	return from{origin.At(said.At.At(key))}
}

func hashed(w *written, _ origin.Match) from {
	out := from{origin.Of(w.upstream.Origin, ir.PartServiceNamespace), origin.Said(w.upstream.SelectorAt)}
	out = append(append(append(out, origin.Methods(w.route)...), origin.Path(w.route)...), origin.Left(w.Gateway, w.route)...)
	if w.Gateway.Convention.PolicyHosts {
		for i := range w.Gateway.Hosts {
			out = append(out, origin.Host(w.Gateway, i)...)
		}
	}
	return out
}

// principals is one of the identities that policySource lists.
func principals(w *written, m origin.Match) from {
	switch w.policy.grant.Proof.(type) {
	case ir.TokenInfo, ir.ByHandler:
		return from{origin.Setting("oathkeeper.principal")}
	case ir.None, ir.Passthru, ir.JWT, ir.External:
	}
	return origin.IngressPrincipal(w.Gateway, w.Target, m.N[2])
}

// issuer is a part of an issuer: what the author wrote, or the setting for a
// realm.
func issuer(i *ir.Issuer, part ir.Part, field string) from {
	if i.Setting != "" {
		return from{origin.Setting(i.Setting + "." + field)}
	}
	return from{origin.Of(i.Origin, part)}
}

// demanded is the value of a condition, by the order in which conditions lists
// them.
func demanded(w *written, m origin.Match) from {
	gr, n := w.policy.grant, m.N[1]
	switch scopes, audiences := len(gr.Scopes), len(gr.Aud); {
	case n < scopes:
		return from{origin.Nth(gr.Origin, ir.PartScopes, n)}
	case n < scopes+audiences:
		return from{origin.Nth(gr.Origin, ir.PartAudience, n-scopes)}
	}
	return origin.Callers(gr)
}
