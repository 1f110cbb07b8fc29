package prove

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/host"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove/classes"
	"github.com/kgw-dev/kgw/simulate"
	"github.com/kgw-dev/kgw/simulate/sidecar"
	"github.com/kgw-dev/kgw/simulate/skipper"
)

// Side makes a cluster comparable. The result, if there is one, is what its
// manifests were compiled in: it knows the paths as their authors wrote them.
func (c *Cluster) Side(result *compile.Result) classes.Side { return c.side(result) }

func (c *Cluster) side(result *compile.Result) *side {
	s := &side{cluster: c, classifier: match.NewClassifier(), routes: map[string][]classes.Part{}, rules: map[string][]classes.Part{}, paths: map[source.Ref]string{}, guards: map[string]func() *guard{}}
	if result != nil {
		s.readPaths(result)
	}
	treatments := c.Gateway.Treatments()
	for _, e := range c.Gateway.Entries() {
		p := s.part(&e)
		p.Treatment = treatments[e.Name]
		s.routes[e.Group] = append(s.routes[e.Group], p)
	}
	filtered := c.Skipper.Treatments()
	for _, e := range c.Skipper.Entries() {
		p := s.skipperPart(&e)
		p.Treatment = filtered[skipper.RouteKey{Object: e.Name, Path: e.At.Path}]
		s.skipper = append(s.skipper, p)
	}
	for _, set := range c.Skipper.Looks() {
		s.skipper = append(s.skipper, classes.Part{Text: "/", Beside: true, Entry: simulate.Entry{Set: set}})
	}
	if hosts := c.Skipper.HostExpressions(); len(hosts) > 0 {
		s.skipper = append(s.skipper, lookingPart(nil, classes.Part{Untried: hosts}))
	}
	for _, e := range c.Skipper.Others() {
		s.skipper = append(s.skipper, s.part(&e))
	}
	for _, e := range append(c.Oathkeeper.Entries(), c.Oathkeeper.GlobEntries()...) {
		p := s.part(&e)
		p.Rule = true
		if names := e.Set.Hosts; len(names) == 1 && e.Set.URL.Lang == 0 && e.Set.HostPattern.Lang == 0 {
			s.rules[names[0]] = append(s.rules[names[0]], p)
			continue
		}
		if s.patterns = append(s.patterns, p); e.Name != "" {
			s.loose = append(s.loose, e)
		}
	}
	for _, set := range c.Oathkeeper.Looks() {
		s.patterns = append(s.patterns, classes.Part{Text: "/", Beside: true, Entry: simulate.Entry{Set: set}})
	}
	for _, set := range c.Oathkeeper.BlockingSets() {
		s.patterns = append(s.patterns, classes.Part{Text: "/", Entry: simulate.Entry{Set: set}})
	}
	return s
}

// side is a cluster, sorted by hosts.
type side struct {
	cluster    *Cluster
	classifier *match.Classifier
	routes     map[string][]classes.Part // by virtual host
	skipper    []classes.Part
	rules      map[string][]classes.Part // by host
	patterns   []classes.Part            // rules for several hosts
	loose      []simulate.Entry          // the rules among them
	paths      map[source.Ref]string

	mu     sync.Mutex
	guards map[string]func() *guard // by service
}

// guard is what policies look at before a service: on any host, and on one.
type guard struct {
	always []classes.Part
	on     map[string][]classes.Part
}

// add adds a part to its hosts, once. A part without requests of its own adds
// its tokens to others.
func (g *guard) add(p classes.Part, seen map[string]bool) {
	if key := fmt.Sprintf("%+v", p.Set); len(p.Admits) > 0 || !seen[key] {
		seen[key] = true
	} else {
		return
	}
	g.addByHost(p)
}

// addByHost puts a part where its hosts say.
func (g *guard) addByHost(p classes.Part) {
	hosts := p.Set.Hosts
	if hosts == nil || slices.ContainsFunc(hosts, func(h string) bool { return strings.Contains(h, "*") }) {
		g.always = append(g.always, p)
		return
	}
	for _, h := range hosts {
		g.on[h] = append(g.on[h], p)
	}
}

func (s *side) readPaths(result *compile.Result) {
	for _, r := range result.Resources {
		if r.Gateway == nil {
			continue
		}
		for _, route := range r.Gateway.Routes {
			s.paths[route.Origin] = route.Match.Path.Text
		}
	}
}

func (s *side) part(e *simulate.Entry) classes.Part {
	p := classes.Part{Entry: *e, Service: plainService(e.To), Text: s.paths[e.At]}
	if s.cluster.Mesh.Delegated(e.To) {
		p.Service = ""
	}
	if p.Text == "" {
		p.Text = authoredPath(e.Set)
	}
	return p
}

// addRefused adds the values of a claim to the claims for which a route turns
// callers away.
func addRefused(list []map[string]any, name string, values []string) []map[string]any {
	if list == nil {
		list = []map[string]any{{}}
	}
	var out []map[string]any
	for _, claims := range list {
		for _, v := range values {
			if len(out) < maxTokens {
				next := maps.Clone(claims)
				next[name] = v
				out = append(out, next)
			}
		}
	}
	return out
}

// maxTokens bounds the tokens that one route asks for.
const maxTokens = 64

// skipperPart returns a route of Skipper: claims that its predicates want are those
// of the tokens that it admits, and the header with the scheme is the scheme.
func (s *side) skipperPart(e *simulate.Entry) classes.Part {
	p := s.part(e)
	p.Set.Predicates = nil
	for _, cond := range e.Set.Predicates {
		switch {
		case cond.Source == match.Claim && !cond.Not:
			if max(1, len(p.Admits), len(p.Refuses))*len(cond.Values) > maxTokens {
				p.Untried = append(p.Untried, fmt.Sprint(cond.Name, " ", cond.Values))
			}
			p.Admits, p.Refuses = withClaim(p.Admits, cond.Name, cond.Values), addRefused(p.Refuses, cond.Name, cond.Values)
		case cond.Source == match.Header && strings.EqualFold(cond.Name, "X-Forwarded-Proto") && !cond.Not && p.Set.Schemes == nil:
			p.Set.Schemes = cond.Values
		default:
			p.Set.Predicates = append(p.Set.Predicates, cond)
		}
	}
	return p
}

// withClaim returns the tokens with each of the values of a claim.
func withClaim(list []simulate.Admission, name string, values []string) []simulate.Admission {
	var out []simulate.Admission
	for _, a := range list {
		for _, v := range values {
			if len(out) == maxTokens {
				return out
			}
			next := a
			if next.Token.Claims = maps.Clone(a.Token.Claims); next.Token.Claims == nil {
				next.Token.Claims = map[string]any{}
			}
			next.Token.Kind, next.Token.Claims[name] = "jwt", v
			out = append(out, next)
		}
	}
	return out
}

// authoredPath spells a path as an author would.
func authoredPath(set match.Set) string {
	text := cmp.Or(set.URL.Text, set.Path.Text)
	if set.Path.Lang == pathlang.Prefix {
		return text + "*"
	}
	if expr, ok := strings.CutPrefix(text, "(?s:.*)(?:"); ok {
		return strings.TrimSuffix(expr, ")(?s:.*)")
	}
	if set.Path.Lang == pathlang.Regex {
		return pathlang.TemplateOf(text)
	}
	return text
}

// Parts lists what the decision about a request to the host depends on.
func (s *side) Parts(name string) []classes.Part {
	routes := s.ownRoutes(name)
	for _, p := range s.skipper {
		if p.Set.Hosts == nil || slices.ContainsFunc(p.Set.Hosts, func(h string) bool { return host.Match(h, name) }) {
			routes = append(routes, p)
		}
	}
	if s.cluster.Mesh.Front == nil || slices.ContainsFunc(routes, func(p classes.Part) bool { return s.cluster.Mesh.Delegated(p.To) }) {
		routes = append(append(routes, s.rules[name]...), s.patterns...)
	}
	out := s.addPolicies(name, routes)
	if len(out) > 0 {
		out = append(out, lookingPart(nil, classes.Part{Unmatched: true}))
	} else { // what is there may be refused, or not followed: it is asked about all the same
		out = append(out, classes.Part{Text: "/", Entry: simulate.Entry{Set: lookingPart(nil, classes.Part{}).Set}})
	}
	return out
}

// ownRoutes returns the routes of the gateways of Istio.
func (s *side) ownRoutes(host string) []classes.Part {
	var routes []classes.Part
	for _, group := range s.cluster.Gateway.VirtualHosts(host) {
		for _, p := range s.routes[group] {
			p.Delegated = s.cluster.Mesh.Delegated(p.To)
			routes = append(routes, p)
		}
	}
	return routes
}

// frontParts returns the parts for the host that the gateways of Istio and the
// sidecars behind them have.
func (s *side) frontParts(host string) []classes.Part { return s.addPolicies(host, s.ownRoutes(host)) }

// addPolicies adds to routes what the policies look at on the way to and behind
// them.
func (s *side) addPolicies(host string, routes []classes.Part) []classes.Part {
	var out []classes.Part
	if s.cluster.Gateway.TellsSchemes(host) {
		plain := lookingPart(nil, classes.Part{})
		plain.Set.Schemes = []string{"http"}
		out = append(out, plain)
	}
	for _, selector := range s.cluster.Gateway.Selectors(host) {
		g := s.guardAt("gateway "+fmt.Sprint(selector), func() *sidecar.Looks { return s.cluster.Sidecars.Gateway(selector) })
		out = append(append(out, g.always...), g.on[host]...)
	}
	seen := map[string]bool{}
	for _, p := range routes {
		out = append(out, p)
		to := plainService(p.To)
		if to == "" || s.cluster.Mesh.Delegated(to) && !s.cluster.Sidecars.Guards(to) {
			continue
		}
		g, key := s.guard(to), to
		if p.Rewrite != nil {
			key += " " + p.Rewrite.Text
		}
		if seen[key] {
			continue
		}
		if seen[key] = true; p.Rewrite != nil {
			out = append(out, g.partsBehind(&p, host)...)
		} else {
			out = append(append(out, g.always...), g.on[host]...)
		}
	}
	return out
}

// plainService returns the service of an upstream URL.
func plainService(to string) string {
	if _, rest, ok := strings.Cut(to, "://"); ok {
		to = rest
	}
	to, _, _ = strings.Cut(to, "/")
	return to
}

// guard lists what the policies of a service look at, and the tokens that they
// let through, in the places where they are looked for.
func (s *side) guard(to string) *guard {
	return s.guardAt(to, func() *sidecar.Looks { return s.cluster.Sidecars.At(to, s.cluster.Mesh.FrontIdentity) })
}

// guardAt makes parts of what policies at a place look at, once.
func (s *side) guardAt(key string, of func() *sidecar.Looks) *guard {
	s.mu.Lock()
	made, ok := s.guards[key]
	if !ok {
		made = sync.OnceValue(func() *guard { return s.guardOf(key, of()) })
		s.guards[key] = made
	}
	s.mu.Unlock()
	return made()
}

func (s *side) guardOf(key string, looks *sidecar.Looks) *guard {
	g, seen := &guard{on: map[string][]classes.Part{}}, map[string]bool{}
	to := key
	if strings.HasPrefix(key, "gateway ") || s.cluster.Mesh.Delegated(key) {
		to = ""
	}
	for _, e := range looks.Sets {
		p := classes.Part{Entry: simulate.Entry{Set: e.Set}, Text: authoredPath(e.Set), Service: to}
		for _, a := range e.Admits {
			p.Admits = append(p.Admits, s.places(key, a)...)
		}
		g.add(p, seen)
	}
	if callers := slices.DeleteFunc(looks.Callers, s.isKnownCaller); len(callers) > 0 {
		g.always = append(g.always, lookingPart(nil, classes.Part{Callers: callers}))
	}
	s.addTokens(g, looks.Tokens)
	if len(looks.Untried) > 0 {
		g.always = append(g.always, lookingPart(nil, classes.Part{Untried: looks.Untried}))
	}
	return g
}

// addTokens adds the tokens that policies distinguish to the hosts where they do.
// Where one of those is not a host of the gateways, callers in the mesh may send
// it on any comparison.
func (s *side) addTokens(g *guard, list []sidecar.Token) {
	at := map[string]int{}
	var parts []classes.Part
	for _, t := range list {
		if slices.ContainsFunc(t.Hosts, func(h string) bool { return !s.cluster.Gateway.Serves(h) }) {
			t.Hosts = nil
		}
		key := strings.Join(t.Hosts, " ")
		if _, ok := at[key]; !ok {
			at[key] = len(parts)
			parts = append(parts, lookingPart(t.Hosts, classes.Part{}))
		}
		p := &parts[at[key]]
		p.Admits = append(p.Admits, simulate.Admission{Proof: "jwt", Token: t.Token})
	}
	for _, p := range parts {
		g.addByHost(p)
	}
}

// lookingPart returns a part that matches every request to the hosts and routes none.
func lookingPart(hosts []string, p classes.Part) classes.Part {
	p.Set = match.Set{Hosts: hosts, Path: pathlang.Path{Lang: pathlang.Prefix, Text: "/"}, View: match.RawPath}
	p.Beside = true
	return p
}

// isKnownCaller reports whether an identity is that of the gateway or of a
// delegate: what they send is compared otherwise.
func (s *side) isKnownCaller(identity string) bool {
	return identity == s.cluster.Mesh.FrontIdentity || slices.ContainsFunc(s.cluster.Mesh.Delegates, func(d simulate.Delegate) bool { return d.Identity == identity })
}

// places returns an admission for each place where its token may be.
func (s *side) places(to string, a simulate.Admission) []simulate.Admission {
	if a.Token.Kind != "jwt" {
		return []simulate.Admission{a}
	}
	issuer, _ := a.Token.Claims["iss"].(string)
	var out []simulate.Admission
	for _, via := range s.cluster.Sidecars.Places(to, issuer) {
		moved := a
		moved.Token.Via = via
		out = append(out, moved)
	}
	if len(out) == 0 {
		out = append(out, a)
	}
	return out
}

// Listed reports whether a Gateway among the inputs serves the host.
func (s *side) Listed(host string) bool { return s.cluster.Gateway.Listed(host) }

// Schemes lists plain HTTP where a Gateway among the inputs serves the host: it
// may redirect, or not listen; and where none serves it.
func (s *side) Schemes(host string) []string {
	if s.Listed(host) || s.cluster.Gateway.IsUnserved(host) {
		return []string{"http"}
	}
	return nil
}

// Decide decides a request that comes to the gateway.
func (s *side) Decide(r *simulate.Request) simulate.Decision { return s.cluster.Mesh.Decide(r, nil) }

// Inside decides a request that a caller in the cluster sends to a service
// itself.
func (s *side) Inside(r *simulate.Request, service, caller string) simulate.Decision {
	if s.cluster.Mesh.Guard == nil {
		return simulate.Decision{Next: r}
	}
	next := *r
	next.Inside, next.To, next.Caller = true, service, caller
	return s.cluster.Mesh.Decide(&next, nil)
}

// Services lists the services whose pods are known, where something may keep
// callers away from them.
func (s *side) Services() []string {
	if s.cluster.Mesh.Guard == nil {
		return nil
	}
	return s.cluster.Sidecars.Addresses()
}

// Guards lists what the policies of a service look at, on any host.
func (s *side) Guards(service string) []classes.Part {
	g := s.guard(service)
	out := slices.Clone(g.always)
	for _, name := range slices.Sorted(maps.Keys(g.on)) {
		out = append(out, g.on[name]...)
	}
	return out
}
