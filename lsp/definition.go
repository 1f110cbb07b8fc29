package lsp

import (
	"context"
	"slices"

	"go.lsp.dev/protocol"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/why"
)

// definition returns the target of a reference, and for one side of a conflict the
// other side.
func (s *Server) definition(ctx context.Context, p *protocol.DefinitionParams) (protocol.LocationSlice, error) {
	v, at, err := s.spotOf(ctx, &p.TextDocumentPositionParams)
	if err != nil || at == nil {
		return nil, err
	}
	var out protocol.LocationSlice
	for _, o := range linkedObjects(v.links(), at) {
		if d, ok := v.declaredObjects(o.kind)[o]; ok {
			out = append(out, v.location(d.ref("metadata.name")))
		}
	}
	return uniqueLocations(append(out, v.conflicts(p.Position)...)), nil
}

// references lists the places that name the same resource: the one at the position,
// or the one that is named there; and the other sides of conflicts.
func (s *Server) references(ctx context.Context, p *protocol.ReferenceParams) ([]protocol.Location, error) {
	v, at, err := s.spotOf(ctx, &p.TextDocumentPositionParams)
	if err != nil || at == nil {
		return nil, err
	}
	links := v.links()
	wanted := linkedObjects(links, at)
	if len(wanted) == 0 {
		wanted = []object{v.objectOf(at.doc)}
	}
	var out []protocol.Location
	for _, l := range links {
		if slices.Contains(wanted, l.to) {
			out = append(out, v.location(l.at))
		}
	}
	for _, o := range wanted {
		if d, ok := v.declaredObjects(o.kind)[o]; ok && p.Context.IncludeDeclaration && len(out) > 0 {
			out = append(out, v.location(d.ref("metadata.name")))
		}
	}
	return uniqueLocations(append(out, v.conflicts(p.Position)...)), nil
}

// spotOf returns what is at a position of a file, or nil.
func (s *Server) spotOf(ctx context.Context, p *protocol.TextDocumentPositionParams) (*view, *spot, error) {
	v, err := s.view(ctx, p.TextDocument.URI)
	if err != nil || v == nil {
		return nil, nil, err
	}
	return v, v.spot(p.Position), nil
}

// linkedObjects are the resources that a spot names.
func linkedObjects(links []link, at *spot) []object {
	var out []object
	for _, l := range links {
		if sameDocument(l.at.Doc, at.doc) && at.path != "" && why.Below(at.path, l.at.Path) && !slices.Contains(out, l.to) {
			out = append(out, l.to)
		}
	}
	return out
}

// conflicts are the other places of the findings at a position, and the findings that
// name the position as their other place.
func (v *view) conflicts(p protocol.Position) []protocol.Location {
	var out []protocol.Location
	here := protocol.Range{Start: p, End: p}
	for _, f := range v.findingsIn(here) {
		for _, r := range f.Related {
			if r.At.Doc != nil {
				out = append(out, v.location(r.At))
			}
		}
	}
	if v.Result == nil {
		return out
	}
	for i := range v.Result.Findings {
		f := &v.Result.Findings[i]
		if f.At.Doc != nil && slices.ContainsFunc(f.Related, func(r diag.Related) bool {
			return r.Span.File == v.file.Name && rangesMeet(rangeOf(v.file, r.Span), here)
		}) {
			out = append(out, v.location(f.At))
		}
	}
	return out
}

// rangesMeet reports whether two ranges have a position in common.
func rangesMeet(a, b protocol.Range) bool {
	return !isBefore(a.End, b.Start) && !isBefore(b.End, a.Start)
}

func uniqueLocations(list []protocol.Location) []protocol.Location {
	var out []protocol.Location
	for _, l := range list {
		if !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}
