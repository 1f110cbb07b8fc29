package envoy

import (
	"fmt"

	"github.com/kgw-dev/kgw/simulate"
)

// isShared reports whether several VirtualServices share the host.
func (h *virtualHost) isShared() bool { return len(h.manifests) > 1 }

// orderUnsure reports whether it is not known which of two VirtualServices comes
// first, and the two routes do not do the same.
func (h *virtualHost) orderUnsure(a, b *route) bool {
	switch {
	case a.owner == b.owner, a.owner.Compiled && b.owner.Compiled && !madeOfRoutes(a.owner) && !madeOfRoutes(b.owner):
		return false
	case a.rank != b.rank:
		if h.table.agesKnown(a.rank, b.rank) {
			return false
		}
	case exportOrder(a.owner, h.table.space) != exportOrder(b.owner, h.table.space), a.owner.Created != "" && b.owner.Created != "":
		return false
	}
	return a.manifest.Namespace != b.manifest.Namespace || simulate.Canonical(a.action()) != simulate.Canonical(b.action())
}

// madeOfRoutes reports whether a VirtualService was made of HTTPRoutes, whoever
// wrote them. HTTPRoutes of one host are in one VirtualService; the order of
// others follows from their ages only.
func madeOfRoutes(m *simulate.Manifest) bool { return m.Shown == "HTTPRoute" }

func older(a, b *simulate.Manifest) simulate.Unknown {
	return simulate.Unknown{
		Why: simulate.Absent, At: a.At("metadata"), Needs: "metadata.creationTimestamp of both",
		What: fmt.Sprintf("the %s %s is older than %s", a.ShownKind(), a.ID(), b.ID()),
	}
}

// askConcerned asks about what is not known of the gateway: whether the match is
// for it.
func (r *route) askConcerned(q *simulate.Request, t *table) bool {
	if t.number == 0 && (r.port == 80 && q.Scheme == "https" || r.port == 443 && q.Scheme == "http") {
		return false
	}
	for _, u := range r.only {
		if !q.Holds(u) {
			return false
		}
	}
	return true
}
