package skipper

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/eskip"
	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// Annotations of Ingresses that change routes.
const (
	filterAnnotation       = "zalando.org/skipper-filter"
	predicateAnnotation    = "zalando.org/skipper-predicate"
	routesAnnotation       = "zalando.org/skipper-routes"
	limitAnnotation        = "zalando.org/ratelimit"
	weightsAnnotation      = "zalando.org/backend-weights"
	modeAnnotation         = "zalando.org/skipper-ingress-path-mode"
	redirectAnnotation     = "zalando.org/skipper-ingress-redirect"
	redirectCodeAnnotation = "zalando.org/skipper-ingress-redirect-code"
	backendAnnotation      = "zalando.org/skipper-backend"
	classAnnotation        = "kubernetes.io/ingress.class"
	groupClassAnnotation   = "zalando.org/routegroup.class"
)

// ingress is an Ingress while its routes are made
// (dataclients/kubernetes/ingressv1.go).
type ingress struct {
	*loader
	m           *simulate.Manifest
	annotations map[string]string
	predicates  []eskip.Call
	filters     []eskip.Call
	extra       []eskip.Route
	weights     map[string]float64
	mode        string
	uncertain   *doubt
	forwarded   *simulate.Unknown
	redirect    redirect
}

// redirect describes what an object wants to happen to plain HTTP.
type redirect struct {
	never, keep bool // no redirect, and the route itself instead
	off         bool // a flag switches it off
	status      int
}

func redirectOf(annotations map[string]string, o *Options) redirect {
	r := redirect{keep: annotations[redirectAnnotation] == "false", status: o.redirectStatus()}
	r.off = o.NoRedirect && annotations[redirectAnnotation] != "true" && !r.keep
	r.never = strings.Contains(annotations[predicateAnnotation], `Header("`+forwardedProto+`"`) || strings.Contains(annotations[routesAnnotation], `Header("`+forwardedProto+`"`)
	if n, err := strconv.Atoi(annotations[redirectCodeAnnotation]); err == nil && n >= http.StatusMultipleChoices && n < http.StatusBadRequest {
		r.status = n
	}
	return r
}

func (l *loader) loadIngress(m *simulate.Manifest) {
	i := &ingress{loader: l, m: m, annotations: annotationsOf(m), mode: l.options.PathMode}
	var hosts []string
	for _, rule := range source.Elements(source.Field(m.Spec(), "rules")) {
		hosts = append(hosts, source.Text(source.Field(rule, "host")))
	}
	if source.Field(m.Spec(), "defaultBackend") != nil || source.Field(m.Spec(), "backend") != nil {
		hosts = append(slices.Clip(hosts), "")
	}
	if l.isOtherClass(m, hosts, source.Text(source.Field(m.Spec(), "ingressClassName")), i.annotations[classAnnotation]) {
		return
	}
	if m.APIVersion != ingressVersion {
		l.addElsewhere(elsewhere{hosts: hosts, m: m, at: m.At("apiVersion"), other: "a cluster that has " + m.APIVersion})
		return
	}
	if key := foreignAnnotation(m, i.annotations); key != "" {
		l.elsewhere = append(l.elsewhere, elsewhere{hosts: hosts, m: m, at: m.At(source.JoinKey("metadata.annotations", key))})
	}
	i.uncertain = unread(m, simulate.IngressFields)
	if i.annotations[backendAnnotation] == "forward" {
		i.forwarded = i.options.whereForwarding(m.At("metadata.annotations"))
	}
	have := len(l.routes)
	if !i.parse(hosts) {
		return
	}
	if n := source.Field(m.Spec(), "defaultBackend"); n != nil {
		i.addDefaultBackend(n)
	}
	for n, rule := range source.Elements(source.Field(m.Spec(), "rules")) {
		i.addRule(rule, source.JoinIndex("spec.rules", n))
	}
	if len(l.routes) == have && i.uncertain != nil {
		l.addElsewhere(elsewhere{hosts: hosts, m: m, at: i.uncertain.at, other: "a controller that knows the field " + i.uncertain.field})
	}
}

// ingressVersion is the version of Ingress that clusters have since Kubernetes 1.22,
// and the one that Skipper asks for.
const ingressVersion = "networking.k8s.io/v1"

// addElsewhere keeps an object that another controller may serve.
func (l *loader) addElsewhere(o elsewhere) {
	l.elsewhere = append(l.elsewhere, o)
	if slices.Contains(o.hosts, "") || len(o.hosts) == 0 {
		l.otherAny = &o
	}
}

// isOtherClass reports whether the object is for another controller.
func (l *loader) isOtherClass(m *simulate.Manifest, hosts []string, field, annotation string) bool {
	served := l.class
	if m.Kind == "RouteGroup" {
		served = l.groupClass
	}
	for _, class := range []string{annotation, field} {
		if class != "" && !served.MatchString(class) {
			l.addElsewhere(elsewhere{hosts: hosts, m: m, class: class, at: m.At("spec.ingressClassName")})
			return true
		}
	}
	return false
}

// unread returns a doubt about an object with a field that is not in its table,
// since its effect in Skipper is not known.
func unread(m *simulate.Manifest, t *simulate.FieldTable) *doubt {
	for _, f := range t.Unread(m.Root) {
		reason := fmt.Sprintf("Skipper reads %s %s as if the field %s were not there", m.Kind, m.ID(), f.Path)
		return &doubt{m.At(f.Path), f.Path, reason, reason + simulate.Canonical(source.Lookup(m.Root, f.Path))}
	}
	return nil
}

// controllers are what annotations of other controllers begin with.
var controllers = []string{"nginx.ingress.kubernetes.io/", "nginx.org/", "traefik.ingress.kubernetes.io/", "haproxy.org/", "haproxy-ingress.github.io/", "konghq.com/", "alb.ingress.kubernetes.io/", "projectcontour.io/"}

// foreignAnnotation returns an annotation of another controller on an Ingress
// without a class, "" if there is none. The class of that controller may be the
// default one.
func foreignAnnotation(m *simulate.Manifest, annotations map[string]string) string {
	if annotations[classAnnotation] != "" || source.Text(source.Field(m.Spec(), "ingressClassName")) != "" {
		return ""
	}
	for _, key := range slices.Sorted(maps.Keys(annotations)) {
		if slices.ContainsFunc(controllers, func(prefix string) bool { return strings.HasPrefix(key, prefix) }) {
			return key
		}
	}
	return ""
}

// parse reads the annotations. If one does not parse, Skipper drops the whole object.
func (i *ingress) parse(hosts []string) bool {
	var err error
	at := i.m.At("metadata.annotations")
	if text, has := i.annotations[predicateAnnotation]; has && err == nil {
		i.predicates, err = eskip.ParsePredicates(text)
		at = i.m.At(source.JoinKey("metadata.annotations", predicateAnnotation))
	}
	text := i.annotations[filterAnnotation]
	if err == nil && text != "" {
		i.filters, err = eskip.ParseFilters(text)
		at = i.m.At(source.JoinKey("metadata.annotations", filterAnnotation))
	}
	if limit := i.annotations[limitAnnotation]; limit != "" && err == nil {
		first, wrong := eskip.ParseFilters(limit)
		if i.filters = append(first, i.filters...); wrong != nil {
			i.filters = nil // Skipper logs it and uses none of the filters
		}
	}
	if text := i.annotations[routesAnnotation]; text != "" && err == nil {
		i.extra, err = eskip.ParseRoutes(text)
		at = i.m.At(source.JoinKey("metadata.annotations", routesAnnotation))
	}
	if err != nil {
		i.dropObject(i.m, hosts, at, "an annotation does not parse, and Skipper leaves the whole object out: %v", err)
		return false
	}
	if text := i.annotations[weightsAnnotation]; text != "" {
		_ = json.Unmarshal([]byte(text), &i.weights)
	}
	if mode := i.annotations[modeAnnotation]; slices.Contains([]string{"kubernetes-ingress", "path-regexp", "path-prefix"}, mode) {
		i.mode = mode
	}
	i.redirect = redirectOf(i.annotations, &i.options)
	return true
}

// addDefaultBackend adds a route for all requests, without a host, a path, or the
// effects of annotations.
func (i *ingress) addDefaultBackend(n *source.Node) {
	at := i.m.At("spec.defaultBackend")
	b, filters, there := i.backend(n, at)
	if !there {
		return
	}
	r := &route{id: i.id(i.m.Name, "", "", ""), object: i.m.Name, at: at, filters: filters, backend: b, uncertain: i.uncertain, forwarded: i.forwarded}
	r.compile(nil)
	i.add(r)
}

// id returns the id of a route, in which all characters except letters, digits and _ are replaced
// by _.
func (i *ingress) id(name, host, path, service string) string {
	parts := []string{i.m.Namespace, name, host, path, service}
	for n := range parts {
		parts[n] = nonWord().ReplaceAllString(parts[n], "_")
	}
	return "kube_" + strings.Join(parts, "__")
}

var nonWord = lazyregexp.New(`\W`)

// backend returns the Service of a path, as far as it is among the inputs. If the
// Service lacks the port or has the wrong type, the route has other filters or does
// not exist.
func (i *ingress) backend(n *source.Node, at source.Ref) (b backend, filters []eskip.Call, there bool) {
	s := source.Field(n, "service")
	name := source.Text(source.Field(s, "name"))
	if name == "" {
		return b, nil, false
	}
	b = backend{kind: service, to: name + "." + i.m.Namespace, at: at, port: portOf(source.Field(s, "port"))}
	m := i.services[i.m.Namespace+"/"+name]
	if m == nil {
		return b, nil, true
	}
	port := source.Field(s, "port")
	if !hasPort(m, source.Text(source.Field(port, "name")), source.Int(source.Field(port, "number"))) {
		return backend{kind: shunt, at: at}, []eskip.Call{eskip.Of("status", http.StatusBadGateway), eskip.Of("inlineContent", "no endpoints")}, true
	}
	if source.Text(source.Field(m.Spec(), "type")) == "ExternalName" {
		const flag = "-enable-kubernetes-external-names"
		if !i.options.Told {
			i.uncertain = &doubt{at, "spec.type", fmt.Sprintf("Skipper has the flag %s, without which it does not use the Service %s of type ExternalName", flag, name), ""}
			return b, nil, true
		}
		i.dropObject(i.m, nil, at, "its Service %s has the type ExternalName, which Skipper does not use without the flag %s", name, flag)
		return b, nil, false
	}
	return b, nil, true
}

// portOf returns the port of a backend: its name, or its number.
func portOf(n *source.Node) string {
	if text := source.Text(source.Field(n, "name")); text != "" {
		return text
	}
	if number := source.Int(source.Field(n, "number")); number != 0 {
		return strconv.FormatInt(number, 10)
	}
	return ""
}

func cmpText(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// hasPort reports whether a Service has a port of that name or number.
func hasPort(m *simulate.Manifest, name string, number int64) bool {
	return slices.ContainsFunc(source.Elements(source.Field(m.Spec(), "ports")), func(p *source.Node) bool {
		return name != "" && source.Text(source.Field(p, "name")) == name || number != 0 && source.Int(source.Field(p, "port")) == number
	})
}

func (i *ingress) addRule(rule *source.Node, path string) {
	host := source.Text(source.Field(rule, "host"))
	paths := source.Elements(source.Field(source.Field(rule, "http"), "paths"))
	traffic := i.shareTraffic(paths)
	for n, p := range paths {
		at := i.m.At(source.JoinIndex(path+".http.paths", n))
		i.addExtraRoutes(host, p, at)
		if share := traffic[n]; share.value > 0 {
			i.addPathRoute(host, p, share, at)
		}
	}
}

// pathPredicates returns the predicates and expressions that a path means by its type.
func (i *ingress) pathPredicates(p *source.Node) (predicates []eskip.Call, exprs []string) {
	text := source.Text(source.Field(p, "path"))
	switch kind := source.Text(source.Field(p, "pathType")); {
	case text == "":
		return nil, nil
	case kind == "Exact":
		return []eskip.Call{eskip.Of("Path", text)}, nil
	case kind == "Prefix", i.mode == "path-prefix":
		return []eskip.Call{eskip.Of("PathSubtree", text)}, nil
	case i.mode == "path-regexp":
	case text == "/":
		text = "^/"
	default:
		text = "^(" + text + ")"
	}
	return []eskip.Call{eskip.Of("PathRegexp", text)}, []string{text}
}

func isOnTree(c eskip.Call) bool { return c.Name == "Path" || c.Name == "PathSubtree" }

// addPathRoute adds the route of a path, with the routes that Skipper adds to it.
func (i *ingress) addPathRoute(host string, p *source.Node, s share, at source.Ref) {
	b, filters, there := i.backend(source.Field(p, "backend"), at)
	if !there {
		return
	}
	if filters == nil {
		filters = i.filters
	}
	predicates, exprs := i.pathPredicates(p)
	if i.mode == "path-prefix" && slices.ContainsFunc(i.predicates, isOnTree) {
		predicates = slices.DeleteFunc(predicates, isOnTree)
	}
	predicates = append(append(predicates, s.predicates()...), i.predicates...)
	name, _, _ := strings.Cut(b.to, ".")
	if b.kind == shunt {
		name = source.Text(source.Field(source.Field(source.Field(p, "backend"), "service"), "name"))
	}
	r := &route{
		id: i.id(i.m.Name, host, source.Text(source.Field(p, "path")), name), object: i.m.Name, at: at, hosts: hostsOf(host),
		pathExprs: exprs, filters: filters, backend: b, uncertain: i.uncertain, forwarded: i.forwarded,
	}
	r.compile(predicates)
	i.hosts[host] = append(i.hosts[host], r)
	i.add(r)
	switch {
	case i.redirect.never, i.redirect.off:
	case i.redirect.keep:
		i.kept[host] = true
		i.keepTwin(r)
	default:
		i.redirects[host] = i.redirect.status
		i.addRedirectTwin(r, withPlainHTTP(r.predicates), i.redirect.status)
	}
}

// keepTwin adds the route a second time, for plain HTTP and before all redirects.
func (i *ingress) keepTwin(r *route) {
	twin := *r
	twin.id, twin.weight, twin.tests, twin.path, twin.dropped = r.id+"_disable_https_redirect", 0, nil, nil, ""
	twin.compile(withPlainHTTP(r.predicates))
	i.add(&twin)
}

func hostsOf(host string) []string {
	if host == "" {
		return nil
	}
	return []string{host}
}

// addExtraRoutes adds the routes of the annotation for one path of a rule.
func (i *ingress) addExtraRoutes(host string, p *source.Node, at source.Ref) {
	path, exprs := i.pathPredicates(p)
	for n := range i.extra {
		x := &i.extra[n]
		own := slices.DeleteFunc(slices.Clone(x.Predicates), func(c eskip.Call) bool { return c.Name == "Host" || c.Name == "*" || c.Name == "Any" })
		if exprs != nil {
			own = slices.DeleteFunc(own, func(c eskip.Call) bool { return c.Name == "PathRegexp" })
		}
		name := fmt.Sprintf("%s_%s_%d", i.m.Name, x.ID, n)
		suffix := strings.ReplaceAll(source.Text(source.Field(p, "path")), "/", "_")
		r := &route{
			id: i.id(name, host+suffix, "", ""), object: i.m.Name, at: i.m.At(source.JoinKey("metadata.annotations", routesAnnotation)), hosts: []string{host},
			pathExprs: exprs, filters: x.Filters, backend: extraBackend(x, at), uncertain: i.uncertain,
		}
		for _, c := range own {
			if text, ok := textArg(c.Args, 0); c.Name == "PathRegexp" && ok {
				r.pathExprs = append(slices.Clip(r.pathExprs), text)
			}
		}
		if slices.ContainsFunc(path, isOnTree) && slices.ContainsFunc(own, isOnTree) {
			i.Dropped = append(i.Dropped, Dropped{r.at, "a route of " + i.m.Name, r.hosts, "it has a path of its own, and the rule has one"})
			continue
		}
		if host == "" {
			r.drop("a rule without a host has none of the routes of the annotation: they match no host")
		}
		r.compile(append(own, path...))
		i.hosts[host] = append(i.hosts[host], r)
		i.add(r)
		if i.redirect.keep {
			i.kept[host] = true
		} else if !i.redirect.off {
			i.redirects[host] = i.redirect.status
		}
	}
}

func extraBackend(x *eskip.Route, at source.Ref) backend {
	b := backend{to: strings.Join(x.Addresses, ", "), at: at}
	switch x.Backend {
	case "<shunt>":
		b.kind = shunt
	case "<loopback>":
		b.kind = loopback
	case "<dynamic>":
		b.kind = dynamic
	case "<forward>":
		b.kind = forward
	case "":
		b.kind = network
	default:
		b.kind = balanced
	}
	return b
}

// addCatchAlls answers 404 to requests that no route of a host matches, if all
// routes of the host have an expression for the path and none of them is for
// all paths.
func (l *loader) addCatchAlls() {
	for _, host := range slices.Sorted(maps.Keys(l.hosts)) {
		routes := l.hosts[host]
		open := slices.ContainsFunc(routes, func(r *route) bool { return len(r.pathExprs) == 0 || slices.Contains(r.pathExprs, "^/") })
		if open {
			continue
		}
		r := &route{id: "kube___catchall__" + nonWord().ReplaceAllString(host, "_"), at: routes[0].at, hosts: routes[0].hosts, uncertain: routes[0].uncertain}
		r.compile(nil)
		l.add(r)
		if status, has := l.redirects[host]; has {
			l.addRedirectTwin(r, withPlainHTTP(nil), status)
		}
		if l.kept[host] {
			twin := *r
			twin.id, twin.weight, twin.tests = r.id+"_disable_https_redirect", 0, nil
			twin.compile(withPlainHTTP(nil))
			l.add(&twin)
		}
	}
}
