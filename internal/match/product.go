package match

// walker searches products of automata breadth first. It keeps its memory from
// one search to the next and serves one goroutine.
type walker struct {
	queue []visit
	mark  []uint32
	epoch uint32
	far   map[uint64]bool
}

// visit is a state of the product, and how it was reached.
type visit struct {
	p, q   int32
	parent int32
	rune   rune
}

// maxDense is the size of product that is marked in an array.
const maxDense = 1 << 20

// meet finds a shortest word of both languages over the runes of the mask. The
// error tells that the limit on states was reached first.
func (w *walker) meet(a, b *nfa, m *mask, limit int) (word []rune, found bool, err error) {
	w.reset(a.size() * b.size())
	w.queue = append(w.queue[:0], visit{parent: -1})
	w.first(0, 0, b.size())
	for i := 0; i < len(w.queue); i++ {
		at := w.queue[i]
		if a.accept[at.p] && b.accept[at.q] {
			return w.word(i), true, nil
		}
		for _, e := range a.edges[at.p] {
			for _, f := range b.edges[at.q] {
				r := e.on.meet(f.on, m)
				if r >= 0 && w.first(e.to, f.to, b.size()) {
					w.queue = append(w.queue, visit{e.to, f.to, int32(i), r})
				}
			}
		}
		if len(w.queue) > limit {
			return nil, false, errTooBig
		}
	}
	return nil, false, nil
}

func (w *walker) reset(size int) {
	w.far = nil
	if size > maxDense {
		w.far = map[uint64]bool{}
		return
	}
	if w.epoch++; w.epoch == 0 || len(w.mark) < size {
		w.mark, w.epoch = make([]uint32, max(size, 1024)), 1
	}
}

// first reports a pair that was not seen in this search.
func (w *walker) first(p, q int32, width int) bool {
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

func (w *walker) word(end int) []rune {
	var out []rune
	for i := int32(end); w.queue[i].parent >= 0; i = w.queue[i].parent {
		out = append(out, w.queue[i].rune)
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out
}

// nicest finds a common word in the nicest alphabet that has one.
func (w *walker) nicest(a, b *nfa, limit int) (word []rune, found bool, err error) {
	whole := &masks[len(masks)-1]
	if word, found, err = w.meet(a, b, whole, limit); !found {
		return nil, false, err
	}
	for i := range masks[:len(masks)-1] {
		if nice, ok, _ := w.meet(a, b, &masks[i], limit); ok {
			return nice, true, nil
		}
	}
	return word, true, nil
}
