package httproute

import (
	"github.com/kgw-dev/kgw/compile/envoy"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/routerule"
)

// filters are what a rule changes on the way, at most one of each type.
func filters(g *ir.Gateway, r *ir.Route) []manifest.RouteFilter {
	var out []manifest.RouteFilter
	if h := envoy.Headers(g, r); h != nil {
		if m := routerule.Modifier(h.Request); m != nil {
			out = append(out, manifest.RouteFilter{Type: "RequestHeaderModifier", RequestHeaderModifier: m})
		}
		if m := routerule.Modifier(h.Response); m != nil {
			out = append(out, manifest.RouteFilter{Type: "ResponseHeaderModifier", ResponseHeaderModifier: m})
		}
	}
	if c := routerule.CORS(r.CORS); c != nil {
		out = append(out, manifest.RouteFilter{Type: "CORS", CORS: c})
	}
	return out
}
