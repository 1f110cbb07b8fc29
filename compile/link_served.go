package compile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/host"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/schema/kube"
)

// checkServes checks that the Gateway of a resource, where it is known, serves
// its hosts, and that a certificate for the Gateway's host would do for them.
func (c *companions) checkServes(g *ir.Gateway, found *diag.List) {
	gateway := c.gatewayOf(g)
	if e := c.external[g.Ingress.External]; gateway == nil && e != nil && e.Domain != "" {
		gateway = &kube.Gateway{Origin: e.Origin, HostsAt: e.Origin.At("spec", "externalDomain"), Name: e.Name, Servers: [][]string{{e.Domain}}}
	}
	if gateway == nil || gateway.Assumed || c.replaced[gateway.Name] || len(slices.Concat(gateway.Servers...)) == 0 {
		return
	}
	for i := range g.Hosts {
		h := &g.Hosts[i]
		if h.Name == "" {
			continue
		}
		if !slices.ContainsFunc(slices.Concat(gateway.Servers...), func(s string) bool { return servesHost(s, h.Name) }) {
			reportNotServed(h, gateway, found)
		} else if wide := uncertifiedWildcard(gateway.Secured, h.Name); wide != "" {
			found.Add(gatewayFault(diag.CertificateTooNarrow, h, gateway,
				fmt.Sprintf("Gateway %q serves host %q as %q, and a certificate for that name holds for one label only", gateway.Name, h.Name, wide),
				"use a host with one label in front of the domain, or a certificate that names this one"))
		}
	}
}

func reportNotServed(h *ir.Host, gateway *kube.Gateway, found *diag.List) {
	found.Add(gatewayFault(diag.HostNotServed, h, gateway,
		fmt.Sprintf("Gateway %q does not serve host %q: requests are answered with 404", gateway.Name, h.Name),
		"its hosts are "+strings.Join(slices.Compact(slices.Sorted(slices.Values(slices.Concat(gateway.Servers...)))), ", ")))
}

func gatewayFault(code diag.Code, h *ir.Host, gateway *kube.Gateway, message, help string) diag.Finding {
	f := diag.Finding{Code: code, At: h.Origin, Message: message, Help: help}
	if gateway.Origin.Doc != nil {
		f.Related = []diag.Related{{Message: "the Gateway", At: gateway.HostsAt}}
	}
	return f
}

// servesHost reports whether a server of a Gateway matches requests for a host,
// or some requests for a wildcard: "*.domain" matches any number of labels
// (https://istio.io/latest/docs/reference/config/networking/gateway/#Server). A
// namespace in front restricts whose hosts are accepted, not which.
func servesHost(server, name string) bool {
	if _, rest, ok := strings.Cut(server, "/"); ok {
		server = rest
	}
	return host.Meet(strings.ToLower(server), strings.ToLower(name))
}

// uncertifiedWildcard returns the wildcard under which TLS servers accept a
// host that a certificate for it does not hold for (RFC 6125, 6.4.3), or "".
func uncertifiedWildcard(secured []string, name string) string {
	wide := ""
	name = strings.ToLower(name)
	for _, s := range secured {
		switch lower := strings.ToLower(s); {
		case host.MatchLabel(lower, name):
			return ""
		case strings.HasPrefix(s, "*.") && host.Within(name, lower):
			wide = s
		}
	}
	return wide
}
