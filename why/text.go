package why

import (
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/internal/source"
)

// Shown is a leaf as it is shown, without secrets. The JSON form is public:
// additions only.
type Shown struct {
	Object string        `json:"object"`
	Path   string        `json:"path"`
	Value  string        `json:"value"`
	Rule   string        `json:"rule"`
	Docs   string        `json:"docs,omitempty"`
	From   []ShownSource `json:"from"`
}

// ShownSource is a Source as it is shown.
type ShownSource struct {
	Kind   Kind   `json:"kind"`
	Field  string `json:"field,omitempty"`
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	Text   string `json:"text,omitempty"`
}

// Show returns the leaves of objects as they are shown: mask hides what is secret
// in a text.
func Show(objects []Object, mask func(string) string) []Shown {
	out := []Shown{}
	for i := range objects {
		for j := range objects[i].Leaves {
			l := &objects[i].Leaves[j]
			one := Shown{Object: mask(objects[i].ID()), Path: mask(l.Path), Value: mask(l.Text()), Rule: l.rule(), Docs: l.Docs, From: []ShownSource{}}
			for _, s := range l.From {
				one.From = append(one.From, ShownSource{s.Kind, mask(s.Field), s.Span.File, s.Span.Line, s.Span.Column, mask(s.Text)})
			}
			out = append(out, one)
		}
	}
	return out
}

// Text returns leaves for people: each object, and a block for each of its
// leaves.
func Text(leaves []Shown) string {
	var b strings.Builder
	for i := range leaves {
		l := &leaves[i]
		if i == 0 || l.Object != leaves[i-1].Object {
			fmt.Fprintf(&b, "%s\n", report.Visible(l.Object))
		}
		fmt.Fprintf(&b, "  %s: %s\n", report.Visible(l.Path), report.Visible(l.Value))
		for j := range l.From {
			fmt.Fprintf(&b, "    from %s\n", report.Visible(l.From[j].String()))
		}
		fmt.Fprintf(&b, "    rule %s\n", l.Rule)
		if l.Docs != "" {
			fmt.Fprintf(&b, "    see  %s\n", l.Docs)
		}
	}
	return report.Lines(b.String())
}

// ID names an object on a command line: Kind/namespace/name.
func (o *Object) ID() string { return o.Kind + "/" + o.Meta.Namespace + "/" + o.Meta.Name }

// Text returns the value as YAML on one line, "***" where the name of its field
// says that it is a secret.
func (l *Leaf) Text() string {
	name, holder := "", ""
	steps, _ := source.SplitPath(l.Path)
	for _, s := range steps {
		if s.Key() != "" {
			name, holder = s.Key(), name
		}
	}
	if secret.Under("", secret.Field("", "", holder, name), l.Value) == secret.Hidden {
		return secret.Hidden
	}
	return textOf(l.Value)
}

func textOf(value any) string {
	return strings.TrimSuffix(string(manifest.AppendYAMLValue(nil, value)), "\n")
}

func (l *Leaf) rule() string {
	if l.Rule == "" {
		return "kgw has no rule of translation for this field."
	}
	return l.Rule
}

// String describes on one line where a source is.
func (s *ShownSource) String() string {
	switch {
	case s.Kind == Default && s.Field != "" && s.Text != "" && !strings.HasSuffix(s.Text, s.Field):
		return fmt.Sprintf("%s: %s is not written", s.Text, s.Field)
	case s.Kind == Default:
		return s.Text
	case s.File == "":
		return s.Text + " (" + s.Field + ")"
	}
	return fmt.Sprintf("%s:%d:%d %s", s.File, s.Line, s.Column, s.Field)
}
