package compile

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/schema/kube"
	"github.com/kgw-dev/kgw/validate"
)

// completeShortHosts completes short hosts with the domain of the Gateway; that
// of the Gateway which every cluster has may be configured.
func (c *companions) completeShortHosts(g *ir.Gateway, configured string, found *diag.List) {
	if g.Convention.Says.NoGateway == "" {
		return
	}
	ref := g.Ingress.Ref
	if g.Ingress.External.Name != "" {
		ref = gatewayOf(g.Ingress.External)
	}
	for i := range g.Hosts {
		h := &g.Hosts[i]
		if !h.Short {
			continue
		}
		domain, gateway := c.domain(ref, g.Ingress.External)
		if gateway != nil && gateway.Assumed {
			domain = configured
		}
		h.Short = false
		if domain != "" {
			h.Name, h.Domain = h.Written+"."+domain, c.domainPlace(gateway, g.Ingress.External)
			continue
		}
		h.Name = ""
		reportShortHost(g, h, ref, gateway, found)
	}
}

func reportShortHost(g *ir.Gateway, h *ir.Host, ref ir.Name, gateway *kube.Gateway, found *diag.List) {
	says := &g.Convention.Says
	if ref.Name == "" {
		return // the reference itself is at fault
	}
	if gateway != nil && gateway.Assumed {
		reportNoDomain(h, fmt.Sprintf(says.NoGateway, ref), found)
		return
	}
	f := found.Add(diag.Finding{
		Code: diag.GatewayNotFound, At: h.Origin,
		Message:  fmt.Sprintf("the domain of host %q is that of Gateway %q, which is not among the inputs", h.Written, ref),
		Help:     "add the Gateway to the inputs or its hosts to known.gateways in kgw.yaml, or write the full host",
		Upstream: &diag.Upstream{Attribute: "." + h.Origin.Path, Message: fmt.Sprintf(says.NoGateway, ref)},
		Lacks:    &diag.Lack{Kind: "Gateway", Namespace: ref.Namespace, Name: ref.Name},
		Group:    ref.String(), GroupDoc: g.Origin.Doc, Place: fmt.Sprintf("the domain of host %q is that of the Gateway", h.Written),
	})
	if gateway == nil {
		return
	}
	f.Lacks, f.Group = nil, ""
	f.Code, f.Upstream.Message = diag.GatewayNotShort, says.NoGatewayDomain
	f.Message = fmt.Sprintf("host %q is short, and Gateway %q does not serve exactly one host of the form *.domain", h.Written, ref)
	f.Help = "write the full host, or give all servers of the Gateway the same wildcard host"
	if len(slices.Concat(gateway.Servers...)) == 0 && gateway.Origin.Doc == nil {
		f.Message = fmt.Sprintf("host %q is short, and known.gateways of kgw.yaml does not have the hosts of Gateway %q", h.Written, ref)
		f.Help = "write the full host, or the hosts of the Gateway there, such as hosts: [\"*.kyma.example.com\"]"
	}
	if gateway.Origin.Doc != nil {
		f.Related = []diag.Related{{Message: "the Gateway", At: gateway.HostsAt}}
	}
}

// reportNoDomain reports a short host of a Gateway that serves the domain of the
// cluster, if that domain is not known.
func reportNoDomain(h *ir.Host, upstream string, found *diag.List) {
	found.Add(diag.Finding{
		Code: diag.NoDomain, At: h.Origin,
		Message:  fmt.Sprintf("host %q has no domain, and the domain of the cluster is not known", h.Written),
		Help:     validate.DomainHelp,
		Upstream: &diag.Upstream{Attribute: "." + h.Origin.Path, Message: upstream},
		Lacks:    &diag.Lack{Kind: "domain"},
	})
}

// domain returns the one domain that all servers of a Gateway serve as a wildcard. For
// an ExternalGateway whose Gateway is absent, it returns the ExternalGateway's own
// domain.
func (c *companions) domain(ref, external ir.Name) (string, *kube.Gateway) {
	gateway := c.gateways[ref]
	if gateway == nil {
		if e := c.external[external]; e != nil && strings.HasPrefix(e.Domain, "*.") {
			return e.Domain[2:], nil
		}
		return "", nil
	}
	domain := ""
	for _, hosts := range gateway.Servers {
		if len(hosts) != 1 || !strings.HasPrefix(hosts[0], "*.") || domain != "" && domain != hosts[0][2:] {
			return "", gateway
		}
		domain = hosts[0][2:]
	}
	return domain, gateway
}

// domainPlace returns where the domain of a short host is written: in the Gateway or,
// without one, in the ExternalGateway.
func (c *companions) domainPlace(gateway *kube.Gateway, external ir.Name) ir.Said {
	if gateway != nil {
		return domainPlaceOf(gateway)
	}
	return ir.Said{At: c.external[external].Origin.At("spec", "externalDomain")}
}

const maxExternalName = 45

// gatewayOf names the Gateway that Kyma's controller (3.10.0) makes for an
// ExternalGateway.
func gatewayOf(external ir.Name) ir.Name {
	base := external.Name
	if len(base) > maxExternalName {
		sum := sha256.Sum256([]byte(base))
		base = base[:37] + "-" + hex.EncodeToString(sum[:])[:7]
	}
	return ir.Name{Namespace: external.Namespace, Name: base + "-gw"}
}

// checkIngressGateway checks that the Gateway is there, for dialects whose
// controller does. A Gateway that the configuration knows counts as its
// ExternalGateway too.
func (c *companions) checkIngressGateway(g *ir.Gateway, found *diag.List) {
	if g.Convention.Says.NoGateway == "" {
		return
	}
	in := &g.Ingress
	switch {
	case in.External.Name != "" && in.Text != "":
	case in.External.Name != "":
		made := gatewayOf(in.External)
		in.Text = made.String()
		if known := c.gateways[made]; c.external[in.External] == nil && (known == nil || known.Origin.Doc != nil) {
			reportMissingGateway(g, "ExternalGateway", in.External, found)
		}
	case in.Ref.Name != "" && c.gateways[in.Ref] == nil:
		reportMissingGateway(g, "Gateway", in.Ref, found)
	}
}

func reportMissingGateway(g *ir.Gateway, kind string, name ir.Name, found *diag.List) {
	in := &g.Ingress
	help, lack := "add it to the inputs, or to known.gateways in kgw.yaml", name
	if kind == "ExternalGateway" {
		lack = gatewayOf(name)
		help = fmt.Sprintf("add it to the inputs, or its Gateway %q to known.gateways in kgw.yaml", lack)
	}
	found.Add(diag.Finding{
		Code: diag.GatewayNotFound, At: in.Origin, Help: help,
		Message:  fmt.Sprintf("%s %q is not among the inputs", kind, name),
		Upstream: &diag.Upstream{Attribute: "." + in.Origin.Path, Message: kind + " not found"},
		Lacks:    &diag.Lack{Kind: "Gateway", Namespace: lack.Namespace, Name: lack.Name},
		Group:    lack.String(), GroupDoc: g.Origin.Doc, Place: "the Gateway is named here",
	})
}
