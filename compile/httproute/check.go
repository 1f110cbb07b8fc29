package httproute

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/compile/envoy"
	"github.com/kgw-dev/kgw/internal/definition"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/routerule"
	"github.com/kgw-dev/kgw/internal/source"
)

// Check reports faults of the HTTPRoutes that Lower would write, and intents of
// the gateway that they cannot express. Nothing else does: no webhook looks at
// HTTPRoutes, and a route that Envoy refuses stops the routes of all hosts. It
// also returns which requests the rules match.
func Check(g *ir.Gateway, t *ir.Target) (diag.List, ir.Written) {
	c := &checker{gateway: g, target: t, found: envoy.Check(g, t, writtenPath)}
	rules := rulesOf(g, t)
	c.checkHosts()
	c.checkParent()
	for _, r := range rules {
		c.checkRule(r)
	}
	c.checkCORS()
	c.checkPieces(rules)
	c.checkGrants(rules)
	c.checkDefinitions(rules)
	return c.found, ir.Written{Routes: envoy.Entries(g, t)}
}

// checker collects what is found about one gateway.
type checker struct {
	gateway *ir.Gateway
	target  *ir.Target
	found   diag.List
}

func (c *checker) add(f diag.Finding, format string, args ...any) {
	f.Message = fmt.Sprintf(format, args...)
	c.found.Add(f)
}

func (c *checker) checkHosts() {
	for i := range c.gateway.Hosts {
		h := &c.gateway.Hosts[i]
		if h.Name == "" || h.Short {
			continue // said elsewhere
		}
		if why := routerule.RefusedHost(h.Name); why != "" {
			c.add(diag.Finding{Code: diag.HostUnsaid, At: h.Origin, Help: "use another host, or keep the routes as a VirtualService"},
				"an HTTPRoute cannot have the host %q: %s", h.Name, why)
		}
	}
}

// checkParent reports a gateway whose routes belong to nothing, and what follows
// from the Gateway they belong to.
func (c *checker) checkParent() {
	at := c.gateway.Ingress.Origin
	if at.Doc == nil {
		at = c.gateway.Origin
	}
	p := c.target.GatewayAPI.ParentOf(c.gateway)
	if p.Name.Name == "" {
		c.add(diag.Finding{Code: diag.ParentUnfit, At: at, Help: "set istio.gateway in kgw.yaml"}, "no Gateway is known that the routes could belong to")
		return
	}
	if c.target.WritesPolicies(c.gateway) {
		c.add(diag.Finding{Code: diag.GatewayIdentity, At: at, Help: "set gatewayAPI.gateways.*.principal if its proxy has another identity: every request is refused otherwise"},
			"policies admit the Gateway %s as %q", p.Name, p.Principal)
	}
	if len(p.Sections) == 0 {
		c.add(diag.Finding{Code: diag.PlainRoute, At: at, Help: "name the listeners that serve TLS in gatewayAPI.gateways.*.sections of kgw.yaml"},
			"no listener of the Gateway %s is named: routes are served without TLS too where one does so", p.Name)
	} else if slices.ContainsFunc(c.gateway.Routes, answersPlainHTTP) {
		c.add(diag.Finding{Code: diag.PlainRoute, Severity: diag.Info, At: c.gateway.Origin, Help: "none is needed where the Gateway redirects plain HTTP, or does not serve it"},
			"requests without TLS are answered by the listener that gets them, and not with 400")
	}
}

func answersPlainHTTP(r *ir.Route) bool { return ruleOf(r, nil, &ir.Target{}).forPlainHTTP() }

// checkRule reports what one rule cannot express, and what Envoy would refuse.
func (c *checker) checkRule(r *rule) {
	at := r.route.Origin.At("path")
	path := r.route.Match.Path.Text
	unsaid := func(format string, args ...any) {
		c.add(diag.Finding{Code: diag.RouteUnsaid, At: at, Help: "keep the routes of this resource as a VirtualService (--route-api virtualservice), or change the rule"},
			"an HTTPRoute cannot say the route %q: %s", path, fmt.Sprintf(format, args...))
	}
	if r.unsaid != "" {
		unsaid("it has no words for %s", r.unsaid)
	}
	for _, m := range r.Methods {
		if !slices.Contains(routerule.Methods, m) {
			unsaid("it knows no method %q", m)
		}
	}
	if len(r.Text) > routerule.MaxPath {
		unsaid("its place in the order needs an expression of more than %d characters", routerule.MaxPath)
	}
	c.checkExpression(r, at)
	if r.answer != 0 {
		c.add(diag.Finding{Code: diag.AnswerUnsaid, At: r.route.Origin, Help: "let a Service answer, keep the routes as a VirtualService, or accept the loss with --accept " + string(diag.AnswerUnsaid)},
			"an HTTPRoute cannot answer %d: requests for %q are answered with 500", r.answer, path)
		return
	}
	if n := len(backends(c.gateway, r.route, c.target)); n > routerule.MaxBackends {
		unsaid("it has %d Services, and at most %d are allowed", n, routerule.MaxBackends)
	}
	c.checkServices(r, unsaid)
	c.checkHeaders(r)
}

// checkExpression reports a path that Envoy refuses. Neither the API server nor
// istiod looks at it.
func (c *checker) checkExpression(r *rule, at source.Ref) {
	if r.Exact {
		return
	}
	p := pathlang.Path{Lang: pathlang.Regex, Text: r.Text}
	if reason, refused := c.target.Judge.RefusedBy(p, pathlang.RE2Istio); refused {
		c.add(diag.Finding{Code: diag.RegexRefused, Severity: diag.Error, At: at, Help: "write the path in the syntax of RE2 (https://github.com/google/re2/wiki/Syntax)"},
			"Envoy refuses the path %q: %s; with it, the routes of every host of the Gateway are no longer updated", r.route.Match.Path.Text, reason)
	}
}

var label = lazyregexp.New(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)

// checkServices reports names of Services for which istiod drops the whole
// object.
func (c *checker) checkServices(r *rule, unsaid func(string, ...any)) {
	if c.target.Plan.Delegated(r.route) {
		if _, _, err := service(c.target.OathkeeperHost); err != nil {
			c.add(diag.Finding{Code: diag.GrantNeeded, Severity: diag.Error, At: c.gateway.Origin, Help: "set oathkeeper.service to NAME.NAMESPACE.svc.cluster.local"},
				"an HTTPRoute cannot name the host %q of Oathkeeper: %s", c.target.OathkeeperHost, err)
		}
		return
	}
	forward, _ := r.route.Action.(ir.Forward)
	for i := range forward.To {
		if u := &forward.To[i]; !label().MatchString(u.Name) || !label().MatchString(u.Namespace) {
			unsaid("the Service %q is not a name and a namespace", u.Namespace+"/"+u.Name)
		}
	}
}

// checkHeaders reports headers that cannot be set.
func (c *checker) checkHeaders(r *rule) {
	h := envoy.Headers(c.gateway, r.route)
	if h == nil {
		return
	}
	at := r.route.Origin.At("path")
	var refused diag.List
	envoy.CheckRequest(c.gateway, h.Request, r.route.Origin.At("request"), &refused)
	for i := range refused {
		refused[i].Severity = diag.Error
		c.found.Add(refused[i])
	}
	unsaid := func(message string) {
		c.found.Add(diag.Finding{Code: diag.HeaderUnsaid, At: at, Message: message, Help: "change the header, or keep the routes as a VirtualService"})
	}
	routerule.CheckModifier(routerule.Modifier(h.Request), unsaid)
	routerule.CheckModifier(routerule.Modifier(h.Response), unsaid)
}

// checkPieces reports a gateway whose rules are in several objects, and that its
// order rests on istiod.
func (c *checker) checkPieces(rules []*rule) {
	padded := slices.ContainsFunc(rules, func(r *rule) bool { return strings.Contains(r.Text, routerule.Padding) })
	if !c.target.GatewayAPI.Portable && (padded || slices.ContainsFunc(rules, func(r *rule) bool { return !r.Exact })) {
		c.add(diag.Finding{Code: diag.OrderByIstio, At: c.gateway.Origin, Help: "none is needed on Istio"},
			"istiod asks the routes in the order of the author by the length of their expressions; other implementations of the Gateway API may choose otherwise")
	}
	list := pieces(rules)
	if len(list) < 2 {
		return
	}
	matches := 0
	for _, r := range rules {
		matches += r.Count()
	}
	c.add(diag.Finding{Code: diag.RoutesSplit, At: c.gateway.Origin, Help: "have fewer rules, or fewer methods in them, if a moment of 404 during an update matters"},
		"%d rules with %d matches are written as %d HTTPRoutes, which are not updated together", len(rules), matches, len(list))
}

// checkGrants reports the ReferenceGrants that the routes need.
func (c *checker) checkGrants(rules []*rule) {
	services := granted(c.gateway, c.target, rules)
	for _, namespace := range slices.Sorted(maps.Keys(services)) {
		f, _ := routerule.Grant(c.gateway.Origin, namespace, services[namespace], c.target.GatewayAPI.Grants)
		c.found.Add(f)
	}
}

// checkCORS reports what an HTTPRoute allows browsers less than the author does,
// each policy once.
func (c *checker) checkCORS() {
	said := map[*ir.CORS]bool{nil: true}
	for _, r := range c.gateway.Routes {
		if said[r.CORS] || r.RoutedBy != nil {
			continue
		}
		said[r.CORS] = true
		at := r.CORS.Origin
		if at.Doc == nil {
			at = c.gateway.Origin
		}
		routerule.CheckCORS(r.CORS, at, &c.found)
	}
}

// checkDefinitions reports what the API server refuses of what would be
// written, where no other check does.
func (c *checker) checkDefinitions(rules []*rule) {
	said := []diag.Code{diag.RouteUnsaid, diag.HostUnsaid, diag.HeaderUnsaid, diag.ParentUnfit}
	if slices.ContainsFunc(c.found, func(f diag.Finding) bool { return slices.Contains(said, f.Code) }) ||
		slices.ContainsFunc(c.gateway.Hosts, func(h ir.Host) bool { return h.Name == "" || h.Short }) {
		return
	}
	for _, o := range write(c.gateway, c.target, rules) {
		why, path := definition.Refused(o.Kind, source.Field(source.NodeOf(o.Value()), "spec"))
		if why == "" {
			continue
		}
		at, entry := c.gateway.Origin, 0
		if _, err := fmt.Sscanf(path, "spec.rules[%d]", &entry); err == nil {
			at = o.Entries[entry]
		}
		c.add(diag.Finding{Code: diag.RouteUnsaid, At: at, Help: "keep the routes of this resource as a VirtualService (--route-api virtualservice), or change the value"},
			"the API server refuses %s of the %s that would be written: %s", path, o.Kind, why)
		return
	}
}
