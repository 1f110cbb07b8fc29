package virtualservice

import (
	"github.com/kgw-dev/kgw/compile/envoy"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
)

// Size returns about how many bytes Lower writes for a gateway, without making
// its entries.
func Size(g *ir.Gateway, t *ir.Target) int {
	const object, route, destination = 250, 70, 75
	n := object + manifest.SizeOfTexts(hostNames(g)) + manifest.SizeOfLabels(t.LabelsOf(g))
	for _, r := range g.Routes {
		if r.RoutedBy != nil {
			continue
		}
		n += route + len(uriText(r)) + envoy.SizeOfCORS(r.CORS) + envoy.SizeOfHeaders(g, r)
		for _, m := range r.Match.Methods {
			n += len(m) + 1
		}
		for _, d := range envoy.Destinations(r, t) {
			n += destination + len(d.Host)
		}
		if answer, ok := r.Action.(ir.Respond); ok {
			n += destination + len(answer.Body)
		}
	}
	return n
}

// uriText is the text that matches a route's path.
func uriText(r *ir.Route) string {
	m := uri(r.Match.Path)
	return m.Exact + m.Prefix + m.Regex
}
