package kube

import (
	"strings"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// KymaGateway is the Gateway that Kyma's api-gateway installs on every
// cluster. It serves *.<domain of the cluster> over HTTPS.
var KymaGateway = ir.Name{Namespace: "kyma-system", Name: "kyma-gateway"}

// Listener is one server of a Gateway
// (https://istio.io/latest/docs/reference/config/networking/gateway/#Server).
type Listener struct {
	Origin source.Ref
	Hosts  []string
	Port   int64
	// EndsTLS: the gateway's pods decrypt what they receive. Passes: TLS goes
	// through to the Service, with its certificate.
	EndsTLS, Passes bool
	// Redirects: plain HTTP is answered with a redirect to HTTPS.
	Redirects bool
	// Credentials are the Secrets with its certificates, as written.
	Credentials []string
	// Files: the certificates are files in the pods, or the mesh's own.
	Files bool
}

// mounted is where Istio's charts mount the Secret istio-ingressgateway-certs in
// the gateway's pods (istio/istio, manifests/charts/gateways/istio-ingress).
const mounted = "/etc/istio/ingressgateway-certs/"

func decodeGateway(at source.Ref, name ir.Name, spec *source.Node) *Gateway {
	g := &Gateway{Origin: at, HostsAt: at.At("spec", "servers"), Name: name, Selector: source.TextMap(source.Field(spec, "selector"))}
	servers := at.At("spec", "servers")
	for i, s := range source.Elements(source.Field(spec, "servers")) {
		hosts := source.Texts(source.Field(s, "hosts"))
		g.Servers = append(g.Servers, hosts)
		if source.Text(source.Field(source.Field(s, "port"), "protocol")) == "HTTPS" {
			g.HTTPS = append(g.HTTPS, hosts)
		}
		if source.Field(source.Field(s, "tls"), "credentialName") != nil {
			g.Secured = append(g.Secured, hosts...)
		}
		g.Listens = append(g.Listens, decodeListener(servers.Elem(i), s, hosts))
	}
	return g
}

// Domain is the domain that Kyma's controller reads from the Gateway for hosts without
// a dot, or "": it demands exactly one HTTPS server, with exactly one host of the form *.domain.
func (g *Gateway) Domain() string {
	if len(g.HTTPS) != 1 || len(g.HTTPS[0]) != 1 {
		return ""
	}
	domain, ok := strings.CutPrefix(g.HTTPS[0][0], "*.")
	if !ok {
		return ""
	}
	return domain
}

func decodeListener(at source.Ref, n *source.Node, hosts []string) Listener {
	port, tls := source.Field(n, "port"), source.Field(n, "tls")
	l := Listener{Origin: at, Hosts: hosts, Port: source.Int(source.Field(port, "number"))}
	l.Redirects, _ = source.Bool(source.Field(tls, "httpsRedirect"))
	protocol, mode := strings.ToUpper(source.Text(source.Field(port, "protocol"))), source.Text(source.Field(tls, "mode"))
	switch {
	case protocol != "HTTPS" && protocol != "TLS":
	case mode == "PASSTHROUGH" || mode == "AUTO_PASSTHROUGH":
		l.Passes = true
	default:
		l.EndsTLS = true
	}
	l.Files = mode == "ISTIO_MUTUAL" || source.Field(tls, "serverCertificate") != nil || source.Field(tls, "tlsCertificates") != nil
	if c := source.Text(source.Field(tls, "credentialName")); c != "" {
		l.Credentials = append(l.Credentials, c)
	}
	l.Credentials = append(l.Credentials, source.Texts(source.Field(tls, "credentialNames"))...)
	if strings.HasPrefix(source.Text(source.Field(tls, "serverCertificate")), mounted) {
		l.Credentials = append(l.Credentials, "kubernetes://istio-system/istio-ingressgateway-certs")
	}
	return l
}
