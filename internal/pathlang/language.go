package pathlang

import (
	"errors"
	"strings"

	"github.com/kgw-dev/kgw/internal/automata"
	"github.com/kgw-dev/kgw/internal/lazyregexp"
)

// Pattern is a parsed path text: its syntax and what the dialect calls a word.
type Pattern struct {
	Root *automata.Node
	word *automata.Class
}

// SyntaxOf reads a path in its own language. The error is the engine's
// refusal.
func SyntaxOf(p Path) (*Pattern, error) {
	switch p.Lang {
	case Exact:
		return Plain(automata.LiteralNode(p.Text)), nil
	case Prefix:
		return Plain(automata.LiteralNode(p.Text), anyNode()), nil
	case Star:
		if head, ok := strings.CutSuffix(p.Text, "*"); ok {
			return Plain(automata.LiteralNode(head), anyNode()), nil
		}
		return Plain(automata.LiteralNode(p.Text)), nil
	case Template:
		if p.Text == "/*" {
			return Plain(automata.LiteralNode("/"), anyNode()), nil
		}
		return ParseRE2(TemplateRegex(p.Text))
	case Regex:
		return ParseRE2(p.Text)
	case Regexp2:
		path, _, err := ParsePath2(p.Text)
		return path, err
	case Glob:
		if _, err := SplitBraces("<" + p.Text + ">"); err != nil {
			return nil, err
		}
		return ParseGlob(p.Text)
	case Fabric:
		return Plain(fabricNode(p.Text)), nil
	case Skipper:
		return skipperPattern(p.Text)
	case Subtree:
		return Plain(subtreeNode(p.Text)), nil
	}
	return nil, errors.New("the path has no language")
}

// Plain is the pattern of parts one after the other, with the words of ASCII.
func Plain(subs ...*automata.Node) *Pattern {
	return &Pattern{Root: automata.Concat(subs...), word: automata.ASCIIWord}
}

func anyNode() *automata.Node { return automata.Repeat(automata.ClassNode(automata.AnyRune), 0, -1) }

func segmentNode() *automata.Node {
	return automata.Repeat(automata.ClassNode(automata.Slash.Negate()), 1, -1)
}

// fabricNode is a FabricGateway path. Its operator writes "*", "*name" and
// "{name}" as a Skipper parameter where they are a whole segment; a final "**"
// matches one or more segments.
func fabricNode(text string) *automata.Node {
	if text == "/**" {
		return automata.Concat(automata.LiteralNode("/"), anyNode())
	}
	parts := strings.Split(text, "/")
	var subs []*automata.Node
	for i, part := range parts {
		if i > 0 {
			subs = append(subs, automata.ClassNode(automata.Slash))
		}
		switch {
		case part == "**" && i == len(parts)-1:
			subs = append(subs, automata.Repeat(automata.ClassNode(automata.AnyRune), 1, -1))
		case fabricParameter().MatchString(part):
			subs = append(subs, segmentNode())
		default:
			subs = append(subs, automata.LiteralNode(part))
		}
	}
	return automata.Concat(subs...)
}

var fabricParameter = lazyregexp.New(`^(\*|\*[\w-]+|\{[\w-]+\})$`)

// skipperPattern is the argument of Skipper's Path predicate: ":name" is one
// segment, a final "*name" or "**" the rest, which is not empty.
func skipperPattern(text string) (*Pattern, error) {
	parts := strings.Split(text, "/")
	var subs []*automata.Node
	for i, part := range parts {
		if i > 0 {
			subs = append(subs, automata.ClassNode(automata.Slash))
		}
		switch {
		case strings.HasPrefix(part, "*") && i < len(parts)-1:
			return nil, errors.New("a free wildcard must be the last segment")
		case strings.HasPrefix(part, "*"):
			subs = append(subs, automata.Repeat(automata.ClassNode(automata.AnyRune), 1, -1))
		case len(part) > 1 && part[0] == ':':
			subs = append(subs, segmentNode())
		default:
			subs = append(subs, automata.LiteralNode(part))
		}
	}
	return Plain(subs...), nil
}

// subtreeNode is the argument of Skipper's PathSubtree predicate: the path
// itself and everything below it.
func subtreeNode(text string) *automata.Node {
	text = strings.TrimRight(text, "/")
	below := automata.Concat(automata.ClassNode(automata.Slash), anyNode())
	if text == "" {
		return below
	}
	return automata.Concat(automata.LiteralNode(text), automata.Repeat(below, 0, 1))
}

// Automaton compiles a pattern that is entered behind such a place.
func (p *Pattern) Automaton(before uint8) (*automata.NFA, error) {
	if err := p.Regular(); err != nil {
		return nil, err
	}
	prog, err := automata.Assemble(p.Root, p.word)
	if err != nil {
		return nil, err
	}
	return automata.Expand(prog, before)
}

// Regular returns which construct of the pattern has no automaton.
func (p *Pattern) Regular() error {
	if reason, bad := p.Root.Irregular(); bad {
		return errors.New(reason)
	}
	return nil
}
