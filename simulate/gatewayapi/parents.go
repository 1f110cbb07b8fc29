package gatewayapi

import (
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/host"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// parentRef is a Gateway that an HTTPRoute belongs to, and one of its
// listeners, "" for all.
type parentRef struct{ gateway, section string }

// parent is a Gateway of the Gateway API.
type parent struct {
	// name is "namespace/name", of the Istio Gateway that it replaces.
	name     string
	identity string
	ok       bool // it is understood, or not among the inputs
	// made are the Gateways of Istio, one for each listener named in sections;
	// none for a Gateway that is not among the inputs.
	made     []simulate.Manifest
	sections []string
	ports    []int64 // of each section, 0 for the default port of its protocol
	found    bool
}

// internalName distinguishes Gateways made here from those of Istio, as
// istiod's own names do.
const internalName = "~gateway-api"

// gatewaysOf names the Gateways of Istio that a reference of an HTTPRoute
// means. The Gateway for compiled objects does not exist yet: kgw assumes that
// it serves what the replaced Istio Gateway serves.
func (c *converter) gatewaysOf(m *simulate.Manifest, ref parentRef) []string {
	p, section := c.parents[ref.gateway], ref.section
	switch {
	case !p.found && m.Compiled && c.istio[p.name]:
		return []string{p.name}
	case !p.found:
		return []string{p.name + internalName}
	}
	var out []string
	for _, s := range p.sections {
		if section == "" || s == section {
			out = append(out, p.name+internalName+"-"+s)
		}
	}
	return out
}

// parentOf returns the Gateway that a reference names.
func (c *converter) parentOf(ref parentRef) *parent {
	if p := c.parents[ref.gateway]; p != nil {
		return p
	}
	p := &parent{name: ref.gateway, ok: !c.targeted[ref.gateway] && !c.targeted[""]}
	if istio := c.options.StandsFor[ref.gateway]; istio != "" {
		p.name = istio
	}
	c.parents[ref.gateway] = p
	var document *source.Node
	for _, m := range c.gateways {
		if m.ID() == ref.gateway {
			p.found = true
			class := source.Text(source.Field(m.Spec(), "gatewayClassName"))
			p.ok = p.ok && c.classes[class] && p.read(m)
			document = m.Root
		}
	}
	if c.options.Identity != nil {
		p.identity = c.options.Identity(ref.gateway, document)
	}
	return p
}

// read makes a Gateway of Istio for each listener, and reports whether all are
// understood. Where two listeners of one port share a host, more than is read here
// decides which one gets a route.
func (p *parent) read(m *simulate.Manifest) bool {
	if len(simulate.ParentGatewayFields.Unread(m.Root)) > 0 || !isAccepted(m) {
		return false
	}
	type listener struct {
		port int64
		host string
	}
	var have []listener
	for _, n := range source.Elements(source.Field(m.Spec(), "listeners")) {
		l := listener{source.Int(source.Field(n, "port")), strings.ToLower(source.Text(source.Field(n, "hostname")))}
		if l.host == "" {
			l.host = "*"
		}
		if slices.ContainsFunc(have, func(o listener) bool { return o.port == l.port && host.Meet(o.host, l.host) }) {
			return false
		}
		have = append(have, l)
		made, ok := p.listener(m, n, l.host)
		if !ok {
			return false
		}
		p.made, p.sections = append(p.made, made), append(p.sections, source.Text(source.Field(n, "name")))
		if l.port == map[string]int64{"HTTP": 80, "HTTPS": 443}[source.Text(source.Field(n, "protocol"))] {
			l.port = 0
		}
		p.ports = append(p.ports, l.port)
	}
	return len(have) > 0
}

func (p *parent) listener(m *simulate.Manifest, n *source.Node, name string) (simulate.Manifest, bool) {
	var tls source.Object
	protocol, mode := source.Text(source.Field(n, "protocol")), source.Text(source.Field(source.Field(n, "tls"), "mode"))
	switch {
	case protocol == "HTTPS" && (mode == "" || mode == "Terminate"):
		tls = source.Object{{Key: "mode", Value: "SIMPLE"}, {Key: "credentialName", Value: "of-the-listener"}}
	case protocol != "HTTP":
		return simulate.Manifest{}, false
	}
	space, namespaces := m.Namespace, source.Field(source.Field(n, "allowedRoutes"), "namespaces")
	labels := source.TextMap(source.Field(source.Field(namespaces, "selector"), "matchLabels"))
	switch from := source.Text(source.Field(namespaces, "from")); {
	case from == "All":
		space = "*"
	case from == "" || from == "Same":
	case from == "Selector" && len(labels) == 1:
		space = labels[namespaceLabel]
	default:
		return simulate.Manifest{}, false
	}
	server := source.Object{
		{Key: "port", Value: source.Object{
			{Key: "number", Value: source.Number(strconv.FormatInt(source.Int(source.Field(n, "port")), 10))}, {Key: "protocol", Value: protocol}, {Key: "name", Value: source.Text(source.Field(n, "name"))},
		}},
		{Key: "hosts", Value: []any{space + "/" + name}},
	}
	if tls != nil {
		server = append(server, source.Member{Key: "tls", Value: tls})
	}
	namespace, known, _ := strings.Cut(p.name, "/")
	root := source.Object{
		{Key: "apiVersion", Value: simulate.Networking + "/v1"},
		{Key: "kind", Value: "Gateway"},
		{Key: "metadata", Value: source.Object{{Key: "name", Value: known + internalName + "-" + source.Text(source.Field(n, "name"))}, {Key: "namespace", Value: namespace}, {Key: "creationTimestamp", Value: m.Created}}},
		{Key: "spec", Value: source.Object{
			{Key: "selector", Value: source.Object{{Key: "gateway.networking.k8s.io/gateway-name", Value: m.Name}}},
			{Key: "servers", Value: []any{server}},
		}},
	}
	return simulate.ReadManifest(source.NodeOf(root), m.At("spec"), true, namespace), true
}

// namespaceLabel is the label that each namespace has with its name
// (https://kubernetes.io/docs/reference/labels-annotations-taints).
const namespaceLabel = "kubernetes.io/metadata.name"

// readParents reads the Gateways of an HTTPRoute, and reports whether all are
// Gateways.
func (r *httpRoute) readParents() bool {
	ok := true
	for _, n := range source.Elements(source.Field(r.manifest.Spec(), "parentRefs")) {
		group, kind := source.Text(source.Field(n, "group")), source.Text(source.Field(n, "kind"))
		if kind != "" && kind != "Gateway" || group != "" && group != simulate.GatewayAPI {
			ok = false
			continue
		}
		namespace := source.Text(source.Field(n, "namespace"))
		if namespace == "" {
			namespace = r.manifest.Namespace
		}
		r.parents = append(r.parents, parentRef{namespace + "/" + source.Text(source.Field(n, "name")), source.Text(source.Field(n, "sectionName"))})
	}
	return ok && len(r.parents) > 0
}
