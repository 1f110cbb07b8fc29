package skipper

import (
	"net/http"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/eskip"
	"github.com/kgw-dev/kgw/simulate"
)

// maxLoops is how often a request may be routed again (proxy.DefaultMaxLoopbacks).
const maxLoops = 9

// exchange is one request on its way through the filters of a route, and of the
// routes that it is routed to afterwards.
type exchange struct {
	session      *Session
	trail        *simulate.Trail
	in           *simulate.Request // as the filters have changed it
	route        *route
	loops        int
	proofs       []string
	asked        []string // services that decided besides the token information service
	info         *info    // the answer of the token information service; nil: not asked yet
	introspected *info    // the same of an introspection endpoint
	// given are the headers, by lower-case name, whose value comes from the
	// configuration and not from the caller. The value of the map is the reason why
	// the header is not known, or "".
	given map[string]string
	// dynamic is the address of a dynamic backend.
	dynamic string
	// lost is the reason why the path is no longer known, or "".
	lost string
	// path is the cleaned path by which the route was found. SentOn is the scheme
	// of the connection on which the request was sent to a backend.
	path, sentOn string
	// failed reports that no backend was reached at all, or that no route was found
	// for a request that was routed again: filters do not see the answer.
	failed bool
}

// info is the answer of the token information service.
type info struct {
	facts map[string]any // nil for a token that a filter set
}

// served is an answer that a filter gives instead of the upstream.
type served struct {
	status  int
	cause   simulate.Cause
	reason  string
	headers map[string]string
	text    string            // its content, which distinguishes it from others of its status
	opaque  *simulate.Unknown // the condition of an answer that is not known
}

// run sends the request through the filters of the route to its backend, and the
// answer back. If several filters set the status, that of the first filter counts.
func (x *exchange) run() simulate.Decision {
	route, ran := x.route, 0
	if u := route.forwarded; u != nil && x.in.Holds(*u) {
		return u.Undecided()
	}
	var answer *served
	for i := range route.filters {
		c := &route.filters[i]
		ran++
		k := filterOf(c.Name)
		if answer = k.run(x, c); answer != nil {
			x.trail.Say(name, route.at, "%s: %s", c.Name, answer.reason)
			break
		}
		if k.proof != "" && k.proof != tokeninfo {
			address, _ := textArg(c.Args, 0)
			x.asked = append(slices.Clip(x.asked), simulate.Asking(c.Name, address, c.String()))
		}
	}
	d := x.end(answer)
	if d.Cause == simulate.Anything || x.failed {
		return d
	}
	for i := ran - 1; i >= 0 && !x.failed; i-- {
		c := &route.filters[i]
		if respond := filterOf(c.Name).respond; respond != nil {
			respond(x, c, &d)
		}
	}
	return d
}

// end returns the decision by the answer of a filter, or by the backend.
func (x *exchange) end(answer *served) simulate.Decision {
	d := simulate.Decision{Status: http.StatusOK, Route: x.route.object, At: x.route.at, Proofs: x.proofs, Asked: x.asked, Response: map[string]string{}}
	if answer != nil {
		return x.finishAnswer(d, answer)
	}
	switch b := &x.route.backend; b.kind {
	case shunt:
		d.Status, d.Cause, d.Reason = http.StatusNotFound, simulate.Answered, "the route answers itself"
		x.trail.Say(name, x.route.at, "the route has no backend and answers itself")
	case loopback:
		return x.routeAgain(d)
	case forward:
		x.failed = true
		d.Status, d.Cause, d.Reason = http.StatusInternalServerError, simulate.NoUpstream, "the backend forward needs Skipper's flag -kubernetes-forward-backend-url"
		x.trail.Say(name, b.at, "%s", d.Reason)
	case dynamic:
		if x.dynamic == "" {
			x.failed = true
			d.Status, d.Cause, d.Reason = http.StatusBadGateway, simulate.NoUpstream, "no filter sets the address of the dynamic backend"
			x.trail.Say(name, x.route.at, "%s", d.Reason)
			break
		}
		x.sendOn(&d, x.dynamic)
	case service, network, balanced:
		x.sendOn(&d, b.to)
	}
	return d
}

func (x *exchange) finishAnswer(d simulate.Decision, answer *served) simulate.Decision {
	d.Status, d.Cause, d.Reason, d.Answer = answer.status, answer.cause, answer.reason, answer.text
	for k, v := range answer.headers {
		d.Response[strings.ToLower(k)] = v
	}
	if answer.opaque != nil {
		x.in.Holds(*answer.opaque)
		d.Status, d.Cause, d.Unread = 0, simulate.Anything, x.route.text()
	}
	return d
}

// sendOn sends the request on.
func (x *exchange) sendOn(d *simulate.Decision, to string) {
	x.trail.Say(name, x.route.at, "sent to %s", to)
	d.Upstream, d.Next = to, x.in
	d.Next.To = to
	x.sentOn = "http"
	if scheme, _, has := strings.Cut(to, "://"); has {
		x.sentOn = scheme
	}
}

// routeAgain routes the request a second time, as the filters have changed it. It
// keeps the information about the token.
func (x *exchange) routeAgain(d simulate.Decision) simulate.Decision {
	if x.lost != "" {
		return x.finishAnswer(d, &served{reason: x.lost, opaque: &simulate.Unknown{Why: simulate.Opaque, At: x.route.at, What: x.lost}})
	}
	if x.loops++; x.loops > maxLoops {
		d.Status, d.Cause, d.Reason, x.failed = http.StatusInternalServerError, simulate.Misconfigured, "the request is routed again and again", true
		x.trail.Say(name, x.route.at, "%s: Skipper gives up", d.Reason)
		return d
	}
	x.trail.Say(name, x.route.at, "the request is routed again as %s %s%s", x.in.Method, x.in.Host, x.in.Target)
	d = x.choose()
	x.failed = x.failed || d.Cause == simulate.NoRoute
	return d
}

func (x *exchange) noteProof(proof string) {
	if !slices.Contains(x.proofs, proof) {
		x.proofs = append(slices.Clip(x.proofs), proof)
	}
}

// noteAssumption notes an assumption about a service that kgw does not ask.
func (x *exchange) noteAssumption(c *eskip.Call, what string) {
	x.trail.Say(name, x.route.at, "%s: %s", c.Name, what)
}
