package v1beta1

import (
	"fmt"
	"slices"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/apirule"
)

var defaultCORS = ir.CORS{
	Origins: []ir.Origin{{Kind: "regex", Value: ".*"}},
	Methods: []string{"GET", "POST", "PUT", "DELETE", "PATCH"},
	Headers: []string{"Authorization", "Content-Type", "*"},
}

// Lift turns the document into the model.
func (a *APIRule) Lift(s *ir.Settings) (*ir.Gateway, diag.List) {
	var found diag.List
	kyma := releaseOf(s.Kyma)
	g := &ir.Gateway{
		Origin:     source.Ref{Doc: a.doc},
		Name:       ir.Name{Namespace: a.doc.Namespace, Name: a.doc.Name},
		Kind:       "APIRule",
		Labels:     kyma.labels(a.doc),
		Convention: kyma.convention(a.doc),
		Hosts:      []ir.Host{apirule.LegacyHost(a.host, source.Ref{Doc: a.doc, Path: "spec.host"}, s)},
		Ingress:    apirule.LegacyIngress(a.gateway, a.doc.Namespace, source.Ref{Doc: a.doc, Path: "spec.gateway"}),
		Order:      match.FirstMatch,
	}
	cors, response := a.liftCORS(s)
	first := map[string]*ir.Route{}
	for i := range a.rules {
		r := &a.rules[i]
		route := a.liftRule(r, g.Hosts[0].Name, s, &found)
		route.CORS = cors
		route.Filters = append(route.Filters, response)
		if route.RoutedBy = first[r.path]; route.RoutedBy == nil {
			first[r.path] = route
		}
		g.Routes = append(g.Routes, route)
	}
	return g, found
}

// liftCORS returns the policy of every route and what is done to the response.
// Without a policy the default holds and the list of removed headers is
// written empty; a policy without origins is dropped, its removals stay.
func (a *APIRule) liftCORS(s *ir.Settings) (*ir.CORS, ir.Filter) {
	if !a.corsNode {
		return s.WithDefaults(defaultCORS), ir.RemoveResponseHeaders{}
	}
	return apirule.PlaceCORS(a.cors, a.doc), ir.RemoveResponseHeaders{Names: apirule.CORSHeaders}
}

func (a *APIRule) liftRule(r *rule, host string, s *ir.Settings, found *diag.List) *ir.Route {
	path := pathlang.Path{Lang: pathlang.Regex, Text: r.path}
	if s.IstioJWT && r.path == "/*" {
		path.Lang = pathlang.Star
	}
	route := &ir.Route{
		Origin:    r.at,
		Match:     match.Set{Hosts: []string{host}, Methods: r.methods, Path: path},
		AnyMethod: r.has("allow"),
		Access:    ir.Access{Grants: r.grants(s.IstioJWT)},
		Filters:   r.filters(s.IstioJWT, found),
		Action:    ir.Forward{To: []ir.Upstream{apirule.Upstream(r.service, a.service, a.doc.Namespace, r.at)}},
		Timeout:   apirule.TimeoutOf(r.timeout, a.timeout),
	}
	if j := slices.IndexFunc(r.strategies, func(h ir.Handler) bool { return h.Name == "jwt" }); s.IstioJWT && j >= 0 {
		route.InMesh = r.strategies[j].Origin
	}
	return route
}

func (r *rule) has(strategy string) bool {
	return slices.ContainsFunc(r.strategies, func(h ir.Handler) bool { return h.Name == strategy })
}

func (r *rule) grants(istio bool) []ir.Grant {
	if !istio || !r.has("jwt") {
		return apirule.Grants(r.strategies)
	}
	var grants []ir.Grant
	for i := range r.strategies {
		h := &r.strategies[i]
		if h.Name != "jwt" {
			grants = append(grants, apirule.Grants(r.strategies[i:i+1])...)
			continue
		}
		jwt := apirule.DecodeJWT(h.Config, h.Origin.At("config"), "")
		grants = append(grants, jwt.Grants(ir.JWT{Issuers: jwt.Issuers})...)
	}
	return grants
}

// filters returns what is done to the request. Mutators of allow and no_auth
// have no effect in this version; those of a jwt rule under the Istio handler
// are applied by the proxy, cookies before headers.
func (r *rule) filters(istio bool, found *diag.List) []ir.Filter {
	filters := []ir.Filter{ir.ForwardedHost{}}
	delegated := slices.ContainsFunc(r.strategies, func(h ir.Handler) bool { return h.Name != "allow" && h.Name != "no_auth" })
	switch {
	case len(r.mutators) == 0 || len(r.strategies) == 0:
	case istio && r.has("jwt"):
		return append(filters, r.proxyFilters()...)
	case !delegated:
		found.Add(diag.Finding{
			Code: diag.MutatorsIgnored, At: r.at.At("mutators"), Help: "remove them, or use the access strategy noop",
			Message: fmt.Sprintf("mutators have no effect on a rule with access strategy %q", r.strategies[0].Name),
		})
	default:
		for _, m := range r.mutators {
			filters = append(filters, ir.Mutate{Handler: m})
		}
	}
	return filters
}

func (r *rule) proxyFilters() []ir.Filter {
	var cookies, headers []ir.Filter
	for i := range r.mutators {
		switch m := &r.mutators[i]; m.Name {
		case "cookie":
			cookies = append(cookies, ir.SetRequestCookies{Cookies: mutatorEntries(m, "cookies")})
		case "header":
			headers = append(headers, ir.SetRequestHeaders{Headers: mutatorEntries(m, "headers")})
		}
	}
	return append(cookies, headers...)
}

// mutatorEntries reads the names and values of a header or cookie mutator.
func mutatorEntries(m *ir.Handler, key string) map[string]string {
	v, _ := m.Config.Get(key)
	entries, _ := v.(source.Object)
	out := make(map[string]string, len(entries))
	for _, e := range entries {
		out[e.Key] = fmt.Sprint(e.Value)
	}
	return out
}
