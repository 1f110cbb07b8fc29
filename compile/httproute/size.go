package httproute

import (
	"github.com/kgw-dev/kgw/compile/envoy"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
)

// Size returns about how many bytes Lower writes, and makes nothing.
func Size(g *ir.Gateway, t *ir.Target) int {
	const object, route, entry, backend = 400, 70, 90, 60
	n := object + manifest.SizeOfTexts(g.HostNames()) + manifest.SizeOfLabels(t.LabelsOf(g))
	for _, r := range g.Routes {
		if r.RoutedBy != nil {
			continue
		}
		matches := max(1, len(r.Match.Methods))
		n += route + matches*(entry+len(r.Match.Path.Text)) + envoy.SizeOfCORS(r.CORS) + envoy.SizeOfHeaders(g, r)
		n += backend * len(envoy.Destinations(r, t))
	}
	return n
}
