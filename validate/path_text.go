package validate

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/lazyregexp"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

var (
	// letters begin an expression that matches texts with this beginning only: no
	// operator makes the first one optional.
	letters = lazyregexp.New(`^[A-Za-z0-9_-]([^?*{|+]|$)`)
	// query is what people write of a query in an expression.
	query = lazyregexp.New(`[^\\(*+?}]\?([A-Za-z_][A-Za-z0-9_-]*)=`)
	// parameter is a segment that frameworks read as any one.
	parameter = lazyregexp.New(`/(:[A-Za-z_][A-Za-z0-9_]*|\{[A-Za-z_][A-Za-z0-9_]*\})(/|$)`)
)

// checkPathTexts reports paths that match other requests than their text looks like,
// or none.
func checkPathTexts(v *View, found *diag.List) {
	for _, g := range v.Gateways {
		for _, r := range g.Routes {
			message, help := misread(&r.Match.Path)
			if message == "" && v.matchesNoRequest(&r.Match.Path) {
				message = fmt.Sprintf("no request has a path that matches %q", r.Match.Path.Text)
				help = `a path begins with a slash, ends before "?" and "#", and has %20 for a space and the like for what is not ASCII`
			}
			if message != "" {
				found.Add(diag.Finding{Code: diag.PathMisread, At: r.Origin.At("path"), Message: message, Help: help})
			}
		}
	}
}

// misread returns what is odd about the text of a path and what to write instead, or
// "".
func misread(p *pathlang.Path) (message, help string) {
	expression := p.Lang == pathlang.Regex || p.Lang == pathlang.Regexp2
	if expression && letters().MatchString(p.Text) && !strings.Contains(p.Text, "|") {
		return startsWithLetter(p.Text)
	}
	if m := findMarked(query(), p.Text, expression && strings.Contains(p.Text, "=")); m != nil {
		return fmt.Sprintf("the path %q has a query: a path ends before it, and \"?\" makes the character in front of it optional", p.Text),
			"write the path alone; neither routes nor rules look at queries"
	}
	text := p.Lang == pathlang.Template || p.Lang == pathlang.Exact // those of FabricGateways are checked there
	if seen, _ := match.RawPath.See(p.Text); text && seen != p.Text {
		return fmt.Sprintf("no request has the path %q: clients and proxies resolve dot segments", p.Text),
			fmt.Sprintf("write the path that they make of it: %q", seen)
	}
	named := strings.Contains(p.Text, "/:") || strings.Contains(p.Text, "/{")
	if m := findMarked(parameter(), p.Text, named && (expression || p.Lang == pathlang.Template || p.Lang == pathlang.Exact)); m != nil {
		any := "{*}"
		if expression {
			any = "[^/]+"
		}
		return fmt.Sprintf("the segment %q of the path %q is text here: only requests with these very characters match", m[1], p.Text),
			fmt.Sprintf("write %s for any segment: %q", any, strings.Replace(p.Text, m[1], any, 1))
	}
	return "", ""
}

// sent matches the paths that clients send: they encode what is not printable
// ASCII, and a path ends before a query or a fragment.
var sent = pathlang.Path{Lang: pathlang.Regex, Text: `/[!-"$->@-~]*`}

// matchesNoRequest reports whether an expression matches no path that clients send.
// Only expressions with certain characters or operators are examined: every other one
// matches some path.
func (v *View) matchesNoRequest(p *pathlang.Path) bool {
	if p.Lang != pathlang.Regex || !suspect(p.Text) {
		return false
	}
	of := func(p pathlang.Path) *match.Matcher { return v.Judge.Compile(match.Set{Path: p, View: match.RawPath}) }
	return v.purse().Relate(of(*p), of(sent)).Kind == match.Disjoint
}

func suspect(text string) bool {
	return strings.ContainsAny(text, " #^$") || strings.Contains(text, `\?`) || strings.Contains(text, `/\.`) || strings.Contains(text, `\s`) ||
		strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r >= 0x7f })
}

// findMarked returns the submatches of an expression in a text, nil unless the text may
// have some.
func findMarked(expression *regexp.Regexp, text string, may bool) []string {
	if !may {
		return nil
	}
	return expression.FindStringSubmatch(text)
}

// startsWithLetter reports an expression that no path of a request matches, because
// each path begins with a slash.
func startsWithLetter(text string) (message, help string) {
	if _, rest, ok := strings.Cut(text, "://"); ok {
		_, path, _ := strings.Cut(rest, "/")
		return fmt.Sprintf("the path %q is a URL, and no request has such a path", text), fmt.Sprintf("write the path alone: %q", "/"+path)
	}
	return fmt.Sprintf("no request has a path that matches %q: each begins with a slash", text), fmt.Sprintf("write %q", "/"+text)
}
