package ingress

import (
	"maps"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/eskip"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// proxyRoute is one route of Skipper: a gateway's route has one for each group
// of callers that is treated in its own way.
type proxyRoute struct {
	origin source.Ref
	// route is the gateway's route, nil for what the gateway answers itself, and
	// grant the one whose callers it is for, nil for those who are refused.
	route *ir.Route
	grant *ir.Grant
	// name is unique in a gateway and stable.
	name       string
	path       eskip.Call
	methods    []string
	predicates []eskip.Call // further ones, in order
	weighted   bool
	filters    []eskip.Call
	shunt      bool
	// preflight is a route for the requests with which browsers ask for permission.
	preflight bool
	// catchAll is the route that answers what no other matches.
	catchAll bool
}

// allPredicates are the predicates in the order that Skipper's users know them
// in. Each route outweighs those with fewer conditions on the same path.
func (p *proxyRoute) allPredicates() []eskip.Call {
	out := make([]eskip.Call, 0, 2+len(p.methods)+len(p.predicates))
	if p.weighted {
		out = append(out, eskip.Of("Weight", 1+len(p.methods)+len(p.predicates)))
	}
	out = append(out, p.path)
	for _, m := range p.methods {
		out = append(out, eskip.Of("Method", m))
	}
	return append(out, p.predicates...)
}

var (
	overTLS      = eskip.Of("Header", "X-Forwarded-Proto", "https")
	overPlain    = eskip.Of("Header", "X-Forwarded-Proto", "http")
	everywhere   = eskip.Of("PathSubtree", "/")
	auditService = eskip.Of("unverifiedAuditLog", "sub")
)

// builder makes the routes of one gateway.
type builder struct {
	gateway *ir.Gateway
	audits  bool
	out     []proxyRoute
}

// routesOf returns the routes of a gateway. The first one answers what no other
// matches, whatever the gateway holds: without it, Skipper would send such
// requests of a host to its Service.
func routesOf(g *ir.Gateway) []proxyRoute {
	return (&builder{gateway: g, audits: audits(g)}).build()
}

func (b *builder) build() []proxyRoute {
	g := b.gateway
	n := 2 + len(g.Routes) // and preflights
	for _, r := range g.Routes {
		n += len(r.Access.Grants) + len(r.Access.Deny) + 1
	}
	b.out = make([]proxyRoute, 0, n)
	b.addUnmatched()
	b.addInsecure()
	for _, r := range g.Routes {
		b.addRoute(r)
	}
	b.addPreflights()
	return b.out
}

func audits(g *ir.Gateway) bool {
	for _, r := range g.Routes {
		if has[ir.Audit](r) {
			return true
		}
	}
	return false
}

// has reports whether a route has a filter of a type.
func has[F ir.Filter](r *ir.Route) bool {
	return slices.ContainsFunc(r.Filters, func(f ir.Filter) bool { _, ok := f.(F); return ok })
}

// cors is the policy of answers that belong to no route: origins are those of
// the whole gateway.
func (b *builder) cors() *ir.CORS {
	for _, r := range b.gateway.Routes {
		if r.CORS != nil {
			return r.CORS
		}
	}
	return nil
}

func (b *builder) addUnmatched() {
	g := b.gateway
	p := proxyRoute{origin: g.Origin, name: "default-404-route", path: everywhere, shunt: true, catchAll: true}
	for i := range g.UnmatchedAccess.Grants {
		p.filters = append(p.filters, proofs(&g.UnmatchedAccess.Grants[i])...)
		break
	}
	if b.audits {
		p.filters = append(p.filters, auditService)
	}
	answer := g.Unmatched
	if answer == nil {
		answer = &ir.Respond{Status: 404}
	}
	p.filters = append(append(p.filters, respond(answer)...), origins(b.cors())...)
	b.out = append(b.out, p)
}

func (b *builder) addInsecure() {
	g := b.gateway
	if g.Insecure == nil {
		return
	}
	p := proxyRoute{origin: g.Origin, name: "reject-http-route", path: everywhere, predicates: []eskip.Call{overPlain}, shunt: true}
	if b.audits {
		p.filters = append(p.filters, auditService)
	}
	p.filters = append(append(p.filters, respond(g.Insecure)...), origins(b.cors())...)
	b.out = append(b.out, p)
}

// addRoute returns a route for each group of callers.
func (b *builder) addRoute(r *ir.Route) {
	for i := range r.Access.Grants {
		b.addGrant(r, &r.Access.Grants[i])
	}
	for _, p := range r.Access.Deny {
		b.addRefusal(r, "deny-employees", p, r.Access.Denied)
	}
	if r.Access.Restricted {
		b.addRefusal(r, "non-whitelisted", nil, r.Access.Refused)
	}
}

// startRoute starts a proxy route of a route for some callers.
func (b *builder) startRoute(r *ir.Route, kind string, who []eskip.Call) proxyRoute {
	path, _ := pathPredicate(r.Match.Path)
	p := proxyRoute{origin: r.Origin, route: r, path: path, methods: r.Match.Methods, weighted: true, predicates: slices.Clone(who)}
	p.name = strings.ToLower(strings.Join(r.Match.Methods, "-")) + "-" + r.Slug + "-" + kind
	if b.gateway.Insecure != nil {
		p.predicates = append(p.predicates, overTLS)
	}
	return p
}

func (b *builder) addGrant(r *ir.Route, g *ir.Grant) {
	p := b.startRoute(r, kindOf(g), conditions(g.Who))
	p.grant = g
	p.filters = make([]eskip.Call, 0, 8+len(r.Filters))
	respondWith, static := r.Action.(ir.Respond)
	if g.Limit != nil && g.Limit.Exceeded != nil {
		e := g.Limit.Exceeded
		p.filters = append(p.filters, eskip.Of("inlineContentIfStatus", e.Status, e.Body, e.Headers["Content-Type"]))
	}
	p.filters = append(p.filters, realms(g)...)
	p.filters = append(p.filters, chain(r, g)...)
	if static {
		p.shunt = true
		p.filters = append(p.filters, headers(respondWith.Headers)...)
		p.filters = append(p.filters, respond(&respondWith)...)
	}
	p.filters = append(p.filters, origins(r.CORS)...)
	if !static {
		p.filters = append(p.filters, natives(r)...)
	}
	b.out = append(b.out, p)
}

// kindOf names the group of callers of a grant.
func kindOf(g *ir.Grant) string {
	limited := ""
	if g.Limit != nil {
		limited = "rl-"
	}
	switch who := g.Who.(type) {
	case ir.Employees:
		if g.Exempt {
			return "admins"
		}
		return limited + "users-all"
	case ir.Services:
		return limited + "service-" + letters(strings.Join(who.IDs, ""))
	}
	return limited + "all"
}

func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, s)
}

// conditions identify a group of callers by their token, which is not yet
// verified.
func conditions(who ir.Principal) []eskip.Call {
	switch who := who.(type) {
	case ir.Employees:
		var out []eskip.Call
		if who.All || who.Marked {
			out = append(out, eskip.Of("JWTPayloadAllKV", who.Mark.Name, who.Mark.Value))
		}
		if len(who.IDs) > 0 {
			out = append(out, anyOf(who.Claim, who.IDs))
		}
		return out
	case ir.Services:
		if len(who.IDs) == 1 {
			return []eskip.Call{eskip.Of("JWTPayloadAllKV", who.Claim, who.IDs[0])}
		}
		return []eskip.Call{anyOf(who.Claim, who.IDs)}
	}
	return nil
}

func anyOf(claim string, values []string) eskip.Call {
	c := eskip.Call{Name: "JWTPayloadAnyKV"}
	for _, v := range values {
		c.Args = append(c.Args, claim, v)
	}
	return c
}

// addRefusal returns a route that refuses some callers.
func (b *builder) addRefusal(r *ir.Route, kind string, who ir.Principal, answer *ir.Respond) {
	p := b.startRoute(r, kind, conditions(who))
	p.shunt = true
	if answer == nil {
		answer = &ir.Respond{Status: 403}
	}
	p.filters = append(p.filters, eskip.Of("status", answer.Status))
	if has[ir.Audit](r) {
		p.filters = append(p.filters, auditOf(who))
	}
	p.filters = append(append(p.filters, body(answer)...), origins(r.CORS)...)
	b.out = append(b.out, p)
}

// addPreflights returns a route for each path whose routes browsers may use
// across origins.
func (b *builder) addPreflights() {
	done := map[string]bool{}
	for _, r := range b.gateway.Routes {
		if r.CORS == nil || done[r.Match.Path.Text] {
			continue
		}
		done[r.Match.Path.Text] = true
		p := b.startRoute(r, "cors", nil)
		p.preflight = true
		p.name, p.methods, p.shunt = "options-"+r.Slug+"-cors", []string{"OPTIONS"}, true
		p.filters = []eskip.Call{eskip.Of("enableAccessLog", 4, 5), eskip.Of("status", 204)}
		if has[ir.TraceRequest](r) {
			p.filters = append(p.filters, eskip.Of("flowId", "reuse"))
		}
		p.filters = append(p.filters, origins(r.CORS)...)
		p.filters = append(p.filters,
			eskip.Of("appendResponseHeader", "Access-Control-Allow-Methods", strings.Join(r.CORS.Methods, ", ")),
			eskip.Of("appendResponseHeader", "Access-Control-Allow-Headers", strings.Join(r.CORS.Headers, ", ")))
		b.out = append(b.out, p)
	}
}

// auditOf logs the identifier that callers are known by.
func auditOf(who ir.Principal) eskip.Call {
	if p, ok := who.(ir.Employees); ok {
		return eskip.Of("unverifiedAuditLog", p.Claim)
	}
	return auditService
}

// realms demands that a token belongs to one of the realms.
func realms(g *ir.Grant) []eskip.Call {
	info, _ := g.Proof.(ir.TokenInfo)
	if len(info.Realms) == 0 {
		return nil
	}
	c := eskip.Call{Name: "oauthTokeninfoAnyKV"}
	for _, r := range info.Realms {
		c.Args = append(c.Args, "realm", r)
	}
	return []eskip.Call{c}
}

// proofs demands a valid token with the scopes.
func proofs(g *ir.Grant) []eskip.Call {
	if _, ok := g.Proof.(ir.TokenInfo); !ok {
		return nil
	}
	c := eskip.Call{Name: "oauthTokeninfoAllScope"}
	for _, s := range g.Scopes {
		c.Args = append(c.Args, s)
	}
	return []eskip.Call{c}
}

// chain is what happens to the requests of a grant, in the operator's order.
func chain(r *ir.Route, g *ir.Grant) []eskip.Call {
	var out []eskip.Call
	_, people := g.Who.(ir.Employees)
	if g.Exempt {
		out = append(out, eskip.Of("enableAccessLog", 2, 4, 5))
	}
	for _, f := range r.Filters {
		if c, ok := f.(ir.Compress); ok && !people {
			out = append(out, eskip.Of("compress", c.Factor, c.Encoding))
		}
	}
	if has[ir.Audit](r) {
		out = append(out, auditOf(g.Who))
	}
	out = append(out, proofs(g)...)
	if l := g.Limit; l != nil {
		out = append(out, eskip.Of("clusterClientRatelimit", l.Group, l.Count, l.Period, "Authorization"))
	}
	for _, f := range r.Filters {
		switch f := f.(type) {
		case ir.TraceRequest:
			out = append(out, eskip.Of("flowId", "reuse"))
		case ir.ForwardIdentity:
			out = append(out, forward(f))
		case ir.SetRequestHeaders:
			for _, k := range slices.Sorted(maps.Keys(f.Headers)) {
				out = append(out, eskip.Of("setRequestHeader", k, f.Headers[k]))
			}
		case ir.RemoveResponseHeaders:
			for _, name := range f.Names {
				out = append(out, eskip.Of("dropResponseHeader", name))
			}
		case ir.Audit, ir.Compress, ir.Native, ir.ForwardedHost, ir.SetRequestCookies, ir.Mutate:
		}
	}
	return out
}

func forward(f ir.ForwardIdentity) eskip.Call {
	c := eskip.Of("forwardToken", f.Header)
	for _, field := range f.Fields {
		c.Args = append(c.Args, field)
	}
	return c
}

// origins adds the CORS header to answers.
func origins(c *ir.CORS) []eskip.Call {
	if c == nil {
		return nil
	}
	out := eskip.Call{Name: "corsOrigin"}
	for _, o := range c.Origins {
		out.Args = append(out.Args, o.Value)
	}
	return []eskip.Call{out}
}

func natives(r *ir.Route) []eskip.Call {
	var out []eskip.Call
	for _, f := range r.Filters {
		if n, ok := f.(ir.Native); ok && n.Engine == engine {
			out = append(out, eskip.Call{Text: n.Text})
		}
	}
	return out
}

// respond answers without an upstream.
func respond(a *ir.Respond) []eskip.Call {
	return append([]eskip.Call{eskip.Of("status", a.Status)}, body(a)...)
}

func body(a *ir.Respond) []eskip.Call { return []eskip.Call{eskip.Of("inlineContent", a.Body)} }

func headers(h map[string]string) []eskip.Call {
	var out []eskip.Call
	for _, k := range slices.Sorted(maps.Keys(h)) {
		out = append(out, eskip.Of("setResponseHeader", k, h[k]))
	}
	return out
}
