package reference

import (
	"net/http"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/simulate"
)

// decideSpecific decides for a gateway whose most specific route matches a
// request: the gateway answers plain HTTP and requests that no route matches;
// among the routes with the verb the one with the most specific path decides,
// by the caller that the token names.
func (m *Model) decideSpecific(g *ir.Gateway, r *simulate.Request) simulate.Decision {
	path, ok := match.SlashedPath.See(r.RawPath())
	if !ok {
		return simulate.Decision{Status: http.StatusBadRequest, Cause: simulate.BadRequest}
	}
	proto := r.AsSent().Header("X-Forwarded-Proto")
	if g.Insecure != nil && proto == "http" {
		return simulate.Decision{Status: g.Insecure.Status, Cause: simulate.Answered, At: g.Origin}
	}
	if g.Insecure == nil || proto == "https" {
		for _, routes := range routesByRank(g, path) {
			if d, decided := decideAmong(g, routes, r); decided {
				return d
			}
		}
	}
	for i := range g.UnmatchedAccess.Grants {
		if d := refused(&g.UnmatchedAccess.Grants[i], &r.Token); d != nil {
			return *d
		}
	}
	d := simulate.Decision{Status: http.StatusNotFound, Cause: simulate.Answered, At: g.Origin}
	if g.Unmatched != nil {
		d.Status = g.Unmatched.Status
	}
	return d
}

// routesByRank returns the routes whose paths match a path, in groups that are
// equally specific, the most specific group first.
func routesByRank(g *ir.Gateway, path string) [][]*ir.Route {
	groups := map[string][]*ir.Route{}
	for _, route := range g.Routes {
		s := match.Set{Path: route.Match.Path, View: match.SlashedPath}
		if ok, err := s.Accepts(match.Request{Method: "GET", Scheme: "https", Host: "h", RawPath: escaped(path)}); ok && err == nil {
			key := specificity(route.Match.Path.Text)
			groups[key] = append(groups[key], route)
		}
	}
	var out [][]*ir.Route
	keys := make([]string, 0, len(groups))
	for k := range groups {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		out = append(out, groups[k])
	}
	return out
}

// escaped writes a path that was decoded so that it is seen as it is.
func escaped(path string) string {
	return strings.NewReplacer("%", "%25", "?", "%3F", "#", "%23", " ", "%20").Replace(path)
}

// specificity sorts paths: at the first segment that differs in kind, a text
// comes before a parameter, and that before a rest.
func specificity(path string) string {
	var out []byte
	for segment := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		switch {
		case segment == "**":
			out = append(out, 'c')
		case strings.HasPrefix(segment, "*") || strings.HasPrefix(segment, "{"):
			out = append(out, 'b')
		default:
			out = append(out, 'a')
		}
	}
	return string(out)
}

// decideAmong decides among routes that are equally specific; none decides
// about a verb that none of them has.
func decideAmong(g *ir.Gateway, routes []*ir.Route, r *simulate.Request) (d simulate.Decision, decided bool) {
	for _, route := range routes {
		if route.CORS != nil && r.Method == http.MethodOptions {
			return simulate.Decision{Status: http.StatusNoContent, Cause: simulate.Preflight, At: route.Origin}, true
		}
	}
	for _, route := range routes {
		if slices.Contains(route.Match.Methods, r.Method) {
			return decideByCaller(g, route, r), true
		}
	}
	return simulate.Decision{}, false
}

// decideByCaller lets the first grant decide that is for the caller: those that
// deny cannot touch, then the others that name their callers, then those for
// anyone.
func decideByCaller(g *ir.Gateway, route *ir.Route, r *simulate.Request) simulate.Decision {
	a := &route.Access
	named := func(g *ir.Grant, exempt bool) bool {
		return g.Who != nil && g.Exempt == exempt && isOneOf(g.Who, &r.Token)
	}
	if i := slices.IndexFunc(a.Grants, func(g ir.Grant) bool { return named(&g, true) }); i >= 0 {
		return serve(g, route, &a.Grants[i], r)
	}
	if slices.ContainsFunc(a.Deny, func(p ir.Principal) bool { return isOneOf(p, &r.Token) }) {
		return simulate.Decision{Status: http.StatusForbidden, Cause: simulate.Answered, At: route.Origin}
	}
	if i := slices.IndexFunc(a.Grants, func(g ir.Grant) bool { return named(&g, false) }); i >= 0 {
		return serve(g, route, &a.Grants[i], r)
	}
	if a.Restricted {
		return simulate.Decision{Status: http.StatusForbidden, Cause: simulate.Answered, At: route.Origin}
	}
	if i := slices.IndexFunc(a.Grants, func(g ir.Grant) bool { return g.Who == nil }); i >= 0 {
		return serve(g, route, &a.Grants[i], r)
	}
	return simulate.Decision{Status: http.StatusForbidden, Cause: simulate.Denied, At: route.Origin}
}

// isOneOf reports whether the token names its bearer as one of the principal;
// nobody verifies that here.
func isOneOf(p ir.Principal, t *simulate.Token) bool {
	if t.Kind != "jwt" {
		return false
	}
	claim := func(name string) string { s, _ := t.Claims[name].(string); return s }
	switch p := p.(type) {
	case ir.Services:
		return slices.Contains(p.IDs, claim(p.Claim))
	case ir.Employees:
		marked := claim(p.Mark.Name) == p.Mark.Value
		return (marked || !p.All && !p.Marked) && (len(p.IDs) == 0 || slices.Contains(p.IDs, claim(p.Claim)))
	}
	return false
}

// refused returns how a grant's proof refuses a token, nil if it does not.
func refused(g *ir.Grant, t *simulate.Token) *simulate.Decision {
	proof, looked := g.Proof.(ir.TokenInfo)
	if !looked {
		return nil
	}
	info := t.Introspection
	if _, failed := info["status"]; t.Kind == "" || t.Kind == "none" || t.Kind == "malformed" || !t.OK() || failed || info == nil {
		return &simulate.Decision{Status: http.StatusUnauthorized, Cause: simulate.NoCredentials, At: g.Origin}
	}
	realm, _ := info["realm"].(string)
	short := slices.ContainsFunc(g.Scopes, func(s string) bool { return !slices.Contains(words(info["scope"]), s) })
	if len(proof.Realms) > 0 && !slices.Contains(proof.Realms, realm) || short {
		return &simulate.Decision{Status: http.StatusForbidden, Cause: simulate.NotSufficient, At: g.Origin}
	}
	return nil
}

func serve(g *ir.Gateway, route *ir.Route, grant *ir.Grant, r *simulate.Request) simulate.Decision {
	if d := refused(grant, &r.Token); d != nil {
		return *d
	}
	switch to := route.Action.(type) {
	case ir.Respond:
		return simulate.Decision{Status: to.Status, Cause: simulate.Answered, At: route.Origin}
	case ir.Forward:
		d := simulate.Decision{Status: http.StatusOK, Next: r, At: route.Origin}
		if len(to.To) > 0 {
			d.Upstream = to.To[0].Host()
		}
		host, _, _ := strings.Cut(r.Host, ":")
		for i := range g.Hosts {
			if len(to.To) == 0 && strings.EqualFold(g.Hosts[i].Name, host) && len(g.Hosts[i].Upstreams) > 0 {
				d.Upstream = g.Hosts[i].Upstreams[0].Host()
			}
		}
		return d
	}
	return simulate.Decision{Status: http.StatusNotFound, Cause: simulate.NoUpstream, At: route.Origin}
}
