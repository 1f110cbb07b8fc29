package automata

import "slices"

// coverer looks for a word of one language that none of others has: the
// product of the first automaton with the sets of states of the others, made
// as far as the search goes.
type coverer struct {
	a     *NFA
	union *NFA
	full  []bool
	x     *alphabet
	sets  Subsets
	trans [][]int32
	work  int
	limit int
}

// WorkPerState bounds the steps of a search by its limit on states.
const WorkPerState = 50

// Outside finds a shortest word of a that no b has, in the nicest alphabet that
// has one. The error reports that a limit was reached first.
func (w *Walker) Outside(a *NFA, bs []*NFA, limit int) (word []rune, found bool, err error) {
	if a.None() {
		return nil, false, nil
	}
	x, err := newAlphabet(append([]*NFA{a}, bs...)...)
	if err != nil {
		return nil, false, err
	}
	c := &coverer{a: a, union: &NFA{}, x: x, limit: limit}
	var start []int32
	for _, b := range bs {
		start = append(start, int32(c.union.size()))
		c.append(b)
	}
	defer func() { w.Steps += c.work }()
	first := c.sets.Put(start)
	whole := len(Masks) - 1
	if word, found, err = c.search(first, &Masks[whole]); !found {
		return nil, false, err
	}
	for i := range whole {
		if nice, ok, _ := c.search(first, &Masks[i]); ok {
			return nice, true, nil
		}
	}
	return word, true, nil
}

// append adds the states of an automaton to the union, and notes which of them
// accept whatever follows.
func (c *coverer) append(b *NFA) {
	c.union.Append(b)
	for s, edges := range b.Edges {
		full := slices.ContainsFunc(edges, func(e Edge) bool { return int(e.To) == s && len(c.x.of(e.On)) == len(c.x.blocks) })
		c.full = append(c.full, full && b.Accept[s])
	}
}

// search goes through the product breadth first, with the runes of the mask.
func (c *coverer) search(first int32, m *mask) ([]rune, bool, error) {
	runes := make([]rune, len(c.x.blocks))
	for i, b := range c.x.blocks {
		runes[i] = b.nicestCommon(b, m)
	}
	w := &Walker{Queue: []Visit{{Q: first, Parent: -1}}, far: map[uint64]bool{uint64(uint32(first)): true}}
	for i := 0; i < len(w.Queue); i++ {
		at := w.Queue[i]
		accepted, full := c.ends(at.Q)
		if c.a.Accept[at.p] && !accepted {
			return w.Word(i), true, nil
		}
		if full {
			continue
		}
		for _, e := range c.a.Edges[at.p] {
			blocks := c.x.of(e.On)
			c.work += 1 + len(blocks)
			for _, b := range blocks {
				if runes[b] < 0 {
					continue
				}
				to := c.step(at.Q, b)
				if w.isNew(e.To, to, 0) {
					w.Queue = append(w.Queue, Visit{e.To, to, int32(i), runes[b]})
				}
			}
		}
		if len(w.Queue) > c.limit || c.work > c.limit*WorkPerState {
			return nil, false, ErrTooBig
		}
	}
	return nil, false, nil
}

// ends reports whether a set of states accepts here, and whatever follows.
func (c *coverer) ends(set int32) (accepted, full bool) {
	for _, s := range c.sets.Sets[set] {
		accepted = accepted || c.union.Accept[s]
		full = full || c.full[s]
	}
	return accepted, full
}

// step returns the set of states behind a rune of the block.
func (c *coverer) step(set, block int32) int32 {
	for int(set) >= len(c.trans) {
		c.trans = append(c.trans, nil)
	}
	if c.trans[set] == nil {
		c.trans[set] = make([]int32, len(c.x.blocks))
	}
	if n := c.trans[set][block]; n > 0 {
		return n - 1
	}
	rep := c.x.blocks[block].Ranges[0]
	var to []int32
	for _, s := range c.sets.Sets[set] {
		for _, e := range c.union.Edges[s] {
			c.work++
			if e.On.Has(rep) {
				to = append(to, e.To)
			}
		}
	}
	c.work += 4 * len(to) // sorting and storing them
	n := c.sets.Put(to)
	c.trans[set][block] = n + 1
	return n
}
