package rule

import (
	"strings"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// entries lists what each Rule of a gateway matches.
func entries(g *ir.Gateway, t *ir.Target) []*ir.Entry {
	out := make([]*ir.Entry, 0, len(g.Routes))
	for _, r := range g.Routes {
		if !hasRule(r, t) {
			continue
		}
		if set, ok := matched(g, r, t); ok {
			out = append(out, &ir.Entry{Origin: r.Origin.At("path"), Gateway: g, Route: r, Set: set, Methods: set.Methods, Path: set.Path})
		}
	}
	return out
}

// matched is what the Rule of a route matches. A path that Oathkeeper cannot compile
// matches nothing here: Check reports it.
func matched(g *ir.Gateway, r *ir.Route, t *ir.Target) (match.Set, bool) {
	if _, refused := t.Judge.RefusedBy(r.Match.Path, pathlang.Oathkeeper); refused {
		return match.Set{}, false
	}
	if set, ok := usualSet(g, r, t.OathkeeperVersion); ok {
		return set, true
	}
	return match.RuleSet(matchURL(g, r), r.Match.Methods, t.OathkeeperVersion)
}

// usualSet is match.RuleSet for the URLs that Lower writes as a rule: one host, and
// a path without angle brackets of its own.
func usualSet(g *ir.Gateway, r *ir.Route, version string) (match.Set, bool) {
	if len(g.Hosts) == 0 || strings.ContainsAny(g.Hosts[0].Name+rulePath(r), "<>") {
		return match.Set{}, false
	}
	set := match.Set{
		Schemes: []string{"http", "https"}, Hosts: []string{g.Hosts[0].Name},
		Path: pathlang.Path{Lang: pathlang.Regexp2, Text: rulePath(r)},
	}
	match.CompleteRule(&set, r.Match.Methods, version)
	return set, true
}
