package sidecar

import (
	"maps"
	"slices"
)

// selection is a list of objects that select the same pods of one namespace.
type selection struct {
	chosen
	policies []*authorization
	tokens   []*tokens
}

// selections are the selections of a namespace in the order of loading, with an
// index by the first label of each, to find those that may select some pods.
type selections struct {
	all     []*selection
	byLabel map[string]map[string][]int // places in all, by name and value
	bare    []int                       // those without a label
}

func (s *selections) add(sel *selection) {
	at := len(s.all)
	s.all = append(s.all, sel)
	if len(sel.labels) == 0 {
		s.bare = append(s.bare, at)
		return
	}
	name := slices.Min(slices.Collect(maps.Keys(sel.labels)))
	if s.byLabel[name] == nil {
		s.byLabel[name] = map[string][]int{}
	}
	s.byLabel[name][sel.labels[name]] = append(s.byLabel[name][sel.labels[name]], at)
}

// withoutOthers returns the selections without those that demand another value of a
// label that the pods have. S may be nil.
func (s *selections) withoutOthers(labels map[string]string) []*selection {
	if s == nil {
		return nil
	}
	found := slices.Clone(s.bare)
	for name, values := range s.byLabel {
		if value, has := labels[name]; has {
			found = append(found, values[value]...)
			continue
		}
		for _, list := range values {
			found = append(found, list...)
		}
	}
	slices.Sort(found)
	out := make([]*selection, len(found))
	for i, at := range found {
		out[i] = s.all[at]
	}
	return out
}
