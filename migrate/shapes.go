package migrate

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// shape is one alternative of an expression, and the v2 paths that may replace
// it. tail is the text in front of a repetition that begins within a segment,
// as in /foo.*: requests such as /foobar cannot be expressed.
type shape struct {
	candidates []string
	tail       string
}

type shapes []shape

// token is a part of an alternative.
type token struct {
	kind tokenKind
	text string
}

type tokenKind uint8

const (
	text     tokenKind = iota
	any0               // .*
	any1               // .+
	segment0           // [^/]*
	segment1           // [^/]+
)

const maxShapes = 24

// shapesOf reads the alternatives of an expression. They are proposals; the
// algebra decides whether they are right.
func shapesOf(expr string) (shapes, string) {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil, "the proxy does not accept it as an expression"
	}
	all, ok := alternatives(re)
	if !ok {
		return nil, "parts of it are neither text nor whole segments"
	}
	var out shapes
	for _, tokens := range all {
		out = append(out, propose(tokens))
	}
	return out, ""
}

// alternatives lists the sequences of tokens of an expression.
func alternatives(re *syntax.Regexp) ([][]token, bool) {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpBeginText, syntax.OpEndText, syntax.OpBeginLine, syntax.OpEndLine:
		return [][]token{nil}, true
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase != 0 {
			return nil, false
		}
		return [][]token{{{text: string(re.Rune)}}}, true
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return [][]token{{{text: "."}}}, true
	case syntax.OpCharClass:
		return letters(re)
	case syntax.OpCapture:
		return alternatives(re.Sub[0])
	case syntax.OpQuest:
		sub, ok := alternatives(re.Sub[0])
		return slices.Insert(sub, 0, nil), ok
	case syntax.OpStar, syntax.OpPlus:
		return repetition(re)
	case syntax.OpConcat:
		return joinAlternatives(re.Sub)
	case syntax.OpAlternate:
		var out [][]token
		for _, s := range re.Sub {
			sub, ok := alternatives(s)
			if !ok {
				return nil, false
			}
			out = append(out, sub...)
		}
		return out, len(out) <= maxShapes
	}
	return nil, false
}

// letters are the few characters of a class: (a|b) is read as one.
func letters(re *syntax.Regexp) ([][]token, bool) {
	var out [][]token
	for i := 0; i+1 < len(re.Rune); i += 2 {
		for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
			if out = append(out, []token{{text: string(r)}}); len(out) > 8 {
				return nil, false
			}
		}
	}
	return out, true
}

func repetition(re *syntax.Regexp) ([][]token, bool) {
	sub := re.Sub[0]
	for sub.Op == syntax.OpCapture {
		sub = sub.Sub[0]
	}
	star := re.Op == syntax.OpStar
	switch {
	case sub.Op == syntax.OpAnyChar || sub.Op == syntax.OpAnyCharNotNL || sub.Op == syntax.OpStar && isAnything(sub.Sub[0]):
		return repeatOne(star, any0, any1), true
	case sub.Op == syntax.OpCharClass && isNotSlash(sub.Rune):
		return repeatOne(star, segment0, segment1), true
	}
	// (/.*)* is (/.*)?, and the algebra finds out whether more was meant.
	all, ok := alternatives(sub)
	if star {
		all = slices.Insert(all, 0, nil)
	}
	return all, ok
}

func repeatOne(star bool, zero, more tokenKind) [][]token {
	if star {
		return [][]token{{{kind: zero}}}
	}
	return [][]token{{{kind: more}}}
}

func isAnything(re *syntax.Regexp) bool {
	return re.Op == syntax.OpAnyChar || re.Op == syntax.OpAnyCharNotNL
}

// isNotSlash reports whether a class is everything but a slash, and perhaps "?"
// and "#", which no path has.
func isNotSlash(runes []rune) bool {
	in := func(r rune) bool {
		for i := 0; i+1 < len(runes); i += 2 {
			if r >= runes[i] && r <= runes[i+1] {
				return true
			}
		}
		return false
	}
	for _, r := range "azAZ09-._~!$&'()*+,;=:@%" {
		if !in(r) {
			return false
		}
	}
	return !in('/')
}

func joinAlternatives(subs []*syntax.Regexp) ([][]token, bool) {
	out := [][]token{nil}
	for _, s := range subs {
		next, ok := alternatives(s)
		if !ok || len(out)*len(next) > maxShapes {
			return nil, false
		}
		var grown [][]token
		for _, a := range out {
			for _, b := range next {
				grown = append(grown, append(slices.Clone(a), b...))
			}
		}
		out = grown
	}
	return out, true
}

// propose returns the v2 paths that may replace a sequence of tokens.
func propose(tokens []token) shape {
	built := []string{""}
	var s shape
	for i, t := range tokens {
		last := i == len(tokens)-1
		var next []string
		for _, b := range built {
			switch {
			case t.kind == text:
				next = append(next, b+t.text)
			case (t.kind == any0 || t.kind == any1) && last:
				next = append(next, pathsFrom(b, t.kind)...)
				if b != "" && !strings.HasSuffix(b, "/") {
					s.tail = b
				}
			case t.kind == any0 && b == "":
				next = append(next, "", "/{**}")
			case t.kind == any0 && strings.HasSuffix(b, "/"):
				next = append(next, b+"{**}")
			case (t.kind == segment0 || t.kind == segment1) && strings.HasSuffix(b, "/"):
				next = append(next, b+"{*}")
				if t.kind == segment0 {
					next = append(next, b)
				}
			}
		}
		built = next
	}
	s.candidates = built
	return s
}

// pathsFrom are the paths that begin with a text.
func pathsFrom(b string, kind tokenKind) []string {
	switch {
	case b == "" || b == "/" && kind == any0:
		return []string{"/*"}
	case strings.HasSuffix(b, "/") && kind == any0:
		return []string{b + "{**}"}
	case strings.HasSuffix(b, "/"):
		return []string{b + "{*}", b + "{*}/{**}"}
	}
	return []string{b, b + "/{**}"}
}

// asRegex turns a quoted path of v2 into the expression that its author had.
var asRegex = strings.NewReplacer(`\.`, ".", `\{\*\}`, "[^/]+", `\{\*\*\}`, ".*")

// loseOnly reports whether what the paths do not match is nothing but that:
// longer names of the last segment in front of a repetition, or empty segments.
func (all shapes) loseOnly(c *questions, old *match.Matcher, paths []string) bool {
	var others []*match.Matcher
	for _, s := range all {
		if s.tail != "" {
			others = append(others, c.judge.Compile(match.Set{Path: pathlang.Path{Lang: pathlang.Regex, Text: asRegex.Replace(regexp.QuoteMeta(s.tail)) + ".*"}}))
		}
	}
	others = append(others, c.judge.Compile(match.Set{Path: pathlang.Path{Lang: pathlang.Regex, Text: ".*//.*"}}), c.judge.Compile(match.Set{Path: pathlang.Path{Lang: pathlang.Regex, Text: noURI}}))
	for _, p := range paths {
		others = append(others, c.template(p))
	}
	return c.difference(old, others...).Empty
}
