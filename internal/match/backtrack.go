package match

import "unicode"

// maxSteps bounds one backtracking match.
const maxSteps = 200_000

// backtracker matches a pattern by trying, without any automaton. It is the
// second opinion on every witness, and the only one on back-references.
type backtracker struct {
	word   *class
	text   []rune
	steps  int
	groups map[int][2]int
	opaque bool
}

// backtrack reports whether the pattern takes the whole text from a place on.
// decided is false where the steps ran out or a construct is not supported.
func backtrack(p *pattern, text []rune, from int) (ok, decided bool) {
	b := &backtracker{word: p.word, text: text, groups: map[int][2]int{}}
	ok = b.node(p.root, from, func(i int) bool { return i == len(text) })
	return ok && !b.opaque, !b.opaque && b.steps <= maxSteps
}

// node tries to match n at i and goes on with the rest behind it.
func (b *backtracker) node(n *node, i int, rest func(int) bool) bool {
	if b.steps++; b.steps > maxSteps {
		return false
	}
	switch n.op {
	case opEmpty:
		return rest(i)
	case opClass:
		return i < len(b.text) && n.class.has(b.text[i]) && rest(i+1)
	case opConcat:
		return b.concat(n.subs, i, rest)
	case opAlt:
		for _, s := range n.subs {
			if b.node(s, i, rest) {
				return true
			}
		}
		return false
	case opRepeat:
		return b.repeat(n, 0, i, rest)
	case opGroup:
		return b.group(n, i, rest)
	case opLook:
		found := b.node(n.subs[0], i, func(int) bool { return true })
		return found != n.negate && b.steps <= maxSteps && rest(i)
	case opAssert:
		return b.holds(n.place, i) && rest(i)
	case opRef:
		return b.reference(n, i, rest)
	}
	b.opaque = true
	return false
}

func (b *backtracker) concat(subs []*node, i int, rest func(int) bool) bool {
	if len(subs) == 0 {
		return rest(i)
	}
	return b.node(subs[0], i, func(j int) bool { return b.concat(subs[1:], j, rest) })
}

func (b *backtracker) repeat(n *node, done, i int, rest func(int) bool) bool {
	more := func(j int) bool {
		if j == i && done >= n.min {
			return false
		}
		if j == i {
			return b.repeat(n, n.min, j, rest)
		}
		return b.repeat(n, done+1, j, rest)
	}
	if (n.max < 0 || done < n.max) && b.node(n.subs[0], i, more) {
		return true
	}
	return done >= n.min && rest(i)
}

func (b *backtracker) group(n *node, i int, rest func(int) bool) bool {
	before, had := b.groups[n.group]
	ok := b.node(n.subs[0], i, func(j int) bool {
		old, hadOld := b.groups[n.group]
		b.groups[n.group] = [2]int{i, j}
		if rest(j) {
			return true
		}
		if b.groups[n.group] = old; !hadOld {
			delete(b.groups, n.group)
		}
		return false
	})
	if !ok && had {
		b.groups[n.group] = before
	}
	return ok
}

func (b *backtracker) reference(n *node, i int, rest func(int) bool) bool {
	at, ok := b.groups[n.group]
	if !ok || i+at[1]-at[0] > len(b.text) {
		return false
	}
	for k := at[0]; k < at[1]; k++ {
		x, y := b.text[k], b.text[i+k-at[0]]
		if n.fold {
			x, y = unicode.ToLower(x), unicode.ToLower(y)
		}
		if x != y {
			return false
		}
	}
	return rest(i + at[1] - at[0])
}

func (b *backtracker) holds(p place, i int) bool {
	end := len(b.text)
	word := func(k int) bool { return k >= 0 && k < end && b.word.has(b.text[k]) }
	switch p {
	case atStart:
		return i == 0
	case atEnd:
		return i == end
	case atLastLine:
		return i == end || i == end-1 && b.text[i] == '\n'
	case atLineStart:
		return i == 0 || b.text[i-1] == '\n'
	case atLineEnd:
		return i == end || b.text[i] == '\n'
	}
	return (word(i-1) != word(i)) == (p == atWord)
}
