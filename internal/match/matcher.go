package match

import (
	"regexp"
	"sync"
)

// Matcher is a compiled Set. It is safe for concurrent use.
type Matcher struct {
	set  Set
	view View
	path *nfa
	err  error
	// sig is a cheap summary that tells many sets apart.
	sig signature

	// What takes part in few questions is made when it is first asked for.
	regex      func() (*regexp.Regexp, error)
	syntax     func() (*pattern, error)
	restricted func() (*nfa, error)
	lifted     func() (*nfa, error)
	hosts      func() (*nfa, error)
	whole      func() (*nfa, error)
}

// Compile prepares a set for questions. It never fails: a path that no
// automaton stands for makes the answers Unknown, with the reason.
func Compile(s Set) *Matcher {
	m := &Matcher{set: s, view: s.View.of(s.Path.Lang)}
	if s.URL.Lang == 0 {
		m.path, m.err = compilePath(s.Path, m.view)
	} else {
		m.view = s.View.of(s.URL.Lang)
		var p *pattern
		if p, m.err = urlSyntax(s.URL); m.err == nil {
			m.err = p.regular()
		}
	}
	if m.path != nil {
		m.sig = summarize(m.path)
	}
	m.regex = sync.OnceValues(func() (*regexp.Regexp, error) {
		text, _ := regexOf(s.Path)
		return regexp.Compile(`^(?:` + text + `)$`)
	})
	m.syntax = sync.OnceValues(m.parse)
	m.restricted = sync.OnceValues(func() (*nfa, error) { return m.view.within(m.path) })
	m.lifted = sync.OnceValues(m.lift)
	m.hosts = sync.OnceValues(func() (*nfa, error) { return m.set.hostAutomaton() })
	m.whole = sync.OnceValues(m.wholeURL)
	return m
}

// parse reads the pattern that Accepts matches by backtracking. For a path of
// Regexp2 it denotes the whole URL on the host "h".
func (m *Matcher) parse() (*pattern, error) {
	switch {
	case m.set.URL.Lang != 0:
		return urlSyntax(m.set.URL)
	case m.set.Path.Lang == Regexp2:
		_, whole, err := parsePath2(m.set.Path.Text)
		return whole, err
	}
	return syntaxOf(m.set.Path)
}

// compilePath gives the automaton of the paths as the view shows them.
func compilePath(p Path, v View) (*nfa, error) {
	parsed, err := syntaxOf(p)
	if err != nil {
		return nil, err
	}
	before := afterStart
	if p.Lang == Regexp2 {
		before = afterWord // the host precedes it in Oathkeeper's subject
	}
	a, err := parsed.automaton(before)
	if err != nil {
		return nil, err
	}
	if v == RawPath {
		a = a.rewrite(func(c *class) *class {
			if _, ok := c.literal(); ok && rawRunes.has(c.ranges[0]) {
				return c
			}
			return c.intersect(rawRunes)
		})
	}
	return a.leading(), nil
}

// lift gives the raw paths that the set takes. Where the view cleans paths,
// they are those that are clean already.
func (m *Matcher) lift() (*nfa, error) {
	a, err := m.restricted()
	if err != nil || m.view == RawPath {
		return a, err
	}
	if a, err = lift(a); err != nil {
		return nil, err
	}
	return RawPath.within(a)
}

// wholeURL gives the set as an automaton over "scheme://host/path".
func (m *Matcher) wholeURL() (*nfa, error) {
	if m.set.URL.Lang != 0 {
		p, err := urlSyntax(m.set.URL)
		if err != nil {
			return nil, err
		}
		a, err := p.automaton(afterStart)
		if err != nil {
			return nil, err
		}
		return a.both(urls())
	}
	hosts, err := m.hosts()
	if err != nil {
		return nil, err
	}
	path, err := m.restricted()
	if err != nil {
		return nil, err
	}
	head := []*node{classNode(noRune)}
	for _, s := range []string{"http", "https"} {
		if m.set.takesScheme(s) {
			head = append(head, literalNode(s+"://"))
		}
	}
	scheme, err := plain(alternate(head...)).automaton(afterStart)
	if err != nil {
		return nil, err
	}
	return scheme.follow(hosts).follow(path), nil
}

// Err tells why the set has no automaton: what its engine refuses, or which
// construct is not regular. It is nil for a set that can be compared.
func (m *Matcher) Err() error { return m.err }
