package why

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kgw-dev/kgw/internal/source"
)

// At returns the objects with the leaves that come from a line of a file: from
// its fields, from fields below one of them, and from lists and objects that
// contain the line.
func At(objects []Object, file string, line int) []Object {
	l := &lineOf{file: file, line: line, docs: map[*source.Document][]string{}}
	each := func(use func(s *Source) bool) []Object {
		var out []Object
		for i := range objects {
			o := Object{Object: objects[i].Object}
			for j := range objects[i].Leaves {
				leaf := &objects[i].Leaves[j]
				if slices.ContainsFunc(leaf.From, func(s Source) bool { return use(&s) }) {
					o.Leaves = append(o.Leaves, *leaf)
				}
			}
			if len(o.Leaves) > 0 {
				out = append(out, o)
			}
		}
		return out
	}
	if exact := each(l.isOnLine); len(exact) > 0 {
		return exact
	}
	return each(l.isBelowLine)
}

// lineOf are the fields on one line of a file.
type lineOf struct {
	file string
	line int
	docs map[*source.Document][]string
}

// isOnLine reports whether a source is a field of the line, or a list or an
// object that one of them is in.
func (l *lineOf) isOnLine(s *Source) bool {
	if s.Kind != Input {
		return s.Kind == Setting && s.Span.File == l.file && s.Span.Line == l.line
	}
	return slices.ContainsFunc(l.fieldsOf(s), func(path string) bool {
		return path == s.Ref.Path || !s.Ref.Key && s.Ref.Path != "" && Below(path, s.Ref.Path)
	})
}

// isBelowLine reports whether a source is below a field of the line.
func (l *lineOf) isBelowLine(s *Source) bool {
	return s.Kind == Input && slices.ContainsFunc(l.fieldsOf(s), func(path string) bool { return Below(s.Ref.Path, path) })
}

// fieldsOf are the fields on the line in the document of a source.
func (l *lineOf) fieldsOf(s *Source) []string {
	doc := s.Ref.Doc
	if doc == nil || doc.File.Name != l.file {
		return nil
	}
	paths, done := l.docs[doc]
	if !done {
		root, _ := doc.Parse()
		paths = fieldsOn(doc, root, l.line)
		l.docs[doc] = paths
	}
	return paths
}

// fieldsOn lists the fields whose names or values are on a line of the file,
// without those that hold another one of them.
func fieldsOn(doc *source.Document, root *source.Node, line int) []string {
	var out []string
	add := func(path string, first, last *source.Node) {
		from := doc.NodeSpan(first).Line
		to := max(from, doc.NodeSpan(last).Line)
		if first.Kind != yaml.ScalarNode && first == last {
			return // an element of a list that begins with its first field
		}
		if last.Kind == yaml.ScalarNode && last.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
			to += strings.Count(last.Value, "\n")
		} else if last.Kind != yaml.ScalarNode {
			to = from
		}
		if from <= line && line <= to {
			out = append(out, path)
		}
	}
	fields("", root, add)
	var innermost []string
	for i, path := range out {
		if i+1 == len(out) || !Below(out[i+1], path) { // what a field holds follows it
			innermost = append(innermost, path)
		}
	}
	return innermost
}

// fields calls a function for each field with its name and its value, and for
// each element of a list with itself twice.
func fields(path string, n *source.Node, add func(path string, first, last *source.Node)) {
	switch {
	case n == nil:
	case n.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			p := source.JoinKey(path, n.Content[i].Value)
			add(p, n.Content[i], n.Content[i+1])
			fields(p, n.Content[i+1], add)
		}
	case n.Kind == yaml.SequenceNode:
		for i, e := range n.Content {
			p := source.JoinIndex(path, i)
			add(p, e, e)
			fields(p, e, add)
		}
	}
}
