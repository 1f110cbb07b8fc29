package compile

import (
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// statuses computes what each resource's controller would say of it: from the
// findings that the controller makes too, whatever their level is here, and
// from what the API server would have refused.
func (r *run) statuses() map[*source.Document]source.Object {
	if !r.options.Status {
		return nil
	}
	failures := map[*source.Document][]diag.Upstream{}
	for i := range r.found {
		f := &r.found[i]
		doc := f.Document()
		if doc == nil {
			continue
		}
		switch { // an empty Upstream: the controller says nothing
		case f.Upstream != nil && *f.Upstream == diag.Upstream{}:
		case f.Upstream != nil:
			failures[doc] = append(failures[doc], *f.Upstream)
		case strings.HasPrefix(string(f.Code), "KGW2") && (diag.Levels{Mode: diag.Controller}).Of(f.Code) == diag.Error:
			failures[doc] = append(failures[doc], diag.Upstream{Attribute: "." + f.At.Path, Message: f.Message})
		}
	}
	out := map[*source.Document]source.Object{}
	for _, u := range r.units {
		if u.kind != nil && u.kind.Status != nil {
			out[u.doc] = u.kind.Status(failures[u.doc], r.settings[u.kind.Name()])
		}
	}
	return out
}
