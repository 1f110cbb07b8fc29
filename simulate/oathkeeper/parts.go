package oathkeeper

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// BlockingSets returns a set for each rule that keeps others from being matched: all
// requests with one of its methods, for any host and path.
func (e *Engine) BlockingSets() []match.Set {
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

// Texts returns a text for each rule, by the place of its URL. Two rules have one
// text only if they are the same and Oathkeeper is configured alike.
func (e *Engine) Texts() map[source.Ref]string {
	out, options := map[source.Ref]string{}, fmt.Sprintf("%+v", e.options)
	for _, r := range e.rules {
		out[r.manifest.At("spec.match.url")] = simulate.Canonical(r.manifest.Spec()) + options
	}
	return out
}

// Looks returns sets for what rules look at besides the requests they match: the
// text that they cut out of the path.
func (e *Engine) Looks() []match.Set {
	var out []match.Set
	for _, r := range e.rules {
		if e.prepare(r); strings.Trim(r.stripPath, "/") != "" {
			out = append(out, match.Set{Path: pathlang.Path{Lang: pathlang.Regex, Text: ".*" + regexp.QuoteMeta(cutText(r.stripPath)) + ".*"}, View: match.RawPath})
		}
	}
	return out
}

// cutText returns the text whose first occurrence a rule cuts out of the path.
func cutText(strip string) string { return "/" + strings.Trim(strip, "/") }
