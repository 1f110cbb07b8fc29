package ingress

import (
	"fmt"
	"math"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/eskip"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/manifest"
)

// redirectAnnotation keeps Skipper from answering plain HTTP with a redirect
// of its own, where the gateway has an answer.
const redirectAnnotation = "zalando.org/skipper-ingress-redirect"

// maxObject is near what etcd stores in one object, 1.5 MiB, with room for
// what the API server adds.
const maxObject = 1 << 20

const shuntBackend = "shunt"

// hostGroup are hosts with the same upstreams: the backends of a RouteGroup
// serve all of its hosts.
type hostGroup struct {
	name      string
	hosts     []string
	upstreams []ir.Upstream
	version   bool // of a weighted upstream, with a host of its own
}

// routeGroups writes a RouteGroup for each group of hosts; most gateways have
// one. Versioned hosts have one for each weighted upstream.
func routeGroups(g *ir.Gateway, t *ir.Target) []manifest.Object {
	routes := routesOf(g)
	var out []manifest.Object
	for _, h := range hostGroups(g, t) {
		out = append(out, routeGroup(g, t, &h, routes))
	}
	return out
}

func hostGroups(g *ir.Gateway, t *ir.Target) []hostGroup {
	var groups []hostGroup
	at := map[string]int{}
	for i := range g.Hosts {
		h := &g.Hosts[i]
		if len(h.Upstreams) == 0 {
			continue
		}
		k := fmt.Sprint(backends(h.Upstreams))
		if _, seen := at[k]; !seen {
			at[k] = len(groups)
			groups = append(groups, hostGroup{name: slug(g) + "-" + h.Upstreams[0].Name, upstreams: h.Upstreams})
		}
		group := &groups[at[k]]
		group.hosts = append(group.hosts, h.Name)
	}
	if len(groups) == 1 {
		groups[0].name = slug(g)
	}
	for _, v := range versions(g, t) {
		groups = append(groups, hostGroup{name: slug(g) + "-" + v.name, hosts: []string{v.host}, upstreams: []ir.Upstream{v.upstream}, version: true})
	}
	return groups
}

func routeGroup(g *ir.Gateway, t *ir.Target, h *hostGroup, routes []proxyRoute) manifest.Object {
	spec := &manifest.RouteGroup{Hosts: h.hosts, Backends: backends(h.upstreams), DefaultBackends: shares(h.upstreams)}
	for i := range routes {
		spec.Routes = append(spec.Routes, groupRoute(&routes[i]))
	}
	o := manifest.Object{
		APIVersion: "zalando.org/v1",
		Kind:       kinds.RouteGroup,
		Meta:       manifest.Meta{Name: strings.ToLower(h.name), Namespace: g.Name.Namespace, Labels: t.LabelsOf(g), Annotations: annotations(g, t)},
		Spec:       spec,
		Origin:     g.Origin,
	}
	if g.Insecure != nil {
		o.Meta.Annotations[redirectAnnotation] = "false"
	}
	return o
}

func backends(upstreams []ir.Upstream) []manifest.RouteBackend {
	out := []manifest.RouteBackend{}
	for i := range upstreams {
		u := &upstreams[i]
		out = append(out, manifest.RouteBackend{Name: backendName(u), Type: "service", ServiceName: u.Name, ServicePort: u.Port.Number})
	}
	return append(out, manifest.RouteBackend{Name: shuntBackend, Type: "shunt"})
}

// backendName names a Service among the backends; the name of a shunt is
// reserved.
func backendName(u *ir.Upstream) string {
	if u.Name == shuntBackend {
		return "service-" + u.Name
	}
	return u.Name
}

// shares are the weights of the upstreams as integers.
func shares(upstreams []ir.Upstream) []manifest.BackendReference {
	var out []manifest.BackendReference
	factor := scale(upstreams)
	for i := range upstreams {
		u := &upstreams[i]
		ref := manifest.BackendReference{BackendName: backendName(u)}
		if u.Weight != nil && len(upstreams) > 1 {
			w := int(math.Round(*u.Weight * factor))
			ref.Weight = &w
		}
		out = append(out, ref)
	}
	return out
}

// scale is the power of ten that makes all weights integers, 1000000 at most.
func scale(upstreams []ir.Upstream) float64 {
	factor := 1.0
	for factor < 1e6 {
		whole := true
		for i := range upstreams {
			if w := upstreams[i].Weight; w != nil && math.Abs(*w*factor-math.Round(*w*factor)) > 1e-9 {
				whole = false
			}
		}
		if whole {
			break
		}
		factor *= 10
	}
	return factor
}

func groupRoute(p *proxyRoute) manifest.GroupRoute {
	r := manifest.GroupRoute{Methods: p.methods}
	path, _ := p.path.Args[0].(string)
	if p.path.Name == "PathSubtree" {
		r.PathSubtree = path
	} else {
		r.Path = path
	}
	for _, c := range otherPredicates(p) {
		r.Predicates = append(r.Predicates, c.String())
	}
	for _, c := range p.filters {
		r.Filters = append(r.Filters, c.String())
	}
	if p.shunt {
		r.Backends = []manifest.BackendReference{{BackendName: shuntBackend}}
	}
	return r
}

// otherPredicates are the predicates of a route in addition to its path and its
// methods.
func otherPredicates(p *proxyRoute) []eskip.Call {
	var out []eskip.Call
	for _, c := range p.allPredicates() {
		if c.Name != p.path.Name && c.Name != "Method" {
			out = append(out, c)
		}
	}
	return out
}

// checkGroups reports ports without a number, which RouteGroups do not have,
// and groups that are too large for one object.
func checkGroups(g *ir.Gateway, t *ir.Target, found *diag.List) {
	seen := map[string]bool{}
	for i := range g.Hosts {
		for j := range g.Hosts[i].Upstreams {
			u := &g.Hosts[i].Upstreams[j]
			if u.Port.Number == 0 && !seen[u.Name] {
				seen[u.Name] = true
				found.Add(diag.Finding{
					Code: diag.NoPortNumber, At: u.Origin.At("servicePort"), Owner: g.Origin.Doc,
					Message: fmt.Sprintf("the number of port %q of Service %q is not known", u.Port.Name, u.Name),
					Help:    "add the Service's manifest to the inputs, or its ports to known.services in kgw.yaml",
				})
			}
		}
	}
	if len(seen) > 0 {
		return
	}
	names := map[string]bool{}
	for _, o := range routeGroups(g, t) {
		if n := len(o.AppendYAML(nil)); n > maxObject {
			found.Add(diag.Finding{
				Code: diag.GroupTooLarge, At: g.Origin.At("metadata", "name"), Help: "write Ingresses, or split the gateway",
				Message: fmt.Sprintf("RouteGroup %q would have %d bytes, more than the API server stores in one object", o.Meta.Name, n),
			})
		}
		if names[o.Meta.Name] || len(o.Meta.Name) > maxName {
			found.Add(diag.Finding{
				Code: diag.IngressNameCollision, At: g.Origin.At("metadata", "name"),
				Message: fmt.Sprintf("two RouteGroups would have the name %q", o.Meta.Name), Help: "give each host a Service of its own name",
			})
		}
		names[o.Meta.Name] = true
	}
}
