package match

import (
	"cmp"
	"slices"

	"github.com/kgw-dev/kgw/internal/automata"
)

// found is a path and the sets that match it, by number.
type found struct {
	takes []int
	word  []rune
}

// split is how paths are split, and what that cost.
type split struct {
	found []found
	steps int
}

// whole is how all sets on a host split the paths; fits is false where that
// exceeds the budget.
type whole struct {
	found []found
	fits  bool
}

// pathsOf splits the paths by which of some sets match them, the shortest and
// nicest first. All sets of the host are split once, and what differs only for
// others is one.
func (p *partitioner) pathsOf(on []int) []found {
	if p.whole == nil {
		var every []int
		for i, a := range p.automata {
			if a != nil {
				every = append(every, i)
			}
		}
		all, err := p.splitOn(every)
		p.whole = &whole{all, err == nil}
	}
	if p.whole.fits {
		return restrictTo(p.whole.found, on, len(p.ms))
	}
	out, err := p.splitOn(on)
	if err != nil {
		p.out.Reason = err.Error()
	}
	return out
}

// restrictTo restricts automata over paths to some of the given number.
func restrictTo(list []found, some []int, of int) []found {
	counts := make([]bool, of)
	for _, i := range some {
		counts[i] = true
	}
	var out []found
	seen := map[string]bool{}
	for _, f := range list {
		one := found{word: f.word, takes: make([]int, 0, len(f.takes))}
		for _, i := range f.takes {
			if counts[i] {
				one.takes = append(one.takes, i)
			}
		}
		if key := numbers(one.takes); !seen[key] {
			seen[key] = true
			out = append(out, one)
		}
	}
	return out
}

// splitOn splits the paths by some sets. Sets of one path text are one, and
// their order does not count.
func (p *partitioner) splitOn(on []int) ([]found, error) {
	order := slices.Clone(on)
	slices.SortStableFunc(order, func(i, j int) int { return p.ms[i].compare(p.ms[j].paths) })
	list, at := []*automata.NFA{p.universe}, map[*automata.NFA]int{}
	for _, i := range order {
		a := p.automata[i]
		if _, ok := at[a]; !ok {
			at[a] = len(list) - 1
			list = append(list, a)
		}
	}
	back := make([][]int, len(list)-1) // of each automaton, whose it is
	for _, i := range on {
		back[at[p.automata[i]]] = append(back[at[p.automata[i]]], i)
	}
	split, err := p.splitBy(list)
	out := make([]found, len(split))
	for i, f := range split {
		out[i].word = f.word
		for _, n := range f.takes {
			out[i].takes = append(out[i].takes, back[n]...)
		}
		slices.Sort(out[i].takes)
	}
	return out, err
}

func (p *paths) compare(o *paths) int {
	return cmp.Or(cmp.Compare(p.text.Text, o.text.Text), cmp.Compare(p.text.Lang, o.text.Lang), cmp.Compare(p.view, o.view), cmp.Compare(p.move.From, o.move.From), cmp.Compare(p.move.To, o.move.To))
}

// splitBy splits the paths by automata, the first of which is the universe.
func (p *partitioner) splitBy(list []*automata.NFA) ([]found, error) {
	p.c.mu.Lock()
	if p.c.split[p.limit] == nil {
		p.c.split[p.limit] = &trie[*automata.NFA, split]{}
	}
	place := p.c.split[p.limit].placeOf(list)
	have, ok := place.value, place.known
	p.c.mu.Unlock()
	if ok {
		p.out.Steps += have.steps
		return have.found, nil
	}
	s := newSplitter(list, p.limit)
	out, err := s.search()
	p.out.Steps += s.steps
	if err != nil {
		return out, err
	}
	p.c.remember(place, split{out, s.steps})
	return out, nil
}

// maxSplits bounds how many splits are remembered: they are large.
const maxSplits = 200

// remember notes a split. It begins anew where there are many.
func (c *Classifier) remember(place *trie[*automata.NFA, split], s split) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.splits++; c.splits > maxSplits {
		c.split, c.splits = map[int]*trie[*automata.NFA, split]{}, 0
	}
	place.set(s)
}

// splitter walks through the product of automata, the first of which is the
// universe, as sets of states of all.
type splitter struct {
	limit, steps int
	list         []*automata.NFA
	base         []int32 // first state of an automaton among all
	owner        []int32 // automaton of a state
	sets         automata.Subsets

	// moves, blocks and to are those of the set that is looked at.
	moves  []move
	blocks []block
	to     []int32
}

// move is an edge from a set of states.
type move struct {
	on automata.ASCII
	to int32
}

// block is a set of characters on which all moves agree. Raw paths are ASCII.
type block = automata.ASCII

func newSplitter(list []*automata.NFA, limit int) *splitter {
	s := &splitter{limit: limit, list: list}
	for n, a := range list {
		s.base = append(s.base, int32(len(s.owner)))
		for range a.Edges {
			s.owner = append(s.owner, int32(n))
		}
	}
	return s
}

func (s *splitter) search() ([]found, error) {
	s.sets.Put(s.base) // the starts, in order
	var out []found
	seen := map[string]bool{}
	w := &automata.Walker{Queue: []automata.Visit{{Q: 0, Parent: -1}}}
	for i := 0; i < len(w.Queue); i++ {
		at := s.sets.Sets[w.Queue[i].Q]
		if takes, ok := s.acceptingAt(at); ok && !seen[numbers(takes)] {
			seen[numbers(takes)] = true
			out = append(out, found{takes, w.Word(i)})
		}
		s.findMoves(at)
		for _, b := range s.blocks {
			before := len(s.sets.Sets)
			if n := s.sets.Put(s.target(b)); int(n) == before {
				w.Queue = append(w.Queue, automata.Visit{Q: n, Parent: int32(i), Rune: b.Nicest()})
			}
		}
		if s.steps += len(s.moves) * (1 + len(s.blocks)); len(w.Queue) > s.limit || s.steps > s.limit*automata.WorkPerState {
			return out, automata.ErrTooBig
		}
	}
	return out, nil
}

// findMoves finds the moves from a set of states, and the blocks on which they
// agree: those that the universe has, the nicest first.
func (s *splitter) findMoves(at []int32) {
	var whole block
	s.moves = s.moves[:0]
	for _, q := range at {
		n := s.owner[q]
		for _, e := range s.list[n].Edges[q-s.base[n]] {
			if n == 0 {
				whole = whole.Or(e.On.ASCII)
			}
			if on := e.On.ASCII.And(whole); on != (block{}) {
				s.moves = append(s.moves, move{on, e.To + s.base[n]})
			}
		}
	}
	s.blocks = s.blocks[:0]
	if whole != (block{}) {
		s.blocks = append(s.blocks, whole)
	}
	for _, m := range s.moves {
		for i, b := range s.blocks {
			if in, rest := b.And(m.on), b.Without(m.on); in != (block{}) && rest != (block{}) {
				s.blocks[i] = in
				s.blocks = append(s.blocks, rest)
			}
		}
	}
	slices.SortFunc(s.blocks, func(a, b block) int { return a.First() - b.First() })
}

// target is the set of states that a block leads to.
func (s *splitter) target(b block) []int32 {
	s.to = s.to[:0]
	for _, m := range s.moves {
		if m.on.And(b) != (block{}) {
			s.to = append(s.to, m.to)
		}
	}
	return s.to
}

// acceptingAt returns the automata that accept in a state; ok is false where
// the word is not a path.
func (s *splitter) acceptingAt(at []int32) (takes []int, ok bool) {
	for _, q := range at {
		n := s.owner[q]
		if !s.list[n].Accept[q-s.base[n]] {
			continue
		}
		if n == 0 {
			ok = true
		} else if n := int(n) - 1; len(takes) == 0 || takes[len(takes)-1] != n {
			takes = append(takes, n)
		}
	}
	return takes, ok
}
