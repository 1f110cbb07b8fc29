// Package virtualservice writes Istio VirtualServices: one for each gateway, one http
// entry for each route that has one of its own.
//
// It takes the model and a target and returns manifests and findings. It must
// not know which dialect a gateway came from, nor how access is enforced
// beyond what the target's plan says.
package virtualservice

import (
	"math"
	"strings"

	"github.com/kgw-dev/kgw/compile/envoy"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// Lower writes the VirtualService of a gateway.
func Lower(g *ir.Gateway, t *ir.Target) []manifest.Object {
	spec := &manifest.VirtualService{Hosts: hostNames(g)}
	if g.Ingress.Text != "" {
		spec.Gateways = []string{g.Ingress.Text}
	}
	for _, r := range entryRoutes(g) {
		spec.HTTP = append(spec.HTTP, entry(g, r, t))
	}
	return []manifest.Object{{
		APIVersion: "networking.istio.io/" + t.IstioAPI,
		Kind:       kinds.VirtualService,
		Meta: manifest.Meta{
			Name:      manifest.StableName(g.ID(), g.Kind, g.Name.Namespace, g.ID()),
			Namespace: g.Name.Namespace,
			Labels:    t.LabelsOf(g),
		},
		Spec:   spec,
		Origin: g.Origin,
	}}
}

// entryRoutes are the routes that have an entry of their own, in order.
func entryRoutes(g *ir.Gateway) []*ir.Route {
	var out []*ir.Route
	for _, r := range g.Routes {
		if r.RoutedBy == nil {
			out = append(out, r)
		}
	}
	return out
}

func hostNames(g *ir.Gateway) []string {
	names := make([]string, len(g.Hosts))
	for i := range g.Hosts {
		names[i] = g.Hosts[i].Name
	}
	return names
}

func entry(g *ir.Gateway, r *ir.Route, t *ir.Target) manifest.HTTPEntry {
	e := manifest.HTTPEntry{
		Match:      []manifest.HTTPMatch{{URI: uri(r.Match.Path), Headers: headerMatches(r)}},
		CorsPolicy: corsPolicy(r.CORS),
		Headers:    envoy.Headers(g, r),
	}
	if t.Plan.MatchesMethods(r) {
		e.Match[0].Method = &manifest.StringMatch{Regex: "^(" + strings.Join(r.Match.Methods, "|") + ")$"}
	}
	if r.Timeout > 0 {
		e.Timeout = manifest.Duration(r.Timeout)
	}
	if answer, ok := r.Action.(ir.Respond); ok {
		e.DirectResponse = &manifest.DirectResponse{Status: answer.Status}
		if answer.Body != "" {
			e.DirectResponse.Body = &manifest.ResponseBody{String: answer.Body}
		}
		return e
	}
	targets, weights := envoy.Destinations(r, t), weights(r, t)
	for i, d := range targets {
		e.Route = append(e.Route, manifest.RouteDestination{Destination: d, Weight: weights[i]})
	}
	return e
}

// headerMatches are the conditions of a route on request headers.
func headerMatches(r *ir.Route) map[string]*manifest.StringMatch {
	out := map[string]*manifest.StringMatch{}
	for _, p := range r.Match.Predicates {
		if p.Source == match.Header && len(p.Values) == 1 && !p.Not {
			out[strings.ToLower(p.Name)] = &manifest.StringMatch{Exact: p.Values[0]}
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// weights are the shares of a route's destinations in percent, 100 together.
func weights(r *ir.Route, t *ir.Target) []int32 {
	forward, _ := r.Action.(ir.Forward)
	out := make([]int32, max(1, len(forward.To)))
	sum := 0.0
	for i := range out {
		out[i] = 100
		if i < len(forward.To) && forward.To[i].Weight != nil {
			sum += *forward.To[i].Weight
		}
	}
	if sum == 0 || t.Plan.Delegated(r) || len(out) == 1 {
		return out
	}
	left, largest := int32(100), 0
	for i := range out {
		out[i] = int32(math.Round(*forward.To[i].Weight / sum * 100))
		left -= out[i]
		if out[i] > out[largest] {
			largest = i
		}
	}
	out[largest] += left
	return out
}

// uri spells a path as Envoy matches it: an expression over the whole raw
// path, or a plain prefix.
func uri(p pathlang.Path) *manifest.StringMatch {
	switch p.Lang {
	case pathlang.Exact:
		return &manifest.StringMatch{Exact: p.Text}
	case pathlang.Prefix:
		return &manifest.StringMatch{Prefix: p.Text}
	case pathlang.Star:
		return &manifest.StringMatch{Prefix: strings.TrimSuffix(p.Text, "*")}
	case pathlang.Template:
		if p.Text == "/*" {
			return &manifest.StringMatch{Prefix: "/"}
		}
		return &manifest.StringMatch{Regex: pathlang.TemplateRegex(p.Text)}
	default:
		return &manifest.StringMatch{Regex: p.Text}
	}
}

func corsPolicy(c *ir.CORS) *manifest.CorsPolicy {
	if c == nil {
		return nil
	}
	p := &manifest.CorsPolicy{
		AllowMethods: c.Methods, AllowHeaders: c.Headers, ExposeHeaders: c.ExposeHeaders, AllowCredentials: c.Credentials,
	}
	if c.MaxAge != nil {
		p.MaxAge = manifest.Duration(*c.MaxAge)
	}
	for _, o := range c.Origins {
		m := manifest.StringMatch{}
		switch o.Kind {
		case "exact":
			m.Exact = o.Value
		case "regex":
			m.Regex = o.Value
		default:
			m.Prefix = o.Value
		}
		p.AllowOrigins = append(p.AllowOrigins, m)
	}
	return p
}
