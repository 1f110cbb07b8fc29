package lsp

import (
	"context"
	"fmt"
	"strings"

	"go.lsp.dev/protocol"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/explain"
	"github.com/kgw-dev/kgw/internal/shape"
)

// hover says what stands at a position: what the field means, what a rule becomes
// and who may call it, and the pages of the findings there.
func (s *Server) hover(ctx context.Context, p *protocol.HoverParams) (*protocol.Hover, error) {
	v, err := s.view(ctx, p.TextDocument.URI)
	if err != nil || v == nil {
		return nil, err
	}
	var parts []string
	if at := v.spot(p.Position); at != nil {
		parts = append(parts, at.meaning()...)
		parts = append(parts, v.becomes(at)...)
	}
	parts = append(parts, v.pages(p.Position)...)
	if len(parts) == 0 {
		return nil, nil //nolint:nilnil // there is nothing to say
	}
	text := v.Secrets.About(strings.Join(parts, "\n\n---\n\n"), v.file)
	return &protocol.Hover{Contents: &protocol.MarkupContent{Kind: protocol.MarkupKindMarkdown, Value: text}}, nil
}

// meaning is what the description of the kind says of the field.
func (s *spot) meaning() []string {
	if s.typ == nil || s.path == "" {
		return nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**: %s\n\n%s", s.path, s.typ.Kind, s.typ.Doc)
	if values := s.typ.Enum; len(values) > 0 {
		fmt.Fprintf(&b, "\n\nOne of `%s`.", strings.Join(values, "`, `"))
	}
	if s.typ.Pattern != nil && s.typ.Pattern.Means != "" {
		fmt.Fprintf(&b, "\n\nIt is %s.", s.typ.Pattern.Means)
	}
	if s.typ.Default != "" {
		fmt.Fprintf(&b, "\n\nDefault: `%s`.", s.typ.Default)
	}
	if s.typ.Kind == shape.Object && s.typ.ExactlyOne != nil {
		fmt.Fprintf(&b, "\n\nExactly one of `%s` is set.", strings.Join(append(s.typ.ExactlyOne.Fields, s.typ.ExactlyOne.True...), "`, `"))
	}
	return []string{strings.TrimSpace(b.String())}
}

// pages are those of the findings at a position, each once.
func (v *view) pages(p protocol.Position) []string {
	var out []string
	seen := map[diag.Code]bool{}
	found := v.findings()
	for i := range found {
		f := &found[i]
		if f.Span.File != v.file.Name || seen[f.Code] || !contains(rangeOf(v.file, f.Span), p) {
			continue
		}
		seen[f.Code] = true
		if page, err := explain.Lookup(f.Code); err == nil {
			out = append(out, page.Text)
		}
	}
	return out
}

// contains reports whether a position is in a range or at its end.
func contains(r protocol.Range, p protocol.Position) bool {
	return !before(p, r.Start) && !before(r.End, p)
}

func before(a, b protocol.Position) bool {
	return a.Line < b.Line || a.Line == b.Line && a.Character < b.Character
}

// becomes says of a rule who may call it and what is written for it.
func (v *view) becomes(at *spot) []string {
	routes := routesAt(v.gateway(at.doc), at.path)
	if len(routes) == 0 {
		return nil
	}
	var out []string
	for _, r := range routes {
		methods := "any method"
		if r.Match.Methods != nil {
			methods = strings.Join(r.Match.Methods, ", ")
		}
		out = append(out, fmt.Sprintf("`%s` %s: %s", r.Match.Path.Text, methods, strings.Join(callersOf(&r.Access), "; ")))
	}
	return []string{"May be called:\n\n" + strings.Join(out, "\n\n")}
}
