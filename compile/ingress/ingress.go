package ingress

import (
	"maps"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/eskip"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/manifest"
)

// Annotations that Skipper reads. Authors cannot set them.
const (
	filterAnnotation    = "zalando.org/skipper-filter"
	predicateAnnotation = "zalando.org/skipper-predicate"
	routesAnnotation    = "zalando.org/skipper-routes"
	weightsAnnotation   = "zalando.org/backend-weights"
	policyAnnotation    = "zalando.org/aws-load-balancer-ssl-policy"
)

var reserved = []string{filterAnnotation, predicateAnnotation, routesAnnotation, weightsAnnotation}

// ingresses writes an Ingress for each proxy route, and with versioned hosts
// one more for each weighted upstream.
func ingresses(g *ir.Gateway, t *ir.Target) []manifest.Object {
	var out []manifest.Object
	routes := routesOf(g)
	rules := hostRules(g)
	versions := versions(g, t)
	for i := range routes {
		p := &routes[i]
		name := strings.ToLower(slug(g) + "-" + p.name)
		out = append(out, ingress(g, t, p, name, rules, weights(g)))
		for _, v := range versions {
			out = append(out, ingress(g, t, p, strings.ToLower(name+"-"+v.name), []manifest.IngressRule{rule(v.host, []ir.Upstream{v.upstream})}, ""))
		}
	}
	return out
}

func ingress(g *ir.Gateway, t *ir.Target, p *proxyRoute, name string, rules []manifest.IngressRule, weights string) manifest.Object {
	o := manifest.Object{
		APIVersion: "networking.k8s.io/v1",
		Kind:       kinds.Ingress,
		Meta: manifest.Meta{
			Name:        name,
			Namespace:   g.Name.Namespace,
			Labels:      t.LabelsOf(g),
			Annotations: annotations(g, t),
		},
		Spec:   &manifest.Ingress{Rules: rules},
		First:  p.catchAll,
		Origin: p.origin,
	}
	a := o.Meta.Annotations
	if weights != "" {
		a[weightsAnnotation] = weights
	}
	if p.shunt {
		a[routesAnnotation] = eskip.Shunted(p.allPredicates(), p.filters)
	} else {
		a[predicateAnnotation] = eskip.JoinPredicates(p.allPredicates())
		a[filterAnnotation] = eskip.JoinFilters(p.filters)
	}
	return o
}

// annotations are those that every Ingress of a gateway has: the load
// balancer's policy and what may be copied from the author, which wins.
func annotations(g *ir.Gateway, t *ir.Target) map[string]string {
	out := map[string]string{policyAnnotation: t.Skipper.SSLPolicy}
	for _, k := range slices.Sorted(maps.Keys(g.Annotations)) {
		if slices.Contains(t.Skipper.Annotations, k) && !slices.Contains(reserved, k) {
			out[k] = g.Annotations[k]
		}
	}
	return out
}

func hostRules(g *ir.Gateway) []manifest.IngressRule {
	var out []manifest.IngressRule
	for i := range g.Hosts {
		if h := &g.Hosts[i]; len(h.Upstreams) > 0 {
			out = append(out, rule(h.Name, h.Upstreams))
		}
	}
	return out
}

func rule(host string, upstreams []ir.Upstream) manifest.IngressRule {
	r := manifest.IngressRule{Host: host}
	for i := range upstreams {
		u := &upstreams[i]
		port := manifest.ServicePort{Name: u.Port.Name}
		if port.Name == "" {
			port.Number = u.Port.Number
		}
		r.HTTP.Paths = append(r.HTTP.Paths, manifest.IngressPath{
			PathType: "ImplementationSpecific",
			Backend:  manifest.IngressBackend{Service: manifest.IngressService{Name: u.Name, Port: port}},
		})
	}
	return r
}

// weights are the shares of the upstreams as Skipper reads them; "" when no
// upstream has one.
func weights(g *ir.Gateway) string {
	var parts []string
	seen := map[string]bool{}
	for i := range g.Hosts {
		for _, u := range g.Hosts[i].Upstreams {
			if u.Weight != nil && !seen[u.Name] {
				seen[u.Name] = true
				parts = append(parts, `"`+u.Name+`":`+eskip.Decimal(*u.Weight))
			}
		}
	}
	if parts == nil {
		return ""
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// version is a weighted upstream with a host of its own.
type version struct {
	name, host string
	upstream   ir.Upstream
}

// versions assigns each weighted upstream its own host, once however many hosts
// share it.
func versions(g *ir.Gateway, t *ir.Target) []version {
	domain := strings.ToLower(strings.TrimSpace(t.Skipper.VersionedHosts))
	if domain == "" {
		return nil
	}
	var out []version
	seen := map[string]bool{}
	for i := range g.Hosts {
		for _, u := range g.Hosts[i].Upstreams {
			if u.Weight == nil || seen[u.Name] {
				continue
			}
			seen[u.Name] = true
			out = append(out, version{name: u.Name, host: u.Name + "." + domain, upstream: u})
		}
	}
	return out
}

// CatchesAll reports whether annotations are those of the Ingress that answers
// what no other route of its hosts matches.
func CatchesAll(annotations map[string]string) bool {
	r, err := eskip.ParseRoute(annotations[routesAnnotation])
	return err == nil && len(r.Predicates) == 1 && r.Predicates[0].String() == everywhere.String()
}
