// Package rule writes Oathkeeper Rules: one for each route that goes
// through Oathkeeper.
//
// It takes the model and a target and returns manifests and findings. It must
// not know which dialect a gateway came from.
package rule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// APIVersion is the version of Rule that is written.
const APIVersion = "oathkeeper.ory.sh/v1alpha1"

// Lower writes the Rules of a gateway, in the order of its routes.
func Lower(g *ir.Gateway, t *ir.Target) []manifest.Object {
	var out []manifest.Object
	shared := sharedURLs(g, t)
	for _, r := range g.Routes {
		if !hasRule(r, t) {
			continue
		}
		spec := rule(g, r, t)
		identity := []string{g.Kind, g.Name.Namespace, g.ID(), spec.Match.URL}
		if shared[spec.Match.URL] > 1 {
			identity = append(identity, strings.Join(slices.Sorted(slices.Values(spec.Match.Methods)), ","))
		}
		out = append(out, manifest.Object{
			APIVersion: APIVersion,
			Kind:       kinds.Rule,
			Meta: manifest.Meta{
				Name:      manifest.StableName(g.ID(), identity...),
				Namespace: g.Name.Namespace,
				Labels:    t.LabelsOf(g),
			},
			Spec:   spec,
			Origin: r.Origin,
		})
	}
	return out
}

// sharedURLs counts the Rules of a gateway for each match URL: the methods
// distinguish Rules only where several share one.
func sharedURLs(g *ir.Gateway, t *ir.Target) map[string]int {
	n := map[string]int{}
	for _, r := range g.Routes {
		if hasRule(r, t) {
			n[matchURL(g, r)]++
		}
	}
	return n
}

// hasRule reports whether the route gets a Rule: it goes through Oathkeeper and
// at least one of its handlers is one that the target writes.
func hasRule(r *ir.Route, t *ir.Target) bool {
	return t.Plan.Delegated(r) && (t.Plan.Ruled == nil || len(authenticators(r, t)) > 0)
}

func rule(g *ir.Gateway, r *ir.Route, t *ir.Target) *manifest.Rule {
	spec := &manifest.Rule{
		Match:          &manifest.RuleMatch{URL: matchURL(g, r), Methods: r.Match.Methods},
		Authenticators: authenticators(r, t),
		Authorizer:     &manifest.Handler{Handler: "allow"},
	}
	if forward, ok := r.Action.(ir.Forward); ok && len(forward.To) > 0 {
		spec.Upstream = &manifest.RuleUpstream{URL: upstreamURL(largest(forward.To))}
	}
	for _, h := range mutators(r) {
		spec.Mutators = append(spec.Mutators, manifest.Handler{Handler: h.Name, Config: h.Config})
	}
	return spec
}

// mutators are the mutation handlers of a route, in order.
func mutators(r *ir.Route) []*ir.Handler {
	var out []*ir.Handler
	for _, f := range r.Filters {
		if m, ok := f.(ir.Mutate); ok {
			out = append(out, &m.Handler)
		}
	}
	return out
}

// matchURL spells the requests of a route as Oathkeeper's template: literal
// text outside angle brackets, an expression inside.
func matchURL(g *ir.Gateway, r *ir.Route) string {
	host := ""
	if len(g.Hosts) > 0 {
		host = g.Hosts[0].Name
	}
	return "<http|https>://" + host + "<" + rulePath(r) + ">"
}

// rulePath is the expression for a route's path. What the route leaves to
// earlier ones is looked ahead for: of two Rules that match a request,
// Oathkeeper uses none.
func rulePath(r *ir.Route) string {
	var left []string
	for _, p := range r.Except {
		if p.Lang == pathlang.Regex {
			left = append(left, p.Text)
		}
	}
	if r.Match.Path.Lang != pathlang.Regex || left == nil {
		return r.Match.Path.Text
	}
	return "(?!(?:" + strings.Join(left, "|") + ")$)" + r.Match.Path.Text
}

// largest is the upstream with the largest share of the traffic: a Rule has
// one.
func largest(upstreams []ir.Upstream) *ir.Upstream {
	best := &upstreams[0]
	for i := range upstreams {
		if w := upstreams[i].Weight; w != nil && best.Weight != nil && *w > *best.Weight {
			best = &upstreams[i]
		}
	}
	return best
}

func upstreamURL(u *ir.Upstream) string {
	return fmt.Sprintf("http://%s:%d", u.Host(), u.Port.Number)
}

func authenticators(r *ir.Route, t *ir.Target) []manifest.Handler {
	var out []manifest.Handler
	for _, h := range writtenHandlers(r, t) {
		out = append(out, manifest.Handler{Handler: h.Name, Config: h.Config})
	}
	return out
}

// writtenHandlers are the handlers of a route that the target writes.
func writtenHandlers(r *ir.Route, t *ir.Target) []*ir.Handler {
	var out []*ir.Handler
	for i := range r.Access.Grants {
		h := r.Access.Grants[i].Verbatim
		if h != nil && (t.Plan.Ruled == nil || t.Plan.Ruled[h.Name]) {
			out = append(out, h)
		}
	}
	return out
}
