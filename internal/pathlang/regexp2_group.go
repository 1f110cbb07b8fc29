package pathlang

import (
	"fmt"

	"github.com/kgw-dev/kgw/internal/automata"
)

// group reads what follows an opening parenthesis. It returns nil for a group
// that only changes options.
func (p *parser2) group() (*automata.Node, error) {
	saved, inTest := p.opt, p.inTest
	n, open, err := p.groupOpen()
	if err != nil || !open {
		return nil, err
	}
	p.inTest = n.Op == automata.OpOpaque && n.Negate
	branches, err := p.branches()
	p.inTest = inTest
	if err != nil {
		return nil, err
	}
	if n.Op == automata.OpOpaque && n.Max > 0 && len(branches) > n.Max {
		return nil, fmt.Errorf("too many | in (?()|)")
	}
	if p.runeAt(0) != ')' {
		return nil, fmt.Errorf("missing closing )")
	}
	p.pos++
	p.opt = saved
	switch n.Op {
	case automata.OpOpaque:
		return n, nil
	case automata.OpEmpty:
		return automata.Alternate(branches...), nil
	}
	n.Subs = []*automata.Node{automata.Alternate(branches...)}
	return n, nil
}

// capture makes the node of the next unnamed group.
func (p *parser2) capture() *automata.Node {
	if p.opt.explicit || p.plain {
		p.plain = false
		return &automata.Node{Op: automata.OpEmpty}
	}
	n := p.auto
	p.auto++
	if !p.counted {
		p.groups[n] = true
	}
	return &automata.Node{Op: automata.OpGroup, Group: n}
}

// groupOpen reads the head of a group. An opEmpty node is a plain group.
func (p *parser2) groupOpen() (n *automata.Node, open bool, err error) {
	start := p.pos
	if p.runeAt(0) != '?' || p.runeAt(1) == ')' {
		return p.capture(), true, nil
	}
	p.pos++
	switch p.next() {
	case ':':
		return &automata.Node{Op: automata.OpEmpty}, true, nil
	case '=':
		return &automata.Node{Op: automata.OpLook}, true, nil
	case '!':
		return &automata.Node{Op: automata.OpLook, Negate: true}, true, nil
	case '>':
		return automata.Opaque("an atomic group depends on the order of attempts"), true, nil
	case '\'':
		n, err = p.namedGroup('\'')
	case '<':
		if p.runeAt(0) == '=' || p.runeAt(0) == '!' {
			p.pos++
			return automata.Opaque("a lookbehind is not supported"), true, nil
		}
		n, err = p.namedGroup('>')
	case '(':
		n, err = p.conditional()
	case 'P':
		n, err = p.pythonGroup()
	default:
		p.pos--
		return p.optionGroup(start)
	}
	if err == nil && n == nil {
		err = p.unrecognized(start)
	}
	return n, true, err
}

func (p *parser2) unrecognized(start int) error {
	end := min(p.pos, len(p.text))
	return fmt.Errorf("unrecognized grouping construct: (%s", string(p.text[min(start, end):end]))
}

// optionGroup reads (?imnsx-imnsx) or (?imnsx-imnsx:...).
func (p *parser2) optionGroup(start int) (*automata.Node, bool, error) {
	if !p.inTest {
		p.readOptions()
	}
	switch p.next() {
	case ')':
		return nil, false, nil
	case ':':
		return &automata.Node{Op: automata.OpEmpty}, true, nil
	}
	return nil, false, p.unrecognized(start)
}

func (p *parser2) readOptions() {
	for on := true; p.more(); p.pos++ {
		switch p.runeAt(0) {
		case '-':
			on = false
		case '+':
			on = true
		case 'i', 'I':
			p.opt.fold = on
		case 'm', 'M':
			p.opt.multi = on
		case 'n', 'N':
			p.opt.explicit = on
		case 's', 'S':
			p.opt.dotall = on
		case 'x', 'X':
			p.opt.spaced = on
		case 'd', 'D':
		default:
			return
		}
	}
}

var errGroupName = fmt.Errorf("invalid group name: group names must begin with a word character and have a matching terminator")

// pythonGroup reads P<name> behind the question mark.
func (p *parser2) pythonGroup() (*automata.Node, error) {
	if p.left() < 3 || p.next() != '<' {
		return nil, nil
	}
	if !isWordRune(p.runeAt(0)) {
		return nil, errGroupName
	}
	name := p.name()
	p.noteName(name)
	if !p.more() {
		return nil, nil
	}
	if p.next() != '>' {
		return nil, errGroupName
	}
	return &automata.Node{Op: automata.OpGroup, Group: p.names[name]}, nil
}

// namedGroup reads the name or number of a group and its closing character.
// A nil node without error is an unrecognized construct.
func (p *parser2) namedGroup(closing rune) (*automata.Node, error) {
	var number int
	known := false
	switch first := p.runeAt(0); {
	case first < 0:
		return nil, nil
	case isDigit(first):
		n, err := p.decimal()
		if err != nil {
			return nil, err
		}
		if !p.counted && first != '0' {
			p.groups[n] = true
		}
		if p.more() && p.runeAt(0) != closing && p.runeAt(0) != '-' {
			return nil, errGroupName
		}
		if number, known = n, p.groups[n]; known && n == 0 {
			return nil, fmt.Errorf("capture number cannot be zero")
		}
	case isWordRune(first):
		name := p.name()
		p.noteName(name)
		number, known = p.names[name], true
		if p.more() && p.runeAt(0) != closing && p.runeAt(0) != '-' {
			return nil, errGroupName
		}
	case first == '-':
		return p.balancing(closing)
	default:
		return nil, errGroupName
	}
	if known && p.runeAt(0) == '-' {
		return p.balancing(closing)
	}
	if !known || p.next() != closing {
		return nil, nil
	}
	return &automata.Node{Op: automata.OpGroup, Group: number}, nil
}

// balancing reads the second half of (?<a-b>...).
func (p *parser2) balancing(closing rune) (*automata.Node, error) {
	p.pos++
	switch first := p.runeAt(0); {
	case isDigit(first):
		n, err := p.decimal()
		if err != nil {
			return nil, err
		}
		if p.counted && !p.groups[n] {
			return nil, fmt.Errorf("reference to undefined group number %d", n)
		}
	case isWordRune(first):
		name := p.name()
		if _, ok := p.names[name]; p.counted && !ok {
			return nil, fmt.Errorf("reference to undefined group name %s", name)
		}
	default:
		return nil, errGroupName
	}
	if !p.more() {
		return nil, nil
	}
	if p.next() != closing {
		return nil, errGroupName
	}
	return automata.Opaque("a balancing group is not a regular language"), nil
}

// conditional reads (?(condition)yes|no) behind its second parenthesis. Its
// node has the greatest number of branches in max; negate marks a condition
// that is an expression, with which no option can be set.
func (p *parser2) conditional() (*automata.Node, error) {
	open, result := p.pos, automata.Opaque("a conditional group is not supported")
	result.Max = 2
	switch first := p.runeAt(0); {
	case isDigit(first):
		n, err := p.decimal()
		if err != nil {
			return nil, err
		}
		if p.runeAt(0) != ')' {
			return nil, fmt.Errorf("(?(%d) ) malformed", n)
		}
		p.pos++
		if p.counted && !p.groups[n] {
			return nil, fmt.Errorf("(?(%d) ) reference to undefined group", n)
		}
		return result, nil
	case isWordRune(first):
		_, ok := p.names[p.name()]
		if ok && p.runeAt(0) == ')' {
			p.pos++
			return result, nil
		}
	}
	p.pos, p.plain = open, true
	if p.runeAt(0) == '?' && p.runeAt(1) == '#' {
		return nil, fmt.Errorf("alternation conditions cannot be comments")
	}
	if p.runeAt(0) == '?' && (p.runeAt(1) == '\'' || p.runeAt(1) == '<' && p.left() >= 3 && p.runeAt(2) != '!' && p.runeAt(2) != '=') {
		return nil, fmt.Errorf("alternation conditions do not capture and cannot be named")
	}
	inTest := p.inTest
	p.inTest, result.Negate = true, true
	_, err := p.group()
	p.inTest = inTest
	return result, err
}
