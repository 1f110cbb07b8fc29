package envoy

import (
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
)

// SizeOfCORS returns about how many bytes a CORS policy takes in a manifest.
func SizeOfCORS(c *ir.CORS) int {
	if c == nil {
		return 0
	}
	const policy, origin = 120, 25
	n := policy + manifest.SizeOfTexts(c.Methods) + manifest.SizeOfTexts(c.Headers) + manifest.SizeOfTexts(c.ExposeHeaders)
	for _, o := range c.Origins {
		n += origin + len(o.Value)
	}
	return n
}

// SizeOfHeaders returns about how many bytes the headers take that a route
// demands and changes.
func SizeOfHeaders(g *ir.Gateway, r *ir.Route) int {
	h, n := Headers(g, r), 0
	for i := range r.Match.Predicates {
		n += 40 + manifest.SizeOfTexts(r.Match.Predicates[i].Values)
	}
	if h == nil {
		return n
	}
	for _, o := range []*manifest.HeaderOperations{h.Request, h.Response} {
		if o != nil {
			n += 40 + manifest.SizeOfLabels(o.Set) + manifest.SizeOfTexts(o.Remove)
		}
	}
	return n
}
