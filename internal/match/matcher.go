package match

import (
	"regexp"
	"sync"

	"github.com/kgw-dev/kgw/internal/automata"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// Matcher is a compiled Set. It is safe for concurrent use.
type Matcher struct {
	*paths
	set Set
	// parts are the sets that Meet put together.
	parts []*Matcher

	// Parts that few questions need are made on first use.
	hosts func() (*automata.NFA, error)
	whole func() (*automata.NFA, error)
}

// paths is what a Matcher knows of its set without hosts, methods and
// predicates. Matchers of one path text may share it.
type paths struct {
	text pathlang.Path // or the pattern over whole URLs
	view View
	move Move
	path *automata.NFA // nil for a pattern over whole URLs
	err  error
	// sig is a cheap summary that separates many sets.
	sig automata.Signature

	matches    func() (func(path string) bool, error) // of an expression of RE2
	syntax     func() (*pathlang.Pattern, error)
	restricted func() (*automata.NFA, error)
	lifted     func() (*automata.NFA, error)
	sample     func() (sampled, error)
}

// sampled is the nicest word of the paths, if there is one.
type sampled struct {
	word  []rune
	found bool
}

// Compile prepares a set for questions. It never fails: a path without an
// automaton makes the answers Unknown, with the reason.
func Compile(s Set) *Matcher {
	if s.URL.Lang != 0 {
		return newMatcher(s, wholeURLs(s.URL, s.View.of(s.URL.Lang)))
	}
	return newMatcher(s, pathsOf(s.key()))
}

// key is what the compiled path of a set depends on.
func (s *Set) key() pathKey { return pathKey{s.Path, s.View.of(s.Path.Lang), s.Move} }

func newMatcher(s Set, p *paths) *Matcher {
	m := &Matcher{set: s, paths: p}
	m.hosts = sync.OnceValues(func() (*automata.NFA, error) { return m.set.hostAutomaton() })
	m.whole = sync.OnceValues(m.wholeURL)
	return m
}

func pathsOf(k pathKey) *paths {
	p := &paths{text: k.path, view: k.view, move: k.move}
	if p.path, p.err = compilePath(k.path, k.view); p.path != nil {
		if k.move != (Move{}) {
			p.path = mustParse(pathlang.QuoteRegex(k.move.From)).Follow(p.path.After(k.move.To)).Leading()
		}
		p.sig = automata.Summarize(p.path)
	}
	p.matches = sync.OnceValues(p.expression)
	p.syntax = sync.OnceValues(p.parse)
	p.complete()
	return p
}

// wholeURLs stands in for the paths of a pattern over whole URLs: it has no
// paths, only the pattern.
func wholeURLs(url pathlang.Path, v View) *paths {
	p := &paths{text: url, view: v}
	var parsed *pathlang.Pattern
	if parsed, p.err = urlSyntax(url); p.err == nil {
		p.err = parsed.Regular()
	}
	p.syntax = sync.OnceValues(func() (*pathlang.Pattern, error) { return urlSyntax(url) })
	return p
}

// expression reads a path of RE2, or that is written as one, as what Accepts asks.
func (p *paths) expression() (func(string) bool, error) {
	text, ok := pathlang.RegexOf(p.text)
	switch {
	case !ok:
		return func(string) bool { return true }, nil
	case regexp.QuoteMeta(text) == text:
		return func(seen string) bool { return seen == text }, nil
	}
	re, err := regexp.Compile(`^(?:` + text + `)$`)
	if err != nil {
		return nil, err
	}
	return re.MatchString, nil
}

// parse reads the pattern that Accepts matches by backtracking. For a path of
// Regexp2 it denotes the whole URL on the host "h".
func (p *paths) parse() (*pathlang.Pattern, error) {
	if p.text.Lang == pathlang.Regexp2 {
		_, whole, err := pathlang.ParsePath2(p.text.Text)
		return whole, err
	}
	return pathlang.SyntaxOf(p.text)
}

// compilePath returns the automaton of the paths as the view shows them.
func compilePath(p pathlang.Path, v View) (*automata.NFA, error) {
	parsed, err := pathlang.SyntaxOf(p)
	if err != nil {
		return nil, err
	}
	before := automata.AfterStart
	if p.Lang == pathlang.Regexp2 {
		before = automata.AfterWord // the host precedes it in Oathkeeper's subject
	}
	a, err := parsed.Automaton(before)
	if err != nil {
		return nil, err
	}
	if v == RawPath {
		a = a.Rewrite(func(c *automata.Class) *automata.Class {
			if _, ok := c.Literal(); ok && automata.RawRunes.Has(c.Ranges[0]) {
				return c
			}
			return c.Intersect(automata.RawRunes)
		})
	}
	return a.Leading(), nil
}

// lift returns the raw paths that the set matches. Where the view cleans paths,
// they are those that are clean already.
func (p *paths) lift() (*automata.NFA, error) {
	a, err := p.restricted()
	if err != nil || p.view == RawPath {
		return a, err
	}
	if a, err = automata.Lift(a); err != nil {
		return nil, err
	}
	return RawPath.within(a)
}

// wholeURL returns the set as an automaton over "scheme://host/path".
func (m *Matcher) wholeURL() (*automata.NFA, error) {
	if m.set.URL.Lang != 0 {
		p, err := urlSyntax(m.set.URL)
		if err != nil {
			return nil, err
		}
		a, err := p.Automaton(automata.AfterStart)
		if err != nil {
			return nil, err
		}
		return a.Both(urls())
	}
	hosts, err := m.hosts()
	if err != nil {
		return nil, err
	}
	path, err := m.restricted()
	if err != nil {
		return nil, err
	}
	head := []*automata.Node{automata.ClassNode(automata.NoRune)}
	for _, s := range []string{"http", "https"} {
		if m.set.takesScheme(s) {
			head = append(head, automata.LiteralNode(s+"://"))
		}
	}
	scheme, err := pathlang.Plain(automata.Alternate(head...)).Automaton(automata.AfterStart)
	if err != nil {
		return nil, err
	}
	return scheme.Follow(hosts).Follow(path), nil
}

// Err returns why the set has no automaton: what its engine refuses, or which
// construct is not regular. It is nil for a set that can be compared.
func (m *Matcher) Err() error { return m.err }
