package blockyaml

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// flow reads a flow collection.
func (r *reader) flow() *yaml.Node {
	if r.depth++; r.depth > maxDepth {
		decline()
	}
	defer func() { r.depth-- }()
	n := r.node(yaml.SequenceNode, "!!seq", "", r.pos)
	closing := byte(']')
	if r.text[r.pos] == '{' {
		n.Kind, n.Tag, closing = yaml.MappingNode, "!!map", '}'
	}
	n.Style = yaml.FlowStyle
	base := len(r.stack)
	r.pos++
	for r.flowNext() != closing {
		item := r.flowNode()
		r.stack = append(r.stack, item)
		if n.Kind == yaml.MappingNode {
			r.flowColon(item)
			r.stack = append(r.stack, r.flowNode())
		}
		switch r.flowNext() {
		case ',':
			r.pos++
		case closing:
		default:
			decline()
		}
	}
	r.pos++
	n.Content = r.children(base)
	return n
}

// flowNext skips spaces, and the ends of lines where lines may end, and returns
// the next character.
func (r *reader) flowNext() byte {
	for r.pos < len(r.text) {
		switch c := r.text[r.pos]; {
		case c == ' ':
			r.pos++
		case c != '\n' && c != '\r':
			return c
		case !r.lines:
			decline()
		default:
			_, next := r.lineEnd()
			r.openLine(next, r.line+1)
			if r.marker("---") || r.marker("...") {
				decline()
			}
		}
	}
	decline()
	return 0
}

// flowColon reads the colon behind a key, on the line of the key. Behind a key
// in quotes a value may follow at once.
func (r *reader) flowColon(key *yaml.Node) {
	line := r.line
	if key.Kind != yaml.ScalarNode || r.flowNext() != ':' || r.line != line || r.pos+1 == len(r.text) {
		decline()
	}
	if r.column(r.pos)-key.Column > maxKey {
		decline()
	}
	if r.text[r.pos+1] != ' ' && (!r.lines || key.Style&yaml.DoubleQuotedStyle == 0) {
		decline()
	}
	r.pos++
}

// flowNode reads a scalar or a collection inside of a flow collection.
func (r *reader) flowNode() *yaml.Node {
	switch r.flowNext() {
	case '[', '{':
		return r.flow()
	case '"', '\'':
		return r.quoted()
	}
	from := r.pos
	for r.pos < len(r.text) && strings.IndexByte(",[]{}?\r\n", r.text[r.pos]) < 0 {
		if c := r.text[r.pos]; c == '#' {
			decline()
		} else if c == ':' {
			if r.pos+1 == len(r.text) || strings.IndexByte(" ,[]{}\r\n", r.text[r.pos+1]) >= 0 {
				break
			}
		}
		r.pos++
	}
	text := strings.TrimRight(r.text[from:r.pos], " ")
	if text == "" || !plain(text) || r.pos-from > maxKey {
		decline()
	}
	return r.scalar(text, from)
}
