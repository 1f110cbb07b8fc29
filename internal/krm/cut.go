package krm

import (
	"bytes"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

// cut is the lines of an item, without their indentation.
type cut struct{ lead, text []byte }

// cutItems cuts a block sequence into its items; nil when it is not one. What
// it gives is what the lines look like: the caller checks what they mean.
func (r *reader) cutItems(seq *source.Node) []cut {
	if seq.Style&yaml.FlowStyle != 0 || r.root.Style&yaml.FlowStyle != 0 || len(seq.Content) == 0 {
		return nil
	}
	dash := seq.Column - 1
	first, end := r.region("items")
	starts := make([]int, 0, len(seq.Content)+1) // line of each dash, from 0
	for _, n := range seq.Content {
		line := n.Line - 1
		for line > first && !r.dashAt(line, dash) {
			line--
		}
		if !r.dashAt(line, dash) {
			return nil
		}
		starts = append(starts, line)
	}
	starts = append(starts, end)
	out := make([]cut, len(seq.Content))
	from := r.leadOf(starts[0], first, dash)
	for i, n := range seq.Content {
		to := end
		if i+1 < len(seq.Content) {
			to = r.leadOf(starts[i+1], starts[i]+1, dash)
		}
		out[i] = r.cut(from, starts[i], to, n, dash)
		from = to
	}
	return out
}

// region gives the lines of a top-level field's value, from 0: those after the
// line of its key, up to the next key.
func (r *reader) region(field string) (first, end int) {
	end = len(r.lines)
	for i := 0; i+1 < len(r.root.Content); i += 2 {
		k := r.root.Content[i]
		if k.Value == field {
			first = k.Line
			continue
		}
		if first > 0 && k.Line > first {
			return first, min(end, k.Line-1)
		}
	}
	return first, end
}

func (r *reader) dashAt(line, column int) bool {
	if line < 0 || line >= len(r.lines) {
		return false
	}
	rest, ok := strings.CutPrefix(r.lines[line], strings.Repeat(" ", column)+"-")
	return ok && (rest == "" || strings.ContainsAny(rest[:1], " \t\n"))
}

// leadOf gives the first line of the comments in front of a dash, no deeper
// than it.
func (r *reader) leadOf(dashLine, first, column int) int {
	lead := dashLine
	for line := dashLine - 1; line >= first; line-- {
		text := strings.TrimLeft(r.lines[line], " ")
		switch {
		case strings.TrimSpace(text) == "":
		case text[0] == '#' && len(r.lines[line])-len(text) <= column:
			lead = line
		default:
			return lead
		}
	}
	return lead
}

// cut takes the lines from one up to another, of which the comments in front of
// the dash are the lead.
func (r *reader) cut(from, dashLine, to int, n *source.Node, dash int) cut {
	indent := n.Column - 1
	if dashLine >= to || indent <= dash {
		return cut{}
	}
	var c cut
	for _, line := range r.lines[from:dashLine] {
		c.lead = append(c.lead, dedent(line, dash)...)
	}
	line := r.lines[dashLine]
	if n.Line-1 == dashLine && indent < len(line) {
		c.text = append(c.text, line[indent:]...)
	} else if rest := strings.TrimLeft(line[dash+1:], " "); rest != "\n" {
		c.text = append(c.text, rest...)
	}
	for _, line := range r.lines[dashLine+1 : to] {
		c.text = append(c.text, dedent(line, indent)...)
	}
	if !bytes.HasSuffix(c.text, []byte("\n")) {
		c.text = append(c.text, '\n')
	}
	return c
}

// cutValue cuts the block mapping that is the value of a top-level field.
func (r *reader) cutValue(field string, n *source.Node) *cut {
	first, end := r.region(field)
	if n.Style&yaml.FlowStyle != 0 || r.root.Style&yaml.FlowStyle != 0 || n.Line <= first {
		return nil
	}
	var c cut
	for _, line := range r.lines[first:end] {
		c.text = append(c.text, dedent(line, n.Column-1)...)
	}
	if !bytes.HasSuffix(c.text, []byte("\n")) {
		c.text = append(c.text, '\n')
	}
	return &c
}

// dedent takes at most so many spaces off a line.
func dedent(line string, n int) string {
	i := 0
	for i < n && i < len(line) && line[i] == ' ' {
		i++
	}
	return line[i:]
}

// alone parses a text that is to be one document.
func alone(text []byte) *source.Node {
	docs, problems := source.Split(&source.File{Data: text})
	if len(problems) > 0 || len(docs) != 1 {
		return nil
	}
	root, problem := docs[0].Outline()
	if problem != nil {
		return nil
	}
	return root
}

// equal tells whether two trees mean the same, as they are written: aliases
// are compared by name.
func equal(a, b *source.Node) bool {
	if a.Kind != b.Kind || a.Tag != b.Tag || a.Value != b.Value || a.Anchor != b.Anchor || len(a.Content) != len(b.Content) {
		return false
	}
	for i := range a.Content {
		if !equal(a.Content[i], b.Content[i]) {
			return false
		}
	}
	return true
}

// aliases tells whether there are aliases below a node.
func aliases(n *source.Node) bool {
	return n.Kind == yaml.AliasNode || slices.ContainsFunc(n.Content, aliases)
}

// expand puts what aliases stand for in their place. The list is refused for
// aliases that stand for themselves or for too much.
func (r *reader) expand(n *source.Node) (*source.Node, []source.Problem) {
	root, problems := r.doc.Expand(n)
	for _, p := range problems {
		if p.Kind.Fatal() {
			r.refused.Add(diag.FromProblem(p))
		}
	}
	return root, problems
}

// written writes a node out anew, what its aliases stand for in their place.
func (r *reader) written(n *source.Node) []byte {
	root, problems := r.expand(n)
	for _, p := range problems {
		if !p.Kind.Fatal() && p.Kind != source.Ambiguous {
			r.found.Add(diag.FromProblem(p))
		}
	}
	if root == nil {
		return []byte("{}\n")
	}
	return manifest.AppendYAMLValue(nil, source.Value(root))
}

// withoutInjected leaves out the lines of annotations that an orchestrator
// added, so that lines count as in the author's file.
func withoutInjected(root *source.Node, text []byte) []byte {
	annotations := source.Field(source.Field(root, "metadata"), "annotations")
	if annotations == nil || annotations.Kind != yaml.MappingNode || annotations.Style&yaml.FlowStyle != 0 || annotations.Anchor != "" {
		return text
	}
	drop, lines := map[int]bool{}, bytes.Split(text, []byte("\n"))
	for i := 0; i+1 < len(annotations.Content); i += 2 {
		k, v := annotations.Content[i], annotations.Content[i+1]
		if injected[k.Value] && oneLine(k, lines) && oneLine(v, lines) && v.Line == k.Line {
			drop[k.Line] = true
		}
	}
	if len(drop) == 0 {
		return text
	}
	if len(drop) == len(annotations.Content)/2 {
		drop[keyLine(source.Field(root, "metadata"), "annotations")] = true
	}
	out := make([]byte, 0, len(text))
	line := 1
	for l := range bytes.Lines(text) {
		if !drop[line] {
			out = append(out, l...)
		}
		line++
	}
	return out
}

// oneLine tells whether a scalar stands on one line for sure, and nothing
// refers to it.
func oneLine(n *source.Node, lines [][]byte) bool {
	return n.Kind == yaml.ScalarNode && n.Anchor == "" && strings.TrimSpace(n.Value) != "" && n.Line <= len(lines) &&
		bytes.Contains(lines[n.Line-1], []byte(n.Value))
}

func keyLine(n *source.Node, key string) int {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i].Line
		}
	}
	return 0
}
