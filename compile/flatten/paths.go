package flatten

import (
	"regexp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/pathlang"
)

// pathsMeet reports whether two paths have a request in common.
func pathsMeet(a, b string) bool {
	x, y := strings.Split(a, "/"), strings.Split(b, "/")
	for i := 0; ; i++ {
		switch {
		case i == len(x) || i == len(y):
			return len(x) == len(y)
		case x[i] == "**":
			return i == 1 || strings.Join(y[i:], "/") != ""
		case y[i] == "**":
			return i == 1 || strings.Join(x[i:], "/") != ""
		case pathlang.SegmentRank(x[i]) == 0 && pathlang.SegmentRank(y[i]) == 0:
			if x[i] != y[i] {
				return false
			}
		case x[i] == "" || y[i] == "":
			return false // a parameter matches at least one character
		}
	}
}

// subtree reports whether a path ends in "**" behind something, and returns what
// is before it.
func subtree(path string) (stem string, ok bool) {
	stem, ok = strings.CutSuffix(path, "**")
	return stem, ok && stem != "/"
}

// respell writes a path in a language that the target's parts share: templates
// where policies hold them, else expressions, which Rules hold too.
func (w *writer) respell(p pathlang.Path) pathlang.Path {
	if p.Lang != pathlang.Fabric {
		return p
	}
	parts := strings.Split(p.Text, "/")
	general := slices.ContainsFunc(parts, func(s string) bool { return pathlang.SegmentRank(s) > 0 })
	switch {
	case w.native && !general:
		return pathlang.Path{Lang: pathlang.Exact, Text: p.Text}
	case w.native && p.Text == "/**":
		return pathlang.Path{Lang: pathlang.Template, Text: "/*"}
	case p.Text == "/**":
		return pathlang.Path{Lang: pathlang.Regex, Text: "/.*"}
	}
	for i, s := range parts {
		switch pathlang.SegmentRank(s) {
		case 2:
			parts[i] = w.chooseText("{**}", ".+")
		case 1:
			parts[i] = w.chooseText("{*}", "[^/]+")
		default:
			parts[i] = w.chooseText(s, regexp.QuoteMeta(s))
		}
	}
	if w.native {
		return pathlang.Path{Lang: pathlang.Template, Text: strings.Join(parts, "/")}
	}
	return pathlang.Path{Lang: pathlang.Regex, Text: strings.Join(parts, "/")}
}

func (w *writer) chooseText(template, expression string) string {
	if w.native {
		return template
	}
	return expression
}
