package openapi

import (
	"reflect"
	"slices"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// withhold leaves out more operations, until no written one matches requests of
// a left-out one with other callers: where two paths match one request, only the
// more specific one keeps the other from it.
func (d *drafter) withhold(written map[*ir.Operation]bool) {
	judge := match.NewJudge()
	for again := true; again; {
		again = false
		for i := range d.Operations {
			o := &d.Operations[i]
			if !written[o] {
				continue
			}
			if other := d.fallsTo(judge, o, written); other != nil {
				written[o], again = false, true
				d.reportLeft(o.Origin, "write rules for both by hand", "%s would get requests of %s, which is left out and which other callers may send",
					o.Method+" "+o.Path, other.Method+" "+other.Path)
			}
		}
	}
}

// callerless are the x-fabric keys that do not say who may call, or that let in more
// callers. Any other may keep callers out, also one that kgw does not know.
var callerless = []string{
	"x-fabric-service", "x-external-service-provider", "x-fabric-admins", "x-fabric-cors-support", "x-fabric-compression-support",
	"x-fabric-ratelimits", "x-fabric-request-ratelimits", "x-fabric-static-response",
}

// mayName reports whether an x-fabric key may say who may call.
func mayName(key string) bool { return isFabric(key) && !slices.Contains(callerless, key) }

// sameFabric reports whether the x-fabric keys of two operations let in the same
// callers.
func (d *drafter) sameFabric(a, b *ir.Operation) bool {
	x, y := d.operationOf(a).Extensions, d.operationOf(b).Extensions
	differ := func(key string) bool { return mayName(key) && !reflect.DeepEqual(x[key], y[key]) }
	return !slices.ContainsFunc(sortedKeys(x), differ) && !slices.ContainsFunc(sortedKeys(y), differ)
}

// fallsTo returns an operation that is left out and whose requests an operation
// would get.
func (d *drafter) fallsTo(judge *match.Judge, o *ir.Operation, written map[*ir.Operation]bool) *ir.Operation {
	mine, _ := d.demands(o)
	for i := range d.Operations {
		other := &d.Operations[i]
		if written[other] || other.Method != o.Method {
			continue
		}
		if theirs, checked := d.demands(other); checked && theirs.equal(mine) && d.sameFabric(o, other) {
			continue
		}
		for _, a := range d.bases(o) {
			for _, b := range d.bases(other) {
				p, q := o.Matches(&ir.APIServer{Base: a}), other.Matches(&ir.APIServer{Base: b})
				if !pathlang.Apart(p, q) && judge.Relate(match.Set{Path: p, View: match.RawPath}, match.Set{Path: q, View: match.RawPath}).Kind != match.Disjoint {
					return other
				}
			}
		}
	}
	return nil
}
