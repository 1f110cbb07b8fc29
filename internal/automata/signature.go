package automata

import (
	"slices"
	"strings"
)

// Signature is a cheap summary of an automaton over paths: what all its words
// begin and end with, and what is in their first segments.
type Signature struct {
	Prefix, suffix string
	// segments are the first segments, each a literal or "" for any; a word
	// has at least that many.
	segments []string
	// most is the greatest number of segments, or -1.
	most int
}

// maxSegments bounds how many segments a summary looks at.
const maxSegments = 12

// Summarize returns the signature of an automaton.
func Summarize(a *NFA) Signature {
	s := Signature{Prefix: prefixOf(a), suffix: suffixOf(a)}
	s.segments, s.most = segmentsOf(a)
	return s
}

// Apart reports that no word can have both summaries.
func (s *Signature) Apart(t *Signature) bool {
	if s.most >= 0 && len(t.segments) > s.most || t.most >= 0 && len(s.segments) > t.most {
		return true
	}
	for i := range min(len(s.segments), len(t.segments)) {
		if a, b := s.segments[i], t.segments[i]; a != b && a != "" && b != "" {
			return true
		}
	}
	if !strings.HasSuffix(s.suffix, t.suffix) && !strings.HasSuffix(t.suffix, s.suffix) {
		return true
	}
	return !strings.HasPrefix(s.Prefix, t.Prefix) && !strings.HasPrefix(t.Prefix, s.Prefix)
}

// prefixOf follows the automaton while it has one way only.
func prefixOf(a *NFA) string {
	var b strings.Builder
	for s, steps := int32(0), 0; steps < a.size() && !a.Accept[s] && len(a.Edges[s]) == 1; steps++ {
		e := a.Edges[s][0]
		r, only := e.On.Literal()
		if !only {
			break
		}
		b.WriteRune(r)
		s = e.To
	}
	return b.String()
}

// suffixOf goes backwards from the ends while all edges agree on a rune. A
// final newline that a pattern of Oathkeeper allows is left out of account: of
// two words that are equal, either both have it or none. It returns nothing for a
// pattern whose own text ends in a newline.
func suffixOf(a *NFA) string {
	in := a.backEdges()
	var at, before []int32 // sets of states
	for s, ok := range a.Accept {
		if ok && !isOptionalNewline(a, in, int32(s)) {
			at = append(at, int32(s))
		}
	}
	var reversed []rune
	seen := make([]int, a.size()) // the last step, counted from one, in which a state is before
	for len(at) > 0 && !slices.Contains(at, 0) && len(reversed) < a.size() {
		last := rune(-1)
		before = before[:0]
		for _, s := range at {
			for _, b := range in[s] {
				r, only := b.On.Literal()
				if !only || r == '\n' || last >= 0 && r != last {
					return reverse(reversed)
				}
				last = r
				if step := len(reversed) + 1; seen[b.To] != step {
					seen[b.To] = step
					before = append(before, b.To)
				}
			}
		}
		if last < 0 {
			break
		}
		reversed = append(reversed, last)
		at, before = before, at
	}
	return reverse(reversed)
}

// backEdges lists by state the edges that lead there, with their origin in to.
func (a *NFA) backEdges() [][]Edge {
	in, many := make([][]Edge, a.size()), make([]int, a.size())
	for _, edges := range a.Edges {
		for _, e := range edges {
			many[e.To]++
		}
	}
	room := make([]Edge, a.edges())
	for s, n := range many {
		in[s], room = room[:0:n], room[n:]
	}
	for s, edges := range a.Edges {
		for _, e := range edges {
			in[e.To] = append(in[e.To], Edge{e.On, int32(s)})
		}
	}
	return in
}

// isOptionalNewline reports an end that is reached from other ends only, by a
// newline, and without successors.
func isOptionalNewline(a *NFA, in [][]Edge, s int32) bool {
	for _, b := range in[s] {
		if r, only := b.On.Literal(); !only || r != '\n' || !a.Accept[b.To] {
			return false
		}
	}
	return len(a.Edges[s]) == 0 && len(in[s]) > 0
}

func reverse(r []rune) string {
	out := make([]rune, len(r))
	for i, c := range r {
		out[len(r)-1-i] = c
	}
	return string(out)
}

// segmentsOf looks at the automaton between slashes.
func segmentsOf(a *NFA) (segments []string, most int) {
	at := []int32{}
	for _, e := range a.Edges[0] {
		at = append(at, e.To)
	}
	for n := 1; len(at) > 0; n++ {
		literal, next, ends, open := segmentOf(a, at)
		if open || n > maxSegments {
			return segments, -1
		}
		if len(segments) == n-1 {
			segments = append(segments, literal)
		}
		if ends {
			// Words may end here: later segments bind no more.
			return segments, mostOf(a, next, n)
		}
		at = next
	}
	return segments, len(segments)
}

// mostOf counts on to the greatest number of segments.
func mostOf(a *NFA, at []int32, n int) int {
	for ; len(at) > 0; n++ {
		_, next, _, open := segmentOf(a, at)
		if open || n > maxSegments {
			return -1
		}
		at = next
	}
	return n
}

// segmentOf walks one segment from a set of states. It returns its text if all
// words agree on it, the states behind the next slash, whether a word can end
// here, and whether a class mixes the slash with other runes.
func segmentOf(a *NFA, at []int32) (literal string, next []int32, ends, open bool) {
	seen, after := map[int32]bool{}, map[int32]bool{}
	todo := append([]int32{}, at...)
	for len(todo) > 0 {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[s] {
			continue
		}
		seen[s] = true
		ends = ends || a.Accept[s]
		for _, e := range a.Edges[s] {
			r, only := e.On.Literal()
			switch {
			case only && r == '/':
				if !after[e.To] {
					after[e.To] = true
					next = append(next, e.To)
				}
			case e.On.Has('/'):
				return "", nil, false, true
			default:
				todo = append(todo, e.To)
			}
		}
	}
	return literalSegment(a, at), next, ends, false
}

// literalSegment follows the only way through a segment, else returns "". An
// optional newline at the end of the text is left out of account, as in a
// suffix.
func literalSegment(a *NFA, at []int32) string {
	if len(at) != 1 {
		return ""
	}
	var b strings.Builder
	for s, steps := at[0], 0; steps <= a.size(); steps++ {
		if a.Accept[s] {
			if a.isLastLine(s) {
				return b.String()
			}
			return ""
		}
		if len(a.Edges[s]) != 1 {
			return ""
		}
		e := a.Edges[s][0]
		r, only := e.On.Literal()
		switch {
		case !only || r == '\n':
			return ""
		case r == '/':
			return b.String()
		}
		b.WriteRune(r)
		s = e.To
	}
	return ""
}

// isLastLine reports that nothing but a final newline can follow an end.
func (a *NFA) isLastLine(s int32) bool {
	if len(a.Edges[s]) != 1 {
		return len(a.Edges[s]) == 0
	}
	e := a.Edges[s][0]
	r, only := e.On.Literal()
	return only && r == '\n' && len(a.Edges[e.To]) == 0
}
