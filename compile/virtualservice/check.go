package virtualservice

import (
	"fmt"

	"github.com/kgw-dev/kgw/compile/envoy"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// Check reports faults of the VirtualService that Lower would write: fields
// that Istio would refuse, and effects that the author did not ask for. It also
// returns which requests the entries match.
func Check(g *ir.Gateway, t *ir.Target) (diag.List, ir.Written) {
	found := envoy.Check(g, t, func(p pathlang.Path) pathlang.Path { return p })
	checkNames(g, t, &found)
	checkCORS(g, t.Judge, &found)
	for _, r := range g.Routes {
		if r.RoutedBy == nil {
			checkRegex(r, t.Judge, &found)
			checkRefused(g, r, &found)
		}
	}
	return found, ir.Written{Routes: envoy.Entries(g, t)}
}

// checkRegex reports an expression that Istio's webhook refuses: the path, or
// what is made of a template, whose literal parts are not escaped.
func checkRegex(r *ir.Route, judge *match.Judge, found *diag.List) {
	p, help := r.Match.Path, "write the path in the syntax of RE2 (https://github.com/google/re2/wiki/Syntax)"
	switch {
	case p.Lang == pathlang.Template && p.Text != "/*":
		p = pathlang.Path{Lang: pathlang.Regex, Text: pathlang.TemplateRegex(p.Text)}
		help = "literal parts of the path are not escaped: write ( ) and + as %28 %29 and %2B, or leave them out"
	case p.Lang != pathlang.Regex:
		return
	}
	if reason, refused := judge.RefusedBy(p, pathlang.RE2Istio); refused {
		found.Add(diag.Finding{
			Code: diag.RegexRefused, At: r.Origin.At("path"), Help: help,
			Message: fmt.Sprintf("Istio refuses the path %q: %s", r.Match.Path.Text, reason),
		})
	}
}
