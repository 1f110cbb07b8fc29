package flatten

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/pathlang"
)

// rank of a segment: the more requests it takes, the higher.
func rank(segment string) int {
	switch {
	case segment == "**":
		return 2
	case parameter(segment):
		return 1
	}
	return 0
}

// parameter tells a segment that stands for any one segment.
func parameter(s string) bool {
	return strings.HasPrefix(s, "*") && s != "**" || strings.HasPrefix(s, "{") && strings.HasSuffix(s, "}")
}

// bySpecificity orders paths so that of two that take one request the more
// specific comes first: segment by segment, a literal before a parameter
// before the rest.
func bySpecificity(a, b string) int {
	return slices.CompareFunc(strings.Split(a, "/"), strings.Split(b, "/"), func(x, y string) int {
		if c := cmp.Compare(rank(x), rank(y)); c != 0 {
			return c
		}
		if rank(x) == 0 {
			return strings.Compare(x, y)
		}
		return 0
	})
}

// meet reports whether two paths have a request in common.
func meet(a, b string) bool {
	x, y := strings.Split(a, "/"), strings.Split(b, "/")
	for i := 0; ; i++ {
		switch {
		case i == len(x) || i == len(y):
			return len(x) == len(y)
		case x[i] == "**":
			return i == 1 || strings.Join(y[i:], "/") != ""
		case y[i] == "**":
			return i == 1 || strings.Join(x[i:], "/") != ""
		case rank(x[i]) == 0 && rank(y[i]) == 0:
			if x[i] != y[i] {
				return false
			}
		case x[i] == "" || y[i] == "":
			return false // a parameter takes at least one character
		}
	}
}

// subtree reports whether a path ends in "**" behind something, and gives what
// stands before it.
func subtree(path string) (stem string, ok bool) {
	stem, ok = strings.CutSuffix(path, "**")
	return stem, ok && stem != "/"
}

// spelled writes a path in a language that the target's parts share: templates
// where policies hold them, else expressions, which Rules hold too.
func (w *writer) spelled(p pathlang.Path) pathlang.Path {
	if p.Lang != pathlang.Fabric {
		return p
	}
	parts := strings.Split(p.Text, "/")
	general := slices.ContainsFunc(parts, func(s string) bool { return rank(s) > 0 })
	switch {
	case w.native && !general:
		return pathlang.Path{Lang: pathlang.Exact, Text: p.Text}
	case w.native && p.Text == "/**":
		return pathlang.Path{Lang: pathlang.Template, Text: "/*"}
	case p.Text == "/**":
		return pathlang.Path{Lang: pathlang.Regex, Text: "/.*"}
	}
	for i, s := range parts {
		switch rank(s) {
		case 2:
			parts[i] = w.either("{**}", ".+")
		case 1:
			parts[i] = w.either("{*}", "[^/]+")
		default:
			parts[i] = w.either(s, regexp.QuoteMeta(s))
		}
	}
	return pathlang.Path{Lang: map[bool]pathlang.Lang{true: pathlang.Template, false: pathlang.Regex}[w.native], Text: strings.Join(parts, "/")}
}

func (w *writer) either(template, expression string) string {
	if w.native {
		return template
	}
	return expression
}
