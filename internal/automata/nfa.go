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

// Rewrite returns the automaton with every class mapped, trimmed.
func (a *NFA) Rewrite(f func(*Class) *Class) *NFA {
	done, same := map[*Class]*Class{}, true
	out := &NFA{Edges: make([][]Edge, a.size()), Accept: a.Accept}
	for s, edges := range a.Edges {
		for _, e := range edges {
			c, ok := done[e.On]
			if !ok {
				c = f(e.On)
				done[e.On] = c
				same = same && c == e.On
			}
			if !c.empty() {
				out.Edges[s] = append(out.Edges[s], Edge{c, e.To})
			}
		}
	}
	if same {
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
	for s, edges := range b.Edges {
		moved := make([]Edge, len(edges))
		for i, e := range edges {
			moved[i] = Edge{e.On, e.To + base}
		}
		a.Edges, a.Accept = append(a.Edges, moved), append(a.Accept, b.Accept[s])
	}
	return base
}

// Trim drops states that no word passes and numbers the others breadth first.
func (a *NFA) Trim() *NFA {
	live := a.live()
	number := make([]int32, a.size())
	for i := range number {
		number[i] = -1
	}
	number[0] = 0
	order := make([]int32, 1, a.size())
	out := &NFA{Edges: make([][]Edge, 0, a.size()), Accept: make([]bool, 0, a.size())}
	for i := 0; i < len(order); i++ {
		s := order[i]
		edges := make([]Edge, 0, len(a.Edges[s]))
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
		out.Edges = append(out.Edges, edges)
		out.Accept = append(out.Accept, a.Accept[s])
	}
	return out
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

// live marks the states that can reach an end.
func (a *NFA) live() []bool {
	live, todo := make([]bool, a.size()), make([]int32, 0, a.size())
	end := make([]int32, a.size()+1) // where the edges to a state begin in from, after the others
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
	from, next := make([]int32, end[a.size()]), slices.Clone(end)
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
	type pair struct{ p, q int32 }
	number := map[pair]int32{{}: 0}
	order := []pair{{}}
	out, edges := &NFA{}, 0
	for i := 0; i < len(order); i++ {
		at := order[i]
		var list []Edge
		for _, e := range a.Edges[at.p] {
			for _, f := range b.Edges[at.q] {
				on := e.On.Intersect(f.On)
				if on.empty() {
					continue
				}
				to := pair{e.To, f.To}
				n, ok := number[to]
				if !ok {
					n = int32(len(order))
					number[to] = n
					order = append(order, to)
				}
				list = append(list, Edge{on, n})
			}
		}
		if edges += len(list); len(order) > MaxStates || edges > MaxEdges {
			return nil, ErrTooBig
		}
		out.Edges = append(out.Edges, list)
		out.Accept = append(out.Accept, a.Accept[at.p] && b.Accept[at.q])
	}
	return out.Trim(), nil
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
