package envoy

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/kgw-dev/kgw/internal/host"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

type virtualHost struct {
	name      string
	table     *table
	manifests []*simulate.Manifest
	routes    []*route
	unread    []simulate.Unknown
	redirects bool // plain HTTP to https
}

type route struct {
	// manifest contains the entry. Owner is the VirtualService whose hosts and age
	// count: it is another one where the entry is a delegate's.
	manifest, owner *simulate.Manifest
	entry           *source.Node
	path            string
	at              source.Ref
	conditions      []condition
	port            int64 // of its match
	rank            int   // of its Gateway among those of the table
	// only are conditions without which its match is not for the table.
	only []simulate.Unknown
	// before and within are the unread parts of its conditions and of the rest.
	before, within []simulate.Unknown
	// missing is the condition of a delegate that is not among the inputs.
	missing *simulate.Unknown

	once sync.Once
	does effects // made once, when it is asked for
}

const name = "VirtualService"

// id names the route: "namespace/name http[2]".
func (r *route) id() string { return r.manifest.ID() + " " + strings.TrimPrefix(r.path, "spec.") }

// Decide returns what the gateway does with a request: its server, the policies
// of its pods, its routes.
func (g *Gateway) Decide(in *simulate.Request, t *simulate.Trail) simulate.Decision {
	r := in.AsSent()
	r.Target = normalise(r.Target)
	if (r.Scheme == "http" || r.Scheme == "https") && !g.Trusts {
		r.SetHeader("X-Forwarded-Proto", r.Scheme) // whatever the client says
	}
	if d, decided := g.askUnfollowed(r, t); decided {
		return d
	}
	h, s := g.choose(r)
	switch {
	case s != nil:
		return s.forward(r, g, t)
	case h == nil:
		return g.decideUnserved(r, t)
	}
	for _, list := range [...][]simulate.Unknown{h.table.unread, h.unread} {
		for i := range list {
			if r.Holds(list[i]) {
				return list[i].Undecided()
			}
		}
	}
	if c := h.table.certificate; c != nil && !r.Holds(*c) {
		t.Say("Gateway", c.At, "without a certificate that %s accepts the connection is closed", h.table.shown)
		return simulate.Decision{Cause: simulate.Crashed, At: c.At, Reason: "the client shows no certificate"}
	}
	view, d := r, simulate.Decision{}
	r.Certified = h.table.certified
	if g.Guard != nil {
		if d = h.table.guardOf(g)(r, h.table.listener(), t); !d.Passed() {
			return d
		}
		if r = d.Next; r.Verified != nil {
			view = r
		}
		r.Certified = false
	}
	out := h.sendOn(view, r, d, t)
	out.Gateway, out.Listener = h.table.knownNames(), h.table.spellServers()
	return out
}

// sendOn chooses a route by the view of the request and sends the request on.
func (h *virtualHost) sendOn(view, r *simulate.Request, d simulate.Decision, t *simulate.Trail) simulate.Decision {
	if h.redirects && r.Header("X-Forwarded-Proto") != "https" {
		at := h.table.manifest.At("spec.servers")
		t.Say("Gateway", at, "%s redirects plain HTTP to https", h.table.shown)
		to := "https://" + strings.TrimSuffix(r.Host, ":80") + r.Target
		return simulate.Decision{
			Status: http.StatusMovedPermanently, Cause: simulate.Answered, At: at, Reason: "the Gateway redirects to https", Proofs: d.Proofs,
			Answer:   `{"redirectCode":301,"scheme":"https"}`, // as a route says it that does so
			Response: map[string]string{"location": to},
		}
	}
	if t.On() && len(h.manifests) > 0 {
		t.Say(h.manifests[0].ShownKind(), h.manifests[0].At("spec.hosts"), "host %q is served by %s", r.Host, ids(h.manifests))
	}
	chosen, unknown := h.firstMatch(view)
	if unknown != nil {
		return unknown.Undecided()
	}
	if chosen == nil {
		return h.decideNoRoute(r, t)
	}
	if t.On() {
		t.Say(chosen.manifest.ShownKind(), chosen.at, "route %s matches %s %s: %s", chosen.id(), r.Method, r.RawPath(), chosen.describe())
	}
	for _, u := range chosen.within {
		if r.Holds(u) {
			return u.Undecided()
		}
	}
	out := chosen.act(r, t)
	out.Proofs, out.Keys = append(slices.Clip(d.Proofs), out.Proofs...), append(slices.Clip(d.Keys), out.Keys...)
	out.Cleared = slices.Concat(d.Cleared, out.Cleared)
	for name, value := range d.Headers {
		if _, set := out.Headers[name]; !set && out.Headers != nil {
			out.Headers[name] = value
		}
	}
	return out
}

// firstMatch returns the route that matches a request. It asks about the ages of
// VirtualServices where they decide and are not known.
func (h *virtualHost) firstMatch(view *simulate.Request) (*route, *simulate.Unknown) {
	var chosen *route
	var passed map[*simulate.Manifest]bool // owners, a route of whom matches the request
	for _, r := range h.routes {
		if chosen != nil && (passed[r.owner] || r.catchAll() != chosen.catchAll() || !h.orderUnsure(chosen, r)) {
			continue
		}
		for i := range r.before {
			if view.Holds(r.before[i]) {
				return nil, &r.before[i]
			}
		}
		if !r.matches(view) || !r.askConcerned(view, h.table) {
			continue
		}
		if r.missing != nil {
			if view.Holds(*r.missing) {
				return nil, r.missing
			}
			continue
		}
		if h.isShared() {
			if passed == nil {
				passed = map[*simulate.Manifest]bool{}
			}
			passed[r.owner] = true
		}
		if chosen == nil || view.Holds(older(r.owner, chosen.owner)) {
			chosen = r
		}
		if !h.isShared() {
			break
		}
	}
	return chosen, nil
}

// action returns the entry without its matches.
func (r *route) action() *source.Node { return source.Without(r.entry, "match", "name") }

// normalise resolves the path as Envoy's normalize_path does, which Istio switches on by default.
func normalise(target string) string {
	path, query, has := strings.Cut(target, "?")
	path, _ = match.RawPath.See(path)
	if has {
		return path + "?" + query
	}
	return path
}

// VirtualHosts returns the names or wildcards that serve the host, of all
// gateways.
func (g *Gateway) VirtualHosts(host string) []string {
	var out []string
	for _, t := range g.tables {
		if h := t.virtualHostOf(host); h != nil && !slices.Contains(out, h.group()) {
			out = append(out, h.group())
		}
	}
	for _, s := range g.streams {
		if s.namesHost(host) && !slices.Contains(out, s.group()) {
			out = append(out, s.group())
		}
	}
	return out
}

// Selectors returns the labels of the pods of the gateways that serve the host.
func (g *Gateway) Selectors(host string) []map[string]string {
	var out []map[string]string
	for _, t := range g.tables {
		if t.virtualHostOf(host) != nil && !slices.ContainsFunc(out, func(s map[string]string) bool { return maps.Equal(s, t.selector) }) {
			out = append(out, t.selector)
		}
	}
	return out
}

// TellsSchemes reports whether a route for the host looks at the scheme of a request
// or at the header with the scheme, or a server only redirects the host.
func (g *Gateway) TellsSchemes(host string) bool {
	looks := func(r *route) bool {
		return slices.ContainsFunc(r.conditions, func(c condition) bool {
			return c.isAbout("scheme") || c.place == header && c.part == "x-forwarded-proto"
		})
	}
	return slices.ContainsFunc(g.tables, func(t *table) bool {
		h := t.virtualHostOf(host)
		if h == nil || len(h.manifests) == 0 {
			return slices.ContainsFunc(t.servers, func(s server) bool { return s.redirects && serves(s.hostNames(), host) })
		}
		return slices.ContainsFunc(h.routes, looks)
	})
}

// Listed reports whether a Gateway among the inputs serves the host.
func (g *Gateway) Listed(host string) bool {
	return slices.ContainsFunc(g.tables, func(t *table) bool { return t.manifest != nil && t.virtualHostOf(host) != nil })
}

// IsUnserved reports whether no Gateway serves the host: there are Gateways among
// the inputs, none of them does, and no VirtualService for the host names a Gateway
// that is not among the inputs.
func (g *Gateway) IsUnserved(host string) bool {
	return slices.ContainsFunc(g.tables, func(t *table) bool { return t.manifest != nil }) &&
		!slices.ContainsFunc(g.tables, func(t *table) bool { return t.virtualHostOf(host) != nil })
}

// Hosts lists the names and wildcards that any object is for, sorted.
func (g *Gateway) Hosts() []string {
	var out []string
	for _, t := range g.tables {
		out = append(out, slices.Collect(maps.Keys(t.hosts))...)
	}
	for _, s := range g.streams {
		out = append(out, s.hosts...)
	}
	for _, f := range g.refused {
		out = append(out, f.hosts...)
	}
	for _, f := range g.foreign {
		out = append(out, f.hosts...)
	}
	for i := range out {
		out[i] = strings.ToLower(out[i])
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// ServerHosts lists the names and wildcards of servers that distinguish hosts which
// VirtualServices do not distinguish: hosts of servers that redirect, and hosts
// narrower than those of a VirtualService.
func (g *Gateway) ServerHosts() []string {
	var out []string
	for _, t := range g.tables {
		for i := range t.servers {
			for _, h := range t.servers[i].hostNames() {
				if t.servers[i].redirects || h != "*" && g.Serves(strings.Replace(h, "*", "a", 1)) {
					out = append(out, strings.ToLower(h))
				}
			}
		}
	}
	return out
}

// group names the virtual host among those of all tables.
func (h *virtualHost) group() string { return h.name + " at " + h.table.shown }

// Serves reports whether some VirtualService of a gateway is for the host.
func (g *Gateway) Serves(host string) bool {
	return slices.ContainsFunc(g.tables, func(t *table) bool { return t.virtualHostOf(host) != nil }) ||
		slices.ContainsFunc(g.streams, func(s *stream) bool { return s.namesHost(host) }) ||
		slices.ContainsFunc(g.refused, func(f refusal) bool { return serves(f.hosts, host) }) ||
		slices.ContainsFunc(g.foreign, func(f *foreign) bool { return serves(f.hosts, host) })
}

// serves reports whether one of a list of names and wildcards is for a host. "*" is for
// requests without a host too, which no pattern of a name matches.
func serves(hosts []string, asked string) bool {
	asked = bareHost(asked)
	return slices.ContainsFunc(hosts, func(h string) bool { return h == "*" || host.Match(strings.ToLower(h), asked) })
}

// askUnfollowed asks about objects for the host that are refused or not followed.
func (g *Gateway) askUnfollowed(r *simulate.Request, t *simulate.Trail) (simulate.Decision, bool) {
	for _, f := range g.refused {
		if !serves(f.hosts, r.Host) {
			continue
		}
		u := simulate.Unknown{
			Why: simulate.Refused, At: f.manifest.At(f.path), Key: "refused " + f.manifest.ID() + simulate.Canonical(f.manifest.Spec()),
			What: fmt.Sprintf("an older version of the VirtualService %s, which Istio refuses (%s), is in the cluster", f.manifest.ID(), f.why),
		}
		if r.Holds(u) {
			return u.Undecided(), true
		}
		t.Say(name, u.At, "Istio refuses the VirtualService %s: %s", f.manifest.ID(), f.why)
	}
	for _, f := range g.foreign {
		mine := len(f.hosts) > 0 && serves(f.hosts, r.Host)
		served := slices.ContainsFunc(g.tables, func(t *table) bool { return t.virtualHostOf(r.Host) != nil })
		if !mine && (served || len(f.hosts) > 0) {
			continue
		}
		if served && !r.World().Doubts() {
			t.Say(name, f.unknown.At, "kgw does not follow an object for the host: %s", f.unknown.What)
			continue
		}
		if r.Holds(f.unknown) {
			return f.unknown.Undecided(), true
		}
	}
	return simulate.Decision{}, false
}

func ids(list []*simulate.Manifest) string {
	var out []string
	for _, m := range list {
		if !slices.Contains(out, m.ID()) {
			out = append(out, m.ID())
		}
	}
	return strings.Join(out, ", ")
}

// describe returns what the route matches.
func (r *route) describe() string {
	if len(r.conditions) == 0 {
		return "it has no conditions"
	}
	parts := make([]string, len(r.conditions))
	for i, c := range r.conditions {
		parts[i] = c.describe()
	}
	return strings.Join(parts, " and ")
}

func (c *condition) describe() string {
	text := fmt.Sprintf("%s %s %q", c.part, c.kind, c.text)
	if c.not {
		return "not " + text
	}
	return text
}
