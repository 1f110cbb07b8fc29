package edit

import (
	"bytes"
	"encoding/json"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

// style is how a document is written, as far as new text can follow it.
type style struct {
	step      int  // spaces of one level
	dash      int  // spaces from a key to the dashes below it
	flowLists bool // lists of scalars are in brackets
	quotes    bool // keys in braces are quoted, as in JSON
	lines     bool // what is in braces is on lines of its own
	lineBreak string
}

// styleOf reads the style of a document from the first place that shows it.
func (r *rewriter) styleOf(root *yaml.Node) style {
	s := style{step: -1, dash: -1, lineBreak: lineBreak(r.text, nextLine(r.text, 0))}
	if s.lineBreak == "" {
		s.lineBreak = "\n"
	}
	s.quotes = root.Style&yaml.FlowStyle != 0 && len(root.Content) > 0 && root.Content[0].Style&yaml.DoubleQuotedStyle != 0
	s.lines = root.Style&yaml.FlowStyle != 0 && len(root.Content) > 2 && root.Content[0].Line != root.Content[2].Line
	s.look(root)
	if s.step < 1 {
		s.step = 2
	}
	if s.dash < 0 {
		s.dash = s.step
	}
	return s
}

func (s *style) look(n *yaml.Node) {
	for i := 0; i+1 < len(n.Content) && n.Kind == yaml.MappingNode; i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if len(v.Content) == 0 || v.Line == k.Line && v.Style&yaml.FlowStyle == 0 {
			continue
		}
		child := v.Content[0]
		switch {
		case v.Kind == yaml.SequenceNode && v.Style&yaml.FlowStyle != 0:
			s.flowLists = s.flowLists || child.Kind == yaml.ScalarNode && v.Line == child.Line
		case v.Kind == yaml.SequenceNode && s.dash < 0 && v.Anchor == "" && v.Column >= k.Column:
			s.dash = v.Column - k.Column
		case v.Kind == yaml.MappingNode && s.step < 1 && child.Line > k.Line && child.Column > k.Column:
			s.step = child.Column - k.Column
		}
	}
	for _, c := range n.Content {
		s.look(c)
	}
}

func spaces(n int) string { return strings.Repeat(" ", max(n, 0)) }

// quoted writes a text as JSON does.
func quoted(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string always encodes
	return strings.TrimRight(b.String(), "\n")
}

// spellScalar writes a scalar that is alone on its line or behind its key.
func (r *rewriter) spellScalar(v any) string {
	return strings.TrimRight(string(manifest.AppendYAMLValue(nil, v)), "\n")
}

// spellLike writes a text as the old one was written.
func (r *rewriter) spellLike(old []byte, text string, flow bool) string {
	switch {
	case len(old) > 0 && old[0] == '"':
		return quoted(text)
	case len(old) > 0 && old[0] == '\'' && !strings.ContainsAny(text, "\r\n\t"):
		return "'" + strings.ReplaceAll(text, "'", "''") + "'"
	case flow:
		return r.spellFlow(text, 0, true)
	}
	return r.spellScalar(text)
}

// spellBlock writes a value behind the colon of a key that is in a column.
func (r *rewriter) spellBlock(v any, column int) string {
	if isScalar(v) || r.isBracketed(v) {
		return " " + r.spellInline(v)
	}
	var b strings.Builder
	switch x := strip(v).(type) {
	case source.Object:
		for _, m := range x {
			b.WriteString(r.style.lineBreak + spaces(column+r.style.step) + r.spellScalar(m.Key) + ":" + r.spellBlock(m.Value, column+r.style.step))
		}
	case []any:
		dash := column + r.style.dash
		for _, e := range x {
			b.WriteString(r.style.lineBreak + spaces(dash) + "- " + r.spellElement(e, dash))
		}
	}
	return b.String()
}

// spellInline writes a scalar or a list of them on one line.
func (r *rewriter) spellInline(v any) string {
	if isScalar(v) {
		return r.spellScalar(strip(v))
	}
	return r.spellFlow(v, 0, false)
}

// isBracketed reports whether a value is a list of scalars, and the document
// writes those in brackets.
func (r *rewriter) isBracketed(v any) bool {
	list, ok := v.([]any)
	if !ok || !r.style.flowLists {
		return false
	}
	for _, e := range list {
		if !isScalar(e) {
			return false
		}
	}
	return true
}

// spellElement writes an element of a list behind its dash.
func (r *rewriter) spellElement(v any, dash int) string {
	object, ok := v.(source.Object)
	if !ok || len(object) == 0 {
		if list, isList := v.([]any); isList && len(list) > 0 {
			return r.spellFlow(v, 0, false)
		}
		return r.spellScalar(v)
	}
	var b strings.Builder
	for i, m := range object {
		if i > 0 {
			b.WriteString(r.style.lineBreak + spaces(dash+2))
		}
		b.WriteString(r.spellScalar(m.Key) + ":" + r.spellBlock(m.Value, dash+2))
	}
	return b.String()
}

// spellFlow writes a value in brackets, on lines of its own where the document is
// written so.
func (r *rewriter) spellFlow(v any, column int, within bool) string {
	separator, open, end := ", ", "", ""
	if r.style.lines && within {
		open = r.style.lineBreak + spaces(column+r.style.step)
		separator, end = ","+open, r.style.lineBreak+spaces(column)
	}
	var parts []string
	switch x := strip(v).(type) {
	case source.Object:
		if len(x) == 0 {
			return "{}"
		}
		for _, m := range x {
			parts = append(parts, r.spellWord(m.Key)+": "+r.spellFlow(m.Value, column+r.style.step, within))
		}
		return "{" + open + strings.Join(parts, separator) + end + "}"
	case []any:
		if len(x) == 0 {
			return "[]"
		}
		for _, e := range x {
			parts = append(parts, r.spellFlow(e, column+r.style.step, within))
		}
		return "[" + open + strings.Join(parts, separator) + end + "]"
	default:
		return r.spellWord(x)
	}
}

// spellWord writes a scalar in brackets.
func (r *rewriter) spellWord(v any) string {
	s, isText := v.(string)
	if isText && (r.style.quotes || strings.ContainsAny(s, ",[]{}") || strings.Contains(s, ": ")) {
		return quoted(s)
	}
	return r.spellScalar(v)
}
