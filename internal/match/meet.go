package match

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/automata"
	"github.com/kgw-dev/kgw/internal/host"
)

// Meet returns the requests that both sets match. ok is false where they cannot
// be intersected: sets of different views, patterns over hosts or whole URLs,
// paths without an automaton or with a product that is too large.
func (m *Matcher) Meet(o *Matcher) (both *Matcher, ok bool) {
	for _, one := range []*Matcher{m, o} {
		if one.Err() != nil || one.set.URL.Lang != 0 || one.set.HostPattern.Lang != 0 {
			return nil, false
		}
	}
	if m.view != o.view {
		return nil, false
	}
	pathM, _ := m.path() // both are there
	pathO, _ := o.path()
	product, err := pathM.Both(pathO)
	if err != nil {
		return nil, false
	}
	p := &paths{text: m.text, view: m.view}
	_, _ = p.madePath.get(func() (*automata.NFA, error) { return product, nil })
	both = newMatcher(meetOf(&m.set, &o.set), p)
	both.parts = []*Matcher{m, o}
	return both, true
}

// meetOf puts together what two sets say besides their paths.
func meetOf(a, b *Set) Set {
	out := *a
	out.Schemes = commonElements(a.Schemes, b.Schemes, func(x, y string) bool { return x == y })
	out.Hosts = commonHosts(a.Hosts, b.Hosts)
	out.Methods, out.AnyCase = commonMethods(a, b)
	out.Predicates = append(slices.Clone(a.Predicates), b.Predicates...)
	return out
}

// commonElements are the elements of a that are in b too, where nil is
// everything.
func commonElements(a, b []string, same func(x, y string) bool) []string {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	out := []string{}
	for _, x := range a {
		if slices.ContainsFunc(b, func(y string) bool { return same(x, y) }) {
			out = append(out, x)
		}
	}
	return out
}

func commonMethods(a, b *Set) (methods []string, anyCase bool) {
	switch {
	case a.Methods == nil:
		return b.Methods, b.AnyCase
	case b.Methods == nil:
		return a.Methods, a.AnyCase
	case !a.AnyCase && !b.AnyCase:
		return commonElements(a.Methods, b.Methods, func(x, y string) bool { return x == y }), false
	case a.AnyCase:
		return commonElements(b.Methods, a.Methods, strings.EqualFold), b.AnyCase
	}
	return commonElements(a.Methods, b.Methods, strings.EqualFold), false
}

// commonHosts keeps of two names or wildcards the narrower one.
func commonHosts(a, b []string) []string {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	out := []string{}
	for _, x := range a {
		for _, y := range b {
			narrow, wide := x, y
			if hostWithin(y, x) {
				narrow, wide = y, x
			}
			if hostWithin(narrow, wide) && !slices.Contains(out, narrow) {
				out = append(out, narrow)
			}
		}
	}
	return out
}

// hostWithin reports whether every host of one name or wildcard is one of another.
func hostWithin(narrow, wide string) bool {
	return narrow == wide || isWildcard(wide) && host.Within(narrow, wide)
}
