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

// cleanRaw gives the raw paths whose decoded form a view that cleans paths
// leaves as it is; nil stands for all.
func cleanRaw(v View) (*nfa, error) {
	if v != CleanedPath && v != SlashedPath {
		return nil, nil
	}
	return lift(v.universe())
}

// liftedFor gives the raw paths of a set for a comparison with sets of the
// other views. Where one of them cleans paths, only those are left that need no
// cleaning there, and within says so.
func (m *Matcher) liftedFor(others ...*Matcher) (a *nfa, within string, err error) {
	if a, err = m.lifted(); err != nil {
		return nil, "", err
	}
	done := map[View]bool{}
	for _, o := range append([]*Matcher{m}, others...) {
		if done[o.view] {
			continue
		}
		done[o.view] = true
		clean, err := cleanRaw(o.view)
		if err != nil {
			return nil, "", err
		}
		if clean == nil {
			continue
		}
		within = withinClean
		if a, err = a.both(clean); err != nil {
			return nil, "", err
		}
	}
	return a, within, nil
}
