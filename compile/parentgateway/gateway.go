// Package parentgateway writes Gateways of the Gateway API for Gateways of
// Istio: the parents of HTTPRoutes. It takes one object and returns manifests
// and findings. A setting that a Gateway cannot express is a finding.
package parentgateway

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

const group = "gateway.networking.k8s.io"

// Gateway is a Gateway of Istio.
type Gateway struct {
	Namespace, Name string
	Spec            *source.Node
	Origin          source.Ref
	// Class is the gatewayClassName of what is written.
	Class string
}

// Lower writes a Gateway of the Gateway API of the same namespace and name,
// which istiod deploys a proxy for, and HTTPRoutes that redirect to https where
// a server does so. A listener has one host, so a server becomes several.
func Lower(g *Gateway) ([]manifest.Object, diag.List) {
	w := &writer{gateway: g, names: map[string]int{}, taken: map[address]bool{}}
	for i, s := range source.Elements(source.Field(g.Spec, "servers")) {
		w.addServer(s, g.Origin.At("spec", "servers").Elem(i))
	}
	if len(w.listeners) == 0 {
		return nil, w.found
	}
	out := []manifest.Object{w.object(group+"/v1", "Gateway", g.Name, source.Object{
		{Key: "gatewayClassName", Value: g.Class}, {Key: "listeners", Value: w.listeners},
	})}
	return append(out, w.redirects...), w.found
}

// writer collects the listeners of one Gateway.
type writer struct {
	gateway   *Gateway
	listeners []any
	redirects []manifest.Object
	names     map[string]int
	taken     map[address]bool
	found     diag.List
}

// address is what no two listeners of a Gateway have in common.
type address struct {
	port int64
	host string
}

// The fields of a server of Istio's Gateway that Lower reads, and the values of others
// that are their defaults (https://istio.io/latest/docs/reference/config/networking/gateway/).
var (
	serverFields = map[string][]string{"port": nil, "hosts": nil, "tls": nil, "name": nil}
	portFields   = map[string][]string{"number": nil, "name": nil, "protocol": nil, "targetPort": nil} // Istio never read targetPort
	tlsFields    = map[string][]string{
		"mode": nil, "credentialName": nil, "httpsRedirect": nil,
		"minProtocolVersion": {"TLS_AUTO", "TLSV1_2"}, "maxProtocolVersion": {"TLS_AUTO", "TLSV1_3"},
	}
)

// loseUnread reports whether an object has fields that Lower does not read, and adds a
// finding for each.
func (w *writer) loseUnread(n *source.Node, at source.Ref, fields map[string][]string) bool {
	lost := false
	for _, key := range source.Keys(n) {
		value := source.Field(n, key)
		defaults, known := fields[key]
		if source.IsNull(value) || known && (defaults == nil || slices.Contains(defaults, source.Text(value))) {
			continue
		}
		w.lose(at.At(key), "what the field %s of a server asks for", key)
		lost = true
	}
	return lost
}

func (w *writer) object(apiVersion, kind, name string, spec source.Object) manifest.Object {
	return manifest.Object{APIVersion: apiVersion, Kind: kind, Meta: manifest.Meta{Namespace: w.gateway.Namespace, Name: name}, Spec: spec, Origin: w.gateway.Origin}
}

func (w *writer) lose(at source.Ref, format string, args ...any) {
	w.found.Add(diag.Finding{
		Code: diag.ListenerUnsaid, At: at, Message: "a Gateway of the Gateway API cannot say " + fmt.Sprintf(format, args...),
		Help: "write that part of the Gateway yourself",
	})
}

// addServer writes the listeners of one server, one for each host.
func (w *writer) addServer(n *source.Node, at source.Ref) {
	port := source.Field(n, "port")
	protocol := strings.ToUpper(source.Text(source.Field(port, "protocol")))
	if w.loseUnread(n, at, serverFields) || w.loseUnread(port, at.At("port"), portFields) {
		return
	}
	tls, ok := w.tls(n, at, protocol)
	if !ok {
		return
	}
	name := listenerName(source.Text(source.Field(port, "name")), protocol)
	for i, host := range source.Texts(source.Field(n, "hosts")) {
		routes, host, ok := w.hostOf(host, at.At("hosts").Elem(i))
		if !ok {
			continue
		}
		listener := address{source.Int(source.Field(port, "number")), host}
		if w.taken[listener] {
			w.lose(at.At("hosts").Elem(i), "the host %q of port %d twice, such as for two namespaces: one listener has it", host, listener.port)
			continue
		}
		w.taken[listener] = true
		l := source.Object{{Key: "name", Value: w.uniqueName(name)}, {Key: "port", Value: source.Number(strconv.FormatInt(source.Int(source.Field(port, "number")), 10))}, {Key: "protocol", Value: "HTTP"}}
		if tls != nil {
			l[2].Value = "HTTPS"
			l = append(l, source.Member{Key: "tls", Value: tls})
		}
		if host != "*" {
			l = append(l, source.Member{Key: "hostname", Value: host})
		}
		w.listeners = append(w.listeners, append(l, source.Member{Key: "allowedRoutes", Value: source.Object{{Key: "namespaces", Value: routes}}}))
		if redirects, _ := source.Bool(source.Field(source.Field(n, "tls"), "httpsRedirect")); redirects && tls == nil {
			w.addRedirect(l[0].Value.(string), host)
		}
	}
}

// tls is how a server ends TLS, nil without TLS; ok is false where a Gateway
// has no words for the server.
func (w *writer) tls(n *source.Node, at source.Ref, protocol string) (out any, ok bool) {
	tls := source.Field(n, "tls")
	mode := source.Text(source.Field(tls, "mode"))
	switch {
	case protocol == "HTTP" || protocol == "HTTP2" || protocol == "GRPC":
		return nil, true
	case protocol != "HTTPS":
		w.lose(at.At("port"), "the protocol %s: its connections are not routed by HTTPRoutes", protocol)
		return nil, false
	case mode != "SIMPLE" && mode != "":
		w.lose(at.At("tls"), "the mode %s of TLS", mode)
		return nil, false
	}
	if w.loseUnread(tls, at.At("tls"), tlsFields) {
		return nil, false
	}
	credential := source.Text(source.Field(tls, "credentialName"))
	if credential == "" {
		w.lose(at.At("tls"), "a certificate that is not in a Secret")
		return nil, false
	}
	w.found.Add(diag.Finding{
		Code: diag.CertificateElsewhere, At: at.At("tls", "credentialName"),
		Message: fmt.Sprintf("the Secret %q is looked for in the namespace %s of the Gateway, and no more in that of Istio's gateway", credential, w.gateway.Namespace),
		Help:    "copy the certificate there, or have it issued there",
	})
	return source.Object{{Key: "mode", Value: "Terminate"}, {Key: "certificateRefs", Value: []any{source.Object{{Key: "kind", Value: "Secret"}, {Key: "name", Value: credential}}}}}, true
}

// hostOf splits a host into the namespaces whose routes may have it and the
// host itself.
func (w *writer) hostOf(text string, at source.Ref) (routes source.Object, host string, ok bool) {
	space, host, both := strings.Cut(text, "/")
	if !both {
		space, host = "*", text
	}
	if !hostPattern().MatchString(host) {
		w.lose(at, "the host %q", host)
		return nil, "", false
	}
	switch space {
	case "*":
		return source.Object{{Key: "from", Value: "All"}}, host, true
	case ".":
		return source.Object{{Key: "from", Value: "Same"}}, host, true
	}
	labels := source.Object{{Key: "matchLabels", Value: source.Object{{Key: "kubernetes.io/metadata.name", Value: space}}}}
	return source.Object{{Key: "from", Value: "Selector"}, {Key: "selector", Value: labels}}, host, true
}

var hostPattern = lazyregexp.New(`^(\*|(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)$`)

// listenerName is the name of a port as that of a listener.
func listenerName(port, protocol string) string {
	if name := strings.ToLower(port); sectionName().MatchString(name) {
		return name
	}
	return strings.ToLower(protocol)
}

var sectionName = lazyregexp.New(`^[a-z0-9]([-a-z0-9]{0,50}[a-z0-9])?$`)

// uniqueName numbers the listeners of one name from the second on.
func (w *writer) uniqueName(name string) string {
	w.names[name]++
	if n := w.names[name]; n > 1 {
		return w.uniqueName(name + "-" + strconv.Itoa(n))
	}
	return name
}

// addRedirect writes the HTTPRoute that sends plain requests to https.
func (w *writer) addRedirect(listener, host string) {
	spec := source.Object{
		{Key: "parentRefs", Value: []any{source.Object{{Key: "name", Value: w.gateway.Name}, {Key: "sectionName", Value: listener}}}},
	}
	if host != "*" {
		spec = append(spec, source.Member{Key: "hostnames", Value: []any{host}})
	}
	filter := source.Object{{Key: "type", Value: "RequestRedirect"}, {Key: "requestRedirect", Value: source.Object{{Key: "scheme", Value: "https"}, {Key: "statusCode", Value: source.Number("301")}}}}
	spec = append(spec, source.Member{Key: "rules", Value: []any{source.Object{
		{Key: "matches", Value: []any{source.Object{{Key: "path", Value: source.Object{{Key: "type", Value: "PathPrefix"}, {Key: "value", Value: "/"}}}}}},
		{Key: "filters", Value: []any{filter}},
	}}})
	name := manifest.StableName(w.gateway.Name+"-"+listener, "redirect", w.gateway.Namespace, w.gateway.Name, listener)
	w.redirects = append(w.redirects, w.object(group+"/v1", "HTTPRoute", name, spec))
}
