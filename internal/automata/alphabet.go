package automata

import "slices"

// alphabet is a partition of all runes on which a set of classes agrees. Its
// blocks are in the order in which the classes, one after the other, cut them:
// runes in a class come before the others.
type alphabet struct {
	blocks []*Class
	number map[*Class]int // of each class among those that differ
	lists  [][]int32      // the blocks of each of those
}

// of returns the blocks of a class of the automata.
func (x *alphabet) of(c *Class) []int32 { return x.lists[x.number[c]] }

// maxMembership bounds the table of what is in which class, in words.
const maxMembership = 1 << 20

// newAlphabet partitions the runes by the classes of the automata.
func newAlphabet(automata ...*NFA) (*alphabet, error) {
	number, unique := map[*Class]int{}, map[string]int{}
	var distinct []*Class
	for _, a := range automata {
		for _, edges := range a.Edges {
			for _, e := range edges {
				if _, seen := number[e.On]; seen {
					continue
				}
				key := string(e.On.Ranges)
				n, ok := unique[key]
				if !ok {
					n = len(distinct)
					unique[key] = n
					distinct = append(distinct, e.On)
				}
				number[e.On] = n
			}
		}
	}
	p, err := partitionOf(distinct)
	if err != nil {
		return nil, err
	}
	x := &alphabet{number: number, lists: make([][]int32, len(distinct))}
	for len(p.order) > 0 {
		first, n := p.order[0], 1
		for n < len(p.order) && p.compare(first, p.order[n]) == 0 {
			n++
		}
		for k := range distinct {
			if p.has(first, k) {
				x.lists[k] = append(x.lists[k], int32(len(x.blocks)))
			}
		}
		x.blocks = append(x.blocks, p.class(p.order[:n]))
		if p.order = p.order[n:]; len(x.blocks) > maxBlocks {
			return nil, ErrTooBig
		}
	}
	return x, nil
}

// partition cuts the runes where a class begins or ends, and says in which
// classes each part is.
type partition struct {
	bounds []rune   // each part reaches to the next bound
	words  int      // of the membership of one part
	member []uint64 // the first class is the highest bit of the first word
	order  []int32  // the parts, those of one block side by side
}

func partitionOf(classes []*Class) (*partition, error) {
	p := &partition{words: (len(classes) + 63) / 64}
	for _, c := range append([]*Class{AnyRune}, classes...) {
		for i := 0; i < len(c.Ranges); i += 2 {
			p.bounds = append(p.bounds, c.Ranges[i], c.Ranges[i+1]+1)
		}
		if len(p.bounds) > maxMembership {
			return nil, ErrTooBig
		}
	}
	slices.Sort(p.bounds)
	p.bounds = slices.Compact(p.bounds)
	if len(p.bounds)*p.words > maxMembership {
		return nil, ErrTooBig
	}
	p.member = make([]uint64, len(p.bounds)*p.words)
	for k, c := range classes {
		for i := 0; i < len(c.Ranges); i += 2 {
			at, _ := slices.BinarySearch(p.bounds, c.Ranges[i])
			for ; p.bounds[at] <= c.Ranges[i+1]; at++ {
				p.member[at*p.words+k/64] |= 1 << (63 - k%64)
			}
		}
	}
	for i := range p.bounds[:len(p.bounds)-1] {
		if AnyRune.Has(p.bounds[i]) {
			p.order = append(p.order, int32(i))
		}
	}
	slices.SortStableFunc(p.order, p.compare)
	return p, nil
}

// compare orders parts by the classes that they are in.
func (p *partition) compare(a, b int32) int {
	return slices.Compare(p.member[int(b)*p.words:int(b+1)*p.words], p.member[int(a)*p.words:int(a+1)*p.words])
}

// has reports whether a part is in a class.
func (p *partition) has(part int32, class int) bool {
	return p.member[int(part)*p.words+class/64]>>(63-class%64)&1 == 1
}

// class joins parts, which are in order.
func (p *partition) class(parts []int32) *Class {
	var ranges []rune
	for _, i := range parts {
		lo, hi := p.bounds[i], p.bounds[i+1]-1
		if n := len(ranges); n > 0 && ranges[n-1]+1 == lo {
			ranges[n-1] = hi
		} else {
			ranges = append(ranges, lo, hi)
		}
	}
	return sealClass(ranges)
}
