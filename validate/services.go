package validate

import (
	"fmt"
	"slices"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
)

// blockedServices reports Services that must not be exposed, once for each
// place that names one.
func blockedServices(v *View, found *diag.List) {
	for _, g := range v.Gateways {
		seen := map[string]bool{}
		for _, r := range g.Routes {
			forward, ok := r.Action.(ir.Forward)
			if !ok {
				continue
			}
			for _, u := range forward.To {
				blocked(&u, v.Policy.Block, seen, found)
			}
		}
		for i := range g.Hosts {
			for _, u := range g.Hosts[i].Upstreams {
				blocked(&u, v.Policy.Block, seen, found)
			}
		}
	}
}

func blocked(u *ir.Upstream, block []string, seen map[string]bool, found *diag.List) {
	if !slices.Contains(block, u.Name+"."+u.Namespace) || seen[u.Origin.Path] {
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
