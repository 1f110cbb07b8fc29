package blockyaml

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// flow reads a flow collection that ends on its line.
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

// flowNext skips spaces and returns the next character of the line.
func (r *reader) flowNext() byte {
	for r.pos < len(r.text) && r.text[r.pos] == ' ' {
		r.pos++
	}
	if r.pos == len(r.text) || r.text[r.pos] == '\n' || r.text[r.pos] == '\r' {
		decline()
	}
	return r.text[r.pos]
}

// flowColon reads the colon behind a key.
func (r *reader) flowColon(key *yaml.Node) {
	if key.Kind != yaml.ScalarNode || r.flowNext() != ':' || r.pos+1 == len(r.text) || r.text[r.pos+1] != ' ' {
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
