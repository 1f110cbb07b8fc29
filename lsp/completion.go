package lsp

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"go.lsp.dev/protocol"

	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
)

// completion offers the fields and the values that may be at a position. What a
// client chooses replaces the token there: editors do not agree on what a word is.
func (s *Server) completion(ctx context.Context, p *protocol.CompletionParams) (*protocol.CompletionList, error) {
	v, err := s.view(ctx, p.TextDocument.URI)
	if err != nil || v == nil {
		return nil, err
	}
	at := v.gap(p.Position)
	if at == nil {
		return nil, nil //nolint:nilnil // nothing is known of the place
	}
	out := &protocol.CompletionList{Items: []protocol.CompletionItem{}}
	if at.value {
		for _, text := range v.valuesAt(at) {
			if v.Secrets.About(text, v.file) == text {
				out.Items = append(out.Items, at.newItem(text, at.spellValue(text), protocol.CompletionItemKindValue))
			}
		}
		return out, nil
	}
	for _, f := range v.missingFields(at) {
		item := at.newItem(f.Name, at.spellKey(f.Name), protocol.CompletionItemKindField)
		item.Documentation = protocol.String(f.Type.Doc)
		if f.Required {
			item.Detail = protocol.NewOptional("required")
		}
		out.Items = append(out.Items, item)
	}
	return out, nil
}

// newItem offers a text, written in place of the token. A client compares what is
// typed with the label, or with the text where that begins with a quotation mark.
func (g *gap) newItem(label, text string, kind protocol.CompletionItemKind) protocol.CompletionItem {
	item := protocol.CompletionItem{Label: label, Kind: kind, TextEdit: &protocol.TextEdit{Range: g.span, NewText: text}}
	if g.quote() != "" || strings.HasPrefix(text, "'") || strings.HasPrefix(text, `"`) {
		item.FilterText = protocol.NewOptional(g.quote() + label)
	}
	return item
}

// quote is the quotation mark that the token begins with, or "".
func (g *gap) quote() string {
	if g.before != "" && (g.before[0] == '"' || g.before[0] == '\'') {
		return g.before[:1]
	}
	return ""
}

// spellKey is the name of a field as it is written at the gap, with its colon.
func (g *gap) spellKey(name string) string {
	if g.json || g.quote() == `"` {
		name = strconv.Quote(name)
	} else {
		name = strings.TrimSuffix(string(manifest.AppendYAMLValue(nil, name)), "\n")
	}
	if strings.HasPrefix(strings.TrimLeft(g.behind, " "), ":") {
		return name
	}
	return name + ": "
}

// spellValue is a value as it is written at the gap.
func (g *gap) spellValue(text string) string {
	bare := g.typ != nil && slices.Contains([]shape.Kind{shape.Boolean, shape.Integer, shape.Number, shape.StringOrInteger}, g.typ.Kind)
	if bare && g.quote() == "" {
		return text
	}
	if g.json || g.quote() == `"` || strings.ContainsAny(text, ",[]{}") {
		return strconv.Quote(text)
	}
	if g.quote() == "'" {
		return "'" + strings.ReplaceAll(text, "'", "''") + "'"
	}
	return strings.TrimSuffix(string(manifest.AppendYAMLValue(nil, text)), "\n")
}

// missingFields are the fields that may be in an object, and that it does not
// have; none that are refused.
func (v *view) missingFields(at *gap) []shape.Field {
	may := at.typ.Fields
	if at.typ.Kind == shape.Map {
		for _, name := range v.mapKeys(&at.spot) {
			may = append(may, shape.Field{Name: name, Type: at.typ.Elem})
		}
	}
	have := source.Keys(at.node)
	return slices.DeleteFunc(slices.Clone(may), func(f shape.Field) bool { return f.Type.Refused || slices.Contains(have, f.Name) })
}
