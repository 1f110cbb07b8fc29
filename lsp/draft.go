package lsp

import (
	"slices"
	"strings"

	"go.lsp.dev/protocol"

	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
)

// gap is a place where something is being written.
type gap struct {
	spot
	value  bool // a value is, and not the name of a field
	json   bool // the document is JSON
	typed  string
	span   protocol.Range // of what is typed
	before string         // of it, what is before the caret
	behind string         // what comes behind it in its line
}

// filler replaces the text being typed, so that the text around it is YAML.
const filler = "kgw-writes-here"

// gap returns what is being written at a position; nil if unknown.
func (v *view) gap(p protocol.Position) *gap {
	file := string(v.file.Data)
	at := offset(file, p)
	start, end := documentAround(file, at)
	text, caret := file[start:end], at-start
	t, ok := tokenAt(text, caret)
	if !ok {
		return nil
	}
	g := gap{
		json: strings.HasPrefix(strings.TrimSpace(text), "{"), typed: text[t.start:t.end], before: text[t.start:caret],
		span: rangeOfBytes(file, start+t.start, start+t.end), behind: text[t.end:lineBreak(text, t.end)],
	}
	named := strings.HasPrefix(strings.TrimLeft(g.behind, " "), ":")
	for _, d := range draftTexts(text, t) {
		if !t.value {
			key := filler
			if !named {
				key += ": x"
			}
			if at := v.spotOfFiller(d[0] + key + d[1]); at != nil && isObject(at.typ) {
				g.spot = *at
				return &g
			}
		}
		if named {
			continue
		}
		if at := v.spotOfFiller(d[0] + filler + d[1]); at != nil {
			g.spot, g.value = *at, true
			return &g
		}
	}
	return nil
}

func isObject(t *shape.Type) bool { return t != nil && (t.Kind == shape.Object || t.Kind == shape.Map) }

// documentAround returns where the YAML document begins and ends that an offset is
// in.
func documentAround(text string, at int) (start, end int) {
	end = len(text)
	for line := 0; line < len(text); {
		next := lineBreak(text, line)
		if mark := strings.TrimRight(text[line:next], " \t"); mark == "---" || mark == "..." || strings.HasPrefix(mark, "--- ") {
			if line > at {
				return start, line
			}
			start = min(line+3, at)
		}
		line = next + 1
	}
	return start, end
}

// draftTexts are texts of a document in which something else can be written in
// place of a token: what is before it, and behind it. A document has mistakes
// while it is written, so the later drafts leave out more: the rest of the
// line's brackets, all that comes behind, all before but what the token is in.
func draftTexts(text string, t token) [][2]string {
	line := lineBreak(text, t.end)
	out := [][2]string{{text[:t.start], text[t.end:]}}
	if t.closers != "" {
		out = append(out, [2]string{text[:t.start], t.closers + text[line:]})
	}
	out = append(out, [2]string{text[:t.start], t.closers})
	begin := lineStart(text, t.start)
	if t.closers != "" {
		begin = lineStart(text, t.opened)
	}
	return append(out, [2]string{linesAround(text[:begin], text[begin:]) + text[begin:t.start], t.closers})
}

// head matches the lines of a document that say what it is.
var head = lazyregexp.New(`^(apiVersion|kind|metadata): *\S`)

// linesAround leaves of the lines before a line those of the fields and of the
// elements that it is in, and those that say what the document is.
func linesAround(before, line string) string {
	var kept []string
	indent, element := indentOf(line), strings.HasPrefix(strings.TrimLeft(line, " "), "-")
	lines := strings.SplitAfter(before, "\n")
	for _, l := range slices.Backward(lines) {
		in := indentOf(l)
		switch text := strings.TrimSpace(l); {
		case text == "" || text[0] == '#':
			continue
		case in < indent, in == indent && element && text[0] != '-':
			indent, element = in, text[0] == '-'
		case !head().MatchString(l):
			continue
		}
		kept = append(kept, l)
	}
	slices.Reverse(kept)
	return strings.Join(kept, "")
}

// spotOfFiller returns the spot of the filler in the text of a document: of a
// field, its object; of a value, the value. It is nil where that is not YAML.
func (v *view) spotOfFiller(text string) *spot {
	f, problem := source.NewFile(v.file.Name, []byte(text))
	if problem != nil {
		return nil
	}
	with := view{v.analysis, v.Checked, v.scope, f}
	for _, d := range with.documents() {
		if d.root == nil {
			continue
		}
		d.node, d.typ = d.root, typeOf(&d)
		if at := d.findFiller(); at != nil {
			return at
		}
	}
	return nil
}

// typeOf describes a document, also one that does not say yet what it is; it returns
// nil for kinds that kgw does not describe.
func typeOf(d *spot) *shape.Type {
	if d.desc != nil {
		return d.desc.Type
	}
	open := func(text string) bool { return text == "" || text == filler }
	var versions, kinds []string
	for _, k := range schema.Descriptions() {
		if open(d.doc.Kind) || d.doc.Kind == k.Kind {
			versions = append(versions, k.APIVersion())
		}
		if open(d.doc.APIVersion) || d.doc.APIVersion == k.APIVersion() {
			kinds = append(kinds, k.Kind)
		}
	}
	if versions == nil || kinds == nil || !open(d.doc.Kind) && !open(d.doc.APIVersion) {
		return nil
	}
	return &shape.Type{Kind: shape.Object, Fields: []shape.Field{
		{Name: "apiVersion", Required: true, Type: &shape.Type{Kind: shape.String, Enum: versions}},
		{Name: "kind", Required: true, Type: &shape.Type{Kind: shape.String, Enum: kinds}},
	}}
}

// findFiller goes down to the object that has the filler as a field, or to the
// value that is the filler.
func (s *spot) findFiller() *spot {
	for i, n := range s.node.Content {
		next := *s
		switch {
		case !isMapping(s.node):
			next = s.element(i)
		case i%2 == 0:
			if n.Value == filler {
				return s
			}
			continue
		default:
			next = s.field(s.node.Content[i-1].Value)
			next.node = n
		}
		if len(n.Content) == 0 && n.Value == filler {
			return &next
		}
		if at := next.findFiller(); at != nil {
			return at
		}
	}
	return nil
}
