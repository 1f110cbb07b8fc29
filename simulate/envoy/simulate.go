package envoy

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// Gateway decides requests as an Istio ingress gateway does with the
// VirtualServices it was loaded with. It is safe for concurrent use.
type Gateway struct {
	// Services counts the VirtualServices that are bound to a gateway.
	Services int

	hosts    map[string]*virtualHost
	meshOnly []*simulate.Manifest
}

type virtualHost struct {
	name      string
	manifests []*simulate.Manifest
	routes    []*route
}

type route struct {
	manifest   *simulate.Manifest
	entry      *source.Node
	path       string
	at         source.Ref
	conditions []condition
}

const name = "VirtualService"

// id names the route: "namespace/name http[2]".
func (r *route) id() string { return r.manifest.ID() + " " + strings.TrimPrefix(r.path, "spec.") }

// Decide tells what the gateway does with a request.
func (g *Gateway) Decide(in *simulate.Request, t *simulate.Trail) simulate.Decision {
	r := in.Realise()
	r.Target = normalise(r.Target)
	h := g.host(r.Host)
	if h == nil {
		return g.noHost(r, t)
	}
	if t.On() {
		t.Say(name, h.manifests[0].At("spec.hosts"), "host %q is served by %s", r.Host, ids(h.manifests))
	}
	for _, route := range h.routes {
		if !route.takes(r) {
			continue
		}
		if t.On() {
			t.Say(name, route.at, "route %s takes %s %s: %s", route.id(), r.Method, r.RawPath(), route.describe())
		}
		return route.act(r, t)
	}
	return h.noRoute(r, t)
}

// normalise is Envoy's normalize_path, which Istio switches on by default.
func normalise(target string) string {
	path, query, has := strings.Cut(target, "?")
	path, _ = match.RawPath.See(path)
	if has {
		return path + "?" + query
	}
	return path
}

// host chooses the virtual host: an exact name, the longest wildcard, "*". The
// port does not count, nor case.
func (g *Gateway) host(name string) *virtualHost {
	name = strings.ToLower(name)
	if i := strings.LastIndexByte(name, ':'); i >= 0 && !strings.HasSuffix(name, "]") {
		name = name[:i]
	}
	if h := g.hosts[name]; h != nil {
		return h
	}
	for i := 1; i < len(name); i++ {
		if h := g.hosts["*"+name[i:]]; h != nil {
			return h
		}
	}
	return g.hosts["*"]
}

// VirtualHost gives the name or wildcard that serves the host, "" where there is
// none.
func (g *Gateway) VirtualHost(host string) string {
	if h := g.host(host); h != nil {
		return h.name
	}
	return ""
}

// Serves tells whether some VirtualService of a gateway is for the host.
func (g *Gateway) Serves(host string) bool { return g.host(host) != nil }

func (g *Gateway) noHost(r *simulate.Request, t *simulate.Trail) simulate.Decision {
	d := simulate.Decision{Status: http.StatusNotFound, Cause: simulate.NoHost, Reason: fmt.Sprintf("no VirtualService of a gateway serves the host %q", r.Host)}
	t.Say(name, source.Ref{}, "%s", d.Reason)
	for _, m := range g.meshOnly {
		if slices.Contains(source.Texts(source.Field(m.Spec(), "hosts")), r.Host) {
			d.At = m.At("spec")
			t.Say(name, d.At, "%s names no gateway: it holds inside the mesh only", m.ID())
		}
	}
	return d
}

func (h *virtualHost) noRoute(r *simulate.Request, t *simulate.Trail) simulate.Decision {
	d := simulate.Decision{
		Status: http.StatusNotFound, Cause: simulate.NoRoute, At: h.manifests[0].At("spec.http"),
		Reason: fmt.Sprintf("no route of host %q takes %s %s", h.name, r.Method, r.RawPath()),
	}
	if t.On() {
		for _, route := range h.routes {
			t.Say(name, route.at, "route %s does not take it: %s", route.id(), route.describe())
		}
		t.Say(name, d.At, "%s", d.Reason)
	}
	return d
}

func ids(list []*simulate.Manifest) string {
	out := make([]string, len(list))
	for i, m := range list {
		out[i] = m.ID()
	}
	return strings.Join(out, ", ")
}

// describe says what the route matches.
func (r *route) describe() string {
	if len(r.conditions) == 0 {
		return "it has no conditions"
	}
	parts := make([]string, len(r.conditions))
	for i, c := range r.conditions {
		parts[i] = fmt.Sprintf("%s %s %q", c.part, c.kind, c.text)
		if c.not {
			parts[i] = "not " + parts[i]
		}
	}
	return strings.Join(parts, " and ")
}

// act does with the request what the route says: a redirect, a response, or on
// to a destination, before which preflights are answered (Envoy's cors filter
// passes over routes that end here).
func (r *route) act(q *simulate.Request, t *simulate.Trail) simulate.Decision {
	d := simulate.Decision{Route: r.id(), At: r.at}
	if n := source.Field(r.entry, "redirect"); n != nil {
		d.Status, d.Cause, d.Reason = int(source.Int(source.Field(n, "redirectCode"))), simulate.Answered, "the route redirects"
		if d.Status == 0 {
			d.Status = http.StatusMovedPermanently
		}
		t.Say(name, r.at, "%s", d.Reason)
		return d
	}
	if n := source.Field(r.entry, "directResponse"); n != nil {
		d.Status, d.Cause, d.Reason = int(source.Int(source.Field(n, "status"))), simulate.Answered, "the route answers itself"
		t.Say(name, r.at, "%s with %d", d.Reason, d.Status)
		return d
	}
	if answered := r.preflight(q, &d); answered {
		t.Say(name, r.manifest.At(r.path+".corsPolicy"), "%s", d.Reason)
		return d
	}
	return r.forward(q, d, t)
}

// preflight answers a CORS preflight of an allowed origin, as Envoy's cors
// filter does; one of another origin goes on unless the policy says otherwise.
func (r *route) preflight(q *simulate.Request, d *simulate.Decision) bool {
	cors := source.Field(r.entry, "corsPolicy")
	origin := q.Header("Origin")
	if cors == nil || origin == "" || q.Method != http.MethodOptions || q.Header("Access-Control-Request-Method") == "" {
		return false
	}
	d.Status, d.Cause = http.StatusOK, simulate.Preflight
	if allowed(cors, origin) {
		d.Reason = fmt.Sprintf("the gateway answers the preflight of origin %q", origin)
		return true
	}
	if source.Text(source.Field(cors, "unmatchedPreflights")) == "IGNORE" {
		d.Reason = fmt.Sprintf("the origin %q is not allowed, and unmatched preflights are answered here", origin)
		return true
	}
	d.Status, d.Cause = 0, simulate.Passed
	return false
}
