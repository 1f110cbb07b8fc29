package why

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/source"
)

// Annotate returns a YAML document, as kgw writes it, with a comment at the end of the
// line of each leaf for which comment has a text. Nothing else changes. A document that
// cannot be read is returned as it is.
func Annotate(text []byte, comment func(path string) string) []byte {
	docs, _ := source.Split(&source.File{Data: text})
	if len(docs) != 1 {
		return text
	}
	root, problem := docs[0].Outline()
	if problem != nil || root == nil {
		return text
	}
	at := map[int]string{}
	leaves("", root, func(path string, n *source.Node) {
		if c := comment(path); c != "" {
			at[docs[0].NodeSpan(n).Line] = Comment(c)
		}
	})
	var out []byte
	line := 0
	for text := range bytes.Lines(text) {
		line++
		c, ok := at[line]
		if !ok {
			out = append(out, text...)
			continue
		}
		body := bytes.TrimSuffix(text, []byte("\n"))
		out = append(append(append(append(out, body...), "  # "...), c...), text[len(body):]...)
	}
	return out
}

// leaves calls a function for each scalar and each empty list or mapping of a
// tree.
func leaves(path string, n *source.Node, leaf func(string, *source.Node)) {
	switch {
	case n.Kind == yaml.MappingNode && len(n.Content) > 0:
		for i := 0; i+1 < len(n.Content); i += 2 {
			leaves(source.JoinKey(path, n.Content[i].Value), n.Content[i+1], leaf)
		}
	case n.Kind == yaml.SequenceNode && len(n.Content) > 0:
		for i, e := range n.Content {
			leaves(source.JoinIndex(path, i), e, leaf)
		}
	default:
		leaf(path, n)
	}
}

// Comment returns a text that cannot end a comment of YAML, nor be in one
// where YAML has no place for a character.
func Comment(text string) string {
	var b strings.Builder
	for _, r := range report.Visible(text) {
		if r == ' ' || unicode.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		quoted := strconv.QuoteRuneToASCII(r)
		b.WriteString(quoted[1 : len(quoted)-1])
	}
	return b.String()
}

// Origin describes on one line what a leaf is made of: places, settings and defaults.
// "fixed" means that the rule alone makes it.
func (l *Leaf) Origin() string {
	var parts []string
	for i := range l.From {
		switch s := &l.From[i]; {
		case s.Kind == Default && s.Field == "":
			parts = append(parts, "default")
		case s.Kind == Default:
			parts = append(parts, "default ("+s.Field+")")
		case s.Span.File == "":
			parts = append(parts, s.Text)
		default:
			parts = append(parts, s.Span.File+":"+strconv.Itoa(s.Span.Line)+" "+s.Field)
		}
	}
	if parts == nil {
		return "fixed"
	}
	return strings.Join(parts, ", ")
}
