package match

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// globSeparators are the runes that "*" and "?" do not cross in Oathkeeper's
// glob strategy.
var globSeparators = newClass('.', '.', '/', '/')

// parseGlob reads a pattern as gobwas/glob v0.2.3 does. Where that library does
// not match what its documentation says, the pattern follows the library or has
// no automaton: runs of three stars, stars beside question marks, and braces with
// wildcards or nothing in them follow no rule. For "?" and brackets it miscounts
// runes beyond ASCII, which is left out of account.
func parseGlob(text string) (*pattern, error) {
	if !utf8.ValidString(text) || strings.ContainsAny(text, "\x00\uFFFD") {
		return nil, fmt.Errorf("could not read rune")
	}
	p := &globParser{text: []rune(text)}
	n, err := p.sequence(0)
	if err != nil {
		return nil, err
	}
	return &pattern{root: n, word: asciiWord}, nil
}

// parseWholeGlob reads a glob over a whole URL.
func parseWholeGlob(text string) (*pattern, error) {
	p, err := parseGlob(text)
	if err != nil {
		return nil, err
	}
	if overlap := globOverlap(text); overlap != nil {
		p.root = alternate(p.root, overlap)
	}
	return p, nil
}

// globOverlap gives the words that the library lets "head**tail" take although
// head and tail share runes in them; nil for any other pattern. So
// "http://h/**/" takes "http://h/".
func globOverlap(text string) *node {
	head, tail, found := strings.Cut(text, "**")
	if !found || strings.ContainsAny(head+tail, `*?[{\\`) {
		return nil
	}
	var words []*node
	for i := range head {
		if shared := head[i:]; i > 0 && strings.HasPrefix(tail, shared) {
			words = append(words, literalNode(head+tail[len(shared):]))
		}
	}
	if strings.HasPrefix(tail, head) {
		words = append(words, literalNode(tail))
	}
	if len(words) == 0 {
		return nil
	}
	return alternate(words...)
}

// quoteGlob escapes what a glob gives a meaning to.
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

func (p *globParser) at(i int) rune {
	if p.pos+i < len(p.text) {
		return p.text[p.pos+i]
	}
	return -1
}

// sequence reads up to the end, or up to a comma or brace inside braces.
func (p *globParser) sequence(level int) (*node, error) {
	if level > maxNesting {
		return nil, fmt.Errorf("braces are nested too deeply")
	}
	var subs []*node
	for p.pos < len(p.text) {
		switch r := p.at(0); {
		case level > 0 && (r == ',' || r == '}'):
			return concat(subs...), nil
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
			subs = append(subs, classNode(c))
		default:
			if n := p.simple(r); n != nil {
				subs = append(subs, n)
			}
		}
	}
	return concat(subs...), nil
}

func (p *globParser) simple(r rune) *node {
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
		r = p.at(0)
		p.pos++
	}
	return classNode(single(r))
}

// wildcards reads a run of stars and question marks.
func (p *globParser) wildcards() *node {
	start := p.pos
	for p.at(0) == '*' || p.at(0) == '?' {
		p.pos++
	}
	run := string(p.text[start:p.pos])
	one := classNode(globSeparators.negate())
	switch stars := strings.Count(run, "*"); {
	case stars == 0:
		return repeat(one, len(run), len(run))
	case stars < len(run):
		return opaque("glob reads stars beside question marks in its own way")
	case stars == 1:
		return repeat(one, 0, -1)
	case stars == 2:
		return repeat(classNode(anyRune), 0, -1)
	}
	return opaque("glob reads a run of three stars in its own way")
}

// braces reads {a,b}; gobwas accepts braces that are never closed.
func (p *globParser) braces(level int) (*node, error) {
	var branches []*node
	for {
		p.pos++
		n, err := p.sequence(level)
		if err != nil {
			return nil, err
		}
		branches = append(branches, n)
		if p.at(0) == ',' {
			continue
		}
		p.pos++
		for _, b := range branches {
			if b.op == opEmpty || b.find(func(n *node) bool { return n.op == opRepeat || n.op == opAlt }) != nil {
				return opaque("glob reads braces with wildcards or nothing in them in its own way"), nil
			}
		}
		return alternate(branches...), nil
	}
}

var errGlobRange = fmt.Errorf("could not parse range")

// brackets reads [abc], [!abc], [a-z] or [!a-z]; a range stands alone.
func (p *globParser) brackets() (*class, error) {
	p.pos++
	negate := p.at(0) == '!'
	if negate {
		p.pos++
	}
	c, err := p.bracketBody()
	if err == nil && p.at(0) != ']' {
		err = fmt.Errorf("expected close range character")
	}
	p.pos++
	if err == nil && negate {
		c = c.negate()
	}
	return c, err
}

func (p *globParser) bracketBody() (*class, error) {
	if p.at(0) >= 0 && p.at(1) == '-' {
		lo, hi := p.at(0), p.at(2)
		p.pos += 3
		if hi < lo {
			return nil, errGlobRange
		}
		return newClass(lo, hi), nil
	}
	var runes []rune
	for r := p.at(0); r != ']'; r = p.at(0) {
		p.pos++
		if r == '\\' {
			r = p.at(0)
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
	return newClass(runes...), nil
}
