package diff

import "github.com/kgw-dev/kgw/internal/kinds"

// Meanwhile returns how requests are answered between the two halves of a
// renaming, which is a deletion and a creation.
func (d *Difference) Meanwhile() string {
	switch d.ID.Kind {
	case kinds.Rule:
		return "with both Rules Oathkeeper answers their requests with 500, with none with 404"
	case kinds.VirtualService, kinds.HTTPRoute:
		return "with none the requests of its hosts are answered with 404; with both they are served"
	case kinds.ReferenceGrant:
		return "without it requests for Services of its namespace are answered with 500"
	case kinds.AuthorizationPolicy:
		return "without it requests that it lets through are refused with 403, or, if it is the only one of its pods, all are let through"
	case kinds.RequestAuthentication:
		return "without it tokens are not verified, and policies that ask for one refuse with 403"
	}
	return "without it requests are answered with 404"
}

// Order returns the order in which a renaming loses no requests, or the fewest.
// Oathkeeper refuses a request that two Rules match, so one of them has to be
// deleted first.
func (d *Difference) Order() string {
	if d.ID.Kind == kinds.Rule {
		return "delete " + d.OldName + " first, then create " + d.ID.Name + " at once: 404 meanwhile, never 500; without a gap only in place, keep the name with kgw adopt"
	}
	return "create " + d.ID.Name + " first, then delete " + d.OldName + "; or keep the name with kgw adopt"
}

// Gap returns how requests are answered after the object is deleted.
func (d *Difference) Gap() string {
	if d.Op != Delete {
		return ""
	}
	return d.Meanwhile()
}
