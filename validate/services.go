package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
)

// checkServices reports Services that must not be exposed, once for each
// place that names one.
func checkServices(v *View, found *diag.List) {
	for _, g := range v.Gateways {
		if len(v.policyOf(g).Block) == 0 {
			continue
		}
		seen := map[string]bool{}
		for _, r := range g.Routes {
			forward, ok := r.Action.(ir.Forward)
			if !ok {
				continue
			}
			for _, u := range forward.To {
				reportBlocked(&u, v.policyOf(g).Block, seen, found)
			}
		}
		for i := range g.Hosts {
			for _, u := range g.Hosts[i].Upstreams {
				reportBlocked(&u, v.policyOf(g).Block, seen, found)
			}
		}
	}
}

// isBlocked compares names without regard to case, final dots and the domain of the cluster, and also
// the name that a Service refers to. A name with dots is compared alone too: another finding reports
// that it is not the name of a Service.
func isBlocked(u *ir.Upstream, block []string) bool {
	name := canonical(u.Name)
	whole := strings.TrimSuffix(name, ".svc.cluster.local")
	if !strings.Contains(name, ".") {
		whole = name + "." + canonical(u.Namespace)
	}
	external := strings.TrimSuffix(canonical(u.External), ".svc.cluster.local")
	return slices.ContainsFunc(block, func(b string) bool {
		b = strings.TrimSuffix(canonical(b), ".svc.cluster.local")
		return b == whole || b == strings.TrimSuffix(external, ".svc")
	})
}

func reportBlocked(u *ir.Upstream, block []string, seen map[string]bool, found *diag.List) {
	if !isBlocked(u, block) || seen[u.Origin.Path] {
		return
	}
	seen[u.Origin.Path] = true
	at := u.Origin.At("name")
	found.Add(diag.Finding{
		Code: diag.ServiceBlocked, At: at,
		Message:  fmt.Sprintf("service %q in namespace %q must not be exposed", u.Name, u.Namespace),
		Help:     "expose another Service, or change services.block in kgw.yaml",
		Upstream: &diag.Upstream{Attribute: "." + at.Path, Message: fmt.Sprintf("Service %s in namespace %s is blocklisted", u.Name, u.Namespace)},
	})
}
