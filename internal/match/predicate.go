package match

import (
	"slices"
	"strings"
)

// Source is where a predicate finds its value.
type Source uint8

// The sources of values.
const (
	Header Source = iota // a header; names ignore case
	Claim                // a claim of the token
)

// Predicate is a condition on one value of a request. Without Values the value
// must be there; with Values it must be one of them. Not turns it round: the
// value must be absent, or not be one of Values.
type Predicate struct {
	Source Source
	Name   string
	Values []string
	Not    bool
}

// valueSet is a set of values of one header or claim, finite or with a finite
// complement; absent reports that it includes requests without a value.
type valueSet struct {
	absent  bool
	inverse bool
	values  []string
}

// predicateKey names a header, in lower case, or a claim.
type predicateKey struct {
	Source Source
	Name   string
}

func (p Predicate) key() predicateKey {
	if p.Source == Header {
		return predicateKey{p.Source, strings.ToLower(p.Name)}
	}
	return predicateKey{p.Source, p.Name}
}

func (p Predicate) set() valueSet {
	if p.Values == nil {
		return valueSet{absent: p.Not, inverse: !p.Not}
	}
	return valueSet{absent: p.Not, inverse: p.Not, values: p.Values}
}

func (v valueSet) has(value string) bool { return slices.Contains(v.values, value) != v.inverse }

// sample is one value for a header or claim, or none.
type sample struct {
	there bool
	value string
}

func (v valueSet) accepts(s sample) bool {
	if !s.there {
		return v.absent
	}
	return v.has(s.value)
}

// samples returns one value for every way in which the sets can differ: each
// value they name, one that none names, and absence.
func samples(sets ...valueSet) []sample {
	var out []sample
	seen := map[string]bool{}
	for _, v := range sets {
		for _, value := range v.values {
			if !seen[value] {
				seen[value] = true
				out = append(out, sample{true, value})
			}
		}
	}
	fresh := "x"
	for seen[fresh] {
		fresh += "x"
	}
	return append(out, sample{}, sample{true, fresh})
}

// values returns what the set demands of each header and claim it names: all the
// conditions on one must hold.
func (s Set) values() map[predicateKey][]valueSet {
	out := map[predicateKey][]valueSet{}
	for _, p := range s.Predicates {
		out[p.key()] = append(out[p.key()], p.set())
	}
	return out
}

func acceptAll(sets []valueSet, s sample) bool {
	for _, v := range sets {
		if !v.accepts(s) {
			return false
		}
	}
	return true
}

// set writes a sample into a request.
func (s sample) set(key predicateKey, r *Request) {
	if !s.there {
		return
	}
	m := &r.Headers
	if key.Source == Claim {
		m = &r.Claims
	}
	if *m == nil {
		*m = map[string]string{}
	}
	(*m)[key.Name] = s.value
}

// readSample reads the value of a header or claim from a request.
func (k predicateKey) readSample(r Request) sample {
	m := r.Headers
	if k.Source == Claim {
		m = r.Claims
	}
	value, there := m[k.Name]
	return sample{there, value}
}
