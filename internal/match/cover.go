package match

import "slices"

// coverer looks for a word of one language that none of others has: the
// product of the first automaton with the sets of states of the others, made
// as far as the search goes.
type coverer struct {
	a     *nfa
	union *nfa
	full  []bool
	x     *alphabet
	sets  subsets
	trans [][]int32
	work  int
	limit int
}

// workPerState bounds the steps of a search by its limit on states.
const workPerState = 50

// outside finds a shortest word of a that no b has, in the nicest alphabet
// that has one. The error tells that a limit was reached first.
func outside(a *nfa, bs []*nfa, limit int) (word []rune, found bool, err error) {
	if a.none() {
		return nil, false, nil
	}
	x, err := newAlphabet(append([]*nfa{a}, bs...)...)
	if err != nil {
		return nil, false, err
	}
	c := &coverer{a: a, union: &nfa{}, x: x, limit: limit}
	var start []int32
	for _, b := range bs {
		start = append(start, int32(c.union.size()))
		c.append(b)
	}
	first := c.sets.put(start)
	whole := len(masks) - 1
	if word, found, err = c.search(first, &masks[whole]); !found {
		return nil, false, err
	}
	for i := range whole {
		if nice, ok, _ := c.search(first, &masks[i]); ok {
			return nice, true, nil
		}
	}
	return word, true, nil
}

// append adds the states of an automaton to the union, and notes which of them
// accept whatever follows.
func (c *coverer) append(b *nfa) {
	c.union.append(b)
	for s, edges := range b.edges {
		full := slices.ContainsFunc(edges, func(e edge) bool { return int(e.to) == s && len(c.x.of[e.on]) == len(c.x.blocks) })
		c.full = append(c.full, full && b.accept[s])
	}
}

// search goes through the product breadth first, with the runes of the mask.
func (c *coverer) search(first int32, m *mask) ([]rune, bool, error) {
	runes := make([]rune, len(c.x.blocks))
	for i, b := range c.x.blocks {
		runes[i] = b.meet(b, m)
	}
	w := &walker{queue: []visit{{q: first, parent: -1}}, far: map[uint64]bool{uint64(uint32(first)): true}}
	for i := 0; i < len(w.queue); i++ {
		at := w.queue[i]
		accepted, full := c.ends(at.q)
		if c.a.accept[at.p] && !accepted {
			return w.word(i), true, nil
		}
		if full {
			continue
		}
		for _, e := range c.a.edges[at.p] {
			for _, b := range c.x.of[e.on] {
				if runes[b] < 0 {
					continue
				}
				to := c.step(at.q, b)
				if w.first(e.to, to, 0) {
					w.queue = append(w.queue, visit{e.to, to, int32(i), runes[b]})
				}
			}
		}
		if len(w.queue) > c.limit || c.work > c.limit*workPerState {
			return nil, false, errTooBig
		}
	}
	return nil, false, nil
}

// ends reports whether a set of states accepts here, and whatever follows.
func (c *coverer) ends(set int32) (accepted, full bool) {
	for _, s := range c.sets.sets[set] {
		accepted = accepted || c.union.accept[s]
		full = full || c.full[s]
	}
	return accepted, full
}

// step gives the set of states behind a rune of the block.
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
	rep := c.x.blocks[block].ranges[0]
	var to []int32
	for _, s := range c.sets.sets[set] {
		for _, e := range c.union.edges[s] {
			c.work++
			if e.on.has(rep) {
				to = append(to, e.to)
			}
		}
	}
	n := c.sets.put(to)
	c.trans[set][block] = n + 1
	return n
}
