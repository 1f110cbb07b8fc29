package envoy

import (
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
)

// SizeOfCORS returns about how many bytes a CORS policy has in a manifest.
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

// SizeOfHeaders returns about how many bytes the headers have that a route demands and
// changes.
func SizeOfHeaders(g *ir.Gateway, r *ir.Route) int {
	c, n := changesOf(g, r), 0
	for i := range r.Match.Predicates {
		n += 40 + manifest.SizeOfTexts(r.Match.Predicates[i].Values)
	}
	if len(c.set)+len(c.remove) > 0 {
		n += 40 + manifest.SizeOfTexts(c.remove)
	}
	for _, h := range c.set {
		n += manifest.SizeOfLabel(h.name, h.value)
	}
	if c.answers {
		n += 40 + manifest.SizeOfLabels(c.response.Set) + manifest.SizeOfTexts(c.response.Remove)
	}
	return n
}
