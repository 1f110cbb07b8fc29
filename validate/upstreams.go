package validate

import (
	"maps"
	"slices"

	"github.com/kgw-dev/kgw/internal/ir"
)

// policiesByRoute finds what the policies of a route let through; a target
// without policies has none.
func (v *View) policiesByRoute() map[*ir.Route]*ir.Entry {
	out := make(map[*ir.Route]*ir.Entry, len(v.Policies))
	for i := range v.Policies {
		out[v.Policies[i].Route] = v.Policies[i]
	}
	return out
}

// sameUpstream reports whether two routes of one gateway end at the same pods.
func sameUpstream(a, b *ir.Route) bool {
	x, y := upstreams(a), upstreams(b)
	if len(x) == 0 || len(y) == 0 {
		return len(x) == len(y)
	}
	for i := range x {
		if slices.ContainsFunc(y, func(u ir.Upstream) bool { return samePods(&x[i], &u) }) {
			return true
		}
	}
	return false
}

func upstreams(r *ir.Route) []ir.Upstream {
	forward, _ := r.Action.(ir.Forward)
	return forward.To
}

func samePods(a, b *ir.Upstream) bool {
	if a.Namespace != b.Namespace {
		return false
	}
	return a.Name == b.Name || a.Selector != nil && b.Selector != nil && maps.Equal(*a.Selector, *b.Selector)
}
