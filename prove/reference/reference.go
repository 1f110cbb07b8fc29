// Package reference decides requests over the model, as the authors meant it.
//
// It is an independent reading that tests compare the engines with. It takes
// gateways and requests and returns decisions, and must not know what kgw
// writes for a gateway.
package reference

import (
	"net/http"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/simulate"
)

// Model decides from the model, as the authors meant it: the route that is
// theirs, and whether one of its grants admits the caller. What engines do
// besides (Oathkeeper's refusal of what two rules match, policies that refuse
// bad tokens where none is asked for) it does not know.
type Model struct{ gateways []*ir.Gateway }

// New returns the evaluator of gateways that have their hosts and upstreams.
func New(gateways []*ir.Gateway) *Model { return &Model{gateways} }

// Decide returns what the authors wanted to become of a request: 404 without a
// route, 401 for a caller that no grant admits, 200 for all others.
func (m *Model) Decide(r *simulate.Request, _ *simulate.Trail) simulate.Decision {
	g := m.gateway(r.Host)
	if g == nil {
		return simulate.Decision{Status: http.StatusNotFound, Cause: simulate.NoHost}
	}
	if g.Order == match.MostSpecific {
		return m.decideSpecific(g, r)
	}
	for _, route := range g.Routes {
		if !routeMatches(route, r) {
			continue
		}
		d := simulate.Decision{Status: http.StatusUnauthorized, Cause: simulate.NoCredentials, At: route.Origin}
		if admits(&route.Access, &r.Token) {
			d.Status, d.Cause, d.Next = http.StatusOK, simulate.Passed, r
			if to, ok := route.Action.(ir.Forward); ok && len(to.To) > 0 {
				d.Upstream = to.To[0].Host()
			}
		}
		return d
	}
	return simulate.Decision{Status: http.StatusNotFound, Cause: simulate.NoRoute, At: g.Origin}
}

// gateway finds the gateway of a host: exact names before wildcards, longer
// ones first.
func (m *Model) gateway(host string) *ir.Gateway {
	host, _, _ = strings.Cut(strings.ToLower(host), ":")
	var best *ir.Gateway
	length := -1
	for _, g := range m.gateways {
		for i := range g.Hosts {
			name := strings.ToLower(g.Hosts[i].Name)
			suffix, wild := strings.CutPrefix(name, "*")
			if name == host {
				return g
			}
			if wild && strings.HasSuffix(host, suffix) && len(suffix) > length {
				best, length = g, len(suffix)
			}
		}
	}
	return best
}

func routeMatches(route *ir.Route, r *simulate.Request) bool {
	s := match.Set{Path: pathlang.TemplateMeaning(route.Match.Path), Methods: route.Match.Methods, View: match.RawPath}
	if route.AnyMethod && open(route) || len(s.Methods) == 0 {
		s.Methods = nil
	}
	ok, err := s.Accepts(match.Request{Method: r.Method, Scheme: r.Scheme, Host: r.Host, RawPath: r.RawPath()})
	return ok && err == nil
}

// open reports whether nothing is between the proxy and the upstream, so that
// nothing but the proxy can look at methods.
func open(route *ir.Route) bool {
	for i := range route.Access.Grants {
		switch route.Access.Grants[i].Proof.(type) {
		case ir.None, ir.Passthru:
		case ir.JWT, ir.TokenInfo, ir.External, ir.ByHandler:
			return false
		}
	}
	return !slices.ContainsFunc(route.Filters, func(f ir.Filter) bool { _, ok := f.(ir.Mutate); return ok })
}

func admits(a *ir.Access, t *simulate.Token) bool {
	return slices.ContainsFunc(a.Grants, func(g ir.Grant) bool { return proves(&g, t) && satisfies(&g, t) })
}

func proves(g *ir.Grant, t *simulate.Token) bool {
	switch p := g.Proof.(type) {
	case ir.None, ir.Passthru:
		return true
	case ir.JWT:
		return isIssued(&p, t)
	case ir.External:
		return p.Then == nil || isIssued(p.Then, t)
	case ir.TokenInfo:
		return t.Kind == "opaque" && t.OK()
	case ir.ByHandler:
		return letsIn(p.Handler.Name, t)
	}
	return false
}

// letsIn reports whether an authenticator of Oathkeeper lets the caller in, as
// far as its name says.
func letsIn(name string, t *simulate.Token) bool {
	switch name {
	case "noop":
		return true
	case "anonymous":
		return t.Kind == "" || t.Kind == "none"
	case "oauth2_introspection", "bearer_token":
		return t.Kind == "opaque" && t.OK()
	case "jwt":
		return t.Kind == "jwt" && t.OK()
	}
	return false
}

func isIssued(p *ir.JWT, t *simulate.Token) bool {
	if t.Kind != "jwt" || !t.OK() {
		return false
	}
	issuer, _ := t.Claims["iss"].(string)
	return !slices.ContainsFunc(p.Issuers, func(i ir.Issuer) bool { return i.Issuer != "" }) ||
		slices.ContainsFunc(p.Issuers, func(i ir.Issuer) bool { return i.Issuer == issuer })
}

// satisfies reports whether the token has all scopes, in one of the claims that
// may hold them, and all audiences.
func satisfies(g *ir.Grant, t *simulate.Token) bool {
	facts := t.Claims
	if t.Kind == "opaque" {
		facts = t.Introspection
	}
	within := func(wanted, have []string) bool {
		return !slices.ContainsFunc(wanted, func(s string) bool { return !slices.Contains(have, s) })
	}
	if !within(g.Aud, words(facts["aud"])) {
		return false
	}
	return len(g.Scopes) == 0 || slices.ContainsFunc([]string{"scp", "scope", "scopes"}, func(c string) bool { return within(g.Scopes, words(facts[c])) })
}

func words(v any) []string {
	switch v := v.(type) {
	case string:
		return strings.Fields(v)
	case []any:
		var out []string
		for _, e := range v {
			s, _ := e.(string)
			out = append(out, s)
		}
		return out
	}
	return nil
}
