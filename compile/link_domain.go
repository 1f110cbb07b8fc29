package compile

import (
	"fmt"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/kube"
)

// assumeGateway adds the Gateway that every Kyma cluster has, unless it is known
// better. domain is the cluster's, or "".
func (c *companions) assumeGateway(domain string) {
	if c.gateways[kube.KymaGateway] != nil {
		return
	}
	g := &kube.Gateway{Name: kube.KymaGateway, Assumed: true}
	if domain != "" {
		hosts := []string{"*." + domain}
		g.Servers, g.HTTPS = [][]string{hosts}, [][]string{hosts}
	}
	c.gateways[kube.KymaGateway] = g
}

// completeHosts appends the cluster's domain to hosts without a dot of
// versions that have a default domain. The controllers read it from the
// Gateway kyma-system/kyma-gateway; without that Gateway the configured
// domain holds.
func (c *companions) completeHosts(g *ir.Gateway, configured string, found *diag.List) {
	gateway := c.gateways[kube.KymaGateway]
	if gateway == nil || g.Convention.Says.NoGateway != "" || gateway.Assumed {
		return
	}
	for i := range g.Hosts {
		h := &g.Hosts[i]
		if !h.Short && (configured == "" || h.Name != h.Written+"."+configured) {
			continue
		}
		domain := gateway.Domain()
		switch {
		case domain == "":
			if h.Short {
				reportNoDefaultDomain(h, gateway, found)
			}
			continue
		case !h.Short && domain != configured:
			reportDomainsDiffer(h, gateway, domain, configured, found)
		}
		h.Name, h.Short, h.Domain = h.Written+"."+domain, false, domainPlaceOf(gateway)
		for _, r := range g.Routes {
			r.Match.Hosts = []string{h.Name}
		}
	}
}

// clusterDomain returns the domain of the cluster: that of the Gateway
// kyma-system/kyma-gateway where it is known, else the configured one.
func (c *companions) clusterDomain(configured string) string {
	if g := c.gateways[kube.KymaGateway]; g != nil && !g.Assumed {
		return g.Domain()
	}
	return configured
}

// domainPlaceOf returns where the hosts of a Gateway are written.
func domainPlaceOf(g *kube.Gateway) ir.Said {
	switch {
	case g.Setting != "":
		return ir.Said{Setting: source.JoinKey(g.Setting, "hosts")}
	case g.Assumed:
		return ir.Said{Setting: "domains.default"}
	}
	return ir.Said{At: g.HostsAt}
}

func reportNoDefaultDomain(h *ir.Host, gateway *kube.Gateway, found *diag.List) {
	f := gatewayFault(diag.GatewayNotShort, h, gateway,
		fmt.Sprintf("host %q has no domain, and Gateway %q does not have one HTTPS server with one host of the form *.domain", h.Written, gateway.Name),
		"write the full host, or give the Gateway one HTTPS server with the host *.DOMAIN")
	f.Upstream = &diag.Upstream{Attribute: "." + h.Origin.Path, Message: "Host does not contain a domain name and no default domain name is configured"}
	found.Add(f)
	h.Name, h.Short = "", false
}

func reportDomainsDiffer(h *ir.Host, gateway *kube.Gateway, domain, configured string, found *diag.List) {
	found.Add(gatewayFault(diag.DomainsDiffer, h, gateway,
		fmt.Sprintf("host %q becomes %q, following Gateway %q; the default domain is configured as %q", h.Written, h.Written+"."+domain, gateway.Name, configured),
		"make domains.default the domain of the Gateway, or leave it out"))
}
