package match

import (
	"encoding/binary"
	"slices"
)

// dfa is a complete deterministic automaton, used for lookaheads. dead states
// reach no end, full ones accept whatever follows.
type dfa struct {
	edges      [][]edge
	accept     []bool
	dead, full []bool
}

const (
	maxLook   = 2_000 // states of one lookahead
	maxBlocks = 2_000 // blocks of one alphabet
)

// alphabet is a partition of all runes on which a set of classes agrees.
type alphabet struct {
	blocks []*class
	of     map[*class][]int32
}

// newAlphabet partitions the runes by the classes of the automata.
func newAlphabet(automata ...*nfa) (*alphabet, error) {
	seen, unique := map[*class]bool{}, map[string]*class{}
	var distinct []*class
	for _, a := range automata {
		for _, edges := range a.edges {
			for _, e := range edges {
				if seen[e.on] {
					continue
				}
				seen[e.on] = true
				key := string(e.on.ranges)
				if unique[key] == nil {
					unique[key] = e.on
					distinct = append(distinct, e.on)
				}
			}
		}
	}
	x := &alphabet{blocks: []*class{anyRune}, of: map[*class][]int32{}}
	for _, c := range distinct {
		if x.split(c); len(x.blocks) > maxBlocks {
			return nil, errTooBig
		}
	}
	for c := range seen {
		for i, b := range x.blocks {
			if c.has(b.ranges[0]) {
				x.of[c] = append(x.of[c], int32(i))
			}
		}
	}
	return x, nil
}

func (x *alphabet) split(c *class) {
	out := x.blocks[:0:0]
	for _, b := range x.blocks {
		in := b.intersect(c)
		if in.empty() {
			out = append(out, b)
			continue
		}
		out = append(out, in)
		if rest := b.minus(c); !rest.empty() {
			out = append(out, rest)
		}
	}
	x.blocks = out
}

// subsets numbers sets of states.
type subsets struct {
	number map[string]int32
	sets   [][]int32
}

func (s *subsets) put(set []int32) int32 {
	slices.Sort(set)
	set = slices.Compact(set)
	key := make([]byte, 0, 4*len(set))
	for _, n := range set {
		key = binary.LittleEndian.AppendUint32(key, uint32(n))
	}
	n, ok := s.number[string(key)]
	if !ok {
		if s.number == nil {
			s.number = map[string]int32{}
		}
		n = int32(len(s.sets))
		s.number[string(key)] = n
		s.sets = append(s.sets, set)
	}
	return n
}

// determinize builds the automaton of all sets of states, at most limit.
func (a *nfa) determinize(limit int) (*dfa, error) {
	x, err := newAlphabet(a)
	if err != nil {
		return nil, err
	}
	d, s := &dfa{}, &subsets{}
	s.put([]int32{0})
	for i := 0; i < len(s.sets); i++ {
		targets := make([][]int32, len(x.blocks))
		ends := false
		for _, q := range s.sets[i] {
			ends = ends || a.accept[q]
			for _, e := range a.edges[q] {
				for _, b := range x.of[e.on] {
					targets[b] = append(targets[b], e.to)
				}
			}
		}
		var edges []edge
		for b, t := range targets {
			edges = addEdge(edges, edge{x.blocks[b], s.put(t)})
		}
		d.edges, d.accept = append(d.edges, edges), append(d.accept, ends)
		if len(s.sets) > limit {
			return nil, errTooBig
		}
	}
	d.classify()
	return d, nil
}

// classify computes dead and full.
func (d *dfa) classify() {
	as := func(accept []bool) []bool {
		live := (&nfa{edges: d.edges, accept: accept}).live()
		for i := range live {
			live[i] = !live[i]
		}
		return live
	}
	rejecting := make([]bool, len(d.accept))
	for i, ok := range d.accept {
		rejecting[i] = !ok
	}
	d.dead, d.full = as(d.accept), as(rejecting)
}

func (d *dfa) complement() {
	for i := range d.accept {
		d.accept[i] = !d.accept[i]
	}
	d.dead, d.full = d.full, d.dead
}
