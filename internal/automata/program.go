package automata

// instrOp is the kind of an instruction.
type instrOp uint8

const (
	doMatch  instrOp = iota // the end of the pattern
	doClass                 // read one rune of class, continue at next
	doSplit                 // go on at next or at other
	doAssert                // go on at next if place holds
	doLook                  // go on at next if lookahead number other holds
)

type instr struct {
	op    instrOp
	place Place
	class *Class
	next  int32
	other int32
}

// program is a pattern as instructions with empty moves; instruction 0 is the
// match. contextual reports that assertions or lookaheads occur; words and
// lines, that the rune before an assertion matters beyond the start of the
// text.
type program struct {
	code       []instr
	start      int32
	looks      []*Node
	word       *Class
	contextual bool
	words      bool
	lines      bool
}

// maxInstr bounds the instructions of one pattern.
const maxInstr = 20_000

// Assemble turns a regular pattern into a program.
func Assemble(root *Node, word *Class) (*program, error) {
	p := &program{code: []instr{{op: doMatch}}, word: word}
	start, err := p.emitNode(root, 0)
	p.start = start
	return p, err
}

func (p *program) emit(i instr) (int32, error) {
	if len(p.code) >= maxInstr {
		return 0, ErrTooBig
	}
	p.code = append(p.code, i)
	return int32(len(p.code) - 1), nil
}

// emitNode emits the code of n that goes on at next, and returns its entry.
func (p *program) emitNode(n *Node, next int32) (int32, error) {
	switch n.Op {
	case OpClass:
		return p.emit(instr{op: doClass, class: n.Class, next: next})
	case OpConcat:
		var err error
		for i := len(n.Subs) - 1; i >= 0 && err == nil; i-- {
			next, err = p.emitNode(n.Subs[i], next)
		}
		return next, err
	case OpGroup:
		return p.emitNode(n.Subs[0], next)
	case OpAlt:
		return p.emitAlternatives(n.Subs, next)
	case OpRepeat:
		return p.emitRepetition(n, next)
	case OpLook:
		p.contextual = true
		p.note(n.Subs[0])
		p.looks = append(p.looks, n)
		return p.emit(instr{op: doLook, next: next, other: int32(len(p.looks) - 1)})
	case OpAssert:
		p.contextual = true
		p.note(n)
		return p.emit(instr{op: doAssert, place: n.Place, next: next})
	}
	return next, nil
}

// note looks for places that depend on what is before them.
func (p *program) note(n *Node) {
	n.Find(func(n *Node) bool {
		if n.Op == OpAssert {
			p.words = p.words || n.Place == AtWord || n.Place == NotAtWord
			p.lines = p.lines || n.Place == AtLineStart
		}
		return p.words && p.lines
	})
}

func (p *program) emitAlternatives(subs []*Node, next int32) (int32, error) {
	entry, err := p.emitNode(subs[len(subs)-1], next)
	for i := len(subs) - 2; i >= 0 && err == nil; i-- {
		var first int32
		if first, err = p.emitNode(subs[i], next); err == nil {
			entry, err = p.emit(instr{op: doSplit, next: first, other: entry})
		}
	}
	return entry, err
}

func (p *program) emitRepetition(n *Node, next int32) (entry int32, err error) {
	if n.Max < 0 {
		entry, err = p.emitLoop(n.Subs[0], next)
	} else {
		entry, err = p.emitOptional(n.Subs[0], n.Max-n.Min, next)
	}
	for i := 0; i < n.Min && err == nil; i++ {
		before := len(p.code)
		entry, err = p.emitNode(n.Subs[0], entry)
		if len(p.code) == before {
			break
		}
	}
	return entry, err
}

func (p *program) emitLoop(sub *Node, next int32) (int32, error) {
	split, err := p.emit(instr{op: doSplit, other: next})
	if err != nil {
		return 0, err
	}
	body, err := p.emitNode(sub, split)
	p.code[split].next = body
	return split, err
}

func (p *program) emitOptional(sub *Node, times int, next int32) (int32, error) {
	entry := next
	for range times {
		before := len(p.code)
		body, err := p.emitNode(sub, entry)
		if err != nil || len(p.code) == before {
			return entry, err
		}
		if entry, err = p.emit(instr{op: doSplit, next: body, other: next}); err != nil {
			return 0, err
		}
	}
	return entry, nil
}
