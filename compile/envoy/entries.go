package envoy

import (
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// Entries lists what each entry for a gateway's routes matches, in order:
// of several entries the first that matches a request answers it.
func Entries(g *ir.Gateway, t *ir.Target) []*ir.Entry {
	hosts := g.HostNames()
	out := make([]*ir.Entry, 0, len(g.Routes))
	for _, r := range g.Routes {
		if r.RoutedBy != nil {
			continue
		}
		if _, answers := r.Action.(ir.Respond); answers {
			continue // it lets nobody in
		}
		set := match.Set{Hosts: hosts, Path: r.Match.Path, View: match.RawPath, Predicates: r.Match.Predicates}
		if t.Plan.MatchesMethods(r) {
			set.Methods = r.Match.Methods
		}
		out = append(out, &ir.Entry{
			Origin: r.Origin.At("path"), Gateway: g, Route: r, Set: set, Methods: r.Match.Methods, Path: pathlang.TemplateMeaning(r.Match.Path),
			Delegated: t.Plan.Delegated(r), Effect: effect(g, r, t),
		})
	}
	return out
}

// effect returns what happens to a request apart from access.
func effect(g *ir.Gateway, r *ir.Route, t *ir.Target) ir.Effect {
	out := ir.Effect{Timeout: r.Timeout}
	for _, d := range Destinations(r, t) {
		out.To = append(out.To, ir.Destination{Host: d.Host, Port: d.Port.Number})
	}
	for _, h := range changesOf(g, r).set {
		out.Headers = append(out.Headers, ir.Header{Name: h.name, Value: h.value})
	}
	return out
}
