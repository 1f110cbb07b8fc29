package match

import (
	"errors"
	"strings"

	"github.com/kgw-dev/kgw/internal/automata"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// Accepts reports whether the set matches a request. Scheme, Host, Method and
// RawPath must be filled in; Path is ignored. The error reports that the engine
// refuses the pattern, or that it has a construct that kgw cannot match.
func (s Set) Accepts(r Request) (bool, error) { return Compile(s).Accepts(r) }

// Accepts is Set.Accepts.
func (m *Matcher) Accepts(r Request) (bool, error) {
	for _, part := range m.parts {
		if ok, err := part.Accepts(r); !ok || err != nil {
			return false, err
		}
	}
	if m.parts != nil {
		return true, nil
	}
	s := &m.set
	if !s.matchesMethod(r.Method) {
		return false, nil
	}
	if len(s.Predicates) > 0 && !s.matchesValues(r) {
		return false, nil
	}
	seen, ok := m.view.See(r.RawPath)
	if !ok {
		return false, nil
	}
	if s.URL.Lang != 0 {
		return matchBacktracking(m.syntax, r.Scheme+"://"+r.Host+seen, m.wholeURL)
	}
	if !s.matchesScheme(r.Scheme) {
		return false, nil
	}
	if ok, err := m.acceptsHost(r.Host); !ok || err != nil {
		return false, err
	}
	return m.acceptsPath(seen, r.Scheme)
}

// matchesValues reports whether the headers and claims of a request are as the
// set demands.
func (s *Set) matchesValues(r Request) bool {
	for key, sets := range s.values() {
		if !acceptAll(sets, key.readSample(r)) {
			return false
		}
	}
	return true
}

func (m *Matcher) acceptsHost(host string) (bool, error) {
	if m.set.HostPattern.Lang == 0 {
		return m.set.matchesHost(host), nil
	}
	read := func() (*pathlang.Pattern, error) { return hostSyntax(m.set.HostPattern) }
	return matchBacktracking(read, host, m.hosts)
}

// acceptsPath asks the pattern itself, by other means than its automaton.
func (m *Matcher) acceptsPath(seen, scheme string) (bool, error) {
	p := m.set.Path
	seen, ok := m.set.Move.movePath(seen)
	if !ok || !strings.HasPrefix(seen, "/") {
		return false, nil
	}
	switch p.Lang {
	case pathlang.Exact:
		return seen == p.Text, nil
	case pathlang.Prefix:
		return strings.HasPrefix(seen, p.Text), nil
	case pathlang.Star:
		if head, ok := strings.CutSuffix(p.Text, "*"); ok {
			return strings.HasPrefix(seen, head), nil
		}
		return seen == p.Text, nil
	case pathlang.Template, pathlang.Regex:
		matches, err := m.expression()
		return err == nil && matches(seen), err
	}
	if p.Lang != pathlang.Regexp2 {
		return matchBacktracking(m.syntax, seen, m.path)
	}
	return matchBacktracking(m.syntax, scheme+"://h"+seen, func() (*automata.NFA, error) {
		a, err := m.path()
		if err != nil {
			return nil, err
		}
		return mustParse(`https?://h`).Follow(a), nil
	})
}

var errUndecided = errors.New("the pattern takes too many steps to match, or has a construct that is not supported")

// matchBacktracking matches a text by backtracking. Where the steps run out, the
// automaton decides.
func matchBacktracking(read func() (*pathlang.Pattern, error), text string, automaton func() (*automata.NFA, error)) (bool, error) {
	parsed, err := read()
	if err != nil {
		return false, err
	}
	runes := []rune(text)
	if ok, decided := pathlang.Backtrack(parsed, runes, 0); decided {
		return ok, nil
	}
	a, err := automaton()
	if err != nil || a == nil {
		return false, errUndecided
	}
	return a.Accepts(runes), nil
}
