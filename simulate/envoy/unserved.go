package envoy

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// decideUnserved decides a request that no server routes.
func (g *Gateway) decideUnserved(r *simulate.Request, t *simulate.Trail) simulate.Decision {
	d := simulate.Decision{Status: http.StatusNotFound, Cause: simulate.NoHost, Reason: fmt.Sprintf("no VirtualService of a gateway serves the host %q", r.Host)}
	for _, table := range g.tables {
		if h := table.virtualHostOf(r.Host); h != nil && table.scheme != "" && table.scheme != r.Scheme && !g.isListening(r) {
			d.Status, d.Cause, d.At = 0, simulate.Crashed, table.placeOf()
			d.Reason = fmt.Sprintf("no server of the Gateway %s is for %s: nothing listens there, unless another Gateway does", table.knownNames(), r.Scheme)
		}
	}
	t.Say(name, source.Ref{}, "%s", d.Reason)
	for _, m := range g.meshOnly {
		if slices.Contains(source.Texts(source.Field(m.Spec(), "hosts")), r.Host) {
			d.At = m.At("spec")
			t.Say(name, d.At, "%s names no gateway: it applies inside the mesh only", m.ID())
		}
	}
	for _, f := range g.refused {
		if serves(f.hosts, r.Host) {
			d.At, d.Reason = f.manifest.At(f.path), fmt.Sprintf("Istio refuses the VirtualService %s: %s; without it %s", f.manifest.ID(), f.why, d.Reason)
		}
	}
	return d
}

// isListening reports whether a server answers the request although no
// VirtualService does. A port of plain HTTP answers 404 for hosts that it does not
// have, and a port with TLS answers 404 for the hosts that it has.
func (g *Gateway) isListening(r *simulate.Request) bool {
	return slices.ContainsFunc(g.tables, func(t *table) bool {
		return (r.Scheme == "http" || r.Scheme == "https" && t.hasHost(r.Host)) && t.scheme == r.Scheme && t.isAsked(r.Gateway)
	})
}

// hasHost reports whether a server of the table has the host.
func (t *table) hasHost(name string) bool {
	return slices.ContainsFunc(t.servers, func(s server) bool { return serves(s.hostNames(), bareHost(name)) })
}

func (h *virtualHost) decideNoRoute(r *simulate.Request, t *simulate.Trail) simulate.Decision {
	var at source.Ref
	switch { // a host that only redirects has no VirtualService
	case len(h.manifests) > 0:
		at = h.manifests[0].At("spec.http")
	case h.table.manifest != nil:
		at = h.table.manifest.At("spec.servers")
	}
	d := simulate.Decision{
		Status: http.StatusNotFound, Cause: simulate.NoRoute, At: at,
		Reason: r.Because("no route of host %q matches %s %s", h.name, r.Method, r.RawPath()),
	}
	if t.On() {
		for _, route := range h.routes {
			t.Say(route.manifest.ShownKind(), route.at, "route %s does not match: %s", route.id(), route.describe())
		}
		t.Say(name, d.At, "%s", d.Reason)
	}
	return d
}
