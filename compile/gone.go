package compile

import (
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/gone"
)

// reportGone reports each kind of settings that nothing reads any more, with its
// replacement: once, at the first document of the kind.
func (r *run) reportGone() {
	first := map[*gone.Kind]*unit{}
	count := map[*gone.Kind]int{}
	for _, u := range r.units {
		if u.gone == nil {
			continue
		}
		if count[u.gone]++; first[u.gone] == nil {
			first[u.gone] = u
		}
	}
	for i := range gone.Kinds {
		k := &gone.Kinds[i]
		u := first[k]
		if u == nil {
			continue
		}
		r.found.Add(diag.Finding{
			Code: k.Code, At: source.Ref{Doc: u.doc, Path: "kind"},
			Message: report.Counted(count[k], "document") + " with " + k.What + ", which nothing reads any more", Help: k.Successor,
		})
	}
}
