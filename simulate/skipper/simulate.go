// Package skipper decides requests as Skipper does with the Ingresses and
// RouteGroups of a cluster.
//
// It takes manifests and returns an engine. What it decides, and what it cannot
// know, is in predicateKinds, in filterKinds, and in the loaders of the two kinds.
package skipper

import (
	"cmp"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/host"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// Engine decides requests as Skipper v0.27.57 does with the routes it was
// loaded with. It is safe for concurrent use.
type Engine struct {
	// Dropped are objects and routes that Skipper does not have.
	Dropped []Dropped

	options    Options
	class      *regexp.Regexp // of Ingresses
	groupClass *regexp.Regexp
	services   map[string]*simulate.Manifest // by namespace and name
	routes     []*route
	byHost     map[string][]*route // of plain hosts
	anyHost    []*route            // routes whose hosts are expressions
	elsewhere  []elsewhere
	otherAny   *elsewhere // one of them that is for all hosts, or nil
}

// elsewhere is an object that another controller serves, or may serve where it
// has no class.
type elsewhere struct {
	hosts []string
	m     *simulate.Manifest
	class string
	// at is the place that names the class, or lacks one.
	at source.Ref
	// other names the controller that serves it, where the class does not say it.
	other string
}

// controller names the other controller.
func (o *elsewhere) controller() string {
	if o.class == "" {
		return cmp.Or(o.other, "another controller")
	}
	return fmt.Sprintf("the controller of the class %q", o.class)
}

// whereOpen returns the condition that the other controller lets requests through.
func (o *elsewhere) whereOpen(host string) simulate.Unknown {
	return simulate.Unknown{Why: simulate.Opaque, At: o.at, What: fmt.Sprintf("%s lets requests for host %q through", o.controller(), host)}
}

// whereSkipperIsReached returns the condition that requests for a host that Skipper
// serves too come to Skipper. Two such conditions are equal only if the whole
// objects are.
func (o *elsewhere) whereSkipperIsReached(host string) simulate.Unknown {
	what := fmt.Sprintf("requests for host %q come to Skipper and not to %s, which the %s %s may be for", host, o.controller(), o.m.Kind, o.m.ID())
	return simulate.Unknown{Why: simulate.Opaque, At: o.at, What: what, Key: what + o.text()}
}

func (o *elsewhere) text() string {
	return simulate.Canonical(o.m.Spec()) + simulate.Canonical(source.Lookup(o.m.Root, "metadata.annotations"))
}

const name = "Skipper"

// Size counts the routes, and the objects that another controller serves.
func (e *Engine) Size() int { return len(e.routes) + len(e.elsewhere) }

// index sorts the routes by host. Routes that Skipper cannot build are left
// out.
func (e *Engine) index() {
	e.byHost = map[string][]*route{}
	for _, r := range e.routes {
		switch {
		case r.dropped != "":
		case len(r.hosts) == 0 || slices.ContainsFunc(r.hosts, func(h string) bool { return !isPlainHost(h) }):
			e.anyHost = append(e.anyHost, r)
		default:
			for _, h := range r.hosts {
				e.byHost[h] = append(e.byHost[h], r)
			}
		}
	}
}

// routesFor lists the routes for a host as a client sends it.
func (e *Engine) routesFor(host string) []*route {
	bare := bareHost(host)
	out := slices.Clone(e.byHost[bare])
	for _, r := range e.anyHost {
		if r.isOnHost(host) {
			out = append(out, r)
		}
	}
	return out
}

// bareHost returns a host without the port and a final dot.
func bareHost(host string) string {
	if i := strings.LastIndexByte(host, ':'); i >= 0 && isHostRest(host[i:]) {
		host = host[:i]
	}
	return strings.TrimSuffix(host, ".")
}

// isOnHost reports whether the route is for a host.
func (r *route) isOnHost(host string) bool {
	if len(r.hosts) == 0 {
		return true
	}
	return slices.ContainsFunc(r.hosts, func(h string) bool {
		if isPlainHost(h) {
			return sameHost(h, host)
		}
		expr, err := regexp.Compile(hostExpression(h))
		return err == nil && expr.MatchString(host)
	})
}

// Serves reports whether an object for Skipper or for another controller names the
// host, with or without a port.
func (e *Engine) Serves(host string) bool {
	return e.namesHost(host) || e.otherFor(host) != nil
}

// namesHost reports whether a route of Skipper names the host.
func (e *Engine) namesHost(host string) bool {
	return len(e.byHost[bareHost(host)]) > 0 || slices.ContainsFunc(e.anyHost, func(r *route) bool { return len(r.hosts) > 0 && r.isOnHost(host) })
}

// otherFor returns an object of another controller for the host, or nil. Letters of
// hosts are compared without case, and wildcards match any number of labels: which
// controller it is, and how it compares, is not known.
func (e *Engine) otherFor(asked string) *elsewhere {
	asked = strings.ToLower(bareHost(asked))
	for i := range e.elsewhere {
		for _, h := range e.elsewhere[i].hosts {
			if h == "*" || h != "" && host.Match(strings.ToLower(h), asked) {
				return &e.elsewhere[i]
			}
		}
	}
	return nil
}

// Decide decides a request before any rate limit is spent. The trail, unless it
// is nil, records every step.
func (e *Engine) Decide(r *simulate.Request, t *simulate.Trail) simulate.Decision {
	return e.Session().Decide(r, t)
}

// Session is a rate limit period: each of its requests counts for the limits of
// later ones. It is not safe for concurrent use.
type Session struct {
	engine *Engine
	spent  map[limitBucket]int
}

// Session starts a rate limit period with full limits.
func (e *Engine) Session() *Session { return &Session{e, map[limitBucket]int{}} }

// Decide decides a request of the period.
func (s *Session) Decide(in *simulate.Request, t *simulate.Trail) simulate.Decision {
	r := in.AsSent()
	if u := s.engine.unreadFlag(); u != nil {
		t.Say(name, source.Ref{}, "kgw does not follow Skipper's flag %s", s.engine.options.Unread[0])
		r.Holds(*u)
		return simulate.Decision{Cause: simulate.Anything, Reason: "a flag of Skipper is not followed"}
	}
	if o := s.engine.otherFor(r.Host); o != nil && (!s.engine.namesHost(r.Host) || !r.Holds(o.whereSkipperIsReached(bareHost(r.Host)))) {
		return s.engine.decideNotServed(r, o, t)
	}
	if t.On() {
		s.engine.sayDropped(r.Host, t)
	}
	x := &exchange{session: s, in: r, trail: t, given: map[string]string{}}
	d := x.choose()
	if d.Cause == simulate.NoRoute && s.engine.otherAny != nil {
		return s.engine.decideNotServed(r, s.engine.otherAny, t)
	}
	if d.Next != nil {
		d.Headers = changedHeaders(in.AsSent(), d.Next)
	}
	return d
}

// changedHeaders returns the headers that were set on the way, by lower-case name.
func changedHeaders(before, after *simulate.Request) map[string]string {
	var out map[string]string
	for _, h := range after.Headers {
		if !slices.Contains(before.Headers, h) {
			if out == nil {
				out = map[string]string{}
			}
			out[strings.ToLower(h.Name)] = h.Value
		}
	}
	return out
}

// decideNotServed returns the decision about a request for a host of another
// controller, which may be anything.
func (e *Engine) decideNotServed(r *simulate.Request, o *elsewhere, t *simulate.Trail) simulate.Decision {
	if o.class != "" {
		t.Say(name, o.at, "%s %s is of the class %q, which Skipper does not serve", o.m.Kind, o.m.ID(), o.class)
	}
	if !e.namesHost(r.Host) {
		r.Holds(o.whereOpen(bareHost(r.Host)))
	}
	return simulate.Decision{Cause: simulate.Anything, At: o.at, Unread: o.text(), Reason: fmt.Sprintf("%s serves the host %q", cmp.Or(o.other, "another controller"), r.Host)}
}

// sayDropped reports routes for the host that Skipper does not have.
func (e *Engine) sayDropped(host string, t *simulate.Trail) {
	for _, d := range e.Dropped {
		if len(d.Hosts) == 0 || slices.ContainsFunc(d.Hosts, func(h string) bool { return sameHost(h, host) }) {
			t.Say(name, d.At, "Skipper does not have %s: %s", d.Object, d.Reason)
		}
	}
}

// choose finds the route of the request and sends the request through it.
func (x *exchange) choose() simulate.Decision {
	path, ok := match.SlashedPath.See(x.in.RawPath())
	if !ok {
		x.trail.Say(name, source.Ref{}, "the path has a malformed escape")
		return simulate.Decision{Status: http.StatusBadRequest, Cause: simulate.BadRequest, Reason: "the path has a malformed escape"}
	}
	x.path = path
	x.route = x.session.engine.find(x.in, path, x.loops)
	if x.route == nil {
		d := simulate.Decision{Status: http.StatusNotFound, Cause: simulate.NoRoute, Reason: fmt.Sprintf("no route matches %s %s%s", x.in.Method, x.in.Host, path)}
		x.trail.Say(name, source.Ref{}, "%s", d.Reason)
		return d
	}
	if x.route.object != "" {
		x.trail.Say(name, x.route.at, "route %s matches %s %s%s", x.route.object, x.in.Method, x.in.Host, path)
	}
	return x.run()
}
