package lsp

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"go.lsp.dev/protocol"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/explain"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/why"
)

// hover describes what is at a position: the meaning of the field, what a rule
// becomes and who may call it, and the pages of the findings there.
func (s *Server) hover(ctx context.Context, p *protocol.HoverParams) (*protocol.Hover, error) {
	v, err := s.view(ctx, p.TextDocument.URI)
	if err != nil || v == nil {
		return nil, err
	}
	var parts []string
	if at := v.spot(p.Position); at != nil {
		parts = append(parts, at.meaning()...)
		parts = append(parts, v.describeRule(at)...)
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
	fmt.Fprintf(&b, "**%s**: %s", s.path, s.typ.Kind)
	if s.typ.Doc != "" {
		b.WriteString("\n\n" + s.typ.Doc)
	}
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
	return []string{b.String()}
}

// pages returns the pages of the findings at a position, each once.
func (v *view) pages(p protocol.Position) []string {
	var out []string
	seen := map[diag.Code]bool{}
	for _, f := range v.findingsIn(protocol.Range{Start: p, End: p}) {
		if page, err := explain.Lookup(f.Code); err == nil && !seen[f.Code] {
			seen[f.Code] = true
			out = append(out, page.Text)
		}
	}
	return out
}

// findingsIn returns the findings of the file that meet a range, as the run made them:
// their texts are not masked.
func (v *view) findingsIn(r protocol.Range) []*diag.Finding {
	var out []*diag.Finding
	add := func(list diag.List) {
		for i := range list {
			f := &list[i]
			if f.Span.File != v.file.Name {
				continue
			}
			if rangesMeet(rangeOf(v.file, f.Span), r) {
				out = append(out, f)
			}
		}
	}
	add(v.Settings)
	add(v.Tests)
	if v.Result != nil {
		add(v.Result.Findings)
	}
	return out
}

func isBefore(a, b protocol.Position) bool {
	return a.Line < b.Line || a.Line == b.Line && a.Character < b.Character
}

// describeRule describes who may call a rule and what is written for it.
func (v *view) describeRule(at *spot) []string {
	routes := routesAt(v.gateway(at.doc), at.path)
	if len(routes) == 0 {
		return nil
	}
	var out []string
	for _, r := range routes {
		out = append(out, fmt.Sprintf("`%s` %s: %s", r.Match.Path.Text, methodsOf(r), strings.Join(callersOf(&r.Access), "; ")))
	}
	parts := []string{"Who may call it:\n\n" + strings.Join(out, "\n\n")}
	if written := v.writtenFields(routes); written != "" {
		parts = append(parts, "What it becomes:\n\n```yaml\n"+written+"```")
	}
	return parts
}

// maxLeaves bounds the fields that a hover shows.
const maxLeaves = 40

// writtenFields are the fields of manifests that are made of routes, a line each.
func (v *view) writtenFields(routes []*ir.Route) string {
	doc := routes[0].Origin.Doc
	objects := why.Objects(v.Result, &v.Options, func(o *manifest.Object) bool { return sameDocument(o.Origin.Doc, doc) })
	var b strings.Builder
	n := 0
	for i := range objects {
		named := false
		for _, l := range objects[i].Leaves {
			made := slices.ContainsFunc(l.From, func(s why.Source) bool {
				return sameDocument(s.Ref.Doc, doc) && slices.ContainsFunc(routes, func(r *ir.Route) bool { return why.Below(s.Ref.Path, r.Origin.Path) })
			})
			if !made || n == maxLeaves {
				continue
			}
			n++
			if !named {
				named = true
				fmt.Fprintf(&b, "# %s\n", objects[i].ID())
			}
			fmt.Fprintf(&b, "%s: %s\n", l.Path, manifest.AppendJSON(nil, l.Value, 0))
		}
	}
	return b.String()
}
