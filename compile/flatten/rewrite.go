// Package flatten rewrites gateways whose dialect matches the most specific
// route for proxies that match the first one, with access checked by Oathkeeper
// or by Istio.
//
// It takes a gateway with its upstreams filled in and a target and returns one
// gateway for each host, in the terms that the emitters of VirtualService, Rule
// and policies share, with a finding for each intent that they cannot express
// exactly. It must not know which dialect a gateway came from.
package flatten

import (
	"slices"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// Rewrite returns the gateways that replace g, one for each host that has an
// upstream: hosts have Services of their own.
func Rewrite(g *ir.Gateway, t *ir.Target) ([]*ir.Gateway, diag.List) {
	w := &writer{gateway: g, target: t, native: t.Plan.NativeJWT}
	w.guarded = slices.ContainsFunc(g.Routes, func(r *ir.Route) bool {
		_, forwards := r.Action.(ir.Forward)
		return forwards && w.native && len(w.tokens(r).Grants) > 0
	})
	w.reportLosses()
	routes := w.routes()
	var out []*ir.Gateway
	for i := range g.Hosts {
		h := &g.Hosts[i]
		if len(h.Upstreams) == 0 {
			continue
		}
		one := *g
		one.Order = match.FirstMatch
		one.Slug = g.Name.Name + "-" + h.Name
		one.Hosts = []ir.Host{*h}
		one.Unmatched, one.Insecure, one.Traffic = nil, nil, ir.Traffic{}
		if one.Ingress.Text == "" {
			one.Ingress.Text = t.Gateway
		}
		one.Convention.PolicyHosts = true
		one.Convention.Says = says
		one.Convention.AuthMerge = ir.MergeByAllLabels
		one.Routes = w.hostRoutes(h, routes)
		out = append(out, &one)
	}
	return out, w.found
}

// says holds the messages for what link finds about upstreams.
var says = ir.Says{NoService: "service %q not found", NoSelector: "the service has no selector", NoSidecar: "pod %s has no sidecar"}

// writer rewrites one gateway.
type writer struct {
	gateway *ir.Gateway
	target  *ir.Target
	// native: the proxy checks tokens itself. Otherwise Oathkeeper does.
	native bool
	// guarded: a policy protects the upstreams.
	guarded bool
	found   diag.List
}

// routes returns the routes of any host, those with the more specific path first,
// between the answer to plain HTTP and the answer to requests that no route matches.
func (w *writer) routes() []*ir.Route {
	g := w.gateway
	var out, not []*ir.Route
	done := map[string]bool{}
	for _, r := range g.Routes {
		out = append(out, w.route(r))
		text := r.Match.Path.Text
		if done[text] {
			continue
		}
		done[text] = true
		if r.CORS != nil {
			out = append(out, w.preflightRoute(r))
		}
		if stem, ok := subtree(text); ok && w.native {
			not = append(not, w.notFoundRoute(r, stem))
		}
	}
	// Behind the routes of the same path, which have methods.
	out = append(out, not...)
	slices.SortStableFunc(out, func(a, b *ir.Route) int { return pathlang.BySpecificity(a.Match.Path.Text, b.Match.Path.Text) })
	w.setExceptions(out)
	for _, r := range out {
		r.Match.Path = w.respell(r.Match.Path)
		for i := range r.Except {
			r.Except[i] = w.respell(r.Except[i])
		}
	}
	if w.hasMixedAccess() {
		out = append([]*ir.Route{w.uncleanRoute()}, out...)
	}
	if g.Insecure != nil {
		out = append([]*ir.Route{w.insecureRoute()}, out...)
	}
	return append(out, w.unmatchedRoute())
}

// setExceptions sets, for each route, the paths that earlier routes match first. They
// are left out where the first match does not decide.
func (w *writer) setExceptions(routes []*ir.Route) {
	meet := meetingPaths(routes)
	for i, r := range routes {
		for _, earlier := range routes[:i] {
			a, b := earlier.Match, r.Match
			if slices.Equal(a.Methods, b.Methods) && meet[[2]string{a.Path.Text, b.Path.Text}] {
				r.Except = append(r.Except, a.Path)
			}
		}
	}
}

func (w *writer) route(r *ir.Route) *ir.Route {
	out := *r
	out.Match.Hosts = nil
	out.Filters = w.filters(r)
	if _, ok := r.Action.(ir.Respond); ok {
		out.Access = ir.Access{}
		out.Filters = nil
		return &out
	}
	out.Access = w.access(r)
	if w.native && len(out.Access.Grants) == 0 {
		// Where no policy lets anybody in, the proxy must not forward.
		out.Action, out.Filters = w.refusal(r), nil
		return &out
	}
	if w.native {
		out.InMesh = r.Origin
	}
	return &out
}

func (w *writer) refusal(r *ir.Route) ir.Respond {
	if r.Access.Refused != nil {
		return *r.Access.Refused
	}
	return ir.Respond{Status: 403}
}

// preflightRoute matches the requests with which browsers ask for permission. The proxy
// answers them itself; other requests with this method are refused.
func (w *writer) preflightRoute(r *ir.Route) *ir.Route {
	out := &ir.Route{Origin: r.Origin, Preflight: true, Match: r.Match, CORS: r.CORS, Action: r.Action, Access: ir.Access{Restricted: true}}
	if _, ok := r.Action.(ir.Respond); ok {
		out.Action = ir.Forward{}
	}
	out.Match.Hosts, out.Match.Methods = nil, []string{"OPTIONS"}
	if w.native && !w.guarded {
		out.Action = ir.Respond{Status: 204}
	}
	if !w.native {
		refuse := ir.Handler{Origin: r.Origin, Name: "unauthorized"}
		out.Access.Grants = []ir.Grant{{Origin: r.Origin, Proof: ir.ByHandler{Handler: refuse}, Verbatim: &refuse}}
	}
	return out
}

// insecureRoute answers plain HTTP, whatever the path.
func (w *writer) insecureRoute() *ir.Route {
	return &ir.Route{
		Origin: w.gateway.Origin, Action: *w.gateway.Insecure,
		Match: match.Set{Path: pathlang.Path{Lang: pathlang.Prefix, Text: "/"}, Predicates: []match.Predicate{{Source: match.Header, Name: "X-Forwarded-Proto", Values: []string{"http"}}}},
	}
}

func (w *writer) unmatchedRoute() *ir.Route {
	answer := ir.Respond{Status: 404}
	if w.gateway.Unmatched != nil {
		answer = *w.gateway.Unmatched
	}
	return &ir.Route{Origin: w.gateway.Origin, Action: answer, Match: match.Set{Path: pathlang.Path{Lang: pathlang.Prefix, Text: "/"}}}
}

// notFoundRoute answers paths that a template matches and the author's language does
// not.
func (w *writer) notFoundRoute(r *ir.Route, path string) *ir.Route {
	out := w.unmatchedRoute()
	out.Origin = r.Origin
	out.Match.Path = pathlang.Path{Lang: pathlang.Fabric, Text: path}
	return out
}

// hostRoutes returns the routes of one host, with the host's own upstreams filled in.
func (w *writer) hostRoutes(h *ir.Host, routes []*ir.Route) []*ir.Route {
	out := make([]*ir.Route, len(routes))
	for i, r := range routes {
		one := *r
		one.Match.Hosts = []string{h.Name}
		if f, ok := r.Action.(ir.Forward); ok && len(f.To) == 0 {
			one.Action = ir.Forward{To: slices.Clone(h.Upstreams)}
		}
		out[i] = &one
	}
	return out
}
