package diag

import "github.com/kgw-dev/kgw/internal/source"

// Places keeps where the findings of a run are, for the next run over nearly the same
// documents: a document is the same one if its pointer is. The zero value is empty.
type Places struct{ now, before map[source.Ref]source.Span }

// Next begins a run: places that the one before did not ask for are forgotten.
func (p *Places) Next() { p.before, p.now = p.now, map[source.Ref]source.Span{} }

// fillSpan fills in the span of a place that is known.
func (p *Places) fillSpan(at source.Ref, span *source.Span) bool {
	if p == nil {
		return false
	}
	s, ok := p.now[at]
	if !ok {
		if s, ok = p.before[at]; !ok {
			return false
		}
		p.now[at] = s
	}
	*span = s
	return true
}

// addFound notes places that were found.
func (p *Places) addFound(found map[*source.Document][]place) {
	if p == nil {
		return
	}
	for _, places := range found {
		for _, f := range places {
			p.now[f.at] = *f.span
		}
	}
}
