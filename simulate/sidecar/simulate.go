package sidecar

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

const name = "Policy"

// identity is what a proxy knows about the caller's token.
type identity struct {
	claims map[string]any // as conditions see them
}

// call is one request at one proxy.
type call struct {
	in       *simulate.Request
	path     string
	port     string    // of the container, "" where it is not known
	identity *identity // nil without a verified token
	place    *place
	guards   *group
	gateway  bool
	silent   bool // there are no policies at all
	tcp      bool // the port is treated as one without HTTP
	trail    *simulate.Trail
	mesh     *simulate.MeshConfig
}

// Decide reports whether the proxies of the pods behind a request's To let it
// through.
func (s *Sidecars) Decide(r *simulate.Request, t *simulate.Trail) simulate.Decision {
	return s.Enforce(r.Clone(), t)
}

// Enforce decides like Decide, but may change the request, which nobody else uses.
func (s *Sidecars) Enforce(real *simulate.Request, t *simulate.Trail) simulate.Decision {
	real.MakeReal()
	p := s.placeOf(real.To, real.Subset)
	c := &call{in: real, trail: t, mesh: s.options.Mesh, place: p, path: pathOf(real), silent: s.Policies == 0}
	c.guards = p.choose(real)
	port, served := p.port(real.To)
	if !served && real.Free != simulate.AnyRequest {
		return c.decidePortless(real.To)
	}
	c.port, c.tcp = c.guards.container(port), port != nil && port.Protocol == "tcp"
	way := s.connect(p, real.To, real.Subset)
	mode, unknown := c.guards.peering.modeOf(c.port, p.shown)
	for _, u := range []*simulate.Unknown{way.unknown, unknown} {
		if u != nil && real.Holds(*u) {
			return u.Undecided()
		}
	}
	bare := c.guards.bare || c.guards.bareIf != nil && real.Holds(*c.guards.bareIf)
	if !bare {
		if u := c.askUnread(); u != nil {
			return u.Undecided()
		}
	}
	if way.refused != "" {
		return c.closeConnection(way.refused)
	}
	if mode == "DISABLE" || way.clear {
		real.Caller = ""
	}
	if bare {
		t.Say(name, source.Ref{}, "%s have no sidecar: no policy is enforced there", p.shown)
		return c.addArrival(passOn(real, simulate.Decision{}), port)
	}
	if mode == "STRICT" && real.Caller == "" {
		return c.closeConnection("the PeerAuthentication lets no caller in that has no certificate of the mesh")
	}
	return c.addArrival(c.decide(), port)
}

// addArrival adds to the decision the pods that a request reaches through a port of
// their Service.
func (c *call) addArrival(d simulate.Decision, port *simulate.Port) simulate.Decision {
	if !d.Passed() || c.place.pods == "" {
		return d
	}
	if d.Pods, d.Port = c.place.pods, c.port; port != nil && d.Port == "" {
		d.Port = port.Target
	}
	return d
}

// AtGateway returns a function that decides whether the policies of a gateway's own
// pods, those with the labels, let a request to a port through.
func (s *Sidecars) AtGateway(selector map[string]string) simulate.AtPort {
	p := s.gatewayOf(selector)
	return func(r *simulate.Request, port string, t *simulate.Trail) simulate.Decision {
		if p.isIdle() {
			return passOn(r, simulate.Decision{})
		}
		c := &call{in: r.AsSent(), trail: t, mesh: s.options.Mesh, place: p, path: pathOf(r), gateway: true, port: port}
		c.guards = p.choose(c.in)
		if u := c.askUnread(); u != nil {
			return u.Undecided()
		}
		return c.decide()
	}
}

func passOn(r *simulate.Request, d simulate.Decision) simulate.Decision {
	d.Status, d.Upstream, d.Next = http.StatusOK, r.To, r
	return d
}

// choose asks which of the pods a request reaches, where that matters.
func (p *place) choose(r *simulate.Request) *group {
	for _, g := range p.groups[:len(p.groups)-1] {
		if r.Holds(simulate.Unknown{Why: simulate.Chosen, What: fmt.Sprintf("the request meets a pod of the %s", g.shown), Key: "pod of " + p.key + g.shown}) {
			return g
		}
	}
	return p.groups[len(p.groups)-1]
}

// port returns the port of a Service that a request is sent to, nil where the
// Service is not known; served is false where it is known and has no such port.
func (p *place) port(to string) (port *simulate.Port, served bool) {
	_, text, err := net.SplitHostPort(to)
	if p.service == nil || len(p.service.Ports) == 0 {
		return nil, true
	}
	ports := p.service.Ports
	i := slices.IndexFunc(ports, func(o simulate.Port) bool {
		return strconv.FormatInt(o.Number, 10) == text || o.Name == text && text != ""
	})
	if err != nil && len(ports) == 1 {
		i = 0
	}
	if i < 0 {
		return nil, false
	}
	return &ports[i], true
}

// container returns the number of the port of the container that a port of a
// Service leads to, "" where it is not known.
func (g *group) container(port *simulate.Port) string {
	if port == nil {
		return ""
	}
	if _, err := strconv.Atoi(port.Target); err == nil {
		return port.Target
	}
	return g.ports[port.Target]
}

// askUnread asks about the unread parts of objects for the pods, before anything
// that closes the pods. It returns the first that holds, nil for none.
func (c *call) askUnread() *simulate.Unknown {
	for i := range c.guards.broken {
		if u := &c.guards.broken[i]; c.in.Holds(*u) {
			return u
		} else if u.Why == simulate.Refused && c.trail.On() {
			c.trail.Say(name, u.At, "it is supposed that no%s", strings.TrimPrefix(u.What, "an"))
		}
	}
	return nil
}

// decide asks the stages in Envoy's order.
func (c *call) decide() simulate.Decision {
	d := simulate.Decision{}
	if c.askAuthorizers(&d) && c.authenticate(&d) && c.refuse(&d) && c.admit(&d) {
		return passOn(c.in, d)
	}
	if c.tcp {
		return c.closeConnection(d.Reason)
	}
	c.trail.Say(name, d.At, "%s", d.Reason)
	return d
}

// decidePortless decides a request to a known Service without such a port. A route
// that names no port means the only port of the Service, or the one with the number
// of the gateway's port (pilot/pkg/networking/core/route, GetDestinationCluster).
func (c *call) decidePortless(to string) simulate.Decision {
	_, _, err := net.SplitHostPort(to)
	if err != nil && c.in.Holds(simulate.Unknown{
		Why: simulate.Opaque, At: c.place.service.At, Key: "a port of " + c.place.key,
		What: fmt.Sprintf("the Service %s/%s has several ports, the route names none, and one of them has the number of the gateway's", c.place.namespace, c.place.name),
	}) {
		return simulate.Decision{Cause: simulate.Anything, At: c.place.service.At, Reason: "the request goes to one of several ports"}
	}
	if u := c.askUnread(); u != nil {
		return u.Undecided()
	}
	return c.closeConnection(fmt.Sprintf("the Service %s/%s has no such port as %s", c.place.namespace, c.place.name, to))
}

// closeConnection closes a connection; the proxy before answers 503.
func (c *call) closeConnection(why string) simulate.Decision {
	c.trail.Say(name, source.Ref{}, "%s: the connection is closed", why)
	return simulate.Decision{Cause: simulate.Crashed, Reason: why}
}

// isFor reports whether a guard holds for the pods of the request.
func (c *call) isFor(g guard) bool { return g.when == nil || c.in.Holds(*g.when) }

// askAuthorizers decides in place of external authorizers, which kgw does not ask.
// An authorizer may change headers of requests that it lets through. If policies
// name two authorizers, Istio asks neither and refuses the requests that the
// policies match.
func (c *call) askAuthorizers(d *simulate.Decision) bool {
	for _, a := range c.guards.custom.mayMatch(c) {
		r, ok := a.matches(c)
		if !ok || !c.isFor(a) {
			continue
		}
		if why := c.reasonUnasked(a.provider); why != "" {
			*d = simulate.Decision{Status: http.StatusForbidden, Cause: simulate.PolicyDenied, At: a.manifest.At("spec.provider"), Reason: why}
			return false
		}
		if c.tcp && c.in.Holds(notAsked(a)) {
			continue
		}
		c.trail.Say(name, a.manifest.At(r.path), "it is supposed that the external authorizer %q lets the request through", a.provider)
		c.in.Unsettle("*")
		if c.mesh.Providers[a.provider] && c.in.World().Doubts() && c.in.Holds(failsOpen(a)) {
			continue
		}
		if proof := "extAuth:" + a.provider; !slices.Contains(d.Proofs, proof) {
			d.Proofs = append(d.Proofs, proof)
			if asked := c.mesh.Asked[a.provider]; asked != "" {
				d.Asked = append(d.Asked, asked)
			}
		}
	}
	return true
}

// failsOpen returns the condition that an authorizer cannot be reached, if it is
// configured to let requests through then.
func failsOpen(a guard) simulate.Unknown {
	return simulate.Unknown{
		Why: simulate.Opaque, At: a.manifest.At("spec.provider"), Key: "fails open " + a.provider,
		What: fmt.Sprintf("the external authorizer %q, which lets requests through then (failOpen), cannot be reached", a.provider),
	}
}

// notAsked returns the condition that an authorizer is not asked on a port that is treated
// as TCP. Authorizers over HTTP are not asked there.
func notAsked(a guard) simulate.Unknown {
	return simulate.Unknown{
		Why: simulate.Opaque, At: a.manifest.At("spec.provider"), Key: "speaks HTTP " + a.provider,
		What: fmt.Sprintf("the external authorizer %q speaks HTTP, and is not asked on a port that is treated as TCP", a.provider),
	}
}

// reasonUnasked returns why Istio refuses the requests of a policy with an external
// authorizer, "" if the authorizer is asked.
func (c *call) reasonUnasked(provider string) string {
	if _, known := c.mesh.Providers[provider]; c.mesh.Providers != nil && !known {
		return fmt.Sprintf("the mesh's configuration has no external authorizer %q: Istio refuses the requests that it would decide", provider)
	}
	if other := c.findOtherProvider(provider); other != "" {
		return fmt.Sprintf("the policies for %s name two external authorizers, %q and %q: Istio refuses what they match", c.place.shown, other, provider)
	}
	return ""
}

// findOtherProvider returns another external authorizer that a policy for the pods
// names, "" if all name the same one.
func (c *call) findOtherProvider(provider string) string {
	for _, a := range c.guards.providers {
		if a.provider != provider && c.isFor(a) {
			return a.provider
		}
	}
	return ""
}

func (c *call) refuse(d *simulate.Decision) bool {
	for _, a := range c.guards.deny.mayMatch(c) {
		if r, ok := a.matches(c); ok && c.isFor(a) {
			*d = simulate.Decision{
				Status: http.StatusForbidden, Cause: simulate.PolicyDenied, At: a.manifest.At(r.path), Proofs: d.Proofs,
				Reason: c.in.Because("RBAC: access denied at %s: the policy %s (DENY) matches", c.place.shown, a.manifest.ID()),
			}
			return false
		}
	}
	return true
}

// admit lets a request through if an ALLOW policy matches it, or there is none for the pods.
func (c *call) admit(d *simulate.Decision) bool {
	for _, a := range c.guards.allow.mayMatch(c) {
		if r, ok := a.matches(c); ok && c.isFor(a) {
			if c.trail.On() {
				c.trail.Say(name, a.manifest.At(r.path), "the policy %s (ALLOW) lets the request through at %s", a.manifest.ID(), c.place.shown)
			}
			return true
		}
	}
	asked := c.guards.allow.holdingFor(c)
	if len(asked) == 0 {
		c.sayOpen()
		return true
	}
	*d = simulate.Decision{
		Status: http.StatusForbidden, Cause: simulate.PolicyDenied, At: asked[0].manifest.At("spec.rules"), Proofs: d.Proofs,
	}
	if !c.in.Terse {
		d.Reason = fmt.Sprintf("RBAC: access denied at %s: %s", c.place.shown, listAllowing(asked))
	}
	if c.trail.On() {
		for _, a := range asked {
			c.trail.Say(name, a.manifest.At("spec.rules"), "the policy %s (ALLOW) does not match", a.manifest.ID())
		}
	}
	return false
}

func listAllowing(list []guard) string {
	if len(list) == 1 {
		return fmt.Sprintf("the policy %s (ALLOW) does not match", list[0].manifest.ID())
	}
	return fmt.Sprintf("none of the %d ALLOW policies matches", len(list))
}

// sayOpen reports why nothing closes the pods.
func (c *call) sayOpen() {
	if !c.trail.On() {
		return
	}
	switch {
	case len(c.guards.deny.all)+len(c.guards.custom.all) > 0:
		c.trail.Say(name, source.Ref{}, "the policies for %s do not match, and none of them is an ALLOW policy: the request passes", c.place.shown)
	case !c.gateway && !c.silent:
		c.trail.Say(name, source.Ref{}, "no AuthorizationPolicy is enforced for %s: everything passes", c.place.shown)
	}
}

// pathOf returns the path as policies see it.
func pathOf(r *simulate.Request) string {
	path, _ := match.RawPath.See(r.RawPath())
	return path
}
