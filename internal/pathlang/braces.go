package pathlang

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/kgw-dev/kgw/internal/automata"
)

// Strategy is how Oathkeeper reads what is between angle brackets.
type Strategy uint8

// Oathkeeper's matching strategies.
const (
	RegexpStrategy Strategy = iota
	GlobStrategy
)

// Piece is a part of an Oathkeeper URL: literal, or a pattern in brackets.
type Piece struct {
	Text    string
	Literal bool
}

// SplitBraces cuts a template at its outermost angle brackets. They are
// counted without regard to the syntax between them (ladon v1.1.0,
// compiler/regex.go).
func SplitBraces(text string) ([]Piece, error) {
	var out []Piece
	level, start := 0, 0
	cut := func(end int, literal bool) {
		if end > start || !literal {
			out = append(out, Piece{text[start:end], literal})
		}
		start = end + 1
	}
	for i := range len(text) {
		switch text[i] {
		case '<':
			if level++; level == 1 {
				cut(i, true)
			}
		case '>':
			level--
			if level < 0 {
				return nil, fmt.Errorf("unbalanced angle brackets")
			}
			if level == 0 {
				cut(i, false)
			}
		}
	}
	if level != 0 {
		return nil, fmt.Errorf("unbalanced angle brackets")
	}
	cut(len(text), true)
	return out, nil
}

// RegexpText spells pieces as the one expression Oathkeeper compiles, without
// its outer anchors. Every bracket is a capture group.
func RegexpText(pieces []Piece) string {
	var b strings.Builder
	for _, p := range pieces {
		if p.Literal {
			b.WriteString(regexp.QuoteMeta(p.Text))
		} else {
			b.WriteString("(" + p.Text + ")")
		}
	}
	return b.String()
}

// GlobText spells pieces as the one glob Oathkeeper compiles.
func GlobText(pieces []Piece) string {
	var b strings.Builder
	for _, p := range pieces {
		if p.Literal {
			b.WriteString(quoteGlob(p.Text))
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

// ParsePieces reads a template in strategy regexp as Oathkeeper does: each
// bracket must compile alone and then again inside the whole, where groups get
// other numbers.
func ParsePieces(pieces []Piece) (*Pattern, error) { return parseEach(pieces, "^") }

// parseEach is parsePieces with a choice of what is before the whole.
func parseEach(pieces []Piece, anchor string) (*Pattern, error) {
	for _, p := range pieces {
		if p.Literal {
			continue
		}
		if _, err := ParseRegexp2("^" + p.Text + "$"); err != nil {
			return nil, err
		}
	}
	return parseToEnd(anchor + RegexpText(pieces))
}

// parseToEnd reads an expression that Oathkeeper ends with "$". That also
// holds before a final newline, which the match need not include.
func parseToEnd(text string) (*Pattern, error) {
	p, err := ParseRegexp2(text + "$")
	if err != nil {
		return nil, err
	}
	p.Root = automata.Concat(p.Root, automata.Repeat(automata.ClassNode(automata.Newline), 0, 1))
	return p, nil
}

// usualHead is the head of a rule URL, as Kyma's controller writes it. A path
// expression is read behind it: its groups count from two, and its "^" never
// holds.
const usualHead = "<http|https>://h"

// ParsePath2 reads a path expression as part of a rule URL. The first pattern
// denotes the path alone, the second the whole URL on the host "h".
func ParsePath2(text string) (path, whole *Pattern, err error) {
	pieces, err := SplitBraces("<" + text + ">")
	if err != nil {
		return nil, nil, err
	}
	if !strings.ContainsAny(text, `\?`) {
		// No option or reference reaches beyond its bracket.
		if path, err = parseEach(pieces, ""); err != nil {
			return nil, nil, err
		}
		scheme := automata.Concat(automata.LiteralNode("http"), automata.Repeat(automata.LiteralNode("s"), 0, 1), automata.LiteralNode("://h"))
		return path, &Pattern{Root: automata.Concat(scheme, path.Root), word: path.word}, nil
	}
	head, _ := SplitBraces(usualHead)
	if whole, err = ParsePieces(append(head, pieces...)); err != nil {
		return nil, nil, err
	}
	// Alone, a back-reference may name a group of the head.
	path, err = parseToEnd(RegexpText(pieces))
	if err != nil && whole.Root.Find(func(n *automata.Node) bool { return n.Op == automata.OpRef }) != nil {
		return whole, whole, nil
	}
	return path, whole, err
}
