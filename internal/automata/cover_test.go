package automata

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestCoverOfSeveral holds what is outside of several automata to all short words: a
// word that is found is one, and where none is found, no short word is left.
func TestCoverOfSeveral(t *testing.T) {
	w := &writer{rand.New(rand.NewPCG(4, 4)), true}
	walker := &Walker{}
	left, covered := 0, 0
	for range 300 {
		ea := w.expression(3)
		a, shown := automaton(t, ea.node), ea.text
		var bs []*NFA
		for range 1 + w.pick(3) {
			e := w.expression(3)
			if w.pick(3) == 0 {
				e = expression{Alternate(e.node, ea.node), e.text + "|" + ea.text}
			}
			bs, shown = append(bs, automaton(t, e.node)), shown+" without "+e.text
		}
		remains := func(word []rune) bool {
			return a.Accepts(word) && !slices.ContainsFunc(bs, func(b *NFA) bool { return b.Accepts(word) })
		}
		word, found, err := walker.Outside(a, bs, 10_000)
		if err != nil {
			t.Fatal(shown, err)
		}
		if found && !remains(word) {
			t.Fatalf("%s: %q is not left", shown, string(word))
		}
		for _, s := range short {
			if !found && remains([]rune(s)) {
				t.Fatalf("%s: nothing is left, but %q", shown, s)
			}
		}
		if found {
			left++
		} else {
			covered++
		}
	}
	if left < 50 || covered < 50 {
		t.Errorf("%d leave something, %d nothing", left, covered)
	}
}
