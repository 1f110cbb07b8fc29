package pathlang

import (
	"cmp"
	"slices"
	"strings"
)

// SegmentRank ranks what a segment of a path template matches: 0 is literal
// text, 1 a parameter ("*" or "{name}"), 2 the rest of the path ("**"). The
// more requests it matches, the higher.
func SegmentRank(segment string) int {
	switch {
	case segment == "**":
		return 2
	case strings.HasPrefix(segment, "*"), strings.HasPrefix(segment, "{") && strings.HasSuffix(segment, "}"):
		return 1
	}
	return 0
}

// BySpecificity orders path templates so that of two that match one request the
// more specific comes first: segment by segment, a literal before a parameter
// before the rest.
func BySpecificity(a, b string) int {
	return slices.CompareFunc(strings.Split(a, "/"), strings.Split(b, "/"), func(x, y string) int {
		if c := cmp.Compare(SegmentRank(x), SegmentRank(y)); c != 0 {
			return c
		}
		if SegmentRank(x) == 0 {
			return strings.Compare(x, y)
		}
		return 0
	})
}
