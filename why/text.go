package why

import (
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/report"
)

// Text is what the leaves of an object are made of, for people: the object, and a
// block for each leaf.
func (o *Object) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", report.Visible(o.ID()))
	for i := range o.Leaves {
		l := &o.Leaves[i]
		fmt.Fprintf(&b, "  %s: %s\n", report.Visible(l.Path), report.Visible(l.value()))
		for j := range l.From {
			fmt.Fprintf(&b, "    from %s\n", report.Visible(l.From[j].String()))
		}
		fmt.Fprintf(&b, "    rule %s\n", l.rule())
		if l.Docs != "" {
			fmt.Fprintf(&b, "    see  %s\n", l.Docs)
		}
	}
	return b.String()
}

// ID names an object on a command line: Kind/namespace/name.
func (o *Object) ID() string { return o.Kind + "/" + o.Meta.Namespace + "/" + o.Meta.Name }

// value is the value as YAML on one line.
func (l *Leaf) value() string { return textOf(l.Value) }

func textOf(value any) string {
	return strings.TrimSuffix(string(manifest.AppendYAMLValue(nil, value)), "\n")
}

func (l *Leaf) rule() string {
	if l.Rule == "" {
		return "kgw has no rule of translation for this field."
	}
	return l.Rule
}

// String says on one line where a source is.
func (s *Source) String() string {
	switch {
	case s.Kind == Default && s.Field != "" && s.Text != "" && !strings.HasSuffix(s.Text, s.Field):
		return fmt.Sprintf("%s: %s is not written", s.Text, s.Field)
	case s.Kind == Default:
		return s.Text
	case s.Span.File == "":
		return s.Text + " (" + s.Field + ")"
	}
	return fmt.Sprintf("%s:%d:%d %s", s.Span.File, s.Span.Line, s.Span.Column, s.Field)
}

// leafJSON is a leaf as JSON has it.
type leafJSON struct {
	Object string       `json:"object"`
	Path   string       `json:"path"`
	Value  string       `json:"value"`
	Rule   string       `json:"rule"`
	Docs   string       `json:"docs,omitempty"`
	From   []sourceJSON `json:"from"`
}

// sourceJSON is a Source as JSON has it.
type sourceJSON struct {
	Kind   Kind   `json:"kind"`
	Field  string `json:"field,omitempty"`
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	Text   string `json:"text,omitempty"`
}

// JSON is what the leaves of objects are made of, as a value to be written as
// JSON. mask hides what is secret in a text.
func JSON(objects []Object, mask func(string) string) any {
	out := []leafJSON{}
	for i := range objects {
		for j := range objects[i].Leaves {
			l := &objects[i].Leaves[j]
			one := leafJSON{Object: objects[i].ID(), Path: mask(l.Path), Value: mask(l.value()), Rule: l.rule(), Docs: l.Docs, From: []sourceJSON{}}
			for _, s := range l.From {
				one.From = append(one.From, sourceJSON{Kind: s.Kind, Field: mask(s.Field), File: s.Span.File, Line: s.Span.Line, Column: s.Span.Column, Text: s.Text})
			}
			out = append(out, one)
		}
	}
	return out
}
