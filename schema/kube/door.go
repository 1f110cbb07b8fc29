package kube

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// Door is a Service that an object makes reachable from outside the cluster.
type Door struct {
	Origin  source.Ref
	Service ir.Name
	// Host is what a VirtualService names in place of a Service; Service is empty
	// where the host is none.
	Host string
}

// Route is a route of the Gateway API: an HTTPRoute or another kind.
type Route struct {
	Origin source.Ref
	Kind   string
	Name   ir.Name
	// Hosts are the hosts of an HTTPRoute that leads to Services: one that only
	// redirects is left out.
	Hosts []string
	// All are the hosts of an HTTPRoute or a GRPCRoute, none for those of its
	// listeners, and Parents what it belongs to.
	All     []string
	Parents []RouteParent
	Labels  map[string]string
	Owners  []Owner
	Doors   []Door
}

// RouteParent is a Gateway or another object that a route belongs to, and the one
// of its listeners, "" for all.
type RouteParent struct {
	Kind    string
	Name    ir.Name
	Section string
}

func (*Route) object() {}

const routes = "gateway.networking.k8s.io"

// decodeRoute reads the Services that a route leads to
// (https://gateway-api.sigs.k8s.io/reference/spec/#httproute).
func decodeRoute(at source.Ref, kind string, name ir.Name, root, spec *source.Node) *Route {
	r := &Route{Origin: at, Kind: kind, Name: name, Labels: source.TextMap(source.Field(source.Field(root, "metadata"), "labels")), Owners: ownersOf(root)}
	for i, rule := range source.Elements(source.Field(spec, "rules")) {
		in := at.At("spec", "rules").Elem(i)
		for j, ref := range source.Elements(source.Field(rule, "backendRefs")) {
			r.add(in.At("backendRefs").Elem(j), ref)
		}
	}
	r.All = source.Texts(source.Field(spec, "hostnames"))
	if len(r.Doors) > 0 {
		r.Hosts = r.All
	}
	for _, n := range source.Elements(source.Field(spec, "parentRefs")) {
		field := func(key string) string { return source.Text(source.Field(n, key)) }
		r.Parents = append(r.Parents, RouteParent{
			Kind: cmp.Or(field("kind"), "Gateway"), Section: field("sectionName"),
			Name: ir.Name{Namespace: cmp.Or(field("namespace"), name.Namespace), Name: field("name")},
		})
	}
	for i, rule := range source.Elements(source.Field(spec, "rules")) {
		in := at.At("spec", "rules").Elem(i)
		for j, f := range source.Elements(source.Field(rule, "filters")) {
			if ref := source.Field(source.Field(f, "requestMirror"), "backendRef"); ref != nil {
				r.add(in.At("filters").Elem(j).At("requestMirror", "backendRef"), ref)
			}
		}
	}
	return r
}

// add adds the Service that a reference is to.
func (r *Route) add(at source.Ref, ref *source.Node) {
	if kind := source.Text(source.Field(ref, "kind")); kind != "" && kind != "Service" {
		return
	}
	to := ir.Name{Namespace: source.Text(source.Field(ref, "namespace")), Name: source.Text(source.Field(ref, "name"))}
	to.Namespace = cmp.Or(to.Namespace, r.Name.Namespace)
	r.Doors = append(r.Doors, Door{Origin: at.At("name"), Service: to})
}

// doorsOfIngress lists the Services of an Ingress, in the form of any version.
func doorsOfIngress(at source.Ref, namespace string, spec *source.Node) []Door {
	var out []Door
	add := func(at source.Ref, backend *source.Node) {
		service := source.Field(backend, "service")
		if name := source.Text(source.Field(service, "name")); name != "" {
			out = append(out, Door{Origin: at.At("service", "name"), Service: ir.Name{Namespace: namespace, Name: name}})
		}
		if name := source.Text(source.Field(backend, "serviceName")); name != "" {
			out = append(out, Door{Origin: at.At("serviceName"), Service: ir.Name{Namespace: namespace, Name: name}})
		}
	}
	in := at.At("spec")
	add(in.At("defaultBackend"), source.Field(spec, "defaultBackend"))
	add(in.At("backend"), source.Field(spec, "backend"))
	for i, rule := range source.Elements(source.Field(spec, "rules")) {
		for j, path := range source.Elements(source.Field(source.Field(rule, "http"), "paths")) {
			add(in.At("rules").Elem(i).At("http", "paths").Elem(j).At("backend"), source.Field(path, "backend"))
		}
	}
	return out
}

// doorsOfRouteGroup lists the Services that the routes of a RouteGroup lead to,
// by name or by address.
func doorsOfRouteGroup(at source.Ref, namespace string, spec *source.Node) []Door {
	used := map[string]bool{}
	note := func(list *source.Node) {
		for _, b := range source.Elements(list) {
			used[source.Text(source.Field(b, "backendName"))] = true
		}
	}
	note(source.Field(spec, "defaultBackends"))
	for _, r := range source.Elements(source.Field(spec, "routes")) {
		note(source.Field(r, "backends"))
	}
	var out []Door
	for i, b := range source.Elements(source.Field(spec, "backends")) {
		if !used[source.Text(source.Field(b, "name"))] {
			continue
		}
		in := at.At("spec", "backends").Elem(i)
		if name := source.Text(source.Field(b, "serviceName")); name != "" {
			out = append(out, Door{Origin: in.At("serviceName"), Service: ir.Name{Namespace: namespace, Name: name}})
		}
		out = append(out, doorsOfURL(in.At("address"), source.Text(source.Field(b, "address")))...)
		for j, text := range source.Texts(source.Field(b, "endpoints")) {
			out = append(out, doorsOfURL(in.At("endpoints").Elem(j), text)...)
		}
	}
	return out
}

// doorsOfURL returns the Service that a URL leads to, if it names one.
func doorsOfURL(at source.Ref, text string) []Door {
	u, err := url.Parse(text)
	if err != nil || !strings.Contains(u.Hostname(), ".") {
		return nil
	}
	service, ok := ServiceOfHost(u.Hostname(), "")
	if !ok {
		return nil
	}
	return []Door{{Origin: at, Service: service}}
}

// readDestinations reads where a VirtualService sends requests, copies of them
// among others, and whether any come from outside the cluster: none come to one
// that is for the mesh alone. One without gateways may be another's delegate.
func (v *VirtualService) readDestinations(at source.Ref, namespace string, spec *source.Node) {
	v.Outside = slices.ContainsFunc(source.Texts(source.Field(spec, "gateways")), func(g string) bool { return g != "mesh" })
	add := func(at source.Ref, to *source.Node) {
		if host := source.Text(source.Field(to, "host")); host != "" {
			service, _ := ServiceOfHost(host, namespace)
			v.Doors = append(v.Doors, Door{Origin: at.At("host"), Service: service, Host: host})
		}
	}
	for _, protocol := range []string{"http", "tls", "tcp"} {
		for i, entry := range source.Elements(source.Field(spec, protocol)) {
			in := at.At("spec", protocol).Elem(i)
			for j, to := range source.Elements(source.Field(entry, "route")) {
				add(in.At("route").Elem(j).At("destination"), source.Field(to, "destination"))
			}
			add(in.At("mirror"), source.Field(entry, "mirror"))
			for j, to := range source.Elements(source.Field(entry, "mirrors")) {
				add(in.At("mirrors").Elem(j).At("destination"), source.Field(to, "destination"))
			}
			if d := source.Field(entry, "delegate"); d != nil {
				to := ir.Name{Namespace: source.Text(source.Field(d, "namespace")), Name: source.Text(source.Field(d, "name"))}
				to.Namespace = cmp.Or(to.Namespace, namespace)
				v.Delegates = append(v.Delegates, to)
			}
		}
	}
}

// ServiceOfHost returns the Service that a host in the mesh is, written in full,
// with a final dot or without, or in part, and false for another host.
func ServiceOfHost(host, namespace string) (ir.Name, bool) {
	name, rest, dotted := strings.Cut(strings.TrimSuffix(host, "."), ".")
	if !dotted {
		return ir.Name{Namespace: namespace, Name: name}, name != ""
	}
	ns, suffix, _ := strings.Cut(rest, ".")
	if suffix != "" && suffix != "svc" && suffix != "svc.cluster.local" {
		return ir.Name{}, false
	}
	return ir.Name{Namespace: ns, Name: name}, true
}

// ServiceEntry is a host that Istio sends elsewhere.
type ServiceEntry struct {
	Origin source.Ref
	Name   ir.Name
	Hosts  []string
	// Addresses are those of its endpoints, and Selector the labels of the pods
	// that are such.
	Addresses []string
	Selector  map[string]string
}

func (*ServiceEntry) object() {}

// decodeServiceEntry reads where the hosts of a ServiceEntry lead to
// (https://istio.io/latest/docs/reference/config/networking/service-entry/).
func decodeServiceEntry(at source.Ref, name ir.Name, spec *source.Node) *ServiceEntry {
	e := &ServiceEntry{Origin: at, Name: name, Hosts: source.Texts(source.Field(spec, "hosts"))}
	e.Selector = source.TextMap(source.Field(source.Field(spec, "workloadSelector"), "labels"))
	for _, n := range source.Elements(source.Field(spec, "endpoints")) {
		e.Addresses = append(e.Addresses, source.Text(source.Field(n, "address")))
	}
	return e
}
