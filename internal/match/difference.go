package match

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/automata"
)

// Rest is what remains of a set when others are taken away.
type Rest struct {
	// Empty reports that nothing remains: the others cover the set.
	Empty bool
	// Witness is a request that remains, printable where one is.
	Witness *Request
	// Reason is why neither could be decided.
	Reason string
	// Within, if not empty, names the requests for which Empty holds.
	Within string
	// Steps is what the answer cost: see Budget.
	Steps int
}

// maxAtoms bounds the combinations of scheme, host, method and values that one
// difference looks at.
const maxAtoms = 100_000

// Difference reports whether the set has a request that none of the others has.
// A set that was not understood counts as empty among the others, so that Empty
// and the others' part in it are certain; the Reason then names the set.
func (m *Matcher) Difference(budget Budget, others ...*Matcher) Rest {
	if err := m.Err(); err != nil {
		return Rest{Reason: err.Error()}
	}
	d := &difference{a: m, limit: budget.states()}
	for _, o := range others {
		switch err := o.Err(); {
		case err != nil:
			d.skipped = err.Error()
		case d.isRelevant(o):
			d.others = append(d.others, o)
		}
	}
	rest := d.run()
	rest.Steps = d.walker.Steps
	return rest
}

// difference looks at every combination of scheme, host, method and values in
// which the sets can differ, and at the paths that remain there.
type difference struct {
	a       *Matcher
	others  []*Matcher
	limit   int
	atoms   int
	done    trie[*Matcher, bool]
	skipped string
	unknown string
	within  string
	walker  automata.Walker
}

// isRelevant reports whether a set can remove something.
func (d *difference) isRelevant(o *Matcher) bool {
	for _, f := range cheapFacets(&d.a.set, &o.set) {
		if f.both == nil {
			return false
		}
	}
	return true
}

func (d *difference) run() Rest {
	sets := []*Set{&d.a.set}
	for _, o := range d.others {
		sets = append(sets, &o.set)
	}
	axes := d.axes(sets)
	witness := d.walk(axes, Request{}, d.others)
	switch {
	case witness != nil && d.skipped != "":
		return Rest{Reason: d.skipped}
	case witness != nil && !d.replay(witness):
		return Rest{Reason: "a witness did not stand up to a second match: " + witness.URL()}
	case witness != nil:
		return Rest{Witness: witness}
	case d.unknown != "":
		return Rest{Reason: d.unknown}
	}
	return Rest{Empty: true, Within: d.within}
}

// axis is a facet with its samples: pick writes one into a request, takes
// reports whether a set matches the request.
type axis struct {
	size  int
	pick  func(int, *Request)
	takes func(*Set, *Request) bool
}

// axes lists the facets of finitely many kinds. With a pattern over hosts or
// URLs, scheme and host are left to the automata.
func (d *difference) axes(sets []*Set) []axis {
	methods := methodSamples(sets...)
	out := []axis{{
		len(methods), func(i int, r *Request) { r.Method = methods[i] },
		func(s *Set, r *Request) bool { return s.matchesMethod(r.Method) },
	}}
	if !d.wholeURLs() {
		schemes, hosts := []string{"https", "http"}, hostSamples(sets...)
		out = append(out,
			axis{
				len(schemes), func(i int, r *Request) { r.Scheme = schemes[i] },
				func(s *Set, r *Request) bool { return s.matchesScheme(r.Scheme) },
			},
			axis{
				len(hosts), func(i int, r *Request) { r.Host = hosts[i] },
				func(s *Set, r *Request) bool { return s.matchesHost(r.Host) },
			})
	}
	maps := make([]map[predicateKey][]valueSet, len(sets))
	for i, s := range sets {
		maps[i] = s.values()
	}
	for _, key := range predicateKeys(maps...) {
		var all []valueSet
		for _, m := range maps {
			all = append(all, m[key]...)
		}
		values := samples(all...)
		out = append(out, axis{
			len(values), func(i int, r *Request) { values[i].set(key, r) },
			func(s *Set, r *Request) bool { return acceptAll(s.values()[key], key.readSample(*r)) },
		})
	}
	return out
}

func (d *difference) wholeURLs() bool {
	whole := func(m *Matcher) bool { return m.set.URL.Lang != 0 || m.set.HostPattern.Lang != 0 }
	return whole(d.a) || slices.ContainsFunc(d.others, whole)
}

// walk goes through the samples of the axes; others are the sets that match all
// samples picked so far.
func (d *difference) walk(axes []axis, r Request, others []*Matcher) *Request {
	if len(axes) == 0 {
		return d.findRemaining(r, others)
	}
	for i := range axes[0].size {
		if d.atoms++; d.atoms > maxAtoms {
			d.unknown = fmt.Sprintf("more than %d combinations of host, method and values", maxAtoms)
			return nil
		}
		next := r
		next.Headers, next.Claims = clone(r.Headers), clone(r.Claims)
		axes[0].pick(i, &next)
		if !axes[0].takes(&d.a.set, &next) {
			continue
		}
		var left []*Matcher
		for _, o := range others {
			if axes[0].takes(&o.set, &next) {
				left = append(left, o)
			}
		}
		if w := d.walk(axes[1:], next, left); w != nil {
			return w
		}
	}
	return nil
}

func clone(m map[string]string) map[string]string {
	var out map[string]string
	for k, v := range m {
		if out == nil {
			out = map[string]string{}
		}
		out[k] = v
	}
	return out
}

// findRemaining looks for a path that a has and none of the others.
func (d *difference) findRemaining(r Request, others []*Matcher) *Request {
	place := d.done.placeOf(others)
	if place.known {
		return nil
	}
	place.set(true)
	if len(others) == 0 && !d.wholeURLs() {
		return d.completePath(r)
	}
	a, bs, write, err := d.automata(others)
	if err != nil {
		d.unknown = err.Error()
		return nil
	}
	word, found, err := d.walker.Outside(a, bs, d.limit)
	if err != nil {
		d.unknown = err.Error()
	}
	if !found {
		return nil
	}
	write(word, &r)
	return &r
}

// completePath completes the request with a path that a has.
func (d *difference) completePath(r Request) *Request {
	s, err := d.a.sample()
	if err != nil {
		d.unknown = err.Error()
	}
	if !s.found {
		return nil
	}
	pathWriter(d.a.view)(s.word, &r)
	return &r
}

// automata returns the automata in which the sets can be compared.
func (d *difference) automata(others []*Matcher) (a *automata.NFA, bs []*automata.NFA, write func([]rune, *Request), err error) {
	pick := func(m *Matcher) (*automata.NFA, error) { return m.restricted() }
	write = pathWriter(d.a.view)
	same := !slices.ContainsFunc(others, func(o *Matcher) bool { return o.view != d.a.view })
	switch {
	case d.wholeURLs() && !same:
		return nil, nil, nil, fmt.Errorf("a pattern over whole URLs is compared only with sets of the same view")
	case d.wholeURLs():
		pick = func(m *Matcher) (*automata.NFA, error) { return m.wholeURL() }
		write = splitURL(d.a.view)
	case !same:
		pick = func(m *Matcher) (lifted *automata.NFA, err error) {
			if m != d.a {
				return m.lifted()
			}
			lifted, d.within, err = m.liftedFor(others...)
			return lifted, err
		}
		write = pathWriter(RawPath)
	}
	if a, err = pick(d.a); err != nil {
		return nil, nil, nil, err
	}
	for _, o := range others {
		b, err := pick(o)
		if err != nil {
			return nil, nil, nil, err
		}
		bs = append(bs, b)
	}
	return a, bs, write, nil
}

// splitURL writes a word over "scheme://host/path" into a request.
func splitURL(v View) func([]rune, *Request) {
	return func(word []rune, r *Request) {
		scheme, rest, _ := strings.Cut(string(word), "://")
		at := max(strings.IndexByte(rest, '/'), 0)
		r.Scheme, r.Host = scheme, rest[:at]
		r.RawPath, r.Path = v.requestPaths(rest[at:])
	}
}

func (d *difference) replay(r *Request) bool {
	if ok, err := d.a.Accepts(*r); err != nil || !ok {
		return false
	}
	for _, o := range d.others {
		if ok, err := o.Accepts(*r); err != nil || ok {
			return false
		}
	}
	return true
}
