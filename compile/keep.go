package compile

import (
	"slices"

	"github.com/kgw-dev/kgw/compile/ingress"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/schema/kube"
)

// keepNeeded adds objects that were written before and are no longer wanted, as long as
// removing them would leave a gap. Names of Ingresses change when a rate limit or a
// list of services is added; if the old ones were deleted before the new ones exist,
// requests would have no route. So nothing is removed together with something new. The
// route for requests that no other route matches is removed last of all.
func (r *run) keepNeeded() {
	if r.options.Old == nil {
		return
	}
	old := &run{options: r.options, result: &Result{}}
	old.read(*r.options.Old)
	if old.result.Fatal {
		r.result.Fatal = true
		r.found = append(r.found, diag.Levels{}.Apply(old.found)...)
	}
	written, before := map[string]bool{}, map[string]bool{}
	for i := range r.result.Objects {
		if o := &r.result.Objects[i]; o.Kind == kinds.Ingress || o.Kind == kinds.RouteGroup {
			written[o.Kind+" "+o.Meta.Namespace+"/"+o.Meta.Name] = true
		}
	}
	var stale []*unit
	for _, u := range old.units {
		if e, ok := u.companion.(*kube.Exposure); ok {
			before[key(e)] = true
			if !written[key(e)] {
				stale = append(stale, u)
			}
		}
	}
	created := r.found.Max() == diag.Error
	for k := range written {
		created = created || !before[k]
	}
	for _, u := range stale {
		if created || answersForStale(u, stale) {
			r.result.Others = append(r.result.Others, u.doc)
			r.result.Kept++
		}
	}
}

func key(e *kube.Exposure) string { return e.Kind + " " + e.Name.String() }

// answersForStale reports whether the object answers the remaining requests for
// a host of others that are removed.
func answersForStale(u *unit, stale []*unit) bool {
	e := u.companion.(*kube.Exposure)
	if !ingress.CatchesAll(e.Annotations) {
		return false
	}
	return slices.ContainsFunc(stale, func(o *unit) bool {
		other := o.companion.(*kube.Exposure)
		return !ingress.CatchesAll(other.Annotations) && slices.ContainsFunc(other.Hosts, func(h kube.ExposedHost) bool {
			return slices.ContainsFunc(e.Hosts, func(mine kube.ExposedHost) bool { return mine.Name == h.Name })
		})
	})
}
