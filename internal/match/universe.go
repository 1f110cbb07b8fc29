package match

import "sync"

// rawRunes are what a raw path can consist of: no space, control character,
// "?" or "#", and no backslash, which Envoy turns into a slash.
var rawRunes = newClass('!', '"', '$', '>', '@', '[', ']', '~', 128, maxRune)

// hostRunes are what a host, with a port, can consist of.
var hostRunes = newClass('a', 'z', 'A', 'Z', '0', '9', '-', '.', '_', '_', ':', ':')

// Automata of the paths a view can show; those of a decoded path are all.
var (
	withoutDots  = sync.OnceValue(func() *nfa { return except(`(?s)(.*/)?(\.|%2[eE]){1,2}(/.*)?`) })
	cleanedPaths = sync.OnceValue(func() *nfa { return except(`(?s).*//.*|(.*/)?\.\.?(/.*)?|.+/`) })
	slashedPaths = sync.OnceValue(func() *nfa { return except(`(?s).*//.*|(.*/)?\.\.?(/.*)?`) })
	urls         = sync.OnceValue(func() *nfa {
		return mustParse(`(?s)https?://[a-zA-Z0-9._:-]+/.*`)
	})
)

// mustParse compiles an expression of this package.
func mustParse(expr string) *nfa {
	p, err := parseRE2(expr)
	if err != nil {
		return &nfa{edges: [][]edge{nil}, accept: []bool{false}}
	}
	a, _ := p.automaton(afterStart)
	return a
}

// except is the automaton of the texts that do not match.
func except(expr string) *nfa {
	d, err := mustParse(expr).determinize(maxLook)
	if err != nil {
		return mustParse(`(?s).*`)
	}
	d.complement()
	return (&nfa{edges: d.edges, accept: d.accept}).trim()
}

// universe gives the paths that the view can show; nil stands for all.
func (v View) universe() *nfa {
	switch v {
	case RawPath:
		return withoutDots()
	case CleanedPath:
		return cleanedPaths()
	case SlashedPath:
		return slashedPaths()
	}
	return nil
}

// within restricts an automaton to what the view can show.
func (v View) within(a *nfa) (*nfa, error) {
	u := v.universe()
	if u == nil {
		return a, nil
	}
	return a.both(u)
}
