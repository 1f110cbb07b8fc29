package rule

import (
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
)

// Size returns about how many bytes Lower writes for a gateway, without making
// its Rules.
func Size(g *ir.Gateway, t *ir.Target) int {
	const object, handler = 290, 40
	n, labels := 0, manifest.SizeOfLabels(t.LabelsOf(g))+len(g.ID())+len(g.Name.Namespace)
	for _, r := range g.Routes {
		if !hasRule(r, t) {
			continue
		}
		n += object + labels + len(r.Match.Path.Text) + manifest.SizeOfTexts(r.Match.Methods)
		if len(g.Hosts) > 0 {
			n += len(g.Hosts[0].Name)
		}
		for _, p := range r.Except {
			n += len(p.Text) + 1
		}
		if forward, ok := r.Action.(ir.Forward); ok && len(forward.To) > 0 {
			n += len(upstreamURL(largest(forward.To)))
		}
		for _, h := range authenticators(r, t) {
			n += handler + len(h.Handler) + manifest.SizeOf(h.Config)
		}
		for _, f := range r.Filters {
			if m, ok := f.(ir.Mutate); ok {
				n += handler + len(m.Handler.Name) + manifest.SizeOf(m.Handler.Config)
			}
		}
	}
	return n
}
