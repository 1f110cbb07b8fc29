package diff

import (
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
)

// Findings returns the differences as findings, for the formats of those: each at
// the place that its object comes from. Deleted objects are on the before side.
func (r *Report) Findings() diag.List {
	var out diag.List
	for i := range r.Differences {
		d := &r.Differences[i]
		said := make([]string, len(d.Changes))
		for j := range said {
			said[j] = d.Changes[j].String()
		}
		f := out.Add(diag.Finding{Code: diag.ObjectChanges})
		if doc := d.Origin.Doc; doc != nil && doc.File != nil {
			f.At = d.Origin
		}
		switch d.Op {
		case Delete:
			f.Code = diag.ObjectGoes
			if f.At.Doc != nil {
				f.Span = f.At.Doc.Locator().Span(f.At.Path, f.At.Key).On(r.Before)
			}
		case Rename:
			f.Code, f.Help = diag.ObjectGoes, d.Order()
			said = append(said, "meanwhile: "+d.Meanwhile())
		case Create, Update:
		}
		f.Message = d.what()
		if len(said) > 0 {
			f.Message += ": " + strings.Join(said, "; ")
		}
	}
	return out
}
