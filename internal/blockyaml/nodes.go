package blockyaml

import "go.yaml.in/yaml/v3"

// Nodes are the nodes of one tree at a time, used again for the next one. The
// zero value has none yet. Nodes must not be used by two goroutines at once.
type Nodes struct {
	nodesOf piles[yaml.Node]
	slotsOf piles[*yaml.Node]
}

// Read returns the root node of the document in text, and reports whether it
// could read it. Without a value in it the root is nil. The texts of the nodes
// are parts of the text, which must not change any more. The nodes are those of
// the tree until Drop. Nil makes new ones.
func (n *Nodes) Read(text []byte) (root *yaml.Node, ok bool) { return read(text, n) }

// Drop releases the nodes of the trees that were read. Nothing may hold one of them any
// more: a node that is held becomes empty, and later a node of another document.
func (n *Nodes) Drop() {
	n.nodesOf.drop()
	n.slotsOf.drop()
}

// nodes returns nodes that nobody uses.
func (n *Nodes) nodes() []yaml.Node {
	if n == nil {
		return make([]yaml.Node, chunk)
	}
	return n.nodesOf.next(chunk)
}

// slots returns at least size slots for children that nobody uses.
func (n *Nodes) slots(size int) []*yaml.Node {
	if n == nil {
		return make([]*yaml.Node, max(size, 2*chunk))
	}
	return n.slotsOf.next(size)
}

// pile is how many values a pile has at least, and most how many piles are kept
// of a large document.
const (
	pile = 2 * chunk
	most = 64
)

// piles are values that are handed out pile by pile.
type piles[T any] struct {
	all  [][]T
	used int // how many of all were handed out
}

// next returns at least size values, all zero.
func (p *piles[T]) next(size int) []T {
	if p.used == len(p.all) || len(p.all[p.used]) < size {
		p.all = append(p.all[:p.used], make([]T, max(size, pile)))
	}
	p.used++
	return p.all[p.used-1]
}

// drop empties what was handed out.
func (p *piles[T]) drop() {
	for _, one := range p.all[:p.used] {
		clear(one)
	}
	p.all, p.used = p.all[:min(len(p.all), most)], 0
}
