package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
)

// checkCoverage compares the gateways with the descriptions of their APIs, host by host. It
// splits the requests to a host into classes that each operation and each route matches
// as a whole; the description and the route must agree about each class.
func checkCoverage(v *View, found *diag.List) {
	if len(v.APIs) == 0 {
		return
	}
	c := &covered{
		v: v, classifier: v.Judge.NewClassifier(), anyMethod: v.openToAnyMethod(),
		operations: map[source.Ref]*agreement{}, routes: map[*ir.Route]*agreement{}, differences: map[difference]bool{},
	}
	for _, api := range v.APIs {
		c.checkHosts(api)
	}
	for _, host := range c.hosts {
		c.compareHost(host)
	}
	*found = append(*found, c.found...)
	c.report(found)
}

// covered is one comparison of gateways and descriptions.
type covered struct {
	v          *View
	classifier *match.Classifier
	anyMethod  map[*ir.Route]bool
	hosts      []string // of descriptions, that gateways serve
	// Operations and routes are in the order of the inputs, with what both sides agree
	// on and what only one has.
	operations     map[source.Ref]*agreement
	routes         map[*ir.Route]*agreement
	operationOrder []source.Ref
	routeOrder     []*ir.Route
	differences    map[difference]bool
	found          diag.List
}

// difference is a place in a description and a place in a gateway that disagree about
// who may send a request.
type difference struct {
	code          diag.Code
	document, own source.Ref
}

// agreement records whether the other side knows some requests of an operation or a
// route, and which it does not know.
type agreement struct {
	known   bool
	alone   *match.Request
	methods []string
	what    string
}

// documented is one operation at one place.
type documented struct {
	op *ir.Operation
	// path is the whole template on the host.
	path string
}

// served is a route and the gateway that has it.
type served struct {
	*ir.Route
	gateway *ir.Gateway
}

// checkHosts notes the hosts of a description that gateways serve, and reports
// the others.
func (c *covered) checkHosts(api *ir.API) {
	hosts := api.HostNames()
	if len(hosts) == 0 {
		c.found.Add(diag.Finding{
			Code: diag.ServerNotServed, At: api.Origin,
			Message: fmt.Sprintf("%s does not say on which host it is published: nothing was compared", apiName(api)),
			Help:    "add the host to its servers, or name it: --openapi HOST=FILE, or openapi: [{file: FILE, hosts: [HOST]}] in kgw.yaml",
		})
		return
	}
	served := 0
	for _, h := range hosts {
		if len(c.gatewaysOf(h)) == 0 {
			continue
		}
		served++
		if !slices.Contains(c.hosts, h) {
			c.hosts = append(c.hosts, h)
		}
	}
	if served == 0 {
		f := diag.Finding{
			Code: diag.ServerNotServed, At: api.Servers[0].Origin,
			Message: fmt.Sprintf("no gateway among the inputs serves %s, where %s is published: nothing was compared", list(hosts), apiName(api)),
			Help:    "name the host that is meant: --openapi HOST=FILE, or openapi: [{file: FILE, hosts: [HOST]}] in kgw.yaml",
		}
		c.found.Add(f)
	}
}

func apiName(api *ir.API) string {
	if api.Title == "" {
		return "the API"
	}
	return fmt.Sprintf("API %q", api.Title)
}

// list formats a few texts.
func list(texts []string) string {
	if len(texts) > maxOthers {
		return strings.Join(texts[:maxOthers], ", ") + fmt.Sprintf(" and %d more", len(texts)-maxOthers)
	}
	return strings.Join(texts, ", ")
}

// gatewaysOf lists the gateways with routes for a host: those that name it
// before those with a wildcard.
func (c *covered) gatewaysOf(host string) []*ir.Gateway {
	var exact, wild []*ir.Gateway
	for _, g := range c.v.Meant {
		for i := range g.Hosts {
			name := strings.ToLower(g.Hosts[i].Name)
			suffix, wildcard := strings.CutPrefix(name, "*")
			if name == host {
				exact = append(exact, g)
				break
			}
			if wildcard && strings.HasSuffix(host, suffix) {
				wild = append(wild, g)
				break
			}
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return wild
}

// compareHost compares what is documented with what is served on one host.
func (c *covered) compareHost(host string) {
	var ops []documented
	var described []*ir.API // that are published on the host
	var ms []*match.Matcher
	add := func(s match.Set) { ms = append(ms, c.classifier.Compile(s)) }
	gateways := c.gatewaysOf(host)
	view := viewOf(gateways)
	for _, api := range c.v.APIs {
		if !slices.Contains(api.HostNames(), host) {
			continue
		}
		described = append(described, api)
		for i := range api.Operations {
			op := &api.Operations[i]
			for _, s := range api.At(op, host) {
				ops = append(ops, documented{op, s.Base + op.Path})
				add(match.Set{Hosts: []string{host}, Methods: methodsOf(op), Path: op.Matches(&s), View: view})
				c.addOperation(op)
			}
		}
	}
	var routes []served
	for _, g := range gateways {
		for _, r := range g.Routes {
			routes = append(routes, served{r, g})
			add(c.setOnHost(host, r))
			c.addRoute(r)
		}
	}
	p := c.v.purse().Classes(c.classifier, "https", host, ms, openedBudget)
	why := p.Reason
	for i := 0; i < len(ms) && why == ""; i++ {
		why = p.Unknown[i]
	}
	if why != "" {
		c.found.Add(diag.Finding{
			Code: diag.CoverageUndecided, At: described[0].Origin,
			Message: fmt.Sprintf("kgw cannot tell whether the routes of %s are the described ones: %s", host, why), Help: "write simpler paths",
		})
	}
	for i := range p.Classes {
		class := &p.Classes[i]
		var named []*documented
		var serving []*served
		for _, n := range class.Takes {
			if n < len(ops) {
				named = append(named, &ops[n])
			} else {
				serving = append(serving, &routes[n-len(ops)])
			}
		}
		c.compareClass(class, named, decide(serving))
	}
}

// viewOf returns how gateways see paths, for the operations of a host: paths that
// differ only in the percent-encoding of a letter are the same where the gateway does
// not see the difference.
func viewOf(gateways []*ir.Gateway) match.View {
	for _, g := range gateways {
		for _, r := range g.Routes {
			if r.Match.Path.Lang != pathlang.Fabric {
				return match.RawPath
			}
		}
	}
	return match.SlashedPath
}

// methodsOf returns the methods that a description of an operation allows: HEAD where
// there is GET (RFC 9110 section 9.3.2), and OPTIONS for preflights.
func methodsOf(op *ir.Operation) []string {
	out := []string{op.Method}
	if op.Method == "GET" {
		out = append(out, "HEAD")
	}
	if op.Method != "OPTIONS" {
		out = append(out, "OPTIONS")
	}
	return out
}

// setOnHost returns what a route matches on a host, as its author means it.
func (c *covered) setOnHost(host string, r *ir.Route) match.Set {
	s := match.Set{Hosts: []string{host}, Methods: r.Match.Methods, Path: pathlang.TemplateMeaning(r.Match.Path), View: r.Match.View, Predicates: r.Match.Predicates}
	if c.anyMethod[r] || len(s.Methods) == 0 {
		s.Methods = nil
	}
	return s
}

// decide returns the route that gets requests which several routes match; nil if no
// route matches or the route refuses everybody.
func decide(matching []*served) *served {
	if len(matching) == 0 {
		return nil
	}
	best := matching[0]
	for _, r := range matching[1:] {
		if r.gateway == best.gateway && r.gateway.Order == match.MostSpecific && pathlang.BySpecificity(r.Match.Path.Text, best.Match.Path.Text) < 0 {
			best = r
		}
	}
	if to, ok := best.Action.(ir.Respond); ok && to.Status == 404 {
		return nil
	}
	return best
}

func (c *covered) addOperation(op *ir.Operation) {
	if c.operations[op.Origin] == nil {
		c.operations[op.Origin] = &agreement{what: op.Method + " " + op.Path}
		c.operationOrder = append(c.operationOrder, op.Origin)
	}
}

func (c *covered) addRoute(r *ir.Route) {
	if c.routes[r] == nil {
		c.routes[r] = &agreement{}
		c.routeOrder = append(c.routeOrder, r)
	}
}

// compareClass compares what both sides say about the requests of one class.
func (c *covered) compareClass(class *match.Class, named []*documented, r *served) {
	meant := map[string]*documented{} // by method: the most specific operation
	for _, d := range named {
		if have := meant[d.op.Method]; have == nil || pathlang.BySpecificity(d.path, have.path) < 0 {
			meant[d.op.Method] = d
		}
	}
	for _, method := range class.Methods {
		d := meant[method]
		w := class.Witness
		w.Method = method
		switch {
		case r == nil && d != nil:
			a := c.operations[d.op.Origin]
			if a.alone == nil {
				a.alone = &w
			}
		case r != nil && d != nil:
			c.operations[d.op.Origin].known, c.routes[r.Route].known = true, true
			c.compareAccess(d, r, &w)
		case r != nil && len(named) > 0:
			c.routes[r.Route].known = true // a preflight, or HEAD
		case r != nil && method != "OPTIONS":
			a := c.routes[r.Route]
			if a.alone == nil {
				a.alone = &w
			}
			if !slices.Contains(a.methods, method) {
				a.methods = append(a.methods, method)
			}
		}
	}
}

// report adds findings about what only one side has.
func (c *covered) report(found *diag.List) {
	for _, at := range c.operationOrder {
		a := c.operations[at]
		if a.alone == nil {
			continue
		}
		f := diag.Finding{
			Code: diag.OperationNotExposed, At: at, Witness: witness(a.alone),
			Message: a.what + " is described and not exposed: no route serves it",
			Help:    "add a rule for it, or remove the operation from the document",
		}
		if a.known {
			f.Message = a.what + " is described and exposed in part: no route serves some of its requests"
		}
		found.Add(f)
	}
	for _, r := range c.routeOrder {
		a := c.routes[r]
		if a.alone == nil {
			continue
		}
		methods := a.methods
		if slices.Contains(methods, "TRACE") && slices.Contains(methods, "CONNECT") {
			methods = []string{"any other method"}
		}
		f := diag.Finding{
			Code: diag.RouteNotDocumented, At: r.Origin.At("path"), Witness: witness(a.alone),
			Message: fmt.Sprintf("%q is exposed (%s) and no operation describes it", r.Match.Path.Text, strings.Join(methods, ", ")),
			Help:    "describe it in the OpenAPI document, or remove the route",
		}
		if a.known {
			f.Message = fmt.Sprintf("%q exposes requests (%s) that no operation describes", r.Match.Path.Text, strings.Join(methods, ", "))
		}
		for _, api := range c.v.APIs {
			f.Related = append(f.Related, diag.Related{Message: "what is described", At: api.Origin})
		}
		found.Add(f)
	}
}
