// Package kube reads the Kubernetes and Istio objects that gateways refer to:
// Service, Gateway, VirtualService, the mesh configuration, Pod and Namespace.
//
// It takes YAML nodes of well-known kinds and returns the few facts that link
// needs. It is tolerant: these objects belong to others, and kgw does not
// report their faults. It must not know any dialect.
package kube

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/kgw-dev/kgw/internal/injection"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// Object is one object that gateways may refer to.
//
//sumtype:decl
type Object interface{ object() }

// Service is a Kubernetes Service.
type Service struct {
	Origin   source.Ref
	Setting  string // the path in kgw.yaml of what only a configuration knows
	Name     ir.Name
	Selector map[string]string // nil when it has none
	// BadLabels are labels of the selector whose values are not text.
	BadLabels []string
	Ports     []ServicePort
	// External is the name that the Service refers to (type ExternalName), ""
	// for one of its own pods.
	External string
	// Outside is why a Service is reachable from outside the cluster by itself: "of
	// type LoadBalancer", "of type NodePort", "with externalIPs", or "". OutsideAt is
	// where it says so.
	Outside   string
	OutsideAt source.Ref
	// Function marks the Service that the serverless controller makes for the
	// Function at Origin.
	Function bool
}

// ServicePort is a port of a Service.
type ServicePort struct {
	Name string
	Port uint32
	// Target is the port of the pods, by number or name; "" if that is not known.
	Target string
}

// VirtualService is an Istio VirtualService that somebody else wrote.
type VirtualService struct {
	Origin source.Ref
	Name   ir.Name
	Hosts  []string
	Labels map[string]string
	Owners []Owner
	// Doors are the Services that it leads to, Delegates the VirtualServices that
	// say so in its place. Outside: requests from outside the cluster come to it.
	Doors     []Door
	Delegates []ir.Name
	Outside   bool
}

// Owner is an owner reference.
type Owner struct{ Kind, Name string }

// Gateway is an Istio Gateway.
type Gateway struct {
	Origin  source.Ref
	HostsAt source.Ref // where the hosts are said
	Setting string     // the path in kgw.yaml of what only a configuration knows
	Name    ir.Name
	Servers [][]string // the hosts of each server
	HTTPS   [][]string // the hosts of each server whose protocol is HTTPS
	Secured []string   // hosts of servers that have a certificate
	// Listens are the servers, one by one; nil where only hosts are known.
	Listens  []Listener
	Selector map[string]string // of the pods that serve it
	// Assumed marks a Gateway that every Kyma cluster has and that no input
	// describes.
	Assumed bool
}

// ConfigMap is a ConfigMap; the mesh configuration is one.
type ConfigMap struct {
	Origin source.Ref
	Name   ir.Name
	Data   map[string]string
}

// Pod is a Pod with the names of its containers, or what a workload makes pods
// of.
type Pod struct {
	Origin source.Ref
	// Template is the kind of the workload, "" for a Pod.
	Template   string
	Name       ir.Name
	Labels     map[string]string
	Containers []string
	// Init are the init containers: one of them can be a sidecar too.
	Init []string
	// Injection is the pod's own word about a sidecar, "" when it has none; a
	// pod in the network of its node has none.
	Injection string
	// Ports are the named ports of the containers.
	Ports map[string]uint32
	// Capture is what the annotations say of requests that the sidecar gets.
	Capture Capture
}

// templates are the kinds of workloads, by group and kind.
var templates = []string{"apps/Deployment", "apps/StatefulSet", "apps/DaemonSet", "apps/ReplicaSet", "batch/Job"}

// ExternalGateway is Kyma's ExternalGateway, for which its controller makes a
// Gateway.
type ExternalGateway struct {
	Origin source.Ref
	Name   ir.Name
	Domain string // spec.externalDomain
}

// Rule is an Oathkeeper Rule that somebody wrote.
type Rule struct {
	Origin  source.Ref
	Name    ir.Name
	Labels  map[string]string
	URL     string
	Methods []string
}

// Namespace is a Namespace with the labels that decide about sidecars.
type Namespace struct {
	Origin source.Ref
	Name   string
	Labels map[string]string
}

// StackSet is a Zalando StackSet, as far as it splits traffic.
type StackSet struct {
	Origin  source.Ref
	Name    ir.Name
	Traffic []TrafficShare
}

// TrafficShare is one Service's share of a StackSet's traffic.
type TrafficShare struct {
	Origin  source.Ref
	Service string
	Port    ir.Port
	Weight  float64
}

func (*Service) object()         {}
func (*Exposure) object()        {}
func (*StackSet) object()        {}
func (*VirtualService) object()  {}
func (*Gateway) object()         {}
func (*ConfigMap) object()       {}
func (*Pod) object()             {}
func (*ExternalGateway) object() {}
func (*Namespace) object()       {}
func (*Rule) object()            {}

// Reads reports whether gateways refer to objects of this kind.
func Reads(group, kind string) bool {
	switch group + "/" + kind {
	case "serverless.kyma-project.io/Function", "/Service", "/ConfigMap", "/Pod", "/Namespace", "networking.istio.io/VirtualService", "networking.istio.io/ServiceEntry", "networking.istio.io/Gateway", "oathkeeper.ory.sh/Rule", "gateway.kyma-project.io/ExternalGateway",
		routes + "/Gateway", routes + "/HTTPRoute", routes + "/GRPCRoute", routes + "/TLSRoute", routes + "/TCPRoute",
		"zalando.org/StackSet", "zalando.org/RouteGroup", "networking.k8s.io/Ingress", "extensions/Ingress":
		return true
	}
	return false
}

// MakesPods reports whether objects of a kind are workloads: what they make
// pods of is looked at.
func MakesPods(group, kind string) bool { return slices.Contains(templates, group+"/"+kind) }

// Decode reads an object of a kind that gateways refer to, or returns nil. The
// document's namespace must be set.
func Decode(doc *source.Document, group string, root *source.Node) Object {
	at := source.Ref{Doc: doc}
	name := ir.Name{Namespace: doc.Namespace, Name: doc.Name}
	spec := source.Field(root, "spec")
	switch group + "/" + doc.Kind {
	case "/Service":
		return decodeService(at, name, spec)
	case "serverless.kyma-project.io/Function":
		return serviceOfFunction(at, name)
	case "networking.istio.io/VirtualService":
		return decodeVirtualService(at, name, root, spec)
	case "networking.istio.io/ServiceEntry":
		return decodeServiceEntry(at, name, spec)
	case "networking.istio.io/Gateway":
		return decodeGateway(at, name, spec)
	case "security.istio.io/AuthorizationPolicy":
		return decodePolicy(at, name, root, spec)
	case "security.istio.io/RequestAuthentication":
		return decodeAuthentication(at, name, root, spec)
	case "/ConfigMap":
		return &ConfigMap{Origin: at, Name: name, Data: source.TextMap(source.Field(root, "data"))}
	case "/Pod":
		return decodePod(at, name, root, spec)
	case "apps/Deployment", "apps/StatefulSet", "apps/DaemonSet", "apps/ReplicaSet", "batch/Job":
		template := source.Field(spec, "template")
		p := decodePod(at, name, template, source.Field(template, "spec"))
		p.Template = doc.Kind
		return p
	case "gateway.kyma-project.io/ExternalGateway":
		return &ExternalGateway{Origin: at, Name: name, Domain: source.Text(source.Field(spec, "externalDomain"))}
	case "oathkeeper.ory.sh/Rule":
		m := source.Field(spec, "match")
		return &Rule{
			Origin: at, Name: name, Labels: source.TextMap(source.Field(source.Field(root, "metadata"), "labels")),
			URL: source.Text(source.Field(m, "url")), Methods: source.Texts(source.Field(m, "methods")),
		}
	case "networking.k8s.io/Ingress", "extensions/Ingress":
		return decodeIngress(at, name, root, spec)
	case "zalando.org/RouteGroup":
		return decodeRouteGroup(at, name, root, spec)
	case "zalando.org/StackSet":
		return decodeStackSet(at, name, root)
	case routes + "/Gateway":
		return decodeParent(at, name, root, spec)
	case routes + "/HTTPRoute", routes + "/GRPCRoute", routes + "/TLSRoute", routes + "/TCPRoute":
		return decodeRoute(at, doc.Kind, name, root, spec)
	case "/Namespace":
		return &Namespace{Origin: at, Name: doc.Name, Labels: source.TextMap(source.Field(source.Field(root, "metadata"), "labels"))}
	}
	return nil
}

func decodeService(at source.Ref, name ir.Name, spec *source.Node) *Service {
	selector := source.Field(spec, "selector")
	s := &Service{Origin: at, Name: name, Selector: source.TextMap(selector)}
	switch kind := source.Text(source.Field(spec, "type")); kind {
	case "ExternalName":
		s.External = source.Text(source.Field(spec, "externalName"))
	case "LoadBalancer", "NodePort":
		s.Outside, s.OutsideAt = "of type "+kind, at.At("spec", "type")
	default:
		if len(source.Elements(source.Field(spec, "externalIPs"))) > 0 {
			s.Outside, s.OutsideAt = "with externalIPs", at.At("spec", "externalIPs")
		}
	}
	for _, key := range source.Keys(selector) {
		if _, isText := source.Scalar(source.Field(selector, key)).(string); !isText {
			s.BadLabels = append(s.BadLabels, key)
		}
	}
	for _, p := range source.Elements(source.Field(spec, "ports")) {
		target := source.Text(source.Field(p, "targetPort"))
		if target == "" {
			// Zero is none: the API server fills in the port.
			target = strconv.FormatInt(cmp.Or(source.Int(source.Field(p, "targetPort")), source.Int(source.Field(p, "port"))), 10)
		}
		s.Ports = append(s.Ports, ServicePort{
			Name: source.Text(source.Field(p, "name")), Port: uint32(source.Int(source.Field(p, "port"))), Target: target,
		})
	}
	return s
}

func decodeVirtualService(at source.Ref, name ir.Name, root, spec *source.Node) *VirtualService {
	v := &VirtualService{Origin: at, Name: name, Hosts: source.Texts(source.Field(spec, "hosts")), Labels: source.TextMap(source.Field(source.Field(root, "metadata"), "labels"))}
	v.Owners = ownersOf(root)
	v.readDestinations(at, name.Namespace, spec)
	return v
}

func ownersOf(root *source.Node) []Owner {
	var out []Owner
	for _, o := range source.Elements(source.Field(source.Field(root, "metadata"), "ownerReferences")) {
		out = append(out, Owner{Kind: source.Text(source.Field(o, "kind")), Name: source.Text(source.Field(o, "name"))})
	}
	return out
}

func decodePod(at source.Ref, name ir.Name, root, spec *source.Node) *Pod {
	p := &Pod{Origin: at, Name: name, Labels: source.TextMap(source.Field(source.Field(root, "metadata"), "labels"))}
	meta := source.Field(root, "metadata")
	p.Injection = p.Labels[injection.Key]
	if p.Injection == "" {
		p.Injection = source.TextMap(source.Field(meta, "annotations"))[injection.Key]
	}
	if host, _ := source.Bool(source.Field(spec, "hostNetwork")); host {
		p.Injection = "false"
	}
	p.Ports, p.Capture = portsOf(source.Field(spec, "containers")), captureOf(source.TextMap(source.Field(meta, "annotations")))
	p.Init, p.Containers = names(source.Field(spec, "initContainers")), names(source.Field(spec, "containers"))
	return p
}

// names returns the field "name" of each element.
func names(list *source.Node) []string {
	var out []string
	for _, n := range source.Elements(list) {
		out = append(out, source.Text(source.Field(n, "name")))
	}
	return out
}
