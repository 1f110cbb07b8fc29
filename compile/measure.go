package compile

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/parallel"
)

// MaxPath is the most bytes that the text of one path may have: Envoy reads 60
// KiB of a request's headers by default (max_request_headers_kb of its HTTP
// connection manager), the path among them.
const MaxPath = 60 << 10

// measured is a gateway with about how many bytes are written for it.
type measured struct {
	unit  *unit
	size  int
	under []allowance
}

// allowance is a limit of what is written, by the configuration that sets it.
type allowance struct {
	file  string
	limit int
}

// checkSizes reports gateways whose paths no request has, and those that would
// make the run write more than limits.output of their configuration, or of one
// further up, the largest first until the others are within it. These go no
// further: nothing is judged or written for them.
func (r *run) checkSizes() {
	list, totals := r.measureUnits()
	slices.SortStableFunc(list, func(a, b measured) int { return cmp.Compare(b.size, a.size) })
	out := map[*unit]bool{}
	for _, m := range list {
		over := slices.IndexFunc(m.under, func(a allowance) bool { return totals[a] > a.limit })
		if long := longPath(m.unit.gateway); long != nil {
			out[m.unit] = true
			r.found.Add(diag.Finding{
				Code: diag.TooMuchOutput, At: long.Origin, Owner: m.unit.doc,
				Message: fmt.Sprintf("the path has %d bytes; at most %d are read of a request's headers", len(long.Match.Path.Text), MaxPath),
				Help:    "write a shorter path",
			})
		} else if over >= 0 {
			out[m.unit] = true
			a := m.under[over]
			r.found.Add(diag.Finding{
				Code: diag.TooMuchOutput, At: m.unit.gateway.Origin, Owner: m.unit.doc,
				Message: fmt.Sprintf("manifests of about %d KiB would be written for this resource, and %d KiB for all; limits.output is %d KiB", m.size>>10, totals[a]>>10, a.limit>>10),
				Help:    "split the resource or shorten its lists, or set limits.output in kgw.yaml if that much is meant",
			})
		}
		if out[m.unit] {
			for _, a := range m.under {
				totals[a] -= m.size
			}
		}
	}
	r.compiled = slices.DeleteFunc(r.compiled, func(u *unit) bool { return out[u] })
}

// measureUnits measures each gateway, and sums up what counts for each limit. All
// gateways together may have no more than the largest limit.
func (r *run) measureUnits() ([]measured, map[allowance]int) {
	totals := map[allowance]int{}
	all := allowance{limit: r.options.Config.OutputLimit(r.bytesRead)}
	for _, c := range r.scopes() {
		all.limit = max(all.limit, c.OutputLimit(r.bytesRead))
	}
	list := make([]measured, len(r.compiled))
	parallel.Each(len(list), func(i int) {
		u := r.compiled[i]
		m := measured{unit: u, under: []allowance{all}}
		for c := r.configOf(u.doc); c != nil; c = c.Above {
			m.under = append(m.under, allowance{c.File, c.OutputLimit(r.bytesRead)})
		}
		if u.target != nil {
			m.size = u.measure()
		}
		list[i] = m
	})
	for _, m := range list {
		for _, a := range m.under {
			totals[a] += m.size
		}
	}
	return list, totals
}

// measure returns about how many bytes are written for a gateway.
func (u *unit) measure() int {
	if u.linked.size == 0 {
		for _, e := range u.target.emitters {
			u.linked.size += e.size(u.gateway, &u.target.Target)
		}
	}
	return u.linked.size
}

func longPath(g *ir.Gateway) *ir.Route {
	for _, route := range g.Routes {
		if len(route.Match.Path.Text) > MaxPath {
			return route
		}
	}
	return nil
}
