package validate

import (
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
)

// checkHosts checks each host by itself: it has a domain, and the domain is
// allowed.
func checkHosts(v *View, found *diag.List) {
	for _, g := range v.Gateways {
		policy := v.policyOf(g)
		allow := policy.Allow
		if allow == nil && g.Convention.AllowDefault && policy.DefaultDomain != "" {
			allow = []string{policy.DefaultDomain}
		}
		for i := range g.Hosts {
			h := &g.Hosts[i]
			switch {
			case h.Short:
				reportNoDomain(h, found)
			case allow != nil && h.Name != "":
				checkAllowed(h, allow, found)
			}
		}
	}
}

// DomainHelp is how to set the domain of the cluster.
const DomainHelp = "write the full host, or set the domain of the cluster: --domain kyma.example.com, KGW_DOMAINS_DEFAULT, or domains.default in kgw.yaml"

func reportNoDomain(h *ir.Host, found *diag.List) {
	found.Add(diag.Finding{
		Code: diag.NoDomain, At: h.Origin,
		Message:  fmt.Sprintf("host %q has no domain and there is no default domain", h.Written),
		Help:     DomainHelp,
		Upstream: &diag.Upstream{Attribute: "." + h.Origin.Path, Message: "Host does not contain a domain name and no default domain name is configured"},
	})
}

// checkAllowed compares the complete host, whatever completed it, as Kyma's controller
// did, which ignores label boundaries: a host passes if it ends with an entry that it
// contains exactly once. A host that passes without being a subdomain is reported
// separately.
func checkAllowed(h *ir.Host, allow []string, found *diag.List) {
	lookalike, name := "", canonical(h.Name)
	for _, d := range allow {
		d = canonical(d)
		if strings.Count(name, d) != 1 || !strings.HasSuffix(name, d) {
			continue
		}
		if name == d || strings.HasSuffix(name, "."+d) {
			return
		}
		lookalike = d
	}
	if lookalike != "" {
		found.Add(diag.Finding{
			Code: diag.HostLookalike, At: h.Origin,
			Message: fmt.Sprintf("host %q only ends like the allowed domain %q and is not a subdomain of it", h.Name, lookalike),
			Help:    fmt.Sprintf("use a host below .%s, or allow the host's own domain in domains.allow", lookalike),
		})
		return
	}
	found.Add(diag.Finding{
		Code: diag.HostNotAllowed, At: h.Origin,
		Message:  fmt.Sprintf("host %q is not in an allowed domain", h.Name),
		Help:     allowHelp(allow),
		Upstream: &diag.Upstream{Attribute: "." + h.Origin.Path, Message: "Host is not allowlisted"},
	})
}

// canonical spells a name in one way: in lower case, without the final dot.
func canonical(name string) string { return strings.TrimSuffix(strings.ToLower(name), ".") }

func allowHelp(allow []string) string {
	if len(allow) == 0 {
		return "domains.allow in kgw.yaml is empty: no host is allowed"
	}
	return "allowed are hosts in " + strings.Join(allow, ", ") + " (domains.allow in kgw.yaml)"
}
