package automata

// Walker searches products of automata breadth first. It keeps its memory from
// one search to the next and serves one goroutine.
type Walker struct {
	// Steps counts the work of all searches: pairs of edges that were compared
	// and states that were visited.
	Steps int
	Queue []Visit
	mark  []uint32
	epoch uint32
	far   map[uint64]bool
}

// Visit is a state of the product, and how it was reached.
type Visit struct {
	p, Q   int32
	Parent int32
	Rune   rune
}

// maxDense is the size of product that is marked in an array.
const maxDense = 1 << 20

// Meet finds a shortest word of both languages over the runes of the mask. The
// error reports that the limit on states was reached first.
func (w *Walker) Meet(a, b *NFA, m *mask, limit int) (word []rune, found bool, err error) {
	w.reset(a.size() * b.size())
	last := w.Steps + limit*WorkPerState
	w.Queue = append(w.Queue[:0], Visit{Parent: -1})
	w.isNew(0, 0, b.size())
	for i := 0; i < len(w.Queue); i++ {
		at := w.Queue[i]
		if a.Accept[at.p] && b.Accept[at.Q] {
			return w.Word(i), true, nil
		}
		w.Steps += 1 + len(a.Edges[at.p])*len(b.Edges[at.Q])
		if len(w.Queue) > limit || w.Steps > last {
			return nil, false, ErrTooBig
		}
		for _, e := range a.Edges[at.p] {
			for _, f := range b.Edges[at.Q] {
				r := e.On.nicestCommon(f.On, m)
				if r >= 0 && w.isNew(e.To, f.To, b.size()) {
					w.Queue = append(w.Queue, Visit{e.To, f.To, int32(i), r})
				}
			}
		}
	}
	return nil, false, nil
}

func (w *Walker) reset(size int) {
	w.far = nil
	if size > maxDense {
		w.far = map[uint64]bool{}
		return
	}
	if w.epoch++; w.epoch == 0 || len(w.mark) < size {
		w.mark, w.epoch = make([]uint32, max(size, 1024)), 1
	}
}

// isNew reports a pair that was not seen in this search.
func (w *Walker) isNew(p, q int32, width int) bool {
	if w.far != nil {
		key := uint64(p)<<32 | uint64(uint32(q))
		seen := w.far[key]
		w.far[key] = true
		return !seen
	}
	i := int(p)*width + int(q)
	seen := w.mark[i] == w.epoch
	w.mark[i] = w.epoch
	return !seen
}

// Word returns the word that leads to a visit.
func (w *Walker) Word(end int) []rune {
	var out []rune
	for i := int32(end); w.Queue[i].Parent >= 0; i = w.Queue[i].Parent {
		out = append(out, w.Queue[i].Rune)
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out
}

// Nicest finds a common word in the nicest alphabet that has one.
func (w *Walker) Nicest(a, b *NFA, limit int) (word []rune, found bool, err error) {
	whole := &Masks[len(Masks)-1]
	if word, found, err = w.Meet(a, b, whole, limit); !found {
		return nil, false, err
	}
	for i := range Masks[:len(Masks)-1] {
		if nice, ok, _ := w.Meet(a, b, &Masks[i], limit); ok {
			return nice, true, nil
		}
	}
	return word, true, nil
}
