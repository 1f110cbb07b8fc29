package match

// edge takes one rune of a class to a state.
type edge struct {
	on *class
	to int32
}

// nfa is a nondeterministic automaton without empty moves. State 0 is its
// start. Every state can be reached and can reach an end; the empty set is one
// state without edges.
type nfa struct {
	edges  [][]edge
	accept []bool
}

// limits on one automaton.
const (
	maxStates = 20_000
	maxEdges  = 200_000
)

func (a *nfa) size() int { return len(a.edges) }

// none reports the empty language.
func (a *nfa) none() bool { return a.size() == 1 && !a.accept[0] && len(a.edges[0]) == 0 }

// rewrite returns a copy with every class mapped, trimmed.
func (a *nfa) rewrite(f func(*class) *class) *nfa {
	done := map[*class]*class{}
	out := &nfa{edges: make([][]edge, a.size()), accept: a.accept}
	for s, edges := range a.edges {
		for _, e := range edges {
			c, ok := done[e.on]
			if !ok {
				c = f(e.on)
				done[e.on] = c
			}
			if !c.empty() {
				out.edges[s] = append(out.edges[s], edge{c, e.to})
			}
		}
	}
	return out.trim()
}

// leading returns the words of the language that begin with a slash.
func (a *nfa) leading() *nfa {
	out := &nfa{edges: make([][]edge, 1, a.size()+1), accept: make([]bool, 1, a.size()+1)}
	for _, e := range a.edges[0] {
		if e.on.has('/') {
			out.edges[0] = append(out.edges[0], edge{slash, e.to + 1})
		}
	}
	out.append(a)
	return out.trim()
}

// append puts the states of another automaton behind those of a and gives the
// number of its start. It joins them to nothing.
func (a *nfa) append(b *nfa) int32 {
	base := int32(a.size())
	for s, edges := range b.edges {
		moved := make([]edge, len(edges))
		for i, e := range edges {
			moved[i] = edge{e.on, e.to + base}
		}
		a.edges, a.accept = append(a.edges, moved), append(a.accept, b.accept[s])
	}
	return base
}

// trim drops states that no word passes and numbers the others breadth first.
func (a *nfa) trim() *nfa {
	live := a.live()
	number := make([]int32, a.size())
	for i := range number {
		number[i] = -1
	}
	number[0] = 0
	order := []int32{0}
	out := &nfa{}
	for i := 0; i < len(order); i++ {
		s := order[i]
		var edges []edge
		for _, e := range a.edges[s] {
			if !live[e.to] {
				continue
			}
			if number[e.to] < 0 {
				number[e.to] = int32(len(order))
				order = append(order, e.to)
			}
			edges = addEdge(edges, edge{e.on, number[e.to]})
		}
		out.edges = append(out.edges, edges)
		out.accept = append(out.accept, a.accept[s])
	}
	return out
}

// addEdge joins edges to one state.
func addEdge(edges []edge, e edge) []edge {
	for i := range edges {
		if edges[i].to == e.to {
			edges[i].on = edges[i].on.union(e.on)
			return edges
		}
	}
	return append(edges, e)
}

// live marks the states that can reach an end.
func (a *nfa) live() []bool {
	back := make([][]int32, a.size())
	live := make([]bool, a.size())
	var todo []int32
	for s, edges := range a.edges {
		for _, e := range edges {
			back[e.to] = append(back[e.to], int32(s))
		}
		if a.accept[s] {
			live[s] = true
			todo = append(todo, int32(s))
		}
	}
	for len(todo) > 0 {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, f := range back[s] {
			if !live[f] {
				live[f] = true
				todo = append(todo, f)
			}
		}
	}
	return live
}

// accepts runs the automaton on a word.
func (a *nfa) accepts(word []rune) bool {
	now, mark := []int32{0}, make([]int, a.size())
	for i, r := range word {
		var next []int32
		for _, s := range now {
			for _, e := range a.edges[s] {
				if mark[e.to] != i+1 && e.on.has(r) {
					mark[e.to] = i + 1
					next = append(next, e.to)
				}
			}
		}
		now = next
	}
	for _, s := range now {
		if a.accept[s] {
			return true
		}
	}
	return false
}

// follow returns the words of a with a word of b behind them.
func (a *nfa) follow(b *nfa) *nfa {
	base := int32(a.size())
	out := &nfa{}
	for s, edges := range a.edges {
		out.accept = append(out.accept, a.accept[s] && b.accept[0])
		joined := append([]edge{}, edges...)
		if a.accept[s] {
			for _, e := range b.edges[0] {
				joined = append(joined, edge{e.on, e.to + base})
			}
		}
		out.edges = append(out.edges, joined)
	}
	out.append(b)
	return out.trim()
}

// both returns the words of a and b; err tells that the product is too big.
func (a *nfa) both(b *nfa) (*nfa, error) {
	type pair struct{ p, q int32 }
	number := map[pair]int32{{}: 0}
	order := []pair{{}}
	out, edges := &nfa{}, 0
	for i := 0; i < len(order); i++ {
		at := order[i]
		var list []edge
		for _, e := range a.edges[at.p] {
			for _, f := range b.edges[at.q] {
				on := e.on.intersect(f.on)
				if on.empty() {
					continue
				}
				to := pair{e.to, f.to}
				n, ok := number[to]
				if !ok {
					n = int32(len(order))
					number[to] = n
					order = append(order, to)
				}
				list = append(list, edge{on, n})
			}
		}
		if edges += len(list); len(order) > maxStates || edges > maxEdges {
			return nil, errTooBig
		}
		out.edges = append(out.edges, list)
		out.accept = append(out.accept, a.accept[at.p] && b.accept[at.q])
	}
	return out.trim(), nil
}
