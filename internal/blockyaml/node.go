package blockyaml

import "go.yaml.in/yaml/v3"

// chunk is how many nodes are allocated at once: of most documents little is
// left over.
const chunk = 32

// node returns a new node at an offset of the current line.
func (r *reader) node(kind yaml.Kind, tag, value string, at int) *yaml.Node {
	return r.nodeAt(kind, tag, value, r.line, r.column(at))
}

func (r *reader) nodeAt(kind yaml.Kind, tag, value string, line, column int) *yaml.Node {
	if len(r.nodes) == 0 {
		r.nodes = r.again.nodes()
	}
	n := &r.nodes[0]
	r.nodes = r.nodes[1:]
	n.Kind, n.Tag, n.Value, n.Line, n.Column = kind, tag, value, line, column
	return n
}

// children removes the nodes above base from the stack and returns them.
func (r *reader) children(base int) []*yaml.Node {
	size := len(r.stack) - base
	if size == 0 {
		return nil
	}
	if len(r.slots) < size {
		r.slots = r.again.slots(size)
	}
	out := r.slots[:size:size]
	r.slots = r.slots[size:]
	copy(out, r.stack[base:])
	r.stack = r.stack[:base]
	return out
}
