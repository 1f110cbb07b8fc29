package pathlang

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/kgw-dev/kgw/internal/automata"
)

// globSeparators are the runes that "*" and "?" do not cross in Oathkeeper's
// glob strategy.
var globSeparators = automata.NewClass('.', '.', '/', '/')

// ParseGlob reads a pattern as gobwas/glob v0.2.3 does. Where that library does
// not match what its documentation says, the pattern follows the library or has
// no automaton: runs of three stars, stars next to question marks, and braces
// with wildcards or nothing in them follow no rule. For "?" and brackets it
// miscounts runes beyond ASCII, which kgw ignores.
func ParseGlob(text string) (*Pattern, error) {
	if !utf8.ValidString(text) || strings.ContainsAny(text, "\x00\uFFFD") {
		return nil, fmt.Errorf("could not read rune")
	}
	p := &globParser{text: []rune(text)}
	n, err := p.sequence(0)
	if err != nil {
		return nil, err
	}
	return &Pattern{Root: n, word: automata.ASCIIWord}, nil
}

// ParseWholeGlob reads a glob over a whole URL.
func ParseWholeGlob(text string) (*Pattern, error) {
	p, err := ParseGlob(text)
	if err != nil {
		return nil, err
	}
	if overlap := GlobOverlap(text); overlap != nil {
		p.Root = automata.Alternate(p.Root, overlap)
	}
	return p, nil
}

// GlobOverlap returns the words that the library lets "head**tail" match although
// head and tail share runes in them; nil for any other pattern. So
// "http://h/**/" matches "http://h/".
func GlobOverlap(text string) *automata.Node {
	head, tail, found := strings.Cut(text, "**")
	if !found || strings.ContainsAny(head+tail, `*?[{\\`) {
		return nil
	}
	var words []*automata.Node
	for i := range head {
		if shared := head[i:]; i > 0 && strings.HasPrefix(tail, shared) {
			words = append(words, automata.LiteralNode(head+tail[len(shared):]))
		}
	}
	if strings.HasPrefix(tail, head) {
		words = append(words, automata.LiteralNode(tail))
	}
	if len(words) == 0 {
		return nil
	}
	return automata.Alternate(words...)
}

// quoteGlob escapes the characters that have a meaning in a glob.
func quoteGlob(text string) string {
	var b strings.Builder
	for _, r := range text {
		if strings.ContainsRune(`*?\[]{}`, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

type globParser struct {
	text []rune
	pos  int
}

func (p *globParser) runeAt(i int) rune {
	if p.pos+i < len(p.text) {
		return p.text[p.pos+i]
	}
	return -1
}

// sequence reads up to the end, or up to a comma or brace inside braces.
func (p *globParser) sequence(level int) (*automata.Node, error) {
	if level > maxNesting {
		return nil, fmt.Errorf("braces are nested too deeply")
	}
	var subs []*automata.Node
	for p.pos < len(p.text) {
		switch r := p.runeAt(0); {
		case level > 0 && (r == ',' || r == '}'):
			return automata.Concat(subs...), nil
		case r == '{':
			n, err := p.braces(level + 1)
			if err != nil {
				return nil, err
			}
			subs = append(subs, n)
		case r == '[':
			c, err := p.brackets()
			if err != nil {
				return nil, err
			}
			subs = append(subs, automata.ClassNode(c))
		default:
			if n := p.simple(r); n != nil {
				subs = append(subs, n)
			}
		}
	}
	return automata.Concat(subs...), nil
}

func (p *globParser) simple(r rune) *automata.Node {
	switch r {
	case '*', '?':
		return p.wildcards()
	}
	p.pos++
	switch r {
	case '\\':
		if p.pos == len(p.text) {
			return nil
		}
		r = p.runeAt(0)
		p.pos++
	}
	return automata.RuneNode(r)
}

// wildcards reads a run of stars and question marks.
func (p *globParser) wildcards() *automata.Node {
	start := p.pos
	for p.runeAt(0) == '*' || p.runeAt(0) == '?' {
		p.pos++
	}
	run := string(p.text[start:p.pos])
	one := automata.ClassNode(globSeparators.Negate())
	switch stars := strings.Count(run, "*"); {
	case stars == 0:
		return automata.Repeat(one, len(run), len(run))
	case stars < len(run):
		return automata.Opaque("glob reads stars beside question marks in its own way")
	case stars == 1:
		return automata.Repeat(one, 0, -1)
	case stars == 2:
		return automata.Repeat(automata.ClassNode(automata.AnyRune), 0, -1)
	}
	return automata.Opaque("glob reads a run of three stars in its own way")
}

// braces reads {a,b}; gobwas accepts braces that are never closed.
func (p *globParser) braces(level int) (*automata.Node, error) {
	var branches []*automata.Node
	for {
		p.pos++
		n, err := p.sequence(level)
		if err != nil {
			return nil, err
		}
		branches = append(branches, n)
		if p.runeAt(0) == ',' {
			continue
		}
		p.pos++
		for _, b := range branches {
			if b.Op == automata.OpEmpty || b.Find(func(n *automata.Node) bool { return n.Op == automata.OpRepeat || n.Op == automata.OpAlt }) != nil {
				return automata.Opaque("glob reads braces with wildcards or nothing in them in its own way"), nil
			}
		}
		return automata.Alternate(branches...), nil
	}
}

var errGlobRange = fmt.Errorf("could not parse range")

// brackets reads [abc], [!abc], [a-z] or [!a-z]; a range is alone.
func (p *globParser) brackets() (*automata.Class, error) {
	p.pos++
	negate := p.runeAt(0) == '!'
	if negate {
		p.pos++
	}
	c, err := p.bracketBody()
	if err == nil && p.runeAt(0) != ']' {
		err = fmt.Errorf("expected close range character")
	}
	p.pos++
	if err == nil && negate {
		c = c.Negate()
	}
	return c, err
}

func (p *globParser) bracketBody() (*automata.Class, error) {
	if p.runeAt(0) >= 0 && p.runeAt(1) == '-' {
		lo, hi := p.runeAt(0), p.runeAt(2)
		p.pos += 3
		if hi < lo {
			return nil, errGlobRange
		}
		return automata.NewClass(lo, hi), nil
	}
	var runes []rune
	for r := p.runeAt(0); r != ']'; r = p.runeAt(0) {
		p.pos++
		if r == '\\' {
			r = p.runeAt(0)
			p.pos++
		}
		if r < 0 {
			return nil, fmt.Errorf("unexpected end of input")
		}
		runes = append(runes, r, r)
	}
	if len(runes) == 0 {
		return nil, errGlobRange
	}
	return automata.NewClass(runes...), nil
}
