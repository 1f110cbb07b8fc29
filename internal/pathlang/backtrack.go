package pathlang

import (
	"unicode"

	"github.com/kgw-dev/kgw/internal/automata"
)

// maxSteps bounds one backtracking match.
const maxSteps = 200_000

// backtracker matches a pattern by trying, without any automaton. It is the
// second opinion on every witness, and the only one on back-references.
type backtracker struct {
	word   *automata.Class
	text   []rune
	steps  int
	groups map[int][2]int
	opaque bool
}

// Backtrack reports whether the pattern matches the whole text from a place on.
// decided is false where the steps ran out or a construct is not supported.
func Backtrack(p *Pattern, text []rune, from int) (ok, decided bool) {
	b := &backtracker{word: p.word, text: text, groups: map[int][2]int{}}
	ok = b.matchNode(p.Root, from, func(i int) bool { return i == len(text) })
	return ok && !b.opaque, !b.opaque && b.steps <= maxSteps
}

// matchNode tries to match n at i and goes on with the rest behind it.
func (b *backtracker) matchNode(n *automata.Node, i int, rest func(int) bool) bool {
	if b.steps++; b.steps > maxSteps {
		return false
	}
	switch n.Op {
	case automata.OpEmpty:
		return rest(i)
	case automata.OpClass:
		return i < len(b.text) && n.Class.Has(b.text[i]) && rest(i+1)
	case automata.OpConcat:
		return b.matchConcat(n.Subs, i, rest)
	case automata.OpAlt:
		for _, s := range n.Subs {
			if b.matchNode(s, i, rest) {
				return true
			}
		}
		return false
	case automata.OpRepeat:
		return b.matchRepeat(n, 0, i, rest)
	case automata.OpGroup:
		return b.matchGroup(n, i, rest)
	case automata.OpLook:
		found := b.matchNode(n.Subs[0], i, func(int) bool { return true })
		return found != n.Negate && b.steps <= maxSteps && rest(i)
	case automata.OpAssert:
		return b.placeHolds(n.Place, i) && rest(i)
	case automata.OpRef:
		return b.matchReference(n, i, rest)
	}
	b.opaque = true
	return false
}

func (b *backtracker) matchConcat(subs []*automata.Node, i int, rest func(int) bool) bool {
	if len(subs) == 0 {
		return rest(i)
	}
	return b.matchNode(subs[0], i, func(j int) bool { return b.matchConcat(subs[1:], j, rest) })
}

func (b *backtracker) matchRepeat(n *automata.Node, done, i int, rest func(int) bool) bool {
	more := func(j int) bool {
		if j == i && done >= n.Min {
			return false
		}
		if j == i {
			return b.matchRepeat(n, n.Min, j, rest)
		}
		return b.matchRepeat(n, done+1, j, rest)
	}
	if (n.Max < 0 || done < n.Max) && b.matchNode(n.Subs[0], i, more) {
		return true
	}
	return done >= n.Min && rest(i)
}

func (b *backtracker) matchGroup(n *automata.Node, i int, rest func(int) bool) bool {
	before, had := b.groups[n.Group]
	ok := b.matchNode(n.Subs[0], i, func(j int) bool {
		old, hadOld := b.groups[n.Group]
		b.groups[n.Group] = [2]int{i, j}
		if rest(j) {
			return true
		}
		if b.groups[n.Group] = old; !hadOld {
			delete(b.groups, n.Group)
		}
		return false
	})
	if !ok && had {
		b.groups[n.Group] = before
	}
	return ok
}

func (b *backtracker) matchReference(n *automata.Node, i int, rest func(int) bool) bool {
	at, ok := b.groups[n.Group]
	if !ok || i+at[1]-at[0] > len(b.text) {
		return false
	}
	for k := at[0]; k < at[1]; k++ {
		x, y := b.text[k], b.text[i+k-at[0]]
		if n.Fold {
			x, y = unicode.ToLower(x), unicode.ToLower(y)
		}
		if x != y {
			return false
		}
	}
	return rest(i + at[1] - at[0])
}

func (b *backtracker) placeHolds(p automata.Place, i int) bool {
	end := len(b.text)
	word := func(k int) bool { return k >= 0 && k < end && b.word.Has(b.text[k]) }
	switch p {
	case automata.AtStart:
		return i == 0
	case automata.AtEnd:
		return i == end
	case automata.AtLastLine:
		return i == end || i == end-1 && b.text[i] == '\n'
	case automata.AtLineStart:
		return i == 0 || b.text[i-1] == '\n'
	case automata.AtLineEnd:
		return i == end || b.text[i] == '\n'
	}
	return (word(i-1) != word(i)) == (p == automata.AtWord)
}
