package match

import (
	"slices"
	"strings"
)

// facet is one independent aspect of requests: how two sets relate in it, by
// example. Each field writes an example into a request; nil if there is none.
// unknown is why the comparison gave up on the fields that are nil.
type facet struct {
	both, onlyA, onlyB func(*Request)
	unknown            string
}

// addExample sorts an example into the facet; earlier examples win.
func (f *facet) addExample(inA, inB bool, write func(*Request)) {
	switch {
	case inA && inB && f.both == nil:
		f.both = write
	case inA && !inB && f.onlyA == nil:
		f.onlyA = write
	case inB && !inA && f.onlyB == nil:
		f.onlyB = write
	}
}

func schemeFacet(a, b *Set) (f facet) {
	for _, s := range [...]string{"https", "http"} {
		f.addExample(a.matchesScheme(s), b.matchesScheme(s), func(r *Request) { r.Scheme = s })
	}
	return f
}

func (s *Set) matchesScheme(scheme string) bool {
	return s.Schemes == nil || slices.Contains(s.Schemes, scheme)
}

func (s *Set) matchesMethod(method string) bool {
	if s.Methods == nil {
		return true
	}
	return slices.ContainsFunc(s.Methods, func(m string) bool {
		return m == method || s.AnyCase && strings.EqualFold(m, method)
	})
}

func methodFacet(a, b *Set) (f facet) {
	for _, m := range methodSamples(a, b) {
		f.addExample(a.matchesMethod(m), b.matchesMethod(m), func(r *Request) { r.Method = m })
	}
	return f
}

// methodSamples returns one method for every way in which the sets can differ:
// each one named, in its own and in another spelling, and one that is not.
func methodSamples(sets ...*Set) []string {
	var out []string
	add := func(m string) {
		if !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	fold := false
	for _, s := range sets {
		fold = fold || s.AnyCase
		for _, m := range s.Methods {
			add(m)
		}
	}
	named := len(out)
	for _, m := range out[:named] {
		if fold {
			add(respell(m, out[:named]))
		}
	}
	for _, m := range []string{"GET", "POST", "PURGE"} {
		add(m)
	}
	fresh := "X"
	for slices.ContainsFunc(out, func(m string) bool { return strings.EqualFold(m, fresh) }) {
		fresh += "X"
	}
	add(fresh)
	return out
}

// respell writes a method with other capitals so that it is none of those
// named; a method without letters stays as it is.
func respell(m string, named []string) string {
	low := []byte(strings.ToLower(m))
	for bits := range 1 << min(len(low), 6) {
		try := slices.Clone(low)
		for i := range try {
			if bits>>i&1 == 1 && 'a' <= try[i] && try[i] <= 'z' {
				try[i] -= 'a' - 'A'
			}
		}
		if !slices.Contains(named, string(try)) {
			return string(try)
		}
	}
	return m
}

// predicateFacets compares what the sets demand of headers and claims.
func predicateFacets(a, b *Set) []facet {
	if len(a.Predicates)+len(b.Predicates) == 0 {
		return nil
	}
	va, vb := a.values(), b.values()
	var out []facet
	for _, key := range predicateKeys(va, vb) {
		var f facet
		for _, s := range samples(append(slices.Clone(va[key]), vb[key]...)...) {
			f.addExample(acceptAll(va[key], s), acceptAll(vb[key], s), func(r *Request) { s.set(key, r) })
		}
		out = append(out, f)
	}
	return out
}

func predicateKeys(maps ...map[predicateKey][]valueSet) []predicateKey {
	var out []predicateKey
	for _, m := range maps {
		for key := range m {
			out = append(out, key)
		}
	}
	slices.SortFunc(out, func(a, b predicateKey) int {
		return int(a.Source) - int(b.Source) + 2*strings.Compare(a.Name, b.Name)
	})
	return slices.Compact(out)
}
