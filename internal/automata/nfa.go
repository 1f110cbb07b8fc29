// Package automata is finite automata over runes: classes of runes, expressions
// and the programs they become, products, complements and covers.
//
// It takes expressions and returns automata, or an error where one would leave
// its budget of states. It must not know paths, hosts or any engine.
package automata

import "slices"

// Edge leads to a state by one rune of a class.
type Edge struct {
	On *Class
	To int32
}

// NFA is a nondeterministic automaton without empty moves. State 0 is its
// start. Every state can be reached and can reach an end; the empty set is one
// state without edges.
type NFA struct {
	Edges  [][]Edge
	Accept []bool
}

// MaxStates and MaxEdges bound one automaton.
const (
	MaxStates = 20_000
	MaxEdges  = 200_000
)

func (a *NFA) size() int { return len(a.Edges) }

// None reports the empty language.
func (a *NFA) None() bool { return a.size() == 1 && !a.Accept[0] && len(a.Edges[0]) == 0 }

// edges counts the edges of all states.
func (a *NFA) edges() int {
	n := 0
	for _, list := range a.Edges {
		n += len(list)
	}
	return n
}

// Rewrite returns the automaton with every class mapped, trimmed.
func (a *NFA) Rewrite(f func(*Class) *Class) *NFA {
	var changed map[*Class]*Class
	mapped := func(c *Class) *Class {
		to, ok := changed[c]
		if ok {
			return to
		}
		if to = f(c); to != c {
			if changed == nil {
				changed = map[*Class]*Class{}
			}
			changed[c] = to
		}
		return to
	}
	out, room := &NFA{Edges: make([][]Edge, a.size()), Accept: a.Accept}, make([]Edge, 0, a.edges())
	for s, edges := range a.Edges {
		from := len(room)
		for _, e := range edges {
			if c := mapped(e.On); !c.empty() {
				room = append(room, Edge{c, e.To})
			}
		}
		out.Edges[s] = room[from:len(room):len(room)]
	}
	if changed == nil {
		return a
	}
	return out.Trim()
}

// Leading returns the words of the language that begin with a slash.
func (a *NFA) Leading() *NFA {
	if !a.Accept[0] && !slices.ContainsFunc(a.Edges[0], func(e Edge) bool { return e.On != Slash }) {
		return a
	}
	out := &NFA{Edges: make([][]Edge, 1, a.size()+1), Accept: make([]bool, 1, a.size()+1)}
	for _, e := range a.Edges[0] {
		if e.On.Has('/') {
			out.Edges[0] = append(out.Edges[0], Edge{Slash, e.To + 1})
		}
	}
	out.Append(a)
	return out.Trim()
}

// Append puts the states of another automaton behind those of a and returns the
// number of its start. It joins them to nothing.
func (a *NFA) Append(b *NFA) int32 {
	base := int32(a.size())
	a.Edges, a.Accept = slices.Grow(a.Edges, b.size()), append(a.Accept, b.Accept...)
	room := make([]Edge, 0, b.edges())
	for _, edges := range b.Edges {
		from := len(room)
		for _, e := range edges {
			room = append(room, Edge{e.On, e.To + base})
		}
		a.Edges = append(a.Edges, room[from:len(room):len(room)])
	}
	return base
}

// Trim drops states that no word passes and numbers the others breadth first.
func (a *NFA) Trim() *NFA {
	live := a.liveStates()
	if a.isTrimmed(live) {
		return a
	}
	number := make([]int32, 2*a.size())
	order := number[a.size():a.size():len(number)]
	number = number[:a.size()]
	for i := range number {
		number[i] = -1
	}
	number[0], order = 0, append(order, 0)
	out := &NFA{Edges: make([][]Edge, 0, a.size()), Accept: make([]bool, 0, a.size())}
	room := make([]Edge, 0, a.edges())
	for i := 0; i < len(order); i++ {
		s := order[i]
		edges := room[len(room):]
		for _, e := range a.Edges[s] {
			if !live[e.To] {
				continue
			}
			if number[e.To] < 0 {
				number[e.To] = int32(len(order))
				order = append(order, e.To)
			}
			edges = addEdge(edges, Edge{e.On, number[e.To]})
		}
		room = room[:len(room)+len(edges)]
		out.Edges = append(out.Edges, slices.Clip(edges))
		out.Accept = append(out.Accept, a.Accept[s])
	}
	return out
}

// isTrimmed reports whether the automaton is as Trim would make it.
func (a *NFA) isTrimmed(live []bool) bool {
	next := int32(1) // the state that has to be met next
	for s, edges := range a.Edges {
		if int32(s) >= next {
			return false // nothing leads there
		}
		for i, e := range edges {
			if !live[e.To] || e.To > next || slices.ContainsFunc(edges[:i], func(o Edge) bool { return o.To == e.To }) {
				return false
			}
			if e.To == next {
				next++
			}
		}
	}
	return true
}

// addEdge joins edges to one state.
func addEdge(edges []Edge, e Edge) []Edge {
	for i := range edges {
		if edges[i].To == e.To {
			edges[i].On = edges[i].On.Union(e.On)
			return edges
		}
	}
	return append(edges, e)
}

// liveStates marks the states that can reach an end.
func (a *NFA) liveStates() []bool {
	live, room := make([]bool, a.size()), make([]int32, 3*a.size()+2+a.edges())
	take := func(n int) []int32 {
		out := room[:n:n]
		room = room[n:]
		return out
	}
	todo := take(a.size())[:0]
	end := take(a.size() + 1) // where the edges to a state begin in from, after the others
	for s, edges := range a.Edges {
		for _, e := range edges {
			end[e.To+1]++
		}
		if a.Accept[s] {
			live[s] = true
			todo = append(todo, int32(s))
		}
	}
	for s := range a.size() {
		end[s+1] += end[s]
	}
	from, next := take(int(end[a.size()])), take(a.size()+1)
	copy(next, end)
	for s, edges := range a.Edges {
		for _, e := range edges {
			from[next[e.To]] = int32(s)
			next[e.To]++
		}
	}
	for len(todo) > 0 {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, f := range from[end[s]:end[s+1]] {
			if !live[f] {
				live[f] = true
				todo = append(todo, f)
			}
		}
	}
	return live
}

// Accepts runs the automaton on a word.
func (a *NFA) Accepts(word []rune) bool {
	now, mark := []int32{0}, make([]int, a.size())
	for i, r := range word {
		var next []int32
		for _, s := range now {
			for _, e := range a.Edges[s] {
				if mark[e.To] != i+1 && e.On.Has(r) {
					mark[e.To] = i + 1
					next = append(next, e.To)
				}
			}
		}
		now = next
	}
	for _, s := range now {
		if a.Accept[s] {
			return true
		}
	}
	return false
}

// Follow returns the words of a with a word of b behind them.
func (a *NFA) Follow(b *NFA) *NFA {
	base := int32(a.size())
	out := &NFA{}
	for s, edges := range a.Edges {
		out.Accept = append(out.Accept, a.Accept[s] && b.Accept[0])
		joined := append([]Edge{}, edges...)
		if a.Accept[s] {
			for _, e := range b.Edges[0] {
				joined = append(joined, Edge{e.On, e.To + base})
			}
		}
		out.Edges = append(out.Edges, joined)
	}
	out.Append(b)
	return out.Trim()
}

// Both returns the words of a and b; err reports that the product is too big.
func (a *NFA) Both(b *NFA) (*NFA, error) {
	p := newPairs(a, b)
	p.number(0, 0)
	out := &NFA{Edges: make([][]Edge, 0, a.size()), Accept: make([]bool, 0, a.size())}
	room := make([]Edge, 0, a.edges())
	edges := 0
	for i := 0; i < len(p.order); i++ {
		at := p.order[i]
		from := len(room)
		for _, e := range a.Edges[at.p] {
			for _, f := range b.Edges[at.q] {
				if on := e.On.Intersect(f.On); !on.empty() {
					room = append(room, Edge{on, p.number(e.To, f.To)})
				}
			}
		}
		if edges += len(room) - from; len(p.order) > MaxStates || edges > MaxEdges {
			return nil, ErrTooBig
		}
		out.Edges = append(out.Edges, room[from:len(room):len(room)])
		out.Accept = append(out.Accept, a.Accept[at.p] && b.Accept[at.q])
	}
	return out.Trim(), nil
}

// pairs numbers pairs of states of two automata in the order in which they are met.
type pairs struct {
	order []pair
	width int32          // states of the second automaton
	dense []int32        // the number of a pair, plus one; nil for automata of many states
	far   map[pair]int32 // the number of a pair, where there are many states
}

type pair struct{ p, q int32 }

// maxDensePairs is the most pairs whose numbers are in an array.
const maxDensePairs = 1 << 14

func newPairs(a, b *NFA) *pairs {
	out := &pairs{order: make([]pair, 0, a.size()), width: int32(b.size())}
	if n := a.size() * b.size(); n <= maxDensePairs {
		out.dense = make([]int32, n)
	} else {
		out.far = map[pair]int32{}
	}
	return out
}

func (n *pairs) number(p, q int32) int32 {
	next := int32(len(n.order))
	if n.dense != nil {
		at := &n.dense[p*n.width+q]
		if *at > 0 {
			return *at - 1
		}
		*at = next + 1
	} else {
		if have, ok := n.far[pair{p, q}]; ok {
			return have
		}
		n.far[pair{p, q}] = next
	}
	n.order = append(n.order, pair{p, q})
	return next
}

// After returns what the automaton accepts behind a text.
func (a *NFA) After(text string) *NFA {
	at := []int32{0}
	for _, r := range text {
		var next []int32
		for _, s := range at {
			for _, e := range a.Edges[s] {
				if e.On.Has(r) {
					next = append(next, e.To)
				}
			}
		}
		slices.Sort(next)
		at = slices.Compact(next)
	}
	out := &NFA{Edges: make([][]Edge, 1, a.size()+1), Accept: make([]bool, 1, a.size()+1)}
	for _, s := range at {
		out.Accept[0] = out.Accept[0] || a.Accept[s]
		for _, e := range a.Edges[s] {
			out.Edges[0] = append(out.Edges[0], Edge{e.On, e.To + 1})
		}
	}
	out.Append(a)
	return out.Trim()
}
