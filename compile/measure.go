package compile

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
)

// maxPath is the most bytes that the text of one path may have: Envoy reads 60
// KiB of a request's headers by default (max_request_headers_kb of its HTTP
// connection manager), the path among them.
const maxPath = 60 << 10

// measure reports gateways whose paths no request has, and those that would
// make the run write more than limits.output, the largest first until the
// others are within it. These go no further: nothing is judged or written for
// them.
func (r *run) measure() {
	type measured struct {
		unit *unit
		size int
	}
	var list []measured
	total, limit := 0, r.options.Config.OutputLimit()
	for _, u := range r.compiled {
		m := measured{u, 0}
		if u.target != nil {
			for _, e := range u.target.emitters {
				m.size += e.size(u.gateway, &u.target.Target)
			}
		}
		list, total = append(list, m), total+m.size
	}
	slices.SortStableFunc(list, func(a, b measured) int { return cmp.Compare(b.size, a.size) })
	out := map[*unit]bool{}
	for _, m := range list {
		if long := longPath(m.unit.gateway); long != nil {
			out[m.unit] = true
			r.found.Add(diag.Finding{
				Code: diag.TooMuchOutput, At: long.Origin, Owner: m.unit.doc,
				Message: fmt.Sprintf("the path has %d bytes; at most %d are read of a request's headers", len(long.Match.Path.Text), maxPath),
				Help:    "write a shorter path",
			})
		} else if total > limit {
			out[m.unit] = true
			r.found.Add(diag.Finding{
				Code: diag.TooMuchOutput, At: m.unit.gateway.Origin, Owner: m.unit.doc,
				Message: fmt.Sprintf("manifests of about %d KiB would be written for this resource, and %d KiB for all; limits.output is %d KiB", m.size>>10, total>>10, limit>>10),
				Help:    "split the resource or shorten its lists, or set limits.output in kgw.yaml if that much is meant",
			})
		}
		if out[m.unit] {
			total -= m.size
		}
	}
	r.compiled = slices.DeleteFunc(r.compiled, func(u *unit) bool { return out[u] })
}

func longPath(g *ir.Gateway) *ir.Route {
	for _, route := range g.Routes {
		if len(route.Match.Path.Text) > maxPath {
			return route
		}
	}
	return nil
}

// sizeInOne returns about how many bytes an emitter writes that has an entry
// for each route, with all hosts.
func sizeInOne(g *ir.Gateway, _ *ir.Target) int {
	const entry = 200 // bytes of one without its path and hosts
	hosts := 0
	for i := range g.Hosts {
		hosts += len(g.Hosts[i].Name) + len("\n- ")
	}
	n := 0
	for _, route := range g.Routes {
		n += entry + len(route.Match.Path.Text) + hosts
	}
	return n
}
