package skipper

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/eskip"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// group is a RouteGroup while its routes are made
// (dataclients/kubernetes/routegroup.go).
type group struct {
	*loader
	m        *simulate.Manifest
	hosts    []string
	backends map[string]*source.Node
	redirect redirect
	made     bool // a route was made, though it may have been left out again
	hostOnly bool // and has no predicate but the host
	// uncertain is the reason why Skipper may not have the routes, nil if it has
	// them.
	uncertain *doubt
}

// reference is a backend that a route names, and its share of the traffic.
type reference struct {
	name string
	share
}

func (l *loader) loadGroup(m *simulate.Manifest) {
	annotations := annotationsOf(m)
	hosts := source.Texts(source.Field(m.Spec(), "hosts"))
	if l.isOtherClass(m, hosts, "", annotations[groupClassAnnotation]) {
		return
	}
	g := &group{loader: l, m: m, hosts: hosts, backends: map[string]*source.Node{}, redirect: redirectOf(annotations, &l.options)}
	if at, err := g.validate(); err != nil {
		l.dropObject(m, hosts, m.At(at), "Skipper leaves the whole object out: %v", err)
		return
	}
	g.uncertain = unread(m, simulate.RouteGroupFields)
	routes := source.Elements(source.Field(m.Spec(), "routes"))
	if len(routes) == 0 && !g.addImplicit() {
		return
	}
	for i, n := range routes {
		g.addExplicit(n, i)
	}
	if g.hostOnly || !g.made {
		return
	}
	for _, h := range hosts {
		r := &route{id: "kube_rg____" + nonWord().ReplaceAllString(h, "_") + "__catchall__0_0", at: m.At("spec.hosts"), hosts: []string{h}}
		r.compile(nil)
		l.add(r)
	}
}

// validate returns why Skipper leaves the object out, and where
// (dataclients/kubernetes/definitions/routegroupvalidator.go).
func (g *group) validate() (at string, err error) {
	spec := g.m.Spec()
	for i, h := range g.hosts {
		if slices.Contains(g.hosts[:i], h) {
			return source.JoinIndex("spec.hosts", i), fmt.Errorf("the host %q is listed twice", h)
		}
	}
	list := source.Elements(source.Field(spec, "backends"))
	if len(list) == 0 {
		return "spec", errors.New("it has no backends")
	}
	for i, b := range list {
		name := source.Text(source.Field(b, "name"))
		if g.backends[name] != nil {
			return source.JoinIndex("spec.backends", i), fmt.Errorf("the backend %q is defined twice", name)
		}
		g.backends[name] = b
		if err := validBackend(b); err != nil {
			return source.JoinIndex("spec.backends", i), err
		}
	}
	defaults := source.Elements(source.Field(spec, "defaultBackends"))
	if err := g.validReferences(defaults); err != nil {
		return "spec.defaultBackends", err
	}
	routes := source.Elements(source.Field(spec, "routes"))
	if len(defaults)+len(routes) == 0 {
		return "spec", errors.New("it names no backend")
	}
	for i, n := range routes {
		if err := g.validRoute(n, len(defaults) > 0); err != nil {
			return source.JoinIndex("spec.routes", i), err
		}
	}
	return "", nil
}

func validBackend(b *source.Node) error {
	get := func(key string) string { return source.Text(source.Field(b, key)) }
	kind, known := backendKinds[get("type")]
	algorithms := []string{"", "none", "roundRobin", "random", "consistentHash", "powerOfRandomNChoices"}
	switch port := source.Int(source.Field(b, "servicePort")); {
	case get("name") == "":
		return errors.New("a backend has no name")
	case !known:
		return fmt.Errorf("%q is not a type of backend", get("type"))
	case !slices.Contains(algorithms, get("algorithm")):
		return fmt.Errorf("%q is not an algorithm", get("algorithm"))
	case kind == service && (get("serviceName") == "" || port <= 0 || port > 65535):
		return fmt.Errorf("the backend %q needs a serviceName and a servicePort", get("name"))
	case kind == balanced && len(source.Elements(source.Field(b, "endpoints"))) == 0:
		return fmt.Errorf("the backend %q has no endpoints", get("name"))
	case kind == network:
		u, err := url.Parse(get("address"))
		if err != nil || u.Path != "" || u.RawQuery != "" || u.Scheme == "" || u.Host == "" {
			return fmt.Errorf("the address %q is not of the form scheme://host", get("address"))
		}
	}
	return nil
}

func (g *group) validReferences(list []*source.Node) error {
	seen := map[string]bool{}
	for _, n := range list {
		name := source.Text(source.Field(n, "backendName"))
		switch {
		case name == "" || seen[name]:
			return fmt.Errorf("the reference to the backend %q is empty or repeated", name)
		case g.backends[name] == nil:
			return fmt.Errorf("there is no backend %q", name)
		case source.Int(source.Field(n, "weight")) < 0:
			return fmt.Errorf("the weight of the backend %q is negative", name)
		}
		seen[name] = true
	}
	return nil
}

func (g *group) validRoute(n *source.Node, hasDefault bool) error {
	backends := source.Elements(source.Field(n, "backends"))
	if !hasDefault && len(backends) == 0 {
		return errors.New("it names no backend")
	}
	if err := g.validReferences(backends); err != nil {
		return err
	}
	if source.Text(source.Field(n, "path")) != "" && source.Text(source.Field(n, "pathSubtree")) != "" {
		return errors.New("it has both path and pathSubtree")
	}
	if slices.Contains(source.Texts(source.Field(n, "methods")), "") {
		return errors.New("a method is empty")
	}
	if _, err := readSingleCalls(n, "filters", eskip.ParseFilters); err != nil {
		return err
	}
	_, err := readSingleCalls(n, "predicates", eskip.ParsePredicates)
	return err
}

// readSingleCalls reads a list of texts, each of which is one call.
func readSingleCalls(n *source.Node, list string, parse func(string) ([]eskip.Call, error)) ([]eskip.Call, error) {
	var out []eskip.Call
	for _, text := range source.Texts(source.Field(n, list)) {
		calls, err := parse(text)
		if err != nil {
			return nil, fmt.Errorf("%q does not parse: %w", text, err)
		}
		if len(calls) != 1 {
			return nil, fmt.Errorf("%q is not exactly one of the %s", text, list)
		}
		out = append(out, calls...)
	}
	return out, nil
}

// readReferences returns the backends that a list names, with their shares.
func readReferences(list []*source.Node) []reference {
	weights := make([]float64, len(list))
	for i, n := range list {
		weights[i] = float64(source.Int(source.Field(n, "weight")))
	}
	shares, out := sharesOf(weights), make([]reference, len(list))
	for i, n := range list {
		out[i] = reference{source.Text(source.Field(n, "backendName")), shares[i]}
	}
	return out
}

// backend returns the backend of a name; a Service that cannot be used is an
// error.
func (g *group) backend(name string, filters []eskip.Call) (backend, []eskip.Call, error) {
	n := g.backends[name]
	b := backend{kind: backendKinds[source.Text(source.Field(n, "type"))], at: g.m.At("spec.backends")}
	switch b.kind {
	case network:
		b.to = source.Text(source.Field(n, "address"))
	case balanced:
		b.to = strings.Join(source.Texts(source.Field(n, "endpoints")), ", ")
	case forward:
		return b, nil, nil // it has no filters
	case service:
		to := source.Text(source.Field(n, "serviceName"))
		b.to, b.port = to+"."+g.m.Namespace, strconv.FormatInt(source.Int(source.Field(n, "servicePort")), 10)
		m := g.services[g.m.Namespace+"/"+to]
		if m == nil {
			break
		}
		if kind := source.Text(source.Field(m.Spec(), "type")); kind != "" && !strings.EqualFold(kind, "ClusterIP") {
			return b, nil, fmt.Errorf("the Service %s has the type %s", to, kind)
		}
		if !hasPort(m, "", source.Int(source.Field(n, "servicePort"))) {
			return b, nil, fmt.Errorf("the Service %s has no such port", to)
		}
	case shunt, loopback, dynamic:
	}
	return b, filters, nil
}

// id makes the id of a route.
func (g *group) id(method string, index, backendIndex int) string {
	return fmt.Sprintf("kube_rg__%s__%s__%s__%d_%d", nonWord().ReplaceAllString(g.m.Namespace, "_"), nonWord().ReplaceAllString(g.m.Name, "_"), nonWord().ReplaceAllString(method, "_"), index, backendIndex)
}

func (g *group) ownHosts() []string {
	if len(g.hosts) == 0 {
		return nil
	}
	return g.hosts
}

// addImplicit makes the routes of a group that lists none: routes to its default
// backends, with the host as the only condition, and without filters.
func (g *group) addImplicit() bool {
	at := g.m.At("spec.defaultBackends")
	for i, ref := range readReferences(source.Elements(source.Field(g.m.Spec(), "defaultBackends"))) {
		b, _, err := g.backend(ref.name, nil)
		if err != nil {
			g.dropObject(g.m, g.hosts, at, "Skipper leaves the whole object out: %v", err)
			return false
		}
		g.made, g.hostOnly = true, g.hostOnly || ref.value == 1
		g.addRoute(&route{id: g.id("all", 0, i), object: g.m.Name, at: at, hosts: g.ownHosts(), backend: b}, ref.predicates())
	}
	return true
}

func (g *group) addRoute(r *route, predicates []eskip.Call) {
	r.uncertain = g.uncertain
	r.compile(predicates)
	g.add(r)
	proto := slices.ContainsFunc(r.predicates, func(c eskip.Call) bool {
		key, _ := textArg(c.Args, 0)
		return (c.Name == "Header" || c.Name == "HeaderRegexp") && key == forwardedProto
	})
	if !g.redirect.keep && !g.redirect.off && !proto {
		g.addRedirectTwin(r, append(slices.Clip(r.predicates), eskip.Of("Header", forwardedProto, "http")), g.options.redirectStatus())
	}
}

// addExplicit makes the routes of one route of the group: one for each method and
// backend. If one backend cannot be used, it makes none.
func (g *group) addExplicit(n *source.Node, index int) {
	at := g.m.At(source.JoinIndex("spec.routes", index))
	filters, _ := readSingleCalls(n, "filters", eskip.ParseFilters)
	own, _ := readSingleCalls(n, "predicates", eskip.ParsePredicates)
	list := source.Elements(source.Field(n, "backends"))
	if len(list) == 0 {
		list = source.Elements(source.Field(g.m.Spec(), "defaultBackends"))
	}
	methods := source.Texts(source.Field(n, "methods"))
	if len(methods) == 0 {
		methods = []string{""}
	}
	var made []*route
	var predicates [][]eskip.Call
	for k, method := range methods {
		if slices.Contains(methods[:k], method) {
			continue
		}
		for i, ref := range readReferences(list) {
			b, kept, err := g.backend(ref.name, filters)
			if err != nil {
				g.dropObject(g.m, g.hosts, at, "Skipper leaves the route out: %v", err)
				return
			}
			id := g.id(cmpText(strings.ToLower(method), "all"), index, i)
			made = append(made, &route{id: id, object: g.m.Name, at: at, hosts: g.ownHosts(), filters: kept, backend: b})
			own := slices.Concat(pathOf(n), methodOf(method), own, ref.predicates())
			predicates = append(predicates, own)
			g.made, g.hostOnly = true, g.hostOnly || len(own) == 0
		}
	}
	for i, r := range made {
		g.addRoute(r, predicates[i])
	}
}

func pathOf(n *source.Node) []eskip.Call {
	var out []eskip.Call
	for _, kind := range [][2]string{{"path", "Path"}, {"pathSubtree", "PathSubtree"}, {"pathRegexp", "PathRegexp"}} {
		if text := source.Text(source.Field(n, kind[0])); text != "" {
			out = append(out, eskip.Of(kind[1], text))
		}
	}
	return out
}

func methodOf(method string) []eskip.Call {
	if method == "" {
		return nil
	}
	return []eskip.Call{eskip.Of("Method", strings.ToUpper(method))}
}
