package lsp

import (
	"context"
	"fmt"
	"strings"

	"go.lsp.dev/protocol"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// documentSymbol lists the documents of a file, and the rules, tests or settings in
// each.
func (s *Server) documentSymbol(ctx context.Context, p *protocol.DocumentSymbolParams) (protocol.DocumentSymbolSlice, error) {
	v, err := s.view(ctx, p.TextDocument.URI)
	if err != nil || v == nil {
		return nil, err
	}
	out := protocol.DocumentSymbolSlice{}
	for _, d := range v.documents() {
		if !isMapping(d.root) {
			continue
		}
		name := strings.TrimSpace(d.doc.Kind + " " + d.doc.Name)
		if name == "" {
			name = v.file.Name
		}
		out = append(out, v.symbol(name, protocol.SymbolKindClass, d.ref(""), d.root, v.partsOf(&d)))
	}
	return out, nil
}

// partsOf are the symbols in a document.
func (v *view) partsOf(d *spot) []protocol.DocumentSymbol {
	var out []protocol.DocumentSymbol
	if g := v.gateway(d.doc); g != nil {
		for _, r := range g.Routes {
			if n := source.Lookup(d.root, r.Origin.Path); n != nil {
				out = append(out, v.symbol(methodsOf(r)+" "+r.Match.Path.Text, protocol.SymbolKindMethod, r.Origin, n, nil))
			}
		}
		return out
	}
	for i, n := range source.Elements(source.Field(d.root, "tests")) {
		name := source.Text(source.Field(n, "name"))
		if name == "" {
			name = fmt.Sprintf("test %d", i+1)
		}
		out = append(out, v.symbol(name, protocol.SymbolKindMethod, d.ref(source.JoinIndex("tests", i)), n, nil))
	}
	if out != nil || d.desc == nil {
		return out
	}
	for _, key := range source.Keys(d.root) {
		if n := source.Field(d.root, key); key != "apiVersion" && key != "kind" && key != "metadata" {
			out = append(out, v.symbol(key, protocol.SymbolKindField, d.ref(source.JoinKey("", key)), n, nil))
		}
	}
	return out
}

// methodsOf names the methods of a route.
func methodsOf(r *ir.Route) string {
	if r.Match.Methods == nil {
		return "any method"
	}
	return strings.Join(r.Match.Methods, ", ")
}

// symbol is a symbol for a node and all below it.
func (v *view) symbol(name string, kind protocol.SymbolKind, at source.Ref, n *source.Node, parts []protocol.DocumentSymbol) protocol.DocumentSymbol {
	span := at.Doc.Locator().Span(at.Path, true)
	if at.Path == "" {
		span = at.Doc.NodeSpan(n)
	}
	end := span
	for last := n; last != nil; {
		if s := at.Doc.NodeSpan(last); s.EndLine > end.EndLine || s.EndLine == end.EndLine && s.EndColumn > end.EndColumn {
			end = s
		}
		if len(last.Content) == 0 {
			break
		}
		last = last.Content[len(last.Content)-1]
	}
	r := protocol.Range{Start: positionOf(v.file, span.Line, span.Column), End: positionOf(v.file, end.EndLine, end.EndColumn)}
	return protocol.DocumentSymbol{Name: v.Secrets.About(name, v.file), Kind: kind, Range: r, SelectionRange: rangeOf(v.file, span), Children: parts}
}

// inlayHint marks each public rule.
func (s *Server) inlayHint(ctx context.Context, p *protocol.InlayHintParams) ([]protocol.InlayHint, error) {
	v, err := s.view(ctx, p.TextDocument.URI)
	if err != nil || v == nil || v.Result == nil {
		return nil, err
	}
	out := []protocol.InlayHint{}
	for i := range v.Result.Resources {
		if r := &v.Result.Resources[i]; r.Gateway != nil && r.Doc.File == v.file {
			out = append(out, v.hintsOf(r.Gateway, p.Range)...)
		}
	}
	return out, nil
}

func (v *view) hintsOf(g *ir.Gateway, in protocol.Range) []protocol.InlayHint {
	var lines []int
	methods := map[int][]string{}
	locator := g.Origin.Doc.Locator()
	for _, r := range g.Routes {
		if !r.Access.Open() || r.Origin.Doc == nil {
			continue
		}
		line := locator.Span(r.Origin.Path, false).Line
		if methods[line] == nil {
			lines = append(lines, line)
		}
		methods[line] = append(methods[line], methodsOf(r))
	}
	var out []protocol.InlayHint
	yes := true
	for _, line := range lines {
		at := positionOf(v.file, line, len(v.file.Line(line))+1)
		if at.Line < in.Start.Line || at.Line > in.End.Line {
			continue
		}
		out = append(out, protocol.InlayHint{Position: at, Label: protocol.String("open to anyone: " + strings.Join(methods[line], ", ")), PaddingLeft: &yes})
	}
	return out
}
