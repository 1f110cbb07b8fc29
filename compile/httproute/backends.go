package httproute

import (
	"math"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
)

// maxWeight is the largest share of a backend.
const maxWeight = 1_000_000

// backends are where the gateway sends a route's requests: Oathkeeper, or the
// route's Services. Their namespace is written where it is another one.
func backends(g *ir.Gateway, r *ir.Route, t *ir.Target) []manifest.BackendRef {
	if t.Plan.Delegated(r) {
		name, namespace, _ := service(t.OathkeeperHost)
		return []manifest.BackendRef{{Name: name, Namespace: otherNamespace(g, namespace), Port: t.OathkeeperPort}}
	}
	forward, _ := r.Action.(ir.Forward)
	shares := weights(forward.To)
	var out []manifest.BackendRef
	for i := range forward.To {
		u := &forward.To[i]
		b := manifest.BackendRef{Name: u.Name, Namespace: otherNamespace(g, u.Namespace), Port: u.Port.Number}
		if len(forward.To) > 1 {
			b.Weight = &shares[i]
		}
		out = append(out, b)
	}
	return out
}

func otherNamespace(g *ir.Gateway, namespace string) string {
	if namespace == g.Name.Namespace {
		return ""
	}
	return namespace
}

// weights are the shares of upstreams as whole numbers, in the same proportion
// to six digits. Without weights, all are equal.
func weights(to []ir.Upstream) []int32 {
	out := make([]int32, len(to))
	sum, scale := 0.0, 1.0
	for i := range to {
		if to[i].Weight != nil {
			sum += *to[i].Weight
		}
	}
	if sum == 0 {
		for i := range out {
			out[i] = 1
		}
		return out
	}
	for !areWhole(to, scale) && sum*scale*10 <= maxWeight {
		scale *= 10
	}
	for i := range to {
		if to[i].Weight != nil {
			out[i] = int32(math.Round(*to[i].Weight * scale))
		}
	}
	return out
}

func areWhole(to []ir.Upstream, scale float64) bool {
	for i := range to {
		if to[i].Weight == nil {
			continue
		}
		if w := *to[i].Weight * scale; math.Abs(w-math.Round(w)) > 1e-9*scale {
			return false
		}
	}
	return true
}
