// Package skipper decides requests over Ingresses and RouteGroups, as Skipper
// does.
//
// It reads manifests, whoever wrote them. It must not know the model, nor how
// kgw writes an Ingress.
package skipper

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/eskip"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// liveRoute is a route as Skipper holds it: what an Ingress or a RouteGroup asks
// for on one host.
type liveRoute struct {
	name       string // of the object
	at         source.Ref
	host       string
	path       []string // segments of the path, nil without one
	subtree    bool
	predicates []call
	filters    []call
	shunt      bool
	upstream   string
	weight     int
	redirect   bool // to https
}

// Load reads the Ingresses and RouteGroups among the manifests as Skipper's
// Kubernetes client does. A route whose text Skipper cannot read is left out,
// and Broken tells of it.
func Load(manifests []simulate.Manifest) *Engine {
	e := &Engine{}
	for i := range manifests {
		switch m := &manifests[i]; {
		case m.Is("networking.k8s.io", "Ingress"):
			e.ingress(m)
		case m.Is("zalando.org", "RouteGroup"):
			e.group(m)
		}
	}
	if len(e.routes) > 0 {
		e.redirect(&liveRoute{}, heavy)
	}
	slices.SortStableFunc(e.routes, func(a, b *liveRoute) int { return b.weight - a.weight })
	return e
}

// heavy is the weight of redirects for Ingresses.
const heavy = 1000

// redirect adds what Skipper by default puts beside a route that says nothing
// of the protocol: plain HTTP is sent to https (dataclients/kubernetes,
// redirect.go). One without conditions is there once more.
func (e *Engine) redirect(r *liveRoute, weight int) {
	own := *r
	own.predicates = append(slices.Clone(r.predicates), of("Header", forwardedProto, "http"))
	own.weight += weight + 1
	own.filters, own.shunt, own.upstream, own.redirect = nil, true, "", true
	e.routes = append(e.routes, &own)
}

const forwardedProto = "X-Forwarded-Proto"

// Broken is an object of which Skipper drops routes.
type Broken struct {
	Manifest *simulate.Manifest
	Reason   string
}

func (e *Engine) ingress(m *simulate.Manifest) {
	annotations := source.TextMap(source.Field(source.Field(m.Root, "metadata"), "annotations"))
	plain := annotations["zalando.org/skipper-ingress-redirect"] != "false" &&
		!strings.Contains(annotations["zalando.org/skipper-predicate"]+annotations["zalando.org/skipper-routes"], `Header("`+forwardedProto+`"`)
	for i, rule := range source.Elements(source.Field(m.Spec(), "rules")) {
		host := source.Text(source.Field(rule, "host"))
		if text := annotations["zalando.org/skipper-routes"]; text != "" {
			r, err := eskip.ParseRoute(text)
			if err != nil {
				e.broken(m, err)
			} else {
				e.add(m, host, callsOf(r.Predicates), callsOf(r.Filters), "", m.At("metadata.annotations"))
			}
		}
		predicates, err := optionalCalls(annotations["zalando.org/skipper-predicate"], eskip.ParsePredicates)
		filters, bad := optionalCalls(annotations["zalando.org/skipper-filter"], eskip.ParseFilters)
		if err != nil || bad != nil {
			e.broken(m, firstOf(err, bad))
			continue
		}
		for j, p := range source.Elements(source.Field(source.Field(rule, "http"), "paths")) {
			own := slices.Clone(predicates)
			if text := source.Text(source.Field(p, "path")); text != "" {
				own = append(own, of("PathSubtree", text))
			}
			service := source.Field(source.Field(p, "backend"), "service")
			at := m.At(source.JoinIndex(source.JoinIndex("spec.rules", i)+".http.paths", j))
			r := e.add(m, host, own, filters, source.Text(source.Field(service, "name"))+"."+m.Namespace, at)
			if plain {
				e.redirect(r, heavy)
			}
		}
	}
}

func (e *Engine) broken(m *simulate.Manifest, err error) {
	e.Broken = append(e.Broken, Broken{m, err.Error()})
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func optionalCalls(text string, parse func(string) ([]eskip.Call, error)) ([]call, error) {
	if text == "" {
		return nil, nil
	}
	list, err := parse(text)
	return callsOf(list), err
}

// call is a predicate or filter as the engine evaluates it.
type call struct{ eskip.Call }

func of(name string, args ...any) call { return call{eskip.Of(name, args...)} }

func callsOf(list []eskip.Call) []call {
	out := make([]call, len(list))
	for i := range list {
		out[i] = call{list[i]}
	}
	return out
}

func (e *Engine) group(m *simulate.Manifest) {
	services := map[string]string{}
	for _, b := range source.Elements(source.Field(m.Spec(), "backends")) {
		if service := source.Text(source.Field(b, "serviceName")); service != "" {
			services[source.Text(source.Field(b, "name"))] = service + "." + m.Namespace
		}
	}
	backendOf := func(n *source.Node, list string) string {
		for _, b := range source.Elements(source.Field(n, list)) {
			return services[source.Text(source.Field(b, "backendName"))]
		}
		return ""
	}
	usual := backendOf(m.Spec(), "defaultBackends")
	annotations := source.TextMap(source.Field(source.Field(m.Root, "metadata"), "annotations"))
	plain := annotations["zalando.org/skipper-ingress-redirect"] != "false"
	for i, n := range source.Elements(source.Field(m.Spec(), "routes")) {
		predicates, err := e.texts(n, "predicates", eskip.ParsePredicates)
		filters, bad := e.texts(n, "filters", eskip.ParseFilters)
		if err != nil || bad != nil {
			e.broken(m, firstOf(err, bad))
			continue
		}
		for _, kind := range [][2]string{{"path", "Path"}, {"pathSubtree", "PathSubtree"}} {
			if text := source.Text(source.Field(n, kind[0])); text != "" {
				predicates = append(predicates, of(kind[1], text))
			}
		}
		upstream := usual
		if source.Field(n, "backends") != nil {
			upstream = backendOf(n, "backends")
		}
		methods := source.Texts(source.Field(n, "methods"))
		if len(methods) == 0 {
			methods = []string{""}
		}
		for _, host := range source.Texts(source.Field(m.Spec(), "hosts")) {
			for _, method := range methods {
				own := slices.Clone(predicates)
				if method != "" {
					own = append(own, of("Method", strings.ToUpper(method)))
				}
				r := e.add(m, host, own, filters, upstream, m.At(source.JoinIndex("spec.routes", i)))
				if plain && !slices.ContainsFunc(own, call.onProto) {
					e.redirect(r, 0)
				}
			}
		}
	}
}

func (e *Engine) texts(n *source.Node, list string, parse func(string) ([]eskip.Call, error)) ([]call, error) {
	var out []call
	for _, text := range source.Texts(source.Field(n, list)) {
		calls, err := parse(text)
		if err != nil {
			return nil, err
		}
		out = append(out, callsOf(calls)...)
	}
	return out, nil
}

// add makes a route. Its weight is what Weight says and one for each other
// predicate but those on the path (routing/matcher.go of Skipper v0.27.57).
func (e *Engine) add(m *simulate.Manifest, host string, predicates, filters []call, upstream string, at source.Ref) *liveRoute {
	r := &liveRoute{name: m.Name, at: at, host: host, filters: filters, shunt: upstream == "", upstream: upstream}
	for _, c := range predicates {
		switch c.Name {
		case "Weight":
			n, _ := c.arg(0).(int)
			r.weight += n
		case "Path", "PathSubtree":
			text, _ := c.arg(0).(string)
			r.path, r.subtree = strings.Split(strings.TrimPrefix(text, "/"), "/"), c.Name == "PathSubtree"
			if r.subtree {
				r.path = strings.Split(strings.Trim(text, "/"), "/")
			}
		default:
			r.weight++
			r.predicates = append(r.predicates, c)
		}
	}
	e.routes = append(e.routes, r)
	return r
}

// onProto tells of a condition on the protocol.
func (c call) onProto() bool {
	return (c.Name == "Header" || c.Name == "HeaderRegexp") && c.arg(0) == forwardedProto
}

func (c call) arg(i int) any {
	if i < len(c.Args) {
		return c.Args[i]
	}
	return nil
}

// texts are the arguments that are texts.
func (c call) texts() []string {
	var out []string
	for _, a := range c.Args {
		if s, ok := a.(string); ok {
			out = append(out, s)
		}
	}
	return out
}
