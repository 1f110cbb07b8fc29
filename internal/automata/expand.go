package automata

import (
	"encoding/binary"
	"slices"
)

// What is before a place.
const (
	AfterStart uint8 = iota
	afterNewline
	AfterWord
	AfterOther
)

// What may be behind a place, as bits.
const (
	nextEnd     uint8 = 1 << iota // nothing
	nextLast                      // a newline, then nothing
	nextNewline                   // a newline, then more
	nextWord                      // a word character
	nextOther                     // another character
	nextAny     = nextEnd | nextLast | nextNewline | nextWord | nextOther
)

// duty is a lookahead that began earlier: its automaton and where that is.
type duty struct{ look, state int32 }

// situation is a state of the automaton under construction: where the program
// continues, the rune before, the runes that may follow, and the open
// lookaheads.
type situation struct {
	pc     int32
	before uint8
	next   uint8
	duties int32
}

// expander turns a program into an automaton without empty moves, places or
// lookaheads: places become part of the state, and a lookahead runs along as a
// deterministic automaton from where it began.
type expander struct {
	prog    *program
	number  map[situation]int32 // where there are places or lookaheads
	entered []int32             // else the number of the state that goes on at an instruction, plus one
	todo    []situation
	out     *NFA
	room    []Edge // of all states, one after the other
	ends    []int  // where those of a state end
	lookDFA map[[2]int32]int32
	dfas    []*dfa
	duties  [][]duty
	dutyNo  map[string]int32
	seen    map[reached]bool // where there are places or lookaheads
	passed  []int32          // else the last state, plus one, from which an instruction was reached
}

// reached is a step of the closure over empty moves.
type reached struct {
	pc    int32
	next  uint8
	fresh int32
}

// Expand builds the automaton of a program that is entered behind a place of
// the given kind.
func Expand(p *program, before uint8) (*NFA, error) {
	x := &expander{prog: p, out: &NFA{}, todo: make([]situation, 0, len(p.code)), room: make([]Edge, 0, len(p.code))}
	x.duties = append(x.duties, nil) // the empty set
	if p.contextual {
		x.number, x.lookDFA, x.dutyNo = map[situation]int32{}, map[[2]int32]int32{}, map[string]int32{"": 0}
	} else {
		before = AfterOther
		marks := make([]int32, 2*len(p.code))
		x.entered, x.passed = marks[:len(p.code)], marks[len(p.code):]
	}
	x.state(situation{p.start, before, nextAny, 0})
	for i := 0; i < len(x.todo); i++ {
		x.out.Accept = append(x.out.Accept, false)
		if err := x.visit(int32(i), x.todo[i]); err != nil {
			return nil, err
		}
		x.ends = append(x.ends, len(x.room))
		if len(x.todo) > MaxStates || len(x.room) > MaxEdges || len(x.duties) > MaxStates {
			return nil, ErrTooBig
		}
	}
	x.out.Edges = make([][]Edge, len(x.ends))
	from := 0
	for i, end := range x.ends {
		x.out.Edges[i], from = x.room[from:end:end], end
	}
	return x.out.Trim(), nil
}

func (x *expander) state(s situation) int32 {
	next := int32(len(x.todo))
	if x.entered != nil { // nothing but the instruction tells states apart
		at := &x.entered[s.pc]
		if *at > 0 {
			return *at - 1
		}
		*at = next + 1
	} else {
		if n, ok := x.number[s]; ok {
			return n
		}
		x.number[s] = next
	}
	x.todo = append(x.todo, s)
	return next
}

// visit follows the empty moves from a situation.
func (x *expander) visit(n int32, s situation) error {
	if x.prog.contextual {
		x.seen = map[reached]bool{}
	}
	return x.walk(n, s, reached{s.pc, s.next, s.duties})
}

// isFirst reports whether a step from state n is the first one to there.
func (x *expander) isFirst(n int32, at reached) bool {
	if x.passed != nil {
		before := x.passed[at.pc]
		x.passed[at.pc] = n + 1
		return before != n+1
	}
	if x.seen[at] {
		return false
	}
	x.seen[at] = true
	return true
}

func (x *expander) walk(n int32, s situation, at reached) error {
	for x.isFirst(n, at) {
		if len(x.seen) > maxInstr {
			return ErrTooBig
		}
		switch i := x.prog.code[at.pc]; i.op {
		case doMatch:
			x.markEnd(n, at)
			return nil
		case doClass:
			return x.addEdges(at, i)
		case doSplit:
			if err := x.walk(n, s, reached{i.next, at.next, at.fresh}); err != nil {
				return err
			}
			at.pc = i.other
		case doAssert:
			at.next &= allowedNext(i.place, s.before)
			if at.next == 0 {
				return nil
			}
			at.pc = i.next
		case doLook:
			d, err := x.openLookahead(i.other, s.before)
			if err != nil {
				return err
			}
			at.pc, at.fresh = i.next, x.addLook(at.fresh, d)
		}
	}
	return nil
}

// allowedNext returns the runes that may follow if the assertion holds.
func allowedNext(p Place, before uint8) uint8 {
	holds := func(ok bool) uint8 {
		if ok {
			return nextAny
		}
		return 0
	}
	switch p {
	case AtStart:
		return holds(before == AfterStart)
	case AtLineStart:
		return holds(before == AfterStart || before == afterNewline)
	case AtEnd:
		return nextEnd
	case AtLastLine:
		return nextEnd | nextLast
	case AtLineEnd:
		return nextEnd | nextLast | nextNewline
	}
	if (before == AfterWord) == (p == AtWord) {
		return nextAny &^ nextWord
	}
	return nextWord
}

// markEnd marks the state as an end if nothing may follow and no lookahead
// objects.
func (x *expander) markEnd(n int32, at reached) {
	if at.next&nextEnd == 0 {
		return
	}
	for _, d := range x.duties[at.fresh] {
		if !x.dfas[d.look].Accept[d.state] {
			return
		}
	}
	x.out.Accept[n] = true
}

// addEdges adds the edges of one class instruction.
func (x *expander) addEdges(at reached, i instr) error {
	if i.class.empty() {
		return nil
	}
	if !x.prog.contextual {
		x.addEdge(i.class, situation{i.next, AfterOther, nextAny, 0})
		return nil
	}
	for _, p := range x.splitClass(i.class, at.next) {
		if p.on.empty() || p.next == 0 {
			continue
		}
		to := situation{pc: i.next, before: p.before, next: nextAny}
		switch p.next {
		case nextLast:
			to.next = nextEnd
		case nextNewline:
			to.next = nextAny &^ nextEnd
		}
		if err := x.advance(p.on, to, x.duties[at.fresh], nil); err != nil {
			return err
		}
	}
	return nil
}

// part is a part of a class whose runes are alike as context.
type part struct {
	on     *Class
	before uint8
	next   uint8
}

// splitClass splits a class as far as the program distinguishes its runes.
func (x *expander) splitClass(c *Class, next uint8) []part {
	if next == nextAny && !x.prog.words && !x.prog.lines {
		return []part{{c, AfterOther, nextWord}}
	}
	var out []part
	if c.Has('\n') {
		out = append(out, part{Newline, x.noteNewline(), next & (nextLast | nextNewline)})
		c = c.Minus(Newline)
	}
	if !x.prog.words {
		return append(out, part{c, AfterOther, next & (nextWord | nextOther)})
	}
	word := c.Intersect(x.prog.word)
	return append(out, part{word, AfterWord, next & nextWord}, part{c.Minus(word), AfterOther, next & nextOther})
}

func (x *expander) noteNewline() uint8 {
	if x.prog.lines {
		return afterNewline
	}
	return AfterOther
}

// advance splits the class until every open lookahead moves to one state, and
// adds the edges.
func (x *expander) advance(on *Class, to situation, open, moved []duty) error {
	if len(open) == 0 {
		to.duties = x.dutySet(moved)
		x.addEdge(on, to)
		if len(x.room) > MaxEdges {
			return ErrTooBig
		}
		return nil
	}
	d := x.dfas[open[0].look]
	for _, e := range d.Edges[open[0].state] {
		c := on.Intersect(e.On)
		if c.empty() || d.dead[e.To] {
			continue
		}
		next := moved
		if !d.full[e.To] {
			next = append(slices.Clone(moved), duty{open[0].look, e.To})
		}
		if err := x.advance(c, to, open[1:], next); err != nil {
			return err
		}
	}
	return nil
}

// addEdge adds an edge of the state that is visited.
func (x *expander) addEdge(on *Class, to situation) {
	x.room = append(x.room, Edge{on, x.state(to)})
}

// dutySet numbers a set of duties.
func (x *expander) dutySet(d []duty) int32 {
	d = slices.Clone(d)
	slices.SortFunc(d, func(a, b duty) int { return int(a.look-b.look)<<16 + int(a.state-b.state) })
	d = slices.Compact(d)
	key := make([]byte, 0, 8*len(d))
	for _, e := range d {
		key = binary.LittleEndian.AppendUint32(key, uint32(e.look))
		key = binary.LittleEndian.AppendUint32(key, uint32(e.state))
	}
	n, ok := x.dutyNo[string(key)]
	if !ok {
		n = int32(len(x.duties))
		x.dutyNo[string(key)] = n
		x.duties = append(x.duties, d)
	}
	return n
}

func (x *expander) addLook(set int32, look int32) int32 {
	return x.dutySet(append(slices.Clone(x.duties[set]), duty{look, 0}))
}

// openLookahead returns the automaton of a lookahead that begins behind such a
// place.
func (x *expander) openLookahead(look int32, before uint8) (int32, error) {
	key := [2]int32{look, int32(before)}
	if n, ok := x.lookDFA[key]; ok {
		return n, nil
	}
	n := x.prog.looks[look]
	prog, err := Assemble(Concat(n.Subs[0], Repeat(ClassNode(AnyRune), 0, -1)), x.prog.word)
	if err != nil {
		return 0, err
	}
	a, err := Expand(prog, before)
	if err != nil {
		return 0, err
	}
	d, err := a.Determinize(MaxLook)
	if err != nil {
		return 0, err
	}
	if n.Negate {
		d.Complement()
	}
	x.lookDFA[key] = int32(len(x.dfas))
	x.dfas = append(x.dfas, d)
	return x.lookDFA[key], nil
}
