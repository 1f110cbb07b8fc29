package blockyaml

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// readFlow reads a flow collection.
func (r *reader) readFlow() *yaml.Node {
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
	for r.nextInFlow() != closing {
		item := r.readFlowNode()
		r.stack = append(r.stack, item)
		if n.Kind == yaml.MappingNode {
			r.readFlowColon(item)
			r.stack = append(r.stack, r.readFlowNode())
		}
		switch r.nextInFlow() {
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

// nextInFlow skips spaces, and the ends of lines where lines may end, and returns
// the next character.
func (r *reader) nextInFlow() byte {
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
			if r.atMarker("---") || r.atMarker("...") {
				decline()
			}
		}
	}
	decline()
	return 0
}

// readFlowColon reads the colon behind a key, on the line of the key. Behind a
// key in quotes a value may follow at once.
func (r *reader) readFlowColon(key *yaml.Node) {
	line := r.line
	if key.Kind != yaml.ScalarNode || r.nextInFlow() != ':' || r.line != line || r.pos+1 == len(r.text) {
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

// readFlowNode reads a scalar or a collection inside of a flow collection.
func (r *reader) readFlowNode() *yaml.Node {
	switch r.nextInFlow() {
	case '[', '{':
		return r.readFlow()
	case '"', '\'':
		return r.readQuoted()
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
	if text == "" || !beginsPlain(text) || r.pos-from > maxKey {
		decline()
	}
	return r.scalar(text, from)
}
