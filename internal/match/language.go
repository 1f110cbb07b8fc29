package match

import (
	"errors"
	"regexp"
	"strings"
)

// syntaxOf reads a path in its own language. The error is the engine's
// refusal.
func syntaxOf(p Path) (*pattern, error) {
	switch p.Lang {
	case Exact:
		return plain(literalNode(p.Text)), nil
	case Prefix:
		return plain(literalNode(p.Text), anything()), nil
	case Star:
		if head, ok := strings.CutSuffix(p.Text, "*"); ok {
			return plain(literalNode(head), anything()), nil
		}
		return plain(literalNode(p.Text)), nil
	case Template:
		if p.Text == "/*" {
			return plain(literalNode("/"), anything()), nil
		}
		return parseRE2(templateRegex(p.Text))
	case Regex:
		return parseRE2(p.Text)
	case Regexp2:
		path, _, err := parsePath2(p.Text)
		return path, err
	case Glob:
		if _, err := splitBraces("<" + p.Text + ">"); err != nil {
			return nil, err
		}
		return parseGlob(p.Text)
	case Fabric:
		return plain(fabricNode(p.Text)), nil
	case Skipper:
		return skipperPattern(p.Text)
	case Subtree:
		return plain(subtreeNode(p.Text)), nil
	}
	return nil, errors.New("the path has no language")
}

func plain(subs ...*node) *pattern {
	return &pattern{root: concat(subs...), word: asciiWord}
}

func anything() *node { return repeat(classNode(anyRune), 0, -1) }

func segment() *node { return repeat(classNode(slash.negate()), 1, -1) }

// fabricNode is a FabricGateway path. Its operator writes "*", "*name" and
// "{name}" as a Skipper parameter where they are a whole segment; a final "**"
// takes one or more segments.
func fabricNode(text string) *node {
	if text == "/**" {
		return concat(literalNode("/"), anything())
	}
	parts := strings.Split(text, "/")
	var subs []*node
	for i, part := range parts {
		if i > 0 {
			subs = append(subs, classNode(slash))
		}
		switch {
		case part == "**" && i == len(parts)-1:
			subs = append(subs, repeat(classNode(anyRune), 1, -1))
		case fabricParameter.MatchString(part):
			subs = append(subs, segment())
		default:
			subs = append(subs, literalNode(part))
		}
	}
	return concat(subs...)
}

var fabricParameter = regexp.MustCompile(`^(\*|\*[\w-]+|\{[\w-]+\})$`)

// skipperPattern is the argument of Skipper's Path predicate: ":name" is one
// segment, a final "*name" or "**" the rest, which is not empty.
func skipperPattern(text string) (*pattern, error) {
	parts := strings.Split(text, "/")
	var subs []*node
	for i, part := range parts {
		if i > 0 {
			subs = append(subs, classNode(slash))
		}
		switch {
		case strings.HasPrefix(part, "*") && i < len(parts)-1:
			return nil, errors.New("a free wildcard must be the last segment")
		case strings.HasPrefix(part, "*"):
			subs = append(subs, repeat(classNode(anyRune), 1, -1))
		case len(part) > 1 && part[0] == ':':
			subs = append(subs, segment())
		default:
			subs = append(subs, literalNode(part))
		}
	}
	return plain(subs...), nil
}

// subtreeNode is the argument of Skipper's PathSubtree predicate: the path
// itself and everything below it.
func subtreeNode(text string) *node {
	text = strings.TrimRight(text, "/")
	below := concat(classNode(slash), anything())
	if text == "" {
		return below
	}
	return concat(literalNode(text), repeat(below, 0, 1))
}

// automaton compiles a pattern that is entered behind such a place.
func (p *pattern) automaton(before uint8) (*nfa, error) {
	if err := p.regular(); err != nil {
		return nil, err
	}
	prog, err := assemble(p.root, p.word)
	if err != nil {
		return nil, err
	}
	return expand(prog, before)
}

// regular tells which construct of the pattern has no automaton.
func (p *pattern) regular() error {
	if reason, bad := p.root.irregular(); bad {
		return errors.New(reason)
	}
	return nil
}
