package oathkeeper

import (
	"slices"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// Poisoned returns a set for each rule that keeps others from being matched:
// every request with one of its methods, to whatever host and path.
func (e *Engine) Poisoned() []match.Set {
	var out []match.Set
	for _, r := range e.poison {
		methods := slices.Clone(r.methods)
		if r.unmatched {
			methods = nil
		}
		out = append(out, match.Set{Methods: methods, AnyCase: true, Path: pathlang.Path{Lang: pathlang.Prefix, Text: "/"}})
	}
	return out
}
