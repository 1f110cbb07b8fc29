package pathlang

import (
	"regexp/syntax"
	"slices"
	"strings"
)

// Bounds of the search for exponential time: an expression over them is not
// judged.
const (
	maxPositions     = 80
	maxAmbiguitySeen = 2_000_000
)

// Exponential reports whether a backtracking engine can take exponential time on
// an expression: some text can be read by one repetition in two ways, as with
// (a+)+ or (a|ab|b)*. It is the test for exponential degree of ambiguity on the
// position automaton (Weber and Seidl 1991), with edges counted, so that
// nested repetitions show too. Expressions that Go's parser does not read, or
// that have too many positions, are not judged.
func Exponential(text string) bool {
	if !strings.Contains(text, ")*") && !strings.Contains(text, ")+") && !strings.Contains(text, "){") {
		return false // only a repeated group can be read in two ways
	}
	re, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return false
	}
	g := &positions{}
	g.build(re)
	if len(g.class) > maxPositions {
		return false
	}
	return g.isAmbiguous()
}

// positions is Glushkov's automaton: a state for each character of the
// expression, with the characters it matches and the states that may follow.
type positions struct {
	class  [][]rune // ranges
	follow []map[int]int
}

// fragment is what the automaton needs to know of a part of the expression:
// in how many ways it matches nothing, and where it starts and ends, each state
// as often as there are ways to it.
type fragment struct {
	empty       int
	first, last []int
}

// repeatStates repeats states for each way past an empty element; two ways show
// as much as many.
func repeatStates(n int, states []int) []int {
	switch n {
	case 0:
		return nil
	case 1:
		return states
	}
	return slices.Concat(states, states)
}

func (g *positions) add(ranges []rune) fragment {
	g.class = append(g.class, ranges)
	g.follow = append(g.follow, map[int]int{})
	p := []int{len(g.class) - 1}
	return fragment{first: p, last: p}
}

func (g *positions) connect(from, to []int) {
	for _, p := range from {
		for _, q := range to {
			g.follow[p][q]++
		}
	}
}

func (g *positions) build(re *syntax.Regexp) fragment {
	if len(g.class) > maxPositions {
		return fragment{empty: 1}
	}
	switch re.Op {
	case syntax.OpLiteral:
		out := fragment{empty: 1}
		for _, r := range re.Rune {
			out = g.sequence(out, g.add([]rune{r, r}))
		}
		return out
	case syntax.OpCharClass:
		return g.add(re.Rune)
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return g.add([]rune{0, 0x10ffff})
	case syntax.OpCapture:
		return g.build(re.Sub[0])
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest:
		return g.repeat(re, re.Op != syntax.OpQuest, re.Op != syntax.OpPlus)
	case syntax.OpRepeat:
		return g.repeatCounted(re)
	case syntax.OpConcat:
		out := fragment{empty: 1}
		for _, sub := range re.Sub {
			out = g.sequence(out, g.build(sub))
		}
		return out
	case syntax.OpAlternate:
		out := fragment{}
		for _, sub := range re.Sub {
			p := g.build(sub)
			out = fragment{out.empty + p.empty, slices.Concat(out.first, p.first), slices.Concat(out.last, p.last)}
		}
		return out
	}
	return fragment{empty: 1}
}

func (g *positions) sequence(a, b fragment) fragment {
	g.connect(a.last, b.first)
	return fragment{
		empty: min(a.empty*b.empty, 2),
		first: slices.Concat(a.first, repeatStates(a.empty, b.first)),
		last:  slices.Concat(repeatStates(b.empty, a.last), b.last),
	}
}

func (g *positions) repeat(re *syntax.Regexp, again, optional bool) fragment {
	p := g.build(re.Sub[0])
	if again {
		g.connect(p.last, p.first)
	}
	if optional && p.empty == 0 {
		p.empty = 1
	}
	return p
}

// repeatCounted writes x{n,m} out; without an upper bound the last one repeats.
func (g *positions) repeatCounted(re *syntax.Regexp) fragment {
	out := fragment{empty: 1}
	for i := range max(re.Max, re.Min, 1) {
		p := g.repeat(re, re.Max < 0 && i == max(re.Min, 1)-1, i >= re.Min)
		out = g.sequence(out, p)
		if len(g.class) > maxPositions {
			break
		}
	}
	return out
}

// isAmbiguous reports whether some state can be left and reached again with one
// text in two ways.
func (g *positions) isAmbiguous() bool {
	budget := maxAmbiguitySeen
	for p := range g.class {
		if g.findTwoWays(p, &budget) {
			return true
		}
	}
	return false
}

type both struct{ p, q int }

// findTwoWays searches the pairs of states that two readings of one text reach
// from state p, and reports whether two different ones come back to p together.
func (g *positions) findTwoWays(p int, budget *int) bool {
	seen := map[both]bool{}
	before := map[both][]both{}
	todo := []both{{p, p}}
	for len(todo) > 0 {
		at := todo[0]
		todo = todo[1:]
		for q, n := range g.follow[at.p] {
			for r := range g.follow[at.q] {
				if *budget--; *budget < 0 {
					return false
				}
				if !rangesMeet(g.class[q], g.class[r]) {
					continue
				}
				if at.p == at.q && q == r && n > 1 && g.reaches(q, p) {
					return true
				}
				next := both{q, r}
				before[next] = append(before[next], at)
				if !seen[next] {
					seen[next] = true
					todo = append(todo, next)
				}
			}
		}
	}
	return wentApart(before, both{p, p})
}

// wentApart walks back from the end and reports whether a pair of different
// states lies on the way.
func wentApart(before map[both][]both, end both) bool {
	seen := map[both]bool{end: true}
	for todo := []both{end}; len(todo) > 0; {
		at := todo[0]
		todo = todo[1:]
		for _, b := range before[at] {
			if b.p != b.q {
				return true
			}
			if !seen[b] {
				seen[b] = true
				todo = append(todo, b)
			}
		}
	}
	return false
}

func (g *positions) reaches(from, to int) bool {
	seen := map[int]bool{from: true}
	for todo := []int{from}; len(todo) > 0; {
		at := todo[0]
		todo = todo[1:]
		if at == to {
			return true
		}
		for q := range g.follow[at] {
			if !seen[q] {
				seen[q] = true
				todo = append(todo, q)
			}
		}
	}
	return false
}

// rangesMeet reports whether two lists of rune ranges have a rune in common.
func rangesMeet(a, b []rune) bool {
	for i := 0; i+1 < len(a); i += 2 {
		for j := 0; j+1 < len(b); j += 2 {
			if a[i] <= b[j+1] && b[j] <= a[i+1] {
				return true
			}
		}
	}
	return false
}
