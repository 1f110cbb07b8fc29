package config

import (
	"encoding/json"
	"slices"

	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
)

// Setting is a setting in force that somebody wrote: its path, its value as
// JSON on one line, and the file and line that it comes from; for a variable
// of the environment or a flag File is its name and Line 0.
type Setting struct {
	Path, Value, File string
	Line              int
}

// Settings returns the settings that are not defaults, in the order of the
// reference.
func (c *Config) Settings() []Setting {
	last := map[string]Setting{}
	for _, l := range c.layers {
		l.noteSettings("", l.root, fields, last)
	}
	var out []Setting
	for _, path := range paths("", fields) {
		if s, ok := last[path]; ok {
			out = append(out, s)
		}
	}
	return out
}

// noteSettings notes the settings that a layer makes, objects by their fields.
func (l *layer) noteSettings(path string, root *source.Node, fields []shape.Field, last map[string]Setting) {
	for _, f := range fields {
		n := source.Field(root, f.Name)
		if n == nil {
			continue
		}
		p := source.JoinKey(path, f.Name)
		if f.Type.Kind == shape.Object && len(f.Type.Fields) > 0 {
			l.noteSettings(p, n, f.Type.Fields, last)
			continue
		}
		s := Setting{Path: p, Value: oneLine(source.Value(n)), File: l.doc.File.Name}
		if l.name != "" {
			s.File = l.name
		} else {
			s.Line = l.doc.NodeSpan(n).Line
		}
		last[p] = s
	}
}

// oneLine is a value as JSON on one line.
func oneLine(v any) string {
	text, err := json.Marshal(source.Plain(v, number))
	if err != nil {
		return ""
	}
	return string(text)
}

// paths lists the paths of all settings, in order.
func paths(path string, fields []shape.Field) []string {
	var out []string
	for _, f := range fields {
		p := source.JoinKey(path, f.Name)
		if f.Type.Kind == shape.Object && len(f.Type.Fields) > 0 {
			out = append(out, paths(p, f.Type.Fields)...)
			continue
		}
		out = append(out, p)
	}
	return out
}

// Says reports whether a setting at the top level is written down, in the file, in
// one that it extends, for its environment, in a variable or in a flag; also with
// its default.
func (c *Config) Says(name string) bool {
	return slices.ContainsFunc(c.layers, func(l layer) bool { return source.Field(l.root, name) != nil })
}

// Place returns where a setting in force was written, or a part of it by its
// path, such as "labels.team": the span in a file, or the name of a variable of
// the environment or a flag. ok is false for a default.
func (c *Config) Place(path string) (span source.Span, by string, ok bool) {
	for _, l := range slices.Backward(c.layers) {
		n := source.Lookup(l.root, path)
		switch {
		case n == nil:
		case l.name != "":
			return source.Span{}, l.name, true
		default:
			return l.doc.NodeSpan(n), "", true
		}
	}
	return source.Span{}, "", false
}
