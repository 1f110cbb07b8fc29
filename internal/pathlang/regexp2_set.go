package pathlang

import (
	"fmt"
	"unicode"

	"github.com/kgw-dev/kgw/internal/automata"
)

// set2 is a bracket expression as regexp2 v1.2.0 keeps it. Its categories are
// asked in order and the first that can answer decides, a negated one always:
// so [\D\w] has no digit there.
type set2 struct {
	ranges *automata.Class
	cats   []category2
	sub    *set2
	negate bool
	all    bool
}

type category2 struct {
	name   string
	class  *automata.Class
	negate bool
}

func (s *set2) add(lo, hi rune) { s.addClass(automata.NewClass(lo, hi)) }

func (s *set2) addClass(c *automata.Class) {
	if s.ranges == nil {
		s.ranges = automata.NoRune
	}
	s.ranges = s.ranges.Union(c)
}

func (s *set2) addCategory(name string, c *automata.Class, negate bool) {
	for _, have := range s.cats {
		if have.name == name {
			if have.negate != negate {
				s.all, s.cats = true, nil
				s.addClass(automata.AnyRune)
			}
			return
		}
	}
	if !s.all {
		s.cats = append(s.cats, category2{name, c, negate})
	}
}

// class evaluates the set.
func (s *set2) class() *automata.Class {
	out, open := automata.NoRune, automata.AnyRune
	for _, c := range s.cats {
		if c.negate {
			out = out.Union(open.Minus(c.class))
			break
		}
		out, open = out.Union(open.Intersect(c.class)), open.Minus(c.class)
	}
	if s.ranges != nil {
		out = out.Union(s.ranges)
	}
	if s.negate {
		out = out.Negate()
	}
	if s.sub != nil {
		out = out.Minus(s.sub.class())
	}
	return out
}

// lower adds the lower case of every range, as the option i does.
func (s *set2) lower() {
	if s.all || s.ranges == nil {
		return
	}
	var add []rune
	for low, sources := range automata.LowerSources() {
		for _, r := range sources {
			if s.ranges.Has(r) {
				add = append(add, low, low)
			}
		}
	}
	s.addClass(automata.NewClass(add...))
}

// foldLower returns the runes whose lower case is in the class: regexp2 lowers
// the text before it asks a case-insensitive set.
func foldLower(c *automata.Class) *automata.Class {
	var add, drop []rune
	for low, sources := range automata.LowerSources() {
		in := c.Has(low)
		for _, r := range sources {
			if has := c.Has(r); in && !has {
				add = append(add, r, r)
			} else if !in && has {
				drop = append(drop, r, r)
			}
		}
	}
	if len(drop) > 0 {
		c = c.Minus(automata.NewClass(drop...))
	}
	return c.Union(automata.NewClass(add...))
}

// set reads a bracket expression behind its opening bracket.
func (p *parser2) set(fold bool) (*set2, error) {
	if p.depth++; p.depth > maxNesting {
		return nil, fmt.Errorf("sets are nested too deeply")
	}
	defer func() { p.depth-- }()
	r := setReader{p: p, s: &set2{}, fold: fold}
	if p.runeAt(0) == '^' {
		p.pos++
		r.s.negate = true
	}
	for r.first = true; p.more(); r.first = false {
		done, err := r.item()
		if err != nil {
			return nil, err
		}
		if done {
			if fold {
				r.s.lower()
			}
			return r.s, nil
		}
	}
	return nil, fmt.Errorf("unterminated [] set")
}

// setReader reads the items of one bracket expression.
type setReader struct {
	p              *parser2
	s              *set2
	fold           bool
	first, inRange bool
	prev           rune
}

// item reads one item and reports the closing bracket.
func (r *setReader) item() (done bool, err error) {
	p, escaped := r.p, false
	ch := p.next()
	switch {
	case ch == ']' && !r.first:
		return true, nil
	case ch == '\\' && p.more():
		used, err := r.shorthand()
		if used || err != nil {
			return false, err
		}
		if ch, err = p.escape(); err != nil {
			return false, err
		}
		escaped = true
	case ch == '[' && p.runeAt(0) == ':' && !r.inRange:
		used, err := r.posix()
		if used || err != nil {
			return false, err
		}
	}
	return false, r.char(ch, escaped)
}

// char reads one character as a single, as an end of a range, or as the start
// of a subtraction.
func (r *setReader) char(ch rune, escaped bool) error {
	p := r.p
	switch {
	case r.inRange:
		r.inRange = false
		if ch == '[' && !escaped && !r.first {
			r.s.add(r.prev, r.prev)
			return r.subtract()
		}
		if r.prev > ch {
			return fmt.Errorf("[x-y] range in reverse order")
		}
		r.s.add(r.prev, ch)
	case p.left() >= 2 && p.runeAt(0) == '-' && p.runeAt(1) != ']':
		r.prev, r.inRange = ch, true
		p.pos++
	case ch == '-' && !escaped && p.runeAt(0) == '[' && !r.first:
		p.pos++
		return r.subtract()
	default:
		r.s.add(ch, ch)
	}
	return nil
}

func (r *setReader) subtract() error {
	sub, err := r.p.set(r.fold)
	if err != nil {
		return err
	}
	r.s.sub = sub
	if r.p.more() && r.p.runeAt(0) != ']' {
		return fmt.Errorf("a subtraction must be the last element in a character class")
	}
	return nil
}

// shorthand reads \d and its like; used is false for a character escape.
func (r *setReader) shorthand() (used bool, err error) {
	ch := r.p.runeAt(0)
	switch ch {
	case 'd', 'D', 'w', 'W', 's', 'S', 'p', 'P':
	case '-':
		r.p.pos++
		r.s.add('-', '-')
		return true, nil
	default:
		return false, nil
	}
	r.p.pos++
	if r.inRange {
		return true, fmt.Errorf(`cannot include class \%c in character range`, ch)
	}
	negate := ch < 'a'
	switch lower := unicode.ToLower(ch); lower {
	case 'd':
		r.s.addCategory("Nd", automata.DigitClass(), negate)
	case 'p':
		return true, r.p.property(r.s, negate, r.fold)
	default:
		r.s.addCategory(`\`+string(lower), shorthand(lower), negate)
	}
	return true, nil
}

// property reads {name} behind \p or \P into the set.
func (p *parser2) property(s *set2, negate, fold bool) error {
	if p.left() < 3 {
		return fmt.Errorf(`incomplete \p{X} character escape`)
	}
	if p.next() != '{' {
		return fmt.Errorf(`malformed \p{X} character escape`)
	}
	start := p.pos
	for isWordRune(p.runeAt(0)) || p.runeAt(0) == '-' {
		p.pos++
	}
	name := string(p.text[start:p.pos])
	if p.next() != '}' {
		return fmt.Errorf(`incomplete \p{X} character escape`)
	}
	table := unicodeTable(name)
	if table == nil {
		return fmt.Errorf("unknown unicode category, script, or property '%s'", name)
	}
	if fold && (name == "Ll" || name == "Lu" || name == "Lt") {
		for _, n := range []string{"Ll", "Lu", "Lt"} {
			s.addCategory(n, automata.TableClass(unicodeTable(n)), negate)
		}
	}
	s.addCategory(name, automata.TableClass(table), negate)
	return nil
}

func unicodeTable(name string) *unicode.RangeTable {
	for _, m := range []map[string]*unicode.RangeTable{unicode.Properties, unicode.Categories, unicode.Scripts} {
		if t := m[name]; t != nil {
			return t
		}
	}
	return nil
}

// posixClasses are the ASCII classes of RE2 by name.
var posixClasses = map[string]*automata.Class{
	"alnum": automata.NewClass('0', '9', 'A', 'Z', 'a', 'z'), "alpha": automata.NewClass('A', 'Z', 'a', 'z'),
	"ascii": automata.NewClass(0, 127), "blank": automata.NewClass('\t', '\t', ' ', ' '),
	"cntrl": automata.NewClass(0, 31, 127, 127), "graph": automata.NewClass('!', '~'), "lower": automata.NewClass('a', 'z'),
	"print": automata.NewClass(' ', '~'), "punct": automata.NewClass('!', '/', ':', '@', '[', '`', '{', '~'),
	"upper": automata.NewClass('A', 'Z'), "word": automata.ASCIIWord, "xdigit": automata.NewClass('0', '9', 'A', 'F', 'a', 'f'),
	// regexp2 uses ECMAScript's white space for [:space:].
	"space": automata.NewClass(9, 13, 32, 32, 0xA0, 0xA0, 0x1680, 0x1680, 0x2000, 0x200A, 0x2028, 0x2029,
		0x202F, 0x202F, 0x205F, 0x205F, 0x3000, 0x3000, 0xFEFF, 0xFEFF),
}

// posix reads [:name:] behind its first bracket; used is false where the text
// turns out to be something else, although its class counts all the same.
func (r *setReader) posix() (used bool, err error) {
	p := r.p
	start := p.pos
	p.pos++
	negate := p.runeAt(0) == '^' && p.left() > 1
	if negate {
		p.pos++
	}
	name := p.name()
	c, ok := posixClasses[name]
	switch {
	case name == "digit":
		r.s.addCategory("Nd", automata.DigitClass(), negate)
	case !ok:
		return true, fmt.Errorf("invalid character class range")
	case negate:
		r.s.addClass(c.Negate())
	default:
		r.s.addClass(c)
	}
	if p.left() < 2 || !p.lookingAt(":]") {
		p.pos = start
		return false, nil
	}
	p.pos += 2
	return true, nil
}
