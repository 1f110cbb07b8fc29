package match

import (
	"errors"
	"strings"

	"github.com/kgw-dev/kgw/internal/automata"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// urlSyntax reads a pattern over a whole URL.
func urlSyntax(p pathlang.Path) (*pathlang.Pattern, error) {
	if p.Lang != pathlang.Regexp2 && p.Lang != pathlang.Glob {
		return pathlang.SyntaxOf(p)
	}
	pieces, err := pathlang.SplitBraces(p.Text)
	if err != nil {
		return nil, err
	}
	if p.Lang == pathlang.Glob {
		return pathlang.ParseWholeGlob(pathlang.GlobText(pieces))
	}
	return pathlang.ParsePieces(pieces)
}

// hostSyntax reads a pattern over a host.
func hostSyntax(p pathlang.Path) (*pathlang.Pattern, error) {
	switch p.Lang {
	case pathlang.Regexp2:
		return pathlang.ParseRegexp2(p.Text)
	case pathlang.Glob:
		return pathlang.ParseGlob(p.Text)
	}
	return pathlang.SyntaxOf(p)
}

// ParseRuleURL reads the match.url of an Oathkeeper rule. It returns a set of
// schemes, host and path where the URL can be split without changing its
// meaning, as it can in the usual form "<http|https>://host</path.*>", and one
// pattern over the whole URL otherwise. The error is Oathkeeper's refusal; such
// a rule answers 500 to every request of its methods. Methods, View and
// Predicates are the caller's to fill in.
func ParseRuleURL(text string, s pathlang.Strategy) (Set, error) {
	whole := Set{AnyCase: true, URL: pathlang.Path{Lang: s.Lang(), Text: text}}
	parsed, err := urlSyntax(whole.URL)
	if err != nil {
		return Set{}, err
	}
	if text == "" {
		return Set{}, errors.New("the URL is empty")
	}
	pieces, _ := pathlang.SplitBraces(text)
	if s == pathlang.GlobStrategy && pathlang.GlobOverlap(pathlang.GlobText(pieces)) != nil {
		return whole, nil
	}
	scheme, rest, ok := cutScheme(pieces)
	if !ok || parsed.Root.Find(func(n *automata.Node) bool { return n.Op == automata.OpRef || n.Op == automata.OpOpaque }) != nil {
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
	out.Path = pathlang.Path{Lang: s.Lang(), Text: spell(path, s)}
	if len(host) == 1 && host[0].Literal {
		out.Hosts = []string{host[0].Text}
	} else {
		out.HostPattern = pathlang.Path{Lang: s.Lang(), Text: spell(host, s)}
	}
	return out, nil
}

// spell writes pieces as a pattern of the strategy.
func spell(pieces []pathlang.Piece, s pathlang.Strategy) string {
	if s == pathlang.GlobStrategy {
		return pathlang.GlobText(pieces)
	}
	if len(pieces) == 1 && !pieces[0].Literal {
		return pieces[0].Text
	}
	return pathlang.RegexpText(pieces)
}

// cutScheme cuts the pieces at the first "://" outside brackets.
func cutScheme(pieces []pathlang.Piece) (scheme, rest []pathlang.Piece, ok bool) {
	for i, p := range pieces {
		if !p.Literal {
			continue
		}
		before, after, found := strings.Cut(p.Text, "://")
		if !found {
			continue
		}
		scheme = appendLiteral(append(scheme, pieces[:i]...), before)
		return scheme, append(appendLiteral(nil, after), pieces[i+1:]...), true
	}
	return nil, nil, false
}

func appendLiteral(pieces []pathlang.Piece, text string) []pathlang.Piece {
	if text == "" {
		return pieces
	}
	return append(pieces, pathlang.Piece{Text: text, Literal: true})
}

// schemesOf lists which of http and https the pieces match.
func schemesOf(pieces []pathlang.Piece, s pathlang.Strategy) ([]string, bool) {
	p, err := hostSyntax(pathlang.Path{Lang: s.Lang(), Text: spell(pieces, s)})
	if err != nil || p.Root.Find(func(n *automata.Node) bool { return n.Op == automata.OpLook || n.Op == automata.OpAssert }) != nil {
		return nil, false
	}
	a, err := p.Automaton(automata.AfterStart)
	if err != nil {
		return nil, false
	}
	out := []string{}
	for _, scheme := range []string{"http", "https"} {
		if a.Accepts([]rune(scheme)) {
			out = append(out, scheme)
		}
	}
	return out, true
}

// cutHost cuts the pieces where the path begins: at a slash outside brackets,
// or before a bracket whose every word begins with one. No piece of the host
// may be able to match a slash.
func cutHost(pieces []pathlang.Piece, s pathlang.Strategy) (host, path []pathlang.Piece, ok bool) {
	for i, p := range pieces {
		if p.Literal {
			at := strings.IndexByte(p.Text, '/')
			if at < 0 {
				host = append(host, p)
				continue
			}
			host = appendLiteral(host, p.Text[:at])
			path = append(appendLiteral(nil, p.Text[at:]), pieces[i+1:]...)
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
func slashes(p pathlang.Piece, s pathlang.Strategy) (begins, takes bool, err error) {
	parsed, err := hostSyntax(pathlang.Path{Lang: s.Lang(), Text: p.Text})
	if err != nil {
		return false, false, err
	}
	begins = beginsWithSlash(parsed.Root)
	if parsed.Root.Find(func(n *automata.Node) bool { return n.Op == automata.OpLook || n.Op == automata.OpAssert }) != nil {
		// What such a bracket matches depends on the text around it.
		return begins, true, nil
	}
	a, err := parsed.Automaton(automata.AfterWord)
	if err != nil {
		return false, false, err
	}
	for _, edges := range a.Edges {
		for _, e := range edges {
			takes = takes || e.On.Has('/')
		}
	}
	return begins, takes, nil
}

// beginsWithSlash reports that no word begins with anything but a slash.
func beginsWithSlash(n *automata.Node) bool {
	switch n.Op {
	case automata.OpClass:
		r, only := n.Class.Literal()
		return only && r == '/'
	case automata.OpConcat:
		i := 0
		for i < len(n.Subs)-1 && (n.Subs[i].Op == automata.OpLook || n.Subs[i].Op == automata.OpAssert || n.Subs[i].Op == automata.OpEmpty) {
			i++
		}
		return beginsWithSlash(n.Subs[i])
	case automata.OpGroup:
		return beginsWithSlash(n.Subs[0])
	case automata.OpRepeat:
		return n.Min > 0 && beginsWithSlash(n.Subs[0])
	case automata.OpAlt:
		for _, s := range n.Subs {
			if !beginsWithSlash(s) {
				return false
			}
		}
		return true
	}
	return false
}

// RuleSet is the set of requests that Oathkeeper of a version matches for a
// match URL and methods.
func RuleSet(url string, methods []string, version string) (Set, bool) {
	return RuleSetOf(url, methods, version, pathlang.RegexpStrategy)
}

// RuleSetOf is RuleSet for an Oathkeeper with a matching strategy.
func RuleSetOf(url string, methods []string, version string, strategy pathlang.Strategy) (Set, bool) {
	set, err := ParseRuleURL(url, strategy)
	if err != nil {
		return Set{}, false
	}
	CompleteRule(&set, methods, version)
	return set, true
}

// MaybeGlob reports whether the match.url of a rule can be read as globs and not
// as expressions.
func MaybeGlob(url string) bool {
	_, regexp := ParseRuleURL(url, pathlang.RegexpStrategy)
	_, glob := ParseRuleURL(url, pathlang.GlobStrategy)
	return regexp != nil && glob == nil
}

// CompleteRule adds to a set what an Oathkeeper of a version matches of every
// Rule: the methods in any case, and the path as that version sees it.
func CompleteRule(set *Set, methods []string, version string) {
	set.Methods, set.AnyCase, set.View = append([]string{}, methods...), true, DecodedPath
	if strings.HasPrefix(version, "26") {
		set.View = CleanedPath
	}
}
