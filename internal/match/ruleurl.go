package match

import (
	"errors"
	"strings"
)

// lang is the path language of a strategy.
func (s Strategy) lang() Lang {
	if s == GlobStrategy {
		return Glob
	}
	return Regexp2
}

// urlSyntax reads a pattern over a whole URL.
func urlSyntax(p Path) (*pattern, error) {
	if p.Lang != Regexp2 && p.Lang != Glob {
		return syntaxOf(p)
	}
	pieces, err := splitBraces(p.Text)
	if err != nil {
		return nil, err
	}
	if p.Lang == Glob {
		return parseWholeGlob(globText(pieces))
	}
	return parsePieces(pieces)
}

// hostSyntax reads a pattern over a host.
func hostSyntax(p Path) (*pattern, error) {
	switch p.Lang {
	case Regexp2:
		return parseRegexp2(p.Text)
	case Glob:
		return parseGlob(p.Text)
	}
	return syntaxOf(p)
}

// ParseRuleURL reads the match.url of an Oathkeeper rule. It gives a set of
// schemes, host and path where the URL can be taken apart without changing its
// meaning, as it can in the usual form "<http|https>://host</path.*>", and one
// pattern over the whole URL otherwise. The error is Oathkeeper's refusal; such
// a rule answers 500 to every request of its methods. Methods, View and
// Predicates are the caller's to fill in.
func ParseRuleURL(text string, s Strategy) (Set, error) {
	whole := Set{AnyCase: true, URL: Path{Lang: s.lang(), Text: text}}
	parsed, err := urlSyntax(whole.URL)
	if err != nil {
		return Set{}, err
	}
	if text == "" {
		return Set{}, errors.New("the URL is empty")
	}
	pieces, _ := splitBraces(text)
	if s == GlobStrategy && globOverlap(globText(pieces)) != nil {
		return whole, nil
	}
	scheme, rest, ok := cutScheme(pieces)
	if !ok || parsed.root.find(func(n *node) bool { return n.op == opRef || n.op == opOpaque }) != nil {
		return whole, nil
	}
	host, path, ok := cutHost(rest, s)
	if !ok {
		return whole, nil
	}
	out := Set{AnyCase: true}
	if out.Schemes, ok = schemesOf(scheme, s); !ok {
		return whole, nil
	}
	out.Path = Path{Lang: s.lang(), Text: spell(path, s)}
	if len(host) == 1 && host[0].literal {
		out.Hosts = []string{host[0].text}
	} else {
		out.HostPattern = Path{Lang: s.lang(), Text: spell(host, s)}
	}
	return out, nil
}

// spell writes pieces as a pattern of the strategy.
func spell(pieces []piece, s Strategy) string {
	if s == GlobStrategy {
		return globText(pieces)
	}
	if len(pieces) == 1 && !pieces[0].literal {
		return pieces[0].text
	}
	return regexpText(pieces)
}

// cutScheme cuts the pieces at the first "://" outside brackets.
func cutScheme(pieces []piece) (scheme, rest []piece, ok bool) {
	for i, p := range pieces {
		if !p.literal {
			continue
		}
		before, after, found := strings.Cut(p.text, "://")
		if !found {
			continue
		}
		scheme = appendLiteral(append(scheme, pieces[:i]...), before)
		return scheme, append(appendLiteral(nil, after), pieces[i+1:]...), true
	}
	return nil, nil, false
}

func appendLiteral(pieces []piece, text string) []piece {
	if text == "" {
		return pieces
	}
	return append(pieces, piece{text, true})
}

// schemesOf lists which of http and https the pieces take.
func schemesOf(pieces []piece, s Strategy) ([]string, bool) {
	p, err := hostSyntax(Path{Lang: s.lang(), Text: spell(pieces, s)})
	if err != nil || p.root.find(func(n *node) bool { return n.op == opLook || n.op == opAssert }) != nil {
		return nil, false
	}
	a, err := p.automaton(afterStart)
	if err != nil {
		return nil, false
	}
	out := []string{}
	for _, scheme := range []string{"http", "https"} {
		if a.accepts([]rune(scheme)) {
			out = append(out, scheme)
		}
	}
	return out, true
}

// cutHost cuts the pieces where the path begins: at a slash outside brackets,
// or before a bracket whose every word begins with one. No piece of the host
// may be able to take a slash.
func cutHost(pieces []piece, s Strategy) (host, path []piece, ok bool) {
	for i, p := range pieces {
		if p.literal {
			at := strings.IndexByte(p.text, '/')
			if at < 0 {
				host = append(host, p)
				continue
			}
			host = appendLiteral(host, p.text[:at])
			path = append(appendLiteral(nil, p.text[at:]), pieces[i+1:]...)
			return host, path, len(host) > 0
		}
		begins, takes, err := slashes(p, s)
		switch {
		case err != nil:
			return nil, nil, false
		case begins:
			return host, pieces[i:], len(host) > 0
		case takes:
			return nil, nil, false
		}
		host = append(host, p)
	}
	return nil, nil, false
}

// slashes reports whether every word of a bracket begins with a slash, and
// whether one has a slash at all.
func slashes(p piece, s Strategy) (begins, takes bool, err error) {
	parsed, err := hostSyntax(Path{Lang: s.lang(), Text: p.text})
	if err != nil {
		return false, false, err
	}
	begins = parsed.root.beginsWithSlash()
	if parsed.root.find(func(n *node) bool { return n.op == opLook || n.op == opAssert }) != nil {
		// What such a bracket takes depends on the text around it.
		return begins, true, nil
	}
	a, err := parsed.automaton(afterWord)
	if err != nil {
		return false, false, err
	}
	for _, edges := range a.edges {
		for _, e := range edges {
			takes = takes || e.on.has('/')
		}
	}
	return begins, takes, nil
}

// beginsWithSlash reports that no word begins with anything but a slash.
func (n *node) beginsWithSlash() bool {
	switch n.op {
	case opClass:
		r, only := n.class.literal()
		return only && r == '/'
	case opConcat:
		i := 0
		for i < len(n.subs)-1 && (n.subs[i].op == opLook || n.subs[i].op == opAssert || n.subs[i].op == opEmpty) {
			i++
		}
		return n.subs[i].beginsWithSlash()
	case opGroup:
		return n.subs[0].beginsWithSlash()
	case opRepeat:
		return n.min > 0 && n.subs[0].beginsWithSlash()
	case opAlt:
		for _, s := range n.subs {
			if !s.beginsWithSlash() {
				return false
			}
		}
		return true
	}
	return false
}

// RuleSet is the set of requests that Oathkeeper of a version takes for a
// match URL and methods.
func RuleSet(url string, methods []string, version string) (Set, bool) {
	set, err := ParseRuleURL(url, RegexpStrategy)
	if err != nil {
		return Set{}, false
	}
	CompleteRule(&set, methods, version)
	return set, true
}

// CompleteRule adds to a set what an Oathkeeper of a version matches of every
// Rule: the methods in any case, and the path as that version sees it.
func CompleteRule(set *Set, methods []string, version string) {
	set.Methods, set.AnyCase, set.View = append([]string{}, methods...), true, DecodedPath
	if strings.HasPrefix(version, "26") {
		set.View = CleanedPath
	}
}
