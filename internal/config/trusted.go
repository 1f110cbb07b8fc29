package config

import (
	"maps"
	"slices"

	"github.com/kgw-dev/kgw/internal/source"
)

// boundTrusted keeps whom the configuration further up trusts: issuers,
// identities in the mesh, Oathkeeper's Service, and which pods a known Service
// has. A nearer configuration may add what the other does not say.
func (n *nearer) boundTrusted() {
	issuers, above := &n.Fabric.Issuers, &n.above.Fabric.Issuers
	for _, i := range []struct {
		key   string
		own   **Issuer
		above *Issuer
	}{{"services", &issuers.Services, above.Services}, {"employees", &issuers.Employees, above.Employees}} {
		if *i.own != nil && i.above != nil && **i.own != *i.above {
			n.reportLooser(n.placeOf("fabric", "issuers", i.key), "fabric.issuers.%s is %q, and %q further up", i.key, (*i.own).Issuer, i.above.Issuer)
			*i.own = i.above
		}
	}
	usual := Default()
	keepHeld(n, &n.Istio.IngressPrincipal, n.above.Istio.IngressPrincipal, usual.Istio.IngressPrincipal, slices.Equal, "istio", "ingressPrincipal")
	same := func(a, b string) bool { return a == b }
	keepHeld(n, &n.Oathkeeper.Principal, n.above.Oathkeeper.Principal, usual.Oathkeeper.Principal, same, "oathkeeper", "principal")
	keepHeld(n, &n.Oathkeeper.Service, n.above.Oathkeeper.Service, usual.Oathkeeper.Service, same, "oathkeeper", "service")
	for i := range n.Known.Services {
		own := &n.Known.Services[i]
		for _, s := range n.above.Known.Services {
			if s.Name == own.Name && s.Namespace == own.Namespace && !maps.Equal(s.Selector, own.Selector) {
				n.reportLooser(source.Ref{Doc: n.doc}.At("known", "services").Elem(i), "the Service %q of namespace %q has other labels further up", s.Name, s.Namespace)
				own.Selector = s.Selector
			}
		}
	}
}

// keepHeld keeps a value that the configuration further up sets.
func keepHeld[T any](n *nearer, own *T, above, usual T, same func(a, b T) bool, path ...string) {
	if same(above, usual) || same(*own, above) {
		return
	}
	if n.hasField(path...) {
		n.reportLooser(n.placeOf(path...), "%s.%s is %q, and %q further up", path[0], path[1], any(*own), any(above))
	}
	*own = above
}
