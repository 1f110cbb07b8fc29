package skipper

import (
	"slices"

	"github.com/kgw-dev/kgw/internal/eskip"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// Looks returns sets for what routes look at besides the sets of their entries: an
// expression for the path besides another condition on it, escapes that a filter
// keeps, hosts that a predicate names, and hosts of routes that Skipper adds or
// leaves out.
func (e *Engine) Looks() []match.Set {
	var out []match.Set
	for _, r := range e.routes {
		set := match.Set{Path: pathlang.Path{Lang: pathlang.Prefix, Text: "/"}, View: match.SlashedPath}
		if r.hasPlainHosts() {
			set.Hosts = r.hosts
		}
		if set.Hosts != nil && (r.object == "" || r.dropped != "") {
			out = append(out, set)
		}
		if slices.ContainsFunc(r.filters, func(c eskip.Call) bool { return c.Name == "rfcPath" }) {
			escaped := set
			escaped.Path, escaped.View = pathlang.Path{Lang: pathlang.Regex, Text: "(?s:.*)%2[Ff](?s:.*)"}, match.RawPath
			out = append(out, escaped)
		}
		narrowed := r.path != nil // the set of the entry has a path
		for i := range r.tests {
			out = append(out, r.tests[i].looks(set, narrowed)...)
			narrowed = narrowed || r.tests[i].Name == "PathRegexp"
		}
	}
	return out
}

// looks returns the sets of a predicate of a route. Narrowed reports that the set of the
// route's entry already has a condition on the path, so that an expression for the path
// splits it.
func (t *test) looks(set match.Set, narrowed bool) []match.Set {
	var out []match.Set
	args := textsOf(t.Args)
	switch {
	case t.expr != nil && t.Name == "PathRegexp" && narrowed:
		set.Path = pathlang.Path{Lang: pathlang.Regex, Text: containing(args[0])}
		out = append(out, set)
	case t.Name == "HostAny":
		for _, h := range args {
			set.Hosts = []string{bareHost(h)}
			out = append(out, set)
		}
	case t.expr != nil && t.Name == "Host":
		if h := exampleText(args[0]); h != "" && t.expr.MatchString(h) {
			set.Hosts = []string{bareHost(h)}
			out = append(out, set)
		}
	}
	return out
}

// HostExpressions lists the expressions for hosts that routes have, of which not every
// host is known, sorted.
func (e *Engine) HostExpressions() []string {
	var out []string
	for _, r := range e.routes {
		for i := range r.tests {
			if text, ok := textArg(r.tests[i].Args, 0); ok && r.tests[i].Name == "Host" {
				out = append(out, text)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
