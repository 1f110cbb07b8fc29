package envoy

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

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
}

type route struct {
	// manifest has the entry; owner is the VirtualService whose hosts and age
	// count: another one where the entry is that of a delegate.
	manifest, owner *simulate.Manifest
	entry           *source.Node
	path            string
	at              source.Ref
	conditions      []condition
	port            int64 // that its match names
	// before and within are what is not read of its conditions and of the rest.
	before, within []simulate.Unknown
	// missing stands for a delegate that is not among the inputs.
	missing *simulate.Unknown
}

const name = "VirtualService"

// id names the route: "namespace/name http[2]".
func (r *route) id() string { return r.manifest.ID() + " " + strings.TrimPrefix(r.path, "spec.") }

// Decide tells what the gateway does with a request: its server, the policies
// of its pods, its routes.
func (g *Gateway) Decide(in *simulate.Request, t *simulate.Trail) simulate.Decision {
	r := in.Realise()
	r.Target = normalise(r.Target)
	if d, decided := g.unfollowed(r, t); decided {
		return d
	}
	h := g.choose(r)
	if h == nil {
		return g.unserved(r, t)
	}
	for _, u := range slices.Concat(h.table.unread, h.unread) {
		if r.Holds(u) {
			return anything(u)
		}
	}
	if c := h.table.certificate; c != nil && !r.Holds(*c) {
		t.Say("Gateway", c.At, "without a certificate that %s accepts the connection is closed", h.table.shown)
		return simulate.Decision{Cause: simulate.Crashed, At: c.At, Reason: "the client shows no certificate"}
	}
	view, d := r, simulate.Decision{}
	if g.Guard != nil {
		if d = g.Guard(r, h.table.selector, h.table.listener(), t); !d.Passed() {
			return d
		}
		if r = d.Next; r.Verified != nil {
			view = r
		}
	}
	out := h.route(view, r, d, t)
	out.Gateway, out.Listener = strings.Join(h.table.gateways, " and "), h.table.bound()
	return out
}

// anything is the outcome of what is not read.
func anything(u simulate.Unknown) simulate.Decision {
	return simulate.Decision{Cause: simulate.Anything, At: u.At, Reason: u.What}
}

// route chooses a route by the view of the request and sends the request on.
func (h *virtualHost) route(view, r *simulate.Request, d simulate.Decision, t *simulate.Trail) simulate.Decision {
	if h.table.redirects(h.name) && r.Header("X-Forwarded-Proto") != "https" {
		at := h.table.manifest.At("spec.servers")
		t.Say("Gateway", at, "%s redirects plain HTTP to https", h.table.shown)
		return simulate.Decision{Status: http.StatusMovedPermanently, Cause: simulate.Answered, At: at, Reason: "the Gateway redirects to https", Proofs: d.Proofs}
	}
	if t.On() {
		t.Say(name, h.manifests[0].At("spec.hosts"), "host %q is served by %s", r.Host, ids(h.manifests))
	}
	chosen, unknown := h.first(view)
	if unknown != nil {
		return anything(*unknown)
	}
	if chosen == nil {
		return h.noRoute(r, t)
	}
	if t.On() {
		t.Say(name, chosen.at, "route %s takes %s %s: %s", chosen.id(), r.Method, r.RawPath(), chosen.describe())
	}
	for _, u := range chosen.within {
		if r.Holds(u) {
			return anything(u)
		}
	}
	out := chosen.act(r, t)
	out.Proofs, out.Keys = append(slices.Clip(d.Proofs), out.Proofs...), append(slices.Clip(d.Keys), out.Keys...)
	return out
}

// first is the route that takes a request. Where the age of VirtualServices is
// not known and decides, it asks.
func (h *virtualHost) first(view *simulate.Request) (*route, *simulate.Unknown) {
	var chosen *route
	passed := map[*simulate.Manifest]bool{}
	for _, r := range h.routes {
		if chosen != nil && (passed[r.owner] || r.catchAll() != chosen.catchAll() || !h.unsure(chosen, r)) {
			continue
		}
		for i := range r.before {
			if view.Holds(r.before[i]) {
				return nil, &r.before[i]
			}
		}
		if !r.takes(view) {
			continue
		}
		if r.missing != nil {
			if view.Holds(*r.missing) {
				return nil, r.missing
			}
			continue
		}
		passed[r.owner] = true
		if chosen == nil || view.Holds(older(r.owner, chosen.owner)) {
			chosen = r
		}
		if !h.mixed() {
			break
		}
	}
	return chosen, nil
}

// mixed reports whether several VirtualServices share the host.
func (h *virtualHost) mixed() bool { return len(h.manifests) > 1 }

// unsure reports whether it is not known which of two VirtualServices comes
// first, and the two routes do not do the same.
func (h *virtualHost) unsure(a, b *route) bool {
	if a.owner == b.owner || a.owner.Compiled && b.owner.Compiled || a.owner.Created != "" && b.owner.Created != "" {
		return false
	}
	return a.manifest.Namespace != b.manifest.Namespace || simulate.Canonical(a.action()) != simulate.Canonical(b.action())
}

func older(a, b *simulate.Manifest) simulate.Unknown {
	return simulate.Unknown{
		Why: simulate.Absent, At: a.At("metadata"), Needs: "metadata.creationTimestamp of both",
		What: fmt.Sprintf("the VirtualService %s is older than %s", a.ID(), b.ID()),
	}
}

// action is the entry without its matches.
func (r *route) action() *source.Node { return source.Without(r.entry, "match", "name") }

// normalise is Envoy's normalize_path, which Istio switches on by default.
func normalise(target string) string {
	path, query, has := strings.Cut(target, "?")
	path, _ = match.RawPath.See(path)
	if has {
		return path + "?" + query
	}
	return path
}

// choose finds the virtual host of a request, and asks to which gateway it comes
// where several serve the host.
func (g *Gateway) choose(r *simulate.Request) *virtualHost {
	var found []*virtualHost
	for _, t := range g.tables {
		if !t.admits(r) {
			continue
		}
		if h := t.host(r.Host); h != nil {
			found = append(found, h)
		}
	}
	found = bySNI(found, r)
	for i, h := range found {
		if i == len(found)-1 || r.Holds(simulate.Unknown{
			Why: simulate.Chosen, At: h.table.at(), Needs: "--gateway", What: "the request comes to " + h.table.shown, Key: "gateway " + h.table.shown,
		}) {
			return h
		}
	}
	return nil
}

func (t *table) at() source.Ref {
	if t.manifest == nil {
		return source.Ref{}
	}
	return t.manifest.At("spec")
}

// bound spells the pods and the port of the servers, "" where they are not
// known.
func (t *table) bound() string {
	if t.manifest == nil {
		return ""
	}
	return fmt.Sprintf("%v port %d", t.selector, t.number)
}

// admits reports whether a request may come to the table's servers.
func (t *table) admits(r *simulate.Request) bool {
	if t.scheme != "" && t.scheme != r.Scheme && r.Scheme != "" || r.Gateway != "" && !t.of(r.Gateway) {
		return false
	}
	if t.disputed != nil {
		return r.Holds(*t.disputed) == t.youngest
	}
	return true
}

// bySNI leaves, of servers of TLS on the same pods and port, the one that is
// most specific for the host: a client that means no harm names it there too.
func bySNI(list []*virtualHost, r *simulate.Request) []*virtualHost {
	if r.Free == simulate.AnyRequest {
		return list
	}
	best := map[string]int{}
	rank := func(h *virtualHost) (string, int) {
		length := 0
		for _, s := range h.table.servers {
			for _, name := range s.hosts {
				if _, bare, both := strings.Cut(name, "/"); both {
					name = bare
				}
				if asked := bareHost(r.Host); name == asked {
					length = max(length, 1000)
				} else if name == "*" || host.Match(strings.ToLower(name), asked) {
					length = max(length, len(name))
				}
			}
		}
		return fmt.Sprint(h.table.selector, h.table.number), length
	}
	for _, h := range list {
		if key, n := rank(h); h.table.scheme == "https" {
			best[key] = max(best[key], n)
		}
	}
	return slices.DeleteFunc(slices.Clone(list), func(h *virtualHost) bool {
		key, n := rank(h)
		return h.table.scheme == "https" && n < best[key]
	})
}

// VirtualHosts returns the names or wildcards that serve the host, of all
// gateways.
func (g *Gateway) VirtualHosts(host string) []string {
	var out []string
	for _, t := range g.tables {
		if h := t.host(host); h != nil && !slices.Contains(out, h.group()) {
			out = append(out, h.group())
		}
	}
	for _, s := range g.streams {
		if s.names(host) && !slices.Contains(out, s.group()) {
			out = append(out, s.group())
		}
	}
	return out
}

// Selectors returns the labels of the pods of the gateways that serve the host.
func (g *Gateway) Selectors(host string) []map[string]string {
	var out []map[string]string
	for _, t := range g.tables {
		if t.host(host) != nil && !slices.ContainsFunc(out, func(s map[string]string) bool { return maps.Equal(s, t.selector) }) {
			out = append(out, t.selector)
		}
	}
	return out
}

// Listed reports whether a Gateway among the inputs serves the host.
func (g *Gateway) Listed(host string) bool {
	return slices.ContainsFunc(g.tables, func(t *table) bool { return t.manifest != nil && t.host(host) != nil })
}

// Hosts lists the names and wildcards that anything is for, sorted.
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

// group names the virtual host among those of all tables.
func (h *virtualHost) group() string { return h.name + " at " + h.table.shown }

// Serves tells whether some VirtualService of a gateway is for the host.
func (g *Gateway) Serves(host string) bool {
	return slices.ContainsFunc(g.tables, func(t *table) bool { return t.host(host) != nil }) ||
		slices.ContainsFunc(g.streams, func(s *stream) bool { return s.names(host) }) ||
		slices.ContainsFunc(g.refused, func(f refusal) bool { return serves(f.hosts, host) }) ||
		slices.ContainsFunc(g.foreign, func(f *foreign) bool { return serves(f.hosts, host) })
}

// serves reports whether one of a list of names and wildcards is for a host.
func serves(hosts []string, asked string) bool {
	asked = bareHost(asked)
	return slices.ContainsFunc(hosts, func(h string) bool { return h == "*" || host.Match(strings.ToLower(h), asked) })
}

// unfollowed asks about objects for the host that are refused or not followed.
func (g *Gateway) unfollowed(r *simulate.Request, t *simulate.Trail) (simulate.Decision, bool) {
	for _, f := range g.refused {
		if !serves(f.hosts, r.Host) {
			continue
		}
		u := simulate.Unknown{
			Why: simulate.Refused, At: f.manifest.At(f.path), Key: "refused " + f.manifest.ID() + simulate.Canonical(f.manifest.Spec()),
			What: fmt.Sprintf("an older version of the VirtualService %s, which Istio refuses (%s), is in the cluster", f.manifest.ID(), f.why),
		}
		if r.Holds(u) {
			return anything(u), true
		}
		t.Say(name, u.At, "Istio refuses the VirtualService %s: %s", f.manifest.ID(), f.why)
	}
	for _, f := range g.foreign {
		mine := len(f.hosts) > 0 && serves(f.hosts, r.Host)
		served := slices.ContainsFunc(g.tables, func(t *table) bool { return t.host(r.Host) != nil })
		if !mine && (served || len(f.hosts) > 0) {
			continue
		}
		if served && !r.World().Doubts() {
			t.Say(name, f.unknown.At, "kgw does not follow an object for the host: %s", f.unknown.What)
			continue
		}
		if r.Holds(f.unknown) {
			return anything(f.unknown), true
		}
	}
	return simulate.Decision{}, false
}

// unserved decides a request that no server routes by http: TLS may be passed
// on, or nothing is there.
func (g *Gateway) unserved(r *simulate.Request, t *simulate.Trail) simulate.Decision {
	for _, s := range g.streams {
		if s.takes(r) {
			return s.forward(r, g, t)
		}
	}
	d := simulate.Decision{Status: http.StatusNotFound, Cause: simulate.NoHost, Reason: fmt.Sprintf("no VirtualService of a gateway serves the host %q", r.Host)}
	for _, table := range g.tables {
		if h := table.host(r.Host); h != nil && table.scheme != "" && table.scheme != r.Scheme {
			d.Status, d.Cause, d.At = 0, simulate.Crashed, table.at()
			d.Reason = fmt.Sprintf("no server of the Gateway %s is for %s: nothing listens there, unless another Gateway does", strings.Join(table.gateways, ", "), r.Scheme)
		}
	}
	t.Say(name, source.Ref{}, "%s", d.Reason)
	for _, m := range g.meshOnly {
		if slices.Contains(source.Texts(source.Field(m.Spec(), "hosts")), r.Host) {
			d.At = m.At("spec")
			t.Say(name, d.At, "%s names no gateway: it holds inside the mesh only", m.ID())
		}
	}
	for _, f := range g.refused {
		if serves(f.hosts, r.Host) {
			d.At, d.Reason = f.manifest.At(f.path), fmt.Sprintf("Istio refuses the VirtualService %s: %s; without it %s", f.manifest.ID(), f.why, d.Reason)
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
	var out []string
	for _, m := range list {
		if !slices.Contains(out, m.ID()) {
			out = append(out, m.ID())
		}
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
