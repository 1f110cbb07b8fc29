// Package ingress writes routes for Skipper: Ingresses with its annotations, or
// a RouteGroup.
//
// It takes the model and a target and returns manifests and findings. It must not
// know which dialect a gateway came from: the names of callers and filters that
// it writes are those of Zalando's Fabric Gateway operator, whatever the input.
package ingress

import (
	"strings"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
)

// engine is the name of filters that are written for Skipper.
const engine = "skipper"

// Lower writes the objects of a gateway. A gateway without upstreams has none:
// it waits for traffic.
func Lower(g *ir.Gateway, t *ir.Target) []manifest.Object {
	if !hasUpstream(g) {
		return nil
	}
	if t.Skipper.RouteGroups {
		return routeGroups(g, t)
	}
	return ingresses(g, t)
}

// hasUpstream reports whether the gateway has an upstream.
func hasUpstream(g *ir.Gateway) bool {
	for i := range g.Hosts {
		if len(g.Hosts[i].Upstreams) > 0 {
			return true
		}
	}
	return false
}

// slug is the gateway's part of names.
func slug(g *ir.Gateway) string {
	if g.Slug != "" {
		return g.Slug
	}
	return strings.ToLower(g.Name.Name)
}

// Serves lists the hosts of an object that Lower wrote.
func Serves(o *manifest.Object) []string {
	var out []string
	if spec, ok := o.Spec.(*manifest.RouteGroup); ok {
		return spec.Hosts
	}
	if spec, ok := o.Spec.(*manifest.Ingress); ok {
		for i := range spec.Rules {
			out = append(out, spec.Rules[i].Host)
		}
	}
	return out
}
