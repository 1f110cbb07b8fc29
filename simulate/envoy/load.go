// Package envoy decides requests over VirtualServices, as Istio's gateway does.
//
// It reads manifests, whoever wrote them. It must not know the model, nor how
// kgw writes a VirtualService.
package envoy

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// Group is the API group of VirtualService.
const Group = "networking.istio.io"

// Load reads the VirtualServices among the manifests and gives the ingress
// gateway with the routes that Istio makes of them: hosts in lower case; those
// of several VirtualServices with one host one after the other, the oldest
// first; nothing behind a route that takes everything within one of them, and
// such routes behind all others; one without routes is passed over
// (pilot/pkg/networking/core/gateway.go and its package route).
func Load(manifests []simulate.Manifest) *Gateway {
	g := &Gateway{hosts: map[string]*virtualHost{}}
	var all []*simulate.Manifest
	for i := range manifests {
		if manifests[i].Is(Group, "VirtualService") {
			all = append(all, &manifests[i])
		}
	}
	slices.SortStableFunc(all, func(a, b *simulate.Manifest) int {
		return strings.Compare(a.Created+"\x00"+a.Name+"\x00"+a.Namespace, b.Created+"\x00"+b.Name+"\x00"+b.Namespace)
	})
	for _, m := range all {
		g.add(m)
	}
	for _, h := range g.hosts {
		slices.SortStableFunc(h.routes, func(a, b *route) int { return after(a) - after(b) })
	}
	return g
}

func after(r *route) int {
	if r.catchAll() {
		return 1
	}
	return 0
}

func (g *Gateway) add(m *simulate.Manifest) {
	spec := m.Spec()
	gateways := source.Texts(source.Field(spec, "gateways"))
	if !slices.ContainsFunc(gateways, func(s string) bool { return s != "mesh" }) {
		g.meshOnly = append(g.meshOnly, m)
		return
	}
	g.Services++
	routes := readRoutes(m, spec)
	if len(routes) == 0 {
		return
	}
	for _, host := range source.Texts(source.Field(spec, "hosts")) {
		host = strings.ToLower(fullName(host, m.Namespace))
		h := g.hosts[host]
		if h == nil {
			h = &virtualHost{name: host}
			g.hosts[host] = h
		}
		h.manifests = append(h.manifests, m)
		h.routes = append(h.routes, routes...)
	}
}

// fullName spells a host as istiod does: one without a dot is a Service
// (pilot/pkg/model, ResolveShortnameToFQDN).
func fullName(host, namespace string) string {
	if _, err := netip.ParseAddr(host); err == nil || host == "" || host == "*" || strings.Contains(host, ".") {
		return host
	}
	return host + "." + namespace + ".svc.cluster.local"
}

// readRoutes gives one route for each match of each http entry.
func readRoutes(m *simulate.Manifest, spec *source.Node) []*route {
	var out []*route
	for i, entry := range source.Elements(source.Field(spec, "http")) {
		path := source.JoinIndex("spec.http", i)
		matches := source.Elements(source.Field(entry, "match"))
		if len(matches) == 0 {
			matches = []*source.Node{nil}
		}
		for j, n := range matches {
			r := &route{manifest: m, entry: entry, path: path, at: m.At(path)}
			if n != nil {
				r.at = m.At(source.JoinIndex(path+".match", j))
			}
			r.conditions = readConditions(n)
			out = append(out, r)
			if r.catchAll() {
				return out
			}
		}
	}
	return out
}

// catchAll tells whether Istio takes the route for one that takes everything:
// prefix "/" or regex ".*" and nothing else. "/.*" is not such a route.
func (r *route) catchAll() bool {
	if len(r.conditions) == 0 {
		return true
	}
	c := r.conditions[0]
	return len(r.conditions) == 1 && c.is("uri") && (c.kind == "prefix" && c.text == "/" || c.kind == "regex" && c.text == ".*")
}
