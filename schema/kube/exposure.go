package kube

import (
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// Exposure is an Ingress or a RouteGroup: an object that makes Services
// reachable under hosts.
type Exposure struct {
	Origin      source.Ref
	Kind        string
	Name        ir.Name
	Annotations map[string]string
	Hosts       []ExposedHost
	Doors       []Door
	Owners      []string // kinds of the objects that own it
}

// ExposedHost is one host; "" is every host.
type ExposedHost struct {
	Origin source.Ref
	Name   string
}

func decodeIngress(at source.Ref, name ir.Name, root, spec *source.Node) *Exposure {
	e := &Exposure{Origin: at, Kind: "Ingress", Name: name, Annotations: source.TextMap(source.Field(source.Field(root, "metadata"), "annotations"))}
	e.Doors, e.Owners = doorsOfIngress(at, name.Namespace, spec), ownerKinds(root)
	rules := at.At("spec", "rules")
	for i, n := range source.Elements(source.Field(spec, "rules")) {
		e.Hosts = append(e.Hosts, ExposedHost{Origin: rules.Elem(i).At("host"), Name: source.Text(source.Field(n, "host"))})
	}
	if source.Field(spec, "defaultBackend") != nil || source.Field(spec, "backend") != nil {
		e.Hosts = append(e.Hosts, ExposedHost{Origin: at.At("spec")})
	}
	return e
}

// ownerKinds lists the kinds of an object's owners.
func ownerKinds(root *source.Node) []string {
	var out []string
	for _, o := range source.Elements(source.Field(source.Field(root, "metadata"), "ownerReferences")) {
		out = append(out, source.Text(source.Field(o, "kind")))
	}
	return out
}

func decodeRouteGroup(at source.Ref, name ir.Name, root, spec *source.Node) *Exposure {
	e := &Exposure{Origin: at, Kind: "RouteGroup", Name: name, Doors: doorsOfRouteGroup(at, name.Namespace, spec), Owners: ownerKinds(root)}
	hosts := at.At("spec", "hosts")
	for i, h := range source.Texts(source.Field(spec, "hosts")) {
		e.Hosts = append(e.Hosts, ExposedHost{Origin: hosts.Elem(i), Name: h})
	}
	if len(e.Hosts) == 0 {
		e.Hosts = append(e.Hosts, ExposedHost{Origin: at.At("spec")})
	}
	return e
}
