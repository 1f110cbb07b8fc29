package flatten

import (
	"regexp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// meetingPaths returns the pairs of different paths of the routes that have a request in
// common, or may have one, in both orders.
func meetingPaths(routes []*ir.Route) map[[2]string]bool {
	var ms []*match.Matcher
	var texts []string
	seen, meet := map[string]bool{}, map[[2]string]bool{}
	judge := match.NewJudge()
	for _, r := range routes {
		if p := r.Match.Path; !seen[p.Text] {
			seen[p.Text] = true
			texts, ms = append(texts, p.Text), append(ms, judge.Compile(match.Set{Path: p, View: match.RawPath}))
		}
	}
	match.Pairs(ms, nil, func(i, j int, _ match.Relation) bool {
		meet[[2]string{texts[i], texts[j]}], meet[[2]string{texts[j], texts[i]}] = true, true
		return true
	})
	return meet
}

// subtree reports whether a path ends in "**" after other segments, and returns what is
// before it.
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
