package pathlang

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/kgw-dev/kgw/internal/automata"
)

// placeLetters are the escapes for places, and placeOf what they mean.
const placeLetters = "bBAGZz"

var placeOf = [...]automata.Place{automata.AtWord, automata.NotAtWord, automata.AtStart, automata.AtStart, automata.AtLastLine, automata.AtEnd}

// backslash reads what follows a backslash outside a set.
func (p *parser2) backslash() (*automata.Node, error) {
	if !p.more() {
		return nil, fmt.Errorf(`illegal \ at end of pattern`)
	}
	r := p.runeAt(0)
	if i := strings.IndexRune(placeLetters, r); i >= 0 {
		p.pos++
		return &automata.Node{Op: automata.OpAssert, Place: placeOf[i]}, nil
	}
	if c := shorthand(r); c != nil {
		p.pos++
		return automata.ClassNode(p.foldSet(c)), nil
	}
	if r == 'p' || r == 'P' {
		p.pos++
		var s set2
		if err := p.property(&s, r == 'P', p.opt.fold); err != nil {
			return nil, err
		}
		return automata.ClassNode(p.foldSet(s.class())), nil
	}
	return p.reference()
}

// shorthand is the class of \d, \w, \s and their opposites, else nil. All
// three are Unicode classes in regexp2, also under its RE2 option.
func shorthand(r rune) *automata.Class {
	switch r {
	case 'd':
		return automata.DigitClass()
	case 'D':
		return automata.DigitClass().Negate()
	case 'w':
		return automata.WordClass()
	case 'W':
		return automata.WordClass().Negate()
	case 's':
		return automata.SpaceClass()
	case 'S':
		return automata.SpaceClass().Negate()
	}
	return nil
}

// reference reads \1, \k<name>, the old \<name>, or a character escape.
func (p *parser2) reference() (*automata.Node, error) {
	start, r := p.pos, p.runeAt(0)
	switch {
	case r == 'k':
		closing := map[rune]rune{'<': '>', '\'': '\''}[p.runeAt(1)]
		if closing == 0 || p.left() < 3 {
			return nil, fmt.Errorf(`malformed \k<...> named back reference`)
		}
		p.pos += 2
		if n, err := p.angled(closing); n != nil || err != nil {
			return n, err
		}
	case (r == '<' || r == '\'') && p.left() > 1:
		p.pos++
		if n, err := p.angled(map[rune]rune{'<': '>', '\'': '\''}[r]); n != nil || err != nil {
			return n, err
		}
	case '1' <= r && r <= '9':
		n, err := p.decimal()
		switch {
		case err != nil:
			return nil, err
		case !p.counted || p.groups[n]:
			return p.ref(n), nil
		case n <= 9:
			return nil, fmt.Errorf("reference to undefined group number %d", n)
		}
	}
	p.pos = start
	c, err := p.escape()
	if err != nil {
		return nil, err
	}
	return p.char(c), nil
}

func (p *parser2) ref(n int) *automata.Node {
	return &automata.Node{Op: automata.OpRef, Group: n, Fold: p.opt.fold}
}

// angled reads a number or name up to its closing character; nil is none.
func (p *parser2) angled(closing rune) (*automata.Node, error) {
	switch r := p.runeAt(0); {
	case isDigit(r):
		n, err := p.decimal()
		if err != nil || p.next() != closing {
			return nil, err
		}
		if p.counted && !p.groups[n] {
			return nil, fmt.Errorf("reference to undefined group number %d", n)
		}
		return p.ref(n), nil
	case isWordRune(r):
		name := p.name()
		if p.next() != closing {
			return nil, nil
		}
		n, ok := p.names[name]
		if p.counted && !ok {
			return nil, fmt.Errorf("reference to undefined group name %s", name)
		}
		return p.ref(n), nil
	}
	return nil, nil
}

// escape reads an escape for one rune.
func (p *parser2) escape() (rune, error) {
	r := p.next()
	switch r {
	case '0', '1', '2', '3', '4', '5', '6', '7':
		p.pos--
		return p.octal(), nil
	case 'x':
		if p.runeAt(0) == '{' {
			p.pos++
			return p.hexBraced()
		}
		return p.hex(2)
	case 'u':
		return p.hex(4)
	case 'c':
		return p.control()
	case -1:
		return 0, fmt.Errorf(`illegal \ at end of pattern`)
	}
	const letters, meanings = "abefnrtv", "\a\b\x1b\f\n\r\t\v"
	if i := strings.IndexRune(letters, r); i >= 0 {
		return rune(meanings[i]), nil
	}
	if isWordRune(r) {
		return 0, fmt.Errorf(`unrecognized escape sequence \%c`, r)
	}
	return r, nil
}

// octal reads up to three digits. regexp2 tests the upper bound only: every
// character below "8" counts as a digit, so "\0/" is one rune.
func (p *parser2) octal() rune {
	n := rune(0)
	for i := 0; i < 3 && p.more() && p.runeAt(0) < '8'; i++ {
		n = n*8 + p.next() - '0'
	}
	return n & 0xFF
}

func hexDigit(r rune) rune {
	switch {
	case '0' <= r && r <= '9':
		return r - '0'
	case 'a' <= r && r <= 'f':
		return r - 'a' + 10
	case 'A' <= r && r <= 'F':
		return r - 'A' + 10
	}
	return -1
}

func (p *parser2) hex(count int) (rune, error) {
	n := rune(0)
	for range count {
		d := hexDigit(p.runeAt(0))
		if d < 0 {
			return 0, fmt.Errorf("insufficient hexadecimal digits")
		}
		p.pos++
		n = n*16 + d
	}
	return n, nil
}

func (p *parser2) hexBraced() (rune, error) {
	n, digits := rune(0), 0
	for p.more() {
		r := p.next()
		if r == '}' {
			if digits == 0 {
				return 0, fmt.Errorf("insufficient hexadecimal digits")
			}
			return n, nil
		}
		d := hexDigit(r)
		if d < 0 {
			break
		}
		if n = n*16 + d; n > unicode.MaxRune {
			return 0, fmt.Errorf("hex values may not be larger than 0x10FFFF")
		}
		digits++
	}
	return 0, fmt.Errorf("missing closing }")
}

func (p *parser2) control() (rune, error) {
	r := p.next()
	if r < 0 {
		return 0, fmt.Errorf("missing control character")
	}
	if 'a' <= r && r <= 'z' {
		r -= 'a' - 'A'
	}
	if r -= '@'; r >= 0 && r < ' ' {
		return r, nil
	}
	return 0, fmt.Errorf("unrecognized control character")
}
