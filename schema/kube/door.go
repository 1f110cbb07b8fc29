package kube

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// Door is a Service that an object makes reachable from outside the cluster.
type Door struct {
	Origin  source.Ref
	Service ir.Name
}

// Route is a route of the Gateway API: an HTTPRoute or another kind.
type Route struct {
	Origin source.Ref
	Kind   string
	Name   ir.Name
	// Hosts are those of an HTTPRoute that leads to Services: one that redirects
	// only takes no request from others.
	Hosts  []string
	Labels map[string]string
	Owners []Owner
	Doors  []Door
}

func (*Route) object() {}

const routes = "gateway.networking.k8s.io"

// decodeRoute reads the Services that a route leads to
// (https://gateway-api.sigs.k8s.io/reference/spec/#httproute).
func decodeRoute(at source.Ref, kind string, name ir.Name, root, spec *source.Node) *Route {
	r := &Route{Origin: at, Kind: kind, Name: name, Labels: source.TextMap(source.Field(source.Field(root, "metadata"), "labels")), Owners: ownersOf(root)}
	for i, rule := range source.Elements(source.Field(spec, "rules")) {
		refs := at.At("spec", "rules").Elem(i).At("backendRefs")
		for j, ref := range source.Elements(source.Field(rule, "backendRefs")) {
			if kind := source.Text(source.Field(ref, "kind")); kind != "" && kind != "Service" {
				continue
			}
			to := ir.Name{Namespace: source.Text(source.Field(ref, "namespace")), Name: source.Text(source.Field(ref, "name"))}
			if to.Namespace == "" {
				to.Namespace = name.Namespace
			}
			r.Doors = append(r.Doors, Door{refs.Elem(j).At("name"), to})
		}
	}
	if len(r.Doors) > 0 {
		r.Hosts = source.Texts(source.Field(spec, "hostnames"))
	}
	return r
}

// doorsOfIngress lists the Services of an Ingress, in the form of any version.
func doorsOfIngress(at source.Ref, namespace string, spec *source.Node) []Door {
	var out []Door
	add := func(at source.Ref, backend *source.Node) {
		service := source.Field(backend, "service")
		if name := source.Text(source.Field(service, "name")); name != "" {
			out = append(out, Door{at.At("service", "name"), ir.Name{Namespace: namespace, Name: name}})
		}
		if name := source.Text(source.Field(backend, "serviceName")); name != "" {
			out = append(out, Door{at.At("serviceName"), ir.Name{Namespace: namespace, Name: name}})
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

// doorsOfRouteGroup lists the Services of a RouteGroup.
func doorsOfRouteGroup(at source.Ref, namespace string, spec *source.Node) []Door {
	var out []Door
	for i, b := range source.Elements(source.Field(spec, "backends")) {
		if name := source.Text(source.Field(b, "serviceName")); name != "" {
			out = append(out, Door{at.At("spec", "backends").Elem(i).At("serviceName"), ir.Name{Namespace: namespace, Name: name}})
		}
	}
	return out
}

// doorsOfVirtualService lists the Services that a VirtualService leads to for
// callers from outside: one for the mesh alone has none.
func doorsOfVirtualService(at source.Ref, namespace string, spec *source.Node) []Door {
	if !slices.ContainsFunc(source.Texts(source.Field(spec, "gateways")), func(g string) bool { return g != "mesh" }) {
		return nil
	}
	var out []Door
	for _, protocol := range []string{"http", "tls", "tcp"} {
		for i, entry := range source.Elements(source.Field(spec, protocol)) {
			for j, to := range source.Elements(source.Field(entry, "route")) {
				host := source.Text(source.Field(source.Field(to, "destination"), "host"))
				if service, ok := serviceOfHost(host, namespace); ok {
					out = append(out, Door{at.At("spec", protocol).Elem(i).At("route").Elem(j).At("destination", "host"), service})
				}
			}
		}
	}
	return out
}

// serviceOfHost returns the Service that a host in the mesh is, written in full
// or in part.
func serviceOfHost(host, namespace string) (ir.Name, bool) {
	name, rest, dotted := strings.Cut(host, ".")
	if !dotted {
		return ir.Name{Namespace: namespace, Name: name}, name != ""
	}
	ns, suffix, _ := strings.Cut(rest, ".")
	return ir.Name{Namespace: ns, Name: name}, suffix == "" || suffix == "svc" || suffix == "svc.cluster.local"
}
