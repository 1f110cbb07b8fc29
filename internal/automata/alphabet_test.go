package automata

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"unicode"
)

// cut splits blocks by a class: what is in it comes first.
func cut(blocks []*Class, c *Class) []*Class {
	var out []*Class
	for _, b := range blocks {
		for _, part := range []*Class{b.Intersect(c), b.Minus(c)} {
			if !part.empty() {
				out = append(out, part)
			}
		}
	}
	return out
}

// The blocks of an alphabet are those that the classes cut one after the other,
// in that order.
func TestAlphabetIsWhatClassesCut(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 5))
	for round := range 300 {
		a, want := &NFA{Edges: [][]Edge{nil}, Accept: []bool{true}}, []*Class{AnyRune}
		for range 1 + rnd.IntN(80) {
			c := TableClass([]*unicode.RangeTable{unicode.Nd, unicode.Lu, unicode.White_Space, unicode.Latin}[rnd.IntN(4)])
			if rnd.IntN(4) > 0 {
				lo := rune(rnd.IntN(0x200)) + []rune{0, 0xD700}[rnd.IntN(2)]
				c = NewClass(lo, lo+rune(rnd.IntN(0x200)), lo+0x180, lo+0x180)
			}
			a.Edges[0] = append(a.Edges[0], Edge{c, 0})
			want = cut(want, c)
		}
		x, err := newAlphabet(a)
		if err != nil || !slices.EqualFunc(x.blocks, want, func(a, b *Class) bool { return slices.Equal(a.Ranges, b.Ranges) && a.ASCII == b.ASCII }) {
			t.Fatalf("round %d: %v, %d blocks, not %d", round, err, len(x.blocks), len(want))
		}
		for _, e := range a.Edges[0] {
			var union []int32
			for i, b := range x.blocks {
				if e.On.Has(b.Ranges[0]) {
					union = append(union, int32(i))
				}
			}
			if !slices.Equal(x.of(e.On), union) {
				t.Fatalf("round %d: %v is made of %v, not of %v", round, e.On.Ranges, x.of(e.On), union)
			}
		}
	}
}

// Classes that cut too much are refused.
func TestAlphabetIsBounded(t *testing.T) {
	a := &NFA{Edges: [][]Edge{nil}, Accept: []bool{true}}
	for i := range rune(maxBlocks + 1) {
		a.Edges[0] = append(a.Edges[0], Edge{NewClass(1000+2*i, 1000+2*i), 0})
	}
	if _, err := newAlphabet(a); !errors.Is(err, ErrTooBig) {
		t.Errorf("%d classes: %v", len(a.Edges[0]), err)
	}
	a.Edges[0] = a.Edges[0][:maxBlocks-1]
	if x, err := newAlphabet(a); err != nil || len(x.blocks) != maxBlocks {
		t.Errorf("%d classes: %v", len(a.Edges[0]), err)
	}
}
