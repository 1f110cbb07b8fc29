package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
)

// checkPreflights reports a CORS policy of an author whose rules match no OPTIONS:
// the proxy answers a preflight where it has a route for it, and with 404
// otherwise.
func checkPreflights(v *View, found *diag.List) {
	for i := 0; i < len(v.Routes); {
		j := i
		for j < len(v.Routes) && v.Routes[j].Gateway == v.Routes[i].Gateway {
			j++
		}
		v.reportUnrouted(v.Routes[i:j], found)
		i = j
	}
}

// reportUnrouted reports, in one finding, the routes of a gateway whose preflights no
// route matches.
func (v *View) reportUnrouted(takes []*ir.Entry, found *diag.List) {
	var missing []*ir.Entry
	for i := range takes {
		t := takes[i]
		if t.Route == nil || t.Route.CORS == nil || t.Route.CORS.Origin.Doc == nil || t.Route.RoutedBy != nil {
			continue
		}
		if !slices.ContainsFunc(takes, func(o *ir.Entry) bool { return v.matchesPreflights(o, t) }) {
			missing = append(missing, t)
		}
	}
	if len(missing) == 0 {
		return
	}
	first := missing[0]
	w := v.preflightWitness(first)
	f := diag.Finding{
		Code: diag.PreflightUnrouted, At: first.Route.CORS.Origin, Witness: w,
		Message: fmt.Sprintf("preflights for %s find no route and are answered with 404: its rule does not match OPTIONS", spell(first)),
		Help:    "add OPTIONS to the methods of the rule, or of one rule that matches every path; the CORS policy answers preflights before a token is asked for",
	}
	if len(missing) > 1 {
		f.Message = fmt.Sprintf("preflights for %s and %d more find no route and are answered with 404: the rules do not match OPTIONS", spell(first), len(missing)-1)
	}
	for _, m := range missing {
		if len(f.Related) == maxOthers {
			break
		}
		f.Related = append(f.Related, diag.Related{Message: "its preflights find no route", At: m.Origin})
	}
	found.Add(f)
}

// matchesPreflights reports whether one entry matches the preflights of all
// requests of another.
func (v *View) matchesPreflights(o, t *ir.Entry) bool {
	if len(o.Set.Methods) > 0 && !slices.Contains(o.Set.Methods, "OPTIONS") {
		return false
	}
	if o.Route == t.Route {
		return true
	}
	a, b := o.Set, t.Set
	a.Methods, b.Methods = nil, nil
	if !mayMeet(&a, &b) {
		return false
	}
	k := v.relate(b, a).Kind
	return k == match.Equal || k == match.Subset
}

func (v *View) preflightWitness(t *ir.Entry) *diag.Witness {
	set := t.Set
	set.Methods = []string{"OPTIONS"}
	return witness(v.difference(set).Witness)
}

// RequestTo returns a request that a route of a resource matches, or nil.
func (v *View) RequestTo(doc *source.Document) *diag.Witness {
	i := slices.IndexFunc(v.Routes, func(t *ir.Entry) bool { return t.Origin.Doc == doc })
	if doc == nil || i < 0 {
		return nil
	}
	return witness(v.difference(v.Routes[i].Set).Witness)
}

// checkStarExpressions reports "/*" in a regular expression, which matches only slashes.
func checkStarExpressions(v *View, found *diag.List) {
	for _, g := range v.Gateways {
		for _, r := range g.Routes {
			p := r.Match.Path
			if p.Lang != pathlang.Regex || !strings.Contains(p.Text, "/*") {
				continue
			}
			meant := strings.ReplaceAll(p.Text, "/*", "/.*")
			f := diag.Finding{
				Code: diag.StarExpression, At: r.Origin.At("path"),
				Message: fmt.Sprintf("path %q is a regular expression here, in which \"/*\" matches slashes and nothing else", p.Text),
				Help:    fmt.Sprintf("write %q for everything below", meant),
			}
			lost := match.Set{Hosts: r.Match.Hosts, Methods: r.Match.Methods, Path: pathlang.Path{Lang: pathlang.Regex, Text: meant}}
			f.Witness = witness(v.difference(lost, r.Match).Witness)
			found.Add(f)
		}
	}
}
