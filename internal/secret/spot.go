package secret

import (
	"cmp"
	"slices"
)

// merge sorts ranges and joins those that overlap; empty ones go.
func merge(at []spot) []spot {
	slices.SortFunc(at, func(a, b spot) int { return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end)) })
	out := at[:0]
	for _, p := range at {
		switch {
		case p.end <= p.start:
		case len(out) > 0 && p.start < out[len(out)-1].end:
			out[len(out)-1].end = max(out[len(out)-1].end, p.end)
		default:
			out = append(out, p)
		}
	}
	return out
}
