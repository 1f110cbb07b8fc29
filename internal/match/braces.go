package match

import (
	"fmt"
	"regexp"
	"strings"
)

// Strategy is how Oathkeeper reads what stands between angle brackets.
type Strategy uint8

// Oathkeeper's matching strategies.
const (
	RegexpStrategy Strategy = iota
	GlobStrategy
)

// piece is a part of an Oathkeeper URL: literal, or a pattern in brackets.
type piece struct {
	text    string
	literal bool
}

// splitBraces cuts a template at its outermost angle brackets. They are
// counted without regard to the syntax between them (ladon v1.1.0,
// compiler/regex.go).
func splitBraces(text string) ([]piece, error) {
	var out []piece
	level, start := 0, 0
	cut := func(end int, literal bool) {
		if end > start || !literal {
			out = append(out, piece{text[start:end], literal})
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

// regexpText spells pieces as the one expression Oathkeeper compiles, without
// its outer anchors. Every bracket is a capture group.
func regexpText(pieces []piece) string {
	var b strings.Builder
	for _, p := range pieces {
		if p.literal {
			b.WriteString(regexp.QuoteMeta(p.text))
		} else {
			b.WriteString("(" + p.text + ")")
		}
	}
	return b.String()
}

// globText spells pieces as the one glob Oathkeeper compiles.
func globText(pieces []piece) string {
	var b strings.Builder
	for _, p := range pieces {
		if p.literal {
			b.WriteString(quoteGlob(p.text))
		} else {
			b.WriteString(p.text)
		}
	}
	return b.String()
}

// parsePieces reads a template in strategy regexp as Oathkeeper does: each
// bracket must compile alone and then again inside the whole, where groups get
// other numbers.
func parsePieces(pieces []piece) (*pattern, error) { return parseEach(pieces, "^") }

// parseEach is parsePieces with a choice of what stands before the whole.
func parseEach(pieces []piece, anchor string) (*pattern, error) {
	for _, p := range pieces {
		if p.literal {
			continue
		}
		if _, err := parseRegexp2("^" + p.text + "$"); err != nil {
			return nil, err
		}
	}
	return parseToEnd(anchor + regexpText(pieces))
}

// parseToEnd reads an expression that Oathkeeper ends with "$". That also
// holds before a final newline, which the match need not take.
func parseToEnd(text string) (*pattern, error) {
	p, err := parseRegexp2(text + "$")
	if err != nil {
		return nil, err
	}
	p.root = concat(p.root, repeat(classNode(newline), 0, 1))
	return p, nil
}

// usualHead is the head of a rule URL, as Kyma's controller writes it. A path
// expression is read behind it: its groups count from two, and its "^" never
// holds.
const usualHead = "<http|https>://h"

// parsePath2 reads a path expression as part of a rule URL. The first pattern
// denotes the path alone, the second the whole URL on the host "h".
func parsePath2(text string) (path, whole *pattern, err error) {
	pieces, err := splitBraces("<" + text + ">")
	if err != nil {
		return nil, nil, err
	}
	if !strings.ContainsAny(text, `\?`) {
		// No option or reference reaches beyond its bracket.
		if path, err = parseEach(pieces, ""); err != nil {
			return nil, nil, err
		}
		scheme := concat(literalNode("http"), repeat(literalNode("s"), 0, 1), literalNode("://h"))
		return path, &pattern{root: concat(scheme, path.root), word: path.word}, nil
	}
	head, _ := splitBraces(usualHead)
	if whole, err = parsePieces(append(head, pieces...)); err != nil {
		return nil, nil, err
	}
	// Alone, a back-reference may name a group of the head.
	path, err = parseToEnd(regexpText(pieces))
	if err != nil && whole.root.find(func(n *node) bool { return n.op == opRef }) != nil {
		return whole, whole, nil
	}
	return path, whole, err
}
