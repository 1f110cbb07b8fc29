package classes

import (
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// Side is one state of the gateways. It is asked from several goroutines.
type Side interface {
	// Hosts lists the names and wildcards that are served.
	Hosts() []string
	// Parts lists what the decision about a request to the host depends on.
	// The host is a name, never a wildcard.
	Parts(host string) []Part
	// Schemes lists the schemes that the decision about a request to the host
	// depends on, besides those that its parts name.
	Schemes(host string) []string
	// Listed reports whether a Gateway that is known serves the host.
	Listed(host string) bool
	// Decide decides a request that comes to the gateway, in its world.
	Decide(r *simulate.Request) simulate.Decision
	// Inside decides a request that a caller in the cluster sends to a service
	// itself: an identity in the mesh, or simulate.Bare.
	Inside(r *simulate.Request, service, caller string) simulate.Decision
	// Services lists the services of the cluster whose pods are known, each as a
	// host and a port, and Guards what the decision about a request to one of them
	// depends on that does not come to the gateway.
	Services() []string
	Guards(service string) []Part
	// Apart lists what decides requests that no decision until now was about.
	Apart() []Apart
}

// Apart is an object for requests that are not asked about: those to pods of which
// nothing is known, or to hosts that are not listed.
type Apart struct {
	// Name is what is called with such requests, Text the same for objects that
	// decide alike, and Why why they are not asked about.
	Name, Text, Why string
	At              source.Ref
}

// Part is something that matches requests, or on which it depends what becomes
// of them: all requests of its set with one token are treated alike by it, and
// all others. It is an entry of an engine, and what two states are compared by
// besides.
type Part struct {
	// Entry is the entry; its name is "" for an entry that is neither a route
	// nor a rule; only its set counts then. The path of its place distinguishes
	// routes of one name.
	simulate.Entry
	// Text is the path as its author wrote it.
	Text string
	// Beside reports that the part matches nothing itself: it has tokens for
	// the requests that others match.
	Beside bool
	// Unmatched reports that requests which no other part matches are compared too: what
	// refuses them may differ.
	Unmatched bool
	// Rule reports that the part is a rule of Oathkeeper.
	Rule bool
	// Service is the service that the part sends requests to, "" for none or a
	// delegate.
	Service string
	// Callers are identities in the mesh that policies distinguish.
	Callers []string
	// Delegated reports that the part hands requests to a delegate.
	Delegated bool
	// Loose is why the set is not exact; "" if it is.
	Loose string
	// Refuses are claims for which the part turns a caller away: others' tokens
	// are tried with them too.
	Refuses []map[string]any
	// Untried are claims of tokens that policies distinguish and that no token is
	// tried for, because there are too many: both sides are known to be equal
	// about them only if they have the same ones.
	Untried []string
	// Treatment is what a route does besides sending the request on.
	Treatment simulate.Treatment
}
