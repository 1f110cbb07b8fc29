package match

import (
	"regexp/syntax"
	"unicode"
)

// parseRE2 reads an expression as Go's regexp does with Perl flags, which
// agrees with Envoy's RE2 on everything but \C (refused here).
func parseRE2(text string) (*pattern, error) {
	re, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, err
	}
	return &pattern{root: fromSyntax(re), word: asciiWord}, nil
}

func fromSyntax(re *syntax.Regexp) *node {
	switch re.Op {
	case syntax.OpEmptyMatch:
		return emptyNode
	case syntax.OpLiteral:
		return concat(literalRunes(re.Rune, re.Flags&syntax.FoldCase != 0)...)
	case syntax.OpCharClass:
		return classNode(newClass(re.Rune...))
	case syntax.OpAnyCharNotNL:
		return classNode(notNewline)
	case syntax.OpAnyChar:
		return classNode(anyRune)
	case syntax.OpBeginLine:
		return &node{op: opAssert, place: atLineStart}
	case syntax.OpEndLine:
		return &node{op: opAssert, place: atLineEnd}
	case syntax.OpBeginText:
		return &node{op: opAssert, place: atStart}
	case syntax.OpEndText:
		return &node{op: opAssert, place: atEnd}
	case syntax.OpWordBoundary:
		return &node{op: opAssert, place: atWord}
	case syntax.OpNoWordBoundary:
		return &node{op: opAssert, place: notAtWord}
	case syntax.OpCapture, syntax.OpConcat:
		return concat(fromSyntaxAll(re.Sub)...)
	case syntax.OpAlternate:
		return alternate(fromSyntaxAll(re.Sub)...)
	case syntax.OpStar:
		return repeat(fromSyntax(re.Sub[0]), 0, -1)
	case syntax.OpPlus:
		return repeat(fromSyntax(re.Sub[0]), 1, -1)
	case syntax.OpQuest:
		return repeat(fromSyntax(re.Sub[0]), 0, 1)
	case syntax.OpRepeat:
		return repeat(fromSyntax(re.Sub[0]), re.Min, re.Max)
	}
	return classNode(noRune)
}

func fromSyntaxAll(subs []*syntax.Regexp) []*node {
	out := make([]*node, len(subs))
	for i, s := range subs {
		out[i] = fromSyntax(s)
	}
	return out
}

func literalRunes(runes []rune, fold bool) []*node {
	out := make([]*node, len(runes))
	for i, r := range runes {
		c := single(r)
		for f := unicode.SimpleFold(r); fold && f != r; f = unicode.SimpleFold(f) {
			c = c.union(single(f))
		}
		out[i] = classNode(c)
	}
	return out
}
