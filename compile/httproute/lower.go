// Package httproute writes HTTPRoutes of the Gateway API for gateways whose
// routes Istio serves: one for each gateway, or several where one would be too
// large, and the ReferenceGrants that they need.
//
// It takes the model and a target and returns manifests and findings. It must
// not know which dialect a gateway came from. The routes decide as those of
// package virtualservice: an intent that an HTTPRoute cannot express is a
// finding, never a wider match. What istiod makes of them is that of versions
// 1.24 to 1.31, with Gateway API 1.5 or later.
package httproute

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/routerule"
	"github.com/kgw-dev/kgw/internal/source"
)

// Lower writes the HTTPRoutes of a gateway and the ReferenceGrants for its
// Services in other namespaces.
func Lower(g *ir.Gateway, t *ir.Target) []manifest.Object {
	return write(g, t, rulesOf(g, t))
}

// write writes the HTTPRoutes of rules and the ReferenceGrants that they need.
func write(g *ir.Gateway, t *ir.Target, rules []*rule) []manifest.Object {
	var out []manifest.Object
	for i, piece := range pieces(rules) {
		spec := &manifest.HTTPRoute{ParentRefs: parents(g, t), Hostnames: g.HostNames()}
		var entries []source.Ref
		for _, r := range piece {
			spec.Rules, entries = append(spec.Rules, r.lower(g, t)), append(entries, r.route.Origin)
		}
		base, parts := g.ID(), []string{kinds.HTTPRoute, g.Kind, g.Name.Namespace, g.ID()}
		if i > 0 {
			number := strconv.Itoa(i + 1)
			base, parts = base+"-"+number, append(parts, number)
		}
		o := object(g, t, "gateway.networking.k8s.io/v1", kinds.HTTPRoute, g.Name.Namespace, manifest.StableName(base, parts...), spec)
		o.Entries = entries
		out = append(out, o)
	}
	if t.GatewayAPI.Grants != "write" {
		return out
	}
	return append(out, grants(g, t, rules)...)
}

func object(g *ir.Gateway, t *ir.Target, apiVersion, kind, namespace, name string, spec any) manifest.Object {
	return manifest.Object{
		APIVersion: apiVersion, Kind: kind, Origin: g.Origin, Spec: spec,
		Meta: manifest.Meta{Name: name, Namespace: namespace, Labels: t.LabelsOf(g)},
	}
}

// pieces splits rules where one HTTPRoute would have too many of them or of
// their matches. The order over pieces is that of the arrangement.
func pieces(rules []*rule) [][]*rule {
	counts := make([]int, len(rules))
	for i, r := range rules {
		counts[i] = r.Count()
	}
	var out [][]*rule
	for _, n := range routerule.Pieces(counts) {
		out, rules = append(out, rules[:n]), rules[n:]
	}
	return out
}

func (r *rule) lower(g *ir.Gateway, t *ir.Target) manifest.RouteRule {
	out := manifest.RouteRule{Matches: r.Matches()}
	if r.answer != 0 {
		return out // without a backend it answers 500
	}
	out.Filters, out.BackendRefs = filters(g, r.route), backends(g, r.route, t)
	if r.route.Timeout > 0 {
		out.Timeouts = &manifest.RouteTimeouts{Request: routerule.Duration(r.route.Timeout)}
	}
	return out
}

// parents are the Gateway that the gateway is bound to, and the listeners of
// it that are named.
func parents(g *ir.Gateway, t *ir.Target) []manifest.ParentRef {
	p := t.GatewayAPI.ParentOf(g)
	one := manifest.ParentRef{Name: p.Name.Name, Namespace: p.Name.Namespace}
	if p.Kind != "Gateway" {
		one.Kind = p.Kind
	}
	if len(p.Sections) == 0 {
		return []manifest.ParentRef{one}
	}
	var out []manifest.ParentRef
	for _, section := range p.Sections {
		one.SectionName = section
		out = append(out, one)
	}
	return out
}

// grants are one ReferenceGrant for each other namespace that has Services of
// the gateway, which nothing else is granted to.
func grants(g *ir.Gateway, t *ir.Target, rules []*rule) []manifest.Object {
	services := granted(g, t, rules)
	var out []manifest.Object
	for _, namespace := range slices.Sorted(maps.Keys(services)) {
		spec := &manifest.ReferenceGrant{From: []manifest.GrantFrom{{Group: "gateway.networking.k8s.io", Kind: kinds.HTTPRoute, Namespace: g.Name.Namespace}}}
		for _, name := range services[namespace] {
			spec.To = append(spec.To, manifest.GrantTo{Kind: "Service", Name: name})
		}
		name := manifest.StableName(g.ID(), kinds.ReferenceGrant, g.Kind, g.Name.Namespace, g.ID(), namespace)
		out = append(out, object(g, t, "gateway.networking.k8s.io/v1beta1", kinds.ReferenceGrant, namespace, name, spec))
	}
	return out
}

// granted lists the Services in other namespaces that rules send requests to,
// by namespace.
func granted(g *ir.Gateway, t *ir.Target, rules []*rule) map[string][]string {
	out := map[string][]string{}
	for _, r := range rules {
		if r.answer != 0 {
			continue
		}
		for _, b := range backends(g, r.route, t) {
			if b.Namespace != "" && !slices.Contains(out[b.Namespace], b.Name) {
				out[b.Namespace] = append(out[b.Namespace], b.Name)
			}
		}
	}
	for _, names := range out {
		slices.Sort(names)
	}
	return out
}

// service splits the cluster-local name of a Service.
func service(host string) (name, namespace string, err error) {
	labels := strings.Split(host, ".")
	if len(labels) != 5 || strings.Join(labels[2:], ".") != "svc.cluster.local" || labels[0] == "" || labels[1] == "" {
		return "", "", fmt.Errorf("it is not of the form NAME.NAMESPACE.svc.cluster.local")
	}
	return labels[0], labels[1], nil
}
