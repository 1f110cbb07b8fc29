package pathlang

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/kgw-dev/kgw/internal/automata"
)

// Options of a group in the dialect of regexp2 v1.2.0.
type options struct{ fold, multi, explicit, dotall, spaced bool }

// parser2 reads regular expressions as regexp2 v1.2.0 does with its RE2
// option (github.com/dlclark/regexp2, syntax/parser.go), which is what
// Oathkeeper compiles: what it refuses is refused here. It runs twice over a
// text that may refer to groups: once to learn which exist, once for the result.
type parser2 struct {
	text    []rune
	pos     int
	opt     options
	auto    int
	counted bool
	groups  map[int]bool
	names   map[string]int
	order   []string
	depth   int
	plain   bool // the next parenthesis captures nothing
	inTest  bool // directly inside a conditional group
}

// maxNesting bounds recursion. regexp2 itself has no such limit, Go's regexp the
// same one.
const maxNesting = 1000

// maxCount is the largest number regexp2 reads in a pattern.
const maxCount = 1<<31 - 1

// ParseRegexp2 reads a whole expression. The error is what regexp2 refuses.
func ParseRegexp2(text string) (*Pattern, error) {
	p := &parser2{text: []rune(text), auto: 1, groups: map[int]bool{0: true}, names: map[string]int{}}
	if strings.Contains(text, `\`) || strings.Contains(text, "(?") {
		_, _ = p.parse()
		p.numberNames()
	}
	p.pos, p.auto, p.opt, p.depth, p.counted, p.plain, p.inTest = 0, 1, options{}, 0, true, false, false
	root, err := p.parse()
	if err != nil {
		return nil, err
	}
	return &Pattern{Root: root, word: automata.WordClass()}, nil
}

// numberNames assigns the remaining numbers to named groups, in order.
func (p *parser2) numberNames() {
	next := p.auto
	for _, name := range p.order {
		for p.groups[next] {
			next++
		}
		p.names[name] = next
		p.groups[next] = true
		next++
	}
}

func (p *parser2) parse() (*automata.Node, error) {
	n, err := p.alternation()
	if err == nil && p.more() {
		err = fmt.Errorf("unexpected )")
	}
	return n, err
}

func (p *parser2) more() bool { return p.pos < len(p.text) }

func (p *parser2) left() int { return len(p.text) - p.pos }

// runeAt returns the rune i places ahead, or -1.
func (p *parser2) runeAt(i int) rune {
	if p.pos+i < len(p.text) {
		return p.text[p.pos+i]
	}
	return -1
}

func (p *parser2) next() rune {
	r := p.runeAt(0)
	p.pos++
	return r
}

func (p *parser2) lookingAt(s string) bool {
	i := 0
	for _, r := range s {
		if p.runeAt(i) != r {
			return false
		}
		i++
	}
	return true
}

// alternation reads up to the closing parenthesis or the end.
func (p *parser2) alternation() (*automata.Node, error) {
	branches, err := p.branches()
	if err != nil {
		return nil, err
	}
	return automata.Alternate(branches...), nil
}

func (p *parser2) branches() (out []*automata.Node, err error) {
	if p.depth++; p.depth > maxNesting {
		return nil, fmt.Errorf("the expression is nested too deeply")
	}
	defer func() { p.depth-- }()
	for {
		n, err := p.concatenation()
		if err != nil {
			return nil, err
		}
		out = append(out, n)
		if p.runeAt(0) != '|' {
			return out, nil
		}
		p.pos++
	}
}

func (p *parser2) concatenation() (*automata.Node, error) {
	var subs []*automata.Node
	quantified := false
	for {
		if err := p.blank(); err != nil {
			return nil, err
		}
		if !p.more() || p.runeAt(0) == '|' || p.runeAt(0) == ')' {
			return automata.Concat(subs...), nil
		}
		if p.atQuantifier() {
			if quantified {
				return nil, fmt.Errorf("invalid nested repetition operator")
			}
			return nil, fmt.Errorf("missing argument to repetition operator")
		}
		unit, err := p.unit()
		if err != nil {
			return nil, err
		}
		quantified = false
		if unit == nil {
			continue
		}
		if unit, quantified, err = p.quantified(unit); err != nil {
			return nil, err
		}
		subs = append(subs, unit)
	}
}

// quantified reads the quantifier behind a unit, if there is one.
func (p *parser2) quantified(unit *automata.Node) (*automata.Node, bool, error) {
	if err := p.blank(); err != nil {
		return nil, false, err
	}
	if !p.atQuantifier() {
		return unit, false, nil
	}
	least, most, err := p.counts()
	if err != nil {
		return nil, false, err
	}
	if err := p.blank(); err != nil {
		return nil, false, err
	}
	if p.runeAt(0) == '?' {
		p.pos++
	}
	if most >= 0 && least > most {
		return nil, false, fmt.Errorf("invalid repeat count")
	}
	return automata.Repeat(unit, least, most), true, nil
}

func (p *parser2) counts() (least, most int, err error) {
	switch p.next() {
	case '*':
		return 0, -1, nil
	case '+':
		return 1, -1, nil
	case '?':
		return 0, 1, nil
	}
	if least, err = p.decimal(); err != nil {
		return 0, 0, err
	}
	most = least
	if p.runeAt(0) == ',' {
		p.pos++
		most = -1
		if p.runeAt(0) != '}' {
			if most, err = p.decimal(); err != nil {
				return 0, 0, err
			}
		}
	}
	p.pos++
	if most == maxCount {
		most = -1
	}
	return least, most, nil
}

// atQuantifier reports a quantifier here; a brace that is none is a literal.
func (p *parser2) atQuantifier() bool {
	switch p.runeAt(0) {
	case '*', '+', '?':
		return true
	case '{':
	default:
		return false
	}
	i := 1
	for isDigit(p.runeAt(i)) {
		i++
	}
	if i == 1 {
		return false
	}
	if p.runeAt(i) == ',' {
		for i++; isDigit(p.runeAt(i)); i++ {
		}
	}
	return p.runeAt(i) == '}'
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

func (p *parser2) decimal() (int, error) {
	n := 0
	for isDigit(p.runeAt(0)) {
		n = n*10 + int(p.next()-'0')
		if n > maxCount {
			return 0, fmt.Errorf("capture group number out of range")
		}
	}
	return n, nil
}

// unit reads one thing that a quantifier can be behind. It is nil for a
// group that only sets options.
func (p *parser2) unit() (*automata.Node, error) {
	switch r := p.next(); r {
	case '[':
		set, err := p.set(p.opt.fold)
		if err != nil {
			return nil, err
		}
		return automata.ClassNode(p.foldSet(set.class())), nil
	case '(':
		return p.group()
	case '\\':
		return p.backslash()
	case '^':
		return p.assertion(automata.AtLineStart, automata.AtStart), nil
	case '$':
		return p.assertion(automata.AtLineEnd, automata.AtLastLine), nil
	case '.':
		if p.opt.dotall {
			return automata.ClassNode(automata.AnyRune), nil
		}
		return automata.ClassNode(automata.NotNewline), nil
	default:
		return p.char(r), nil
	}
}

func (p *parser2) assertion(multi, whole automata.Place) *automata.Node {
	if p.opt.multi {
		whole = multi
	}
	return &automata.Node{Op: automata.OpAssert, Place: whole}
}

func (p *parser2) char(r rune) *automata.Node {
	if p.opt.fold {
		return automata.ClassNode(foldLower(automata.Single(unicode.ToLower(r))))
	}
	return automata.RuneNode(r)
}

func (p *parser2) foldSet(c *automata.Class) *automata.Class {
	if p.opt.fold {
		return foldLower(c)
	}
	return c
}

// blank skips comments, and white space where the option x is on.
func (p *parser2) blank() error {
	for {
		if p.opt.spaced {
			for r := p.runeAt(0); r == ' ' || r >= '\t' && r <= '\r'; r = p.runeAt(0) {
				p.pos++
			}
			if p.runeAt(0) == '#' {
				for p.more() && p.runeAt(0) != '\n' {
					p.pos++
				}
				continue
			}
		}
		if !p.lookingAt("(?#") {
			return nil
		}
		for p.more() && p.runeAt(0) != ')' {
			p.pos++
		}
		if !p.more() {
			return fmt.Errorf("unterminated comment")
		}
		p.pos++
	}
}

// isWordRune is regexp2's idea of a word character.
func isWordRune(r rune) bool { return r >= 0 && automata.WordClass().Has(r) }

// name reads a run of word characters.
func (p *parser2) name() string {
	start := p.pos
	for isWordRune(p.runeAt(0)) {
		p.pos++
	}
	return string(p.text[start:p.pos])
}

// noteName records a named group in the first run.
func (p *parser2) noteName(name string) {
	if _, ok := p.names[name]; !ok && !p.counted {
		p.names[name] = -1
		p.order = append(p.order, name)
	}
}
