package match

import (
	"errors"
	"regexp"
	"strings"
)

// Accepts reports whether the set takes a request. Scheme, Host, Method and
// RawPath must be filled in; Path is not looked at. The error tells that the
// engine refuses the pattern, or that it has a construct that kgw cannot match.
func (s Set) Accepts(r Request) (bool, error) { return Compile(s).Accepts(r) }

// Accepts is Set.Accepts.
func (m *Matcher) Accepts(r Request) (bool, error) {
	s := &m.set
	if !s.takesMethod(r.Method) {
		return false, nil
	}
	for key, sets := range s.values() {
		if !takesAll(sets, key.of(r)) {
			return false, nil
		}
	}
	seen, ok := m.view.See(r.RawPath)
	if !ok {
		return false, nil
	}
	if s.URL.Lang != 0 {
		return m.direct(s.URL, urlSyntax, r.Scheme+"://"+r.Host+seen, m.whole)
	}
	if !s.takesScheme(r.Scheme) {
		return false, nil
	}
	if ok, err := m.acceptsHost(r.Host); !ok || err != nil {
		return false, err
	}
	return m.acceptsPath(seen, r.Scheme)
}

func (m *Matcher) acceptsHost(host string) (bool, error) {
	if m.set.HostPattern.Lang == 0 {
		return m.set.takesHost(host), nil
	}
	return m.direct(m.set.HostPattern, hostSyntax, host, m.hosts)
}

// acceptsPath asks the pattern itself, by other means than its automaton.
func (m *Matcher) acceptsPath(seen, scheme string) (bool, error) {
	p := m.set.Path
	if !strings.HasPrefix(seen, "/") {
		return false, nil
	}
	switch p.Lang {
	case Exact:
		return seen == p.Text, nil
	case Prefix:
		return strings.HasPrefix(seen, p.Text), nil
	case Star:
		if head, ok := strings.CutSuffix(p.Text, "*"); ok {
			return strings.HasPrefix(seen, head), nil
		}
		return seen == p.Text, nil
	case Template, Regex:
		text, ok := regexOf(p)
		if !ok {
			return strings.HasPrefix(seen, "/"), nil
		}
		re, err := regexp.Compile(`^(?:` + text + `)$`)
		if err != nil {
			return false, err
		}
		return re.MatchString(seen), nil
	case Regexp2:
		whole := func(Path) (*pattern, error) {
			_, whole, err := parsePath2(p.Text)
			return whole, err
		}
		return m.direct(p, whole, scheme+"://h"+seen, func() (*nfa, error) { return nil, m.err })
	}
	return m.direct(p, syntaxOf, seen, func() (*nfa, error) { return m.path, m.err })
}

var errUndecided = errors.New("the pattern takes too many steps to match, or has a construct that is not supported")

// direct matches a text by backtracking. Where the steps run out, the
// automaton decides.
func (m *Matcher) direct(p Path, read func(Path) (*pattern, error), text string, a func() (*nfa, error)) (bool, error) {
	parsed, err := read(p)
	if err != nil {
		return false, err
	}
	runes := []rune(text)
	if ok, decided := backtrack(parsed, runes, 0); decided {
		return ok, nil
	}
	auto, err := a()
	switch {
	case err != nil:
		return false, err
	case auto != nil:
		return auto.accepts(runes), nil
	case m.path != nil:
		_, path, _ := strings.Cut(text, "://h")
		return m.path.accepts([]rune(path)), nil
	}
	return false, errUndecided
}
