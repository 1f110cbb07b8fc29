package match

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/automata"
	"github.com/kgw-dev/kgw/internal/host"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// matchesHost compares a host with the names of a set.
func (s *Set) matchesHost(name string) bool {
	return s.Hosts == nil || slices.ContainsFunc(s.Hosts, func(h string) bool { return hostMatches(h, name) })
}

// hostMatches compares a host with a name or a wildcard, which matches one character
// or more, as in Istio and Envoy.
func hostMatches(pattern, name string) bool {
	return pattern == name || pattern == "*" || isWildcard(pattern) && host.Match(pattern, name)
}

func isWildcard(name string) bool { return strings.HasPrefix(name, "*") }

// hostSamples returns one host for every way in which lists of names can differ:
// each name, one under each wildcard, and one that none matches.
func hostSamples(sets ...*Set) []string {
	var names []string
	for _, s := range sets {
		names = append(names, s.Hosts...)
	}
	var out []string
	for _, n := range names {
		if !isWildcard(n) && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	exact := slices.Clone(out)
	for _, n := range names {
		if suffix, ok := strings.CutPrefix(n, "*"); ok && suffix != "" {
			out = append(out, freshName("a", exact, func(s string) string { return s + suffix }))
		}
	}
	return append(out, freshName("host", names, func(s string) string { return "any." + s }))
}

// freshName lengthens a word until no name of the list matches the result.
func freshName(word string, names []string, spell func(string) string) string {
	for slices.ContainsFunc(names, func(n string) bool { return n != "*" && hostMatches(n, spell(word)) }) {
		word += word[len(word)-1:]
	}
	return spell(word)
}

// hostFacet compares lists of names.
func hostFacet(a, b *Set) (f facet) {
	if len(a.Hosts) == 1 && len(b.Hosts) == 1 && a.Hosts[0] == b.Hosts[0] && !isWildcard(a.Hosts[0]) {
		f.both = func(r *Request) { r.Host = a.Hosts[0] }
		return f
	}
	for _, h := range hostSamples(a, b) {
		f.addExample(a.matchesHost(h), b.matchesHost(h), func(r *Request) { r.Host = h })
	}
	return f
}

// hostAutomaton is the automaton of the hosts of a set, by name or pattern.
func (s *Set) hostAutomaton() (*automata.NFA, error) {
	if s.HostPattern.Lang != 0 {
		p, err := hostSyntax(s.HostPattern)
		if err != nil {
			return nil, err
		}
		a, err := p.Automaton(automata.AfterOther)
		if err != nil {
			return nil, err
		}
		return a.Rewrite(hostRunes.Intersect), nil
	}
	some := automata.Repeat(automata.ClassNode(hostRunes), 1, -1)
	names := []*automata.Node{automata.ClassNode(automata.NoRune)}
	if s.Hosts == nil {
		names = append(names, some)
	}
	for _, h := range s.Hosts {
		switch {
		case h == "*":
			names = append(names, some)
		case isWildcard(h):
			names = append(names, automata.Concat(some, automata.LiteralNode(h[1:])))
		default:
			names = append(names, automata.LiteralNode(h))
		}
	}
	return pathlang.Plain(automata.Alternate(names...)).Automaton(automata.AfterStart)
}
