package match

import (
	"sync"

	"github.com/kgw-dev/kgw/internal/automata"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// hostRunes are what a host, with a port, can consist of.
var hostRunes = automata.NewClass('a', 'z', 'A', 'Z', '0', '9', '-', '.', '_', '_', ':', ':')

// Automata of the paths a view can show; those of a decoded path are all.
var (
	withoutDots  = sync.OnceValue(func() *automata.NFA { return complementOf(`(?s)(.*/)?(\.|%2[eE]){1,2}(/.*)?`) })
	cleanedPaths = sync.OnceValue(func() *automata.NFA { return complementOf(`(?s).*//.*|(.*/)?\.\.?(/.*)?|.+/`) })
	slashedPaths = sync.OnceValue(func() *automata.NFA { return complementOf(`(?s).*//.*|(.*/)?\.\.?(/.*)?`) })
	urls         = sync.OnceValue(func() *automata.NFA {
		return mustParse(`(?s)https?://[a-zA-Z0-9._:-]+/.*`)
	})
)

// mustParse compiles an expression of this package.
func mustParse(expr string) *automata.NFA {
	p, err := pathlang.ParseRE2(expr)
	if err != nil {
		return &automata.NFA{Edges: [][]automata.Edge{nil}, Accept: []bool{false}}
	}
	a, _ := p.Automaton(automata.AfterStart)
	return a
}

// complementOf is the automaton of the texts that do not match.
func complementOf(expr string) *automata.NFA {
	d, err := mustParse(expr).Determinize(automata.MaxLook)
	if err != nil {
		return mustParse(`(?s).*`)
	}
	d.Complement()
	return (&automata.NFA{Edges: d.Edges, Accept: d.Accept}).Trim()
}

// universe returns the paths that the view can show; nil for all.
func (v View) universe() *automata.NFA {
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

// restrict restricts an automaton to what the view can show.
func (v View) restrict(a *automata.NFA) (*automata.NFA, error) {
	u := v.universe()
	if u == nil {
		return a, nil
	}
	return a.Both(u)
}

// cleanRaw returns the raw paths whose decoded form a view that cleans paths
// does not change; nil for all.
func cleanRaw(v View) (*automata.NFA, error) {
	switch v {
	case CleanedPath:
		return cleanedRaw()
	case SlashedPath:
		return slashedRaw()
	}
	return nil, nil
}

var (
	cleanedRaw = sync.OnceValues(func() (*automata.NFA, error) { return automata.Lift(cleanedPaths()) })
	slashedRaw = sync.OnceValues(func() (*automata.NFA, error) { return automata.Lift(slashedPaths()) })
)

// liftedFor returns the raw paths of a set for a comparison with sets of the
// other views. Where one of them cleans paths, only those are left that need no
// cleaning there, and within says so.
func (m *Matcher) liftedFor(others ...*Matcher) (a *automata.NFA, within string, err error) {
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
		if a, err = a.Both(clean); err != nil {
			return nil, "", err
		}
	}
	return a, within, nil
}
