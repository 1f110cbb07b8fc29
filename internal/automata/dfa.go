package automata

import (
	"encoding/binary"
	"slices"
)

// dfa is a complete deterministic automaton, used for lookaheads. dead states
// reach no end, full ones accept whatever follows.
type dfa struct {
	Edges      [][]Edge
	Accept     []bool
	dead, full []bool
}

const (
	// MaxLook bounds the states of one lookahead.
	MaxLook   = 2_000
	maxBlocks = 2_000 // blocks of one alphabet
)

// Subsets numbers sets of states.
type Subsets struct {
	number map[string]int32
	Sets   [][]int32
	key    []byte
}

// Put numbers a set of states, which it sorts and does not keep. One that was
// not seen before is the last of Sets.
func (s *Subsets) Put(set []int32) int32 {
	slices.Sort(set)
	set = slices.Compact(set)
	s.key = s.key[:0]
	for _, n := range set {
		s.key = binary.LittleEndian.AppendUint32(s.key, uint32(n))
	}
	n, ok := s.number[string(s.key)]
	if !ok {
		if s.number == nil {
			s.number = map[string]int32{}
		}
		n = int32(len(s.Sets))
		s.number[string(s.key)] = n
		s.Sets = append(s.Sets, slices.Clone(set))
	}
	return n
}

// Determinize builds the automaton of all sets of states, at most limit.
func (a *NFA) Determinize(limit int) (*dfa, error) {
	x, err := newAlphabet(a)
	if err != nil {
		return nil, err
	}
	d, s := &dfa{}, &Subsets{}
	s.Put([]int32{0})
	for i := 0; i < len(s.Sets); i++ {
		targets := make([][]int32, len(x.blocks))
		ends := false
		for _, q := range s.Sets[i] {
			ends = ends || a.Accept[q]
			for _, e := range a.Edges[q] {
				for _, b := range x.of(e.On) {
					targets[b] = append(targets[b], e.To)
				}
			}
		}
		var edges []Edge
		for b, t := range targets {
			edges = addEdge(edges, Edge{x.blocks[b], s.Put(t)})
		}
		d.Edges, d.Accept = append(d.Edges, edges), append(d.Accept, ends)
		if len(s.Sets) > limit {
			return nil, ErrTooBig
		}
	}
	d.classify()
	return d, nil
}

// classify computes dead and full.
func (d *dfa) classify() {
	as := func(accept []bool) []bool {
		live := (&NFA{Edges: d.Edges, Accept: accept}).liveStates()
		for i := range live {
			live[i] = !live[i]
		}
		return live
	}
	rejecting := make([]bool, len(d.Accept))
	for i, ok := range d.Accept {
		rejecting[i] = !ok
	}
	d.dead, d.full = as(d.Accept), as(rejecting)
}

// Complement returns the automaton of all other words.
func (d *dfa) Complement() {
	for i := range d.Accept {
		d.Accept[i] = !d.Accept[i]
	}
	d.dead, d.full = d.full, d.dead
}
