package pathlang

import (
	"regexp/syntax"
	"unicode"

	"github.com/kgw-dev/kgw/internal/automata"
)

// ParseRE2 reads an expression as Go's regexp does with Perl flags, which
// agrees with Envoy's RE2 on everything but \C (refused here).
func ParseRE2(text string) (*Pattern, error) {
	re, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, err
	}
	return &Pattern{Root: fromSyntax(re), word: automata.ASCIIWord}, nil
}

func fromSyntax(re *syntax.Regexp) *automata.Node {
	switch re.Op {
	case syntax.OpEmptyMatch:
		return automata.EmptyNode
	case syntax.OpLiteral:
		return automata.Concat(literalRunes(re.Rune, re.Flags&syntax.FoldCase != 0)...)
	case syntax.OpCharClass:
		return automata.ClassNode(automata.NewClass(re.Rune...))
	case syntax.OpAnyCharNotNL:
		return automata.ClassNode(automata.NotNewline)
	case syntax.OpAnyChar:
		return automata.ClassNode(automata.AnyRune)
	case syntax.OpBeginLine:
		return &automata.Node{Op: automata.OpAssert, Place: automata.AtLineStart}
	case syntax.OpEndLine:
		return &automata.Node{Op: automata.OpAssert, Place: automata.AtLineEnd}
	case syntax.OpBeginText:
		return &automata.Node{Op: automata.OpAssert, Place: automata.AtStart}
	case syntax.OpEndText:
		return &automata.Node{Op: automata.OpAssert, Place: automata.AtEnd}
	case syntax.OpWordBoundary:
		return &automata.Node{Op: automata.OpAssert, Place: automata.AtWord}
	case syntax.OpNoWordBoundary:
		return &automata.Node{Op: automata.OpAssert, Place: automata.NotAtWord}
	case syntax.OpCapture, syntax.OpConcat:
		return automata.Concat(fromSyntaxAll(re.Sub)...)
	case syntax.OpAlternate:
		return automata.Alternate(fromSyntaxAll(re.Sub)...)
	case syntax.OpStar:
		return automata.Repeat(fromSyntax(re.Sub[0]), 0, -1)
	case syntax.OpPlus:
		return automata.Repeat(fromSyntax(re.Sub[0]), 1, -1)
	case syntax.OpQuest:
		return automata.Repeat(fromSyntax(re.Sub[0]), 0, 1)
	case syntax.OpRepeat:
		return automata.Repeat(fromSyntax(re.Sub[0]), re.Min, re.Max)
	}
	return automata.ClassNode(automata.NoRune)
}

func fromSyntaxAll(subs []*syntax.Regexp) []*automata.Node {
	out := make([]*automata.Node, len(subs))
	for i, s := range subs {
		out[i] = fromSyntax(s)
	}
	return out
}

func literalRunes(runes []rune, fold bool) []*automata.Node {
	out := make([]*automata.Node, len(runes))
	for i, r := range runes {
		out[i] = automata.RuneNode(r)
		for f := unicode.SimpleFold(r); fold && f != r; f = unicode.SimpleFold(f) {
			out[i] = automata.ClassNode(out[i].Class.Union(automata.Single(f)))
		}
	}
	return out
}
