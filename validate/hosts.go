package validate

import (
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
)

// hosts checks each host by itself: it has a domain, and the domain is
// allowed.
func hosts(v *View, found *diag.List) {
	for _, g := range v.Gateways {
		allow := v.Policy.Allow
		if allow == nil && g.Convention.AllowDefault && v.Policy.DefaultDomain != "" {
			allow = []string{v.Policy.DefaultDomain}
		}
		for i := range g.Hosts {
			h := &g.Hosts[i]
			switch {
			case h.Short:
				noDomain(h, found)
			case allow != nil && strings.Contains(h.Written, "."):
				allowed(h, allow, found)
			}
		}
	}
}

// DomainHelp says how to tell kgw the domain of the cluster.
const DomainHelp = "write the full host, or tell the domain of the cluster: --domain kyma.example.com, KGW_DOMAINS_DEFAULT, or domains.default in kgw.yaml"

func noDomain(h *ir.Host, found *diag.List) {
	found.Add(diag.Finding{
		Code: diag.NoDomain, At: h.Origin,
		Message:  fmt.Sprintf("host %q has no domain and there is no default domain", h.Written),
		Help:     DomainHelp,
		Upstream: &diag.Upstream{Attribute: "." + h.Origin.Path, Message: "Host does not contain a domain name and no default domain name is configured"},
	})
}

// allowed compares as Kyma's controller did, which knows no label boundary: a
// host passes if it ends with an entry that it holds exactly once. What passes
// there without being a subdomain is reported by itself.
func allowed(h *ir.Host, allow []string, found *diag.List) {
	lookalike := ""
	for _, d := range allow {
		if strings.Count(h.Written, d) != 1 || !strings.HasSuffix(h.Written, d) {
			continue
		}
		if h.Written == d || strings.HasSuffix(h.Written, "."+d) {
			return
		}
		lookalike = d
	}
	if lookalike != "" {
		found.Add(diag.Finding{
			Code: diag.HostLookalike, At: h.Origin,
			Message: fmt.Sprintf("host %q only ends like the allowed domain %q and is no subdomain of it", h.Written, lookalike),
			Help:    fmt.Sprintf("use a host below .%s, or allow the host's own domain in domains.allow", lookalike),
		})
		return
	}
	found.Add(diag.Finding{
		Code: diag.HostNotAllowed, At: h.Origin,
		Message:  fmt.Sprintf("host %q is not in an allowed domain", h.Written),
		Help:     allowHelp(allow),
		Upstream: &diag.Upstream{Attribute: "." + h.Origin.Path, Message: "Host is not allowlisted"},
	})
}

func allowHelp(allow []string) string {
	if len(allow) == 0 {
		return "domains.allow in kgw.yaml is empty: no host is allowed"
	}
	return "allowed are hosts in " + strings.Join(allow, ", ") + " (domains.allow in kgw.yaml)"
}
