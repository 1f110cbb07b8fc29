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

	madeHosts, madeWhole lazy[*automata.NFA]
}

// paths is what a Matcher knows of its set without hosts, methods and
// predicates. Matchers of one path text may share it. Its automata and patterns are
// made when they are first asked for: whoever only wants to know what is accepted
// needs few of them.
type paths struct {
	text  pathlang.Path // or the pattern over whole URLs
	whole bool          // a pattern over whole URLs: it has no path
	view  View
	move  Move

	madePath       lazy[*automata.NFA]
	madeSummary    lazy[*automata.Signature]
	madeExpression lazy[func(path string) bool]
	madeSyntax     lazy[*pathlang.Pattern]
	madeRestricted lazy[*automata.NFA]
	madeLifted     lazy[*automata.NFA]
	madeSample     lazy[sampled]
}

// lazy is a value that is made once.
type lazy[T any] struct {
	once  sync.Once
	value T
	err   error
}

// get returns the value, which is made the first time.
func (l *lazy[T]) get(make func() (T, error)) (T, error) {
	l.once.Do(func() { l.value, l.err = make() })
	return l.value, l.err
}

// Compile prepares a set for questions. It never fails: a path without an
// automaton makes the answers Unknown, with the reason.
func Compile(s Set) *Matcher {
	if s.URL.Lang != 0 {
		return newMatcher(s, &paths{text: s.URL, whole: true, view: s.View.viewFor(s.URL.Lang)})
	}
	return newMatcher(s, pathsOf(s.key()))
}

// key is what the compiled path of a set depends on.
func (s *Set) key() pathKey { return pathKey{s.Path, s.View.viewFor(s.Path.Lang), s.Move} }

func newMatcher(s Set, p *paths) *Matcher { return &Matcher{set: s, paths: p} }

func pathsOf(k pathKey) *paths { return &paths{text: k.path, view: k.view, move: k.move} }

// path returns the automaton of the paths, nil for a pattern over whole URLs.
func (p *paths) path() (*automata.NFA, error) {
	return p.madePath.get(func() (*automata.NFA, error) {
		if p.whole {
			parsed, err := p.syntax()
			if err == nil {
				err = parsed.Regular()
			}
			return nil, err
		}
		a, err := compilePath(p.text, p.view)
		if a != nil && p.move != (Move{}) {
			a = mustParse(pathlang.QuoteRegex(p.move.From)).Follow(a.After(p.move.To)).Leading()
		}
		return a, err
	})
}

// summary returns a cheap summary that separates many sets, nil where there is no
// automaton.
func (p *paths) summary() *automata.Signature {
	out, _ := p.madeSummary.get(func() (*automata.Signature, error) {
		a, err := p.path()
		if a == nil {
			return nil, err
		}
		s := automata.Summarize(a)
		return &s, nil
	})
	return out
}

// expression returns a path of RE2, or that is written as one, as what Accepts asks.
func (p *paths) expression() (func(string) bool, error) {
	return p.madeExpression.get(func() (func(string) bool, error) {
		text, ok := pathlang.RegexOf(p.text)
		switch {
		case !ok:
			return func(string) bool { return true }, nil
		case regexp.QuoteMeta(text) == text:
			return func(seen string) bool { return seen == text }, nil
		}
		re, err := pathlang.CompileWhole(text)
		if err != nil {
			return nil, err
		}
		return re.MatchString, nil
	})
}

// syntax returns the pattern that Accepts matches by backtracking. For a path of
// Regexp2 it denotes the whole URL on the host "h".
func (p *paths) syntax() (*pathlang.Pattern, error) {
	return p.madeSyntax.get(func() (*pathlang.Pattern, error) {
		switch {
		case p.whole:
			return urlSyntax(p.text)
		case p.text.Lang == pathlang.Regexp2:
			_, whole, err := pathlang.ParsePath2(p.text.Text)
			return whole, err
		}
		return pathlang.SyntaxOf(p.text)
	})
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

// restricted returns the automaton of the paths that the view can show.
func (p *paths) restricted() (*automata.NFA, error) {
	return p.madeRestricted.get(func() (*automata.NFA, error) {
		a, err := p.path()
		if err != nil {
			return nil, err
		}
		return p.view.restrict(a)
	})
}

// lifted returns the raw paths that the set matches. Where the view cleans paths,
// they are those that are clean already.
func (p *paths) lifted() (*automata.NFA, error) {
	return p.madeLifted.get(func() (*automata.NFA, error) {
		a, err := p.restricted()
		if err != nil || p.view == RawPath {
			return a, err
		}
		if a, err = automata.Lift(a); err != nil {
			return nil, err
		}
		return RawPath.restrict(a)
	})
}

// sampled is the nicest word of the paths, if there is one.
type sampled struct {
	word  []rune
	found bool
}

func (p *paths) sample() (sampled, error) {
	return p.madeSample.get(func() (s sampled, err error) {
		a, err := p.restricted()
		if err == nil {
			s.word, s.found, err = (&automata.Walker{}).Outside(a, nil, Budget(0).states())
		}
		return s, err
	})
}

// IsEmpty reports whether no request certainly has a path of the set. It says nothing
// of a pattern over whole URLs.
func (m *Matcher) IsEmpty() bool {
	a, err := m.restricted()
	return err == nil && a != nil && a.None()
}

// hosts returns the automaton of the hosts.
func (m *Matcher) hosts() (*automata.NFA, error) { return m.madeHosts.get(m.set.hostAutomaton) }

// wholeURL returns the set as an automaton over "scheme://host/path".
func (m *Matcher) wholeURL() (*automata.NFA, error) { return m.madeWhole.get(m.makeWholeURL) }

func (m *Matcher) makeWholeURL() (*automata.NFA, error) {
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
		if m.set.matchesScheme(s) {
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
func (m *Matcher) Err() error {
	_, err := m.path()
	return err
}
