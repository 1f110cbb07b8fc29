package classes

import (
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// Side is one state of the gateways. It is asked from several goroutines.
type Side interface {
	// Hosts lists the names and wildcards that are served.
	Hosts() []string
	// Parts lists the parts that the decision about a request to the host depends
	// on. The host is a name, never a wildcard.
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
	// host and a port. Guards lists the parts that the decision about a request to
	// one of them depends on, if the request does not come to the gateway.
	Services() []string
	Guards(service string) []Part
	// Apart lists the objects that decide requests about which nothing was asked until now.
	Apart() []Apart
}

// Apart is an object that decides requests about which nothing is asked: requests
// to unknown pods, or to hosts that are not listed.
type Apart struct {
	// Name is the address of such requests, Text is equal for objects that decide
	// alike, and Why is the reason why nothing is asked about them.
	Name, Text, Why string
	At              source.Ref
}

// Part is something that matches requests, or that the decision about them depends
// on. It treats all requests of its set with one token alike, and all others. It is
// an entry of an engine, with further facts for the comparison of two states.
type Part struct {
	// Entry is the entry; its name is "" for an entry that is neither a route nor a
	// rule, of which only the set counts. The path of its place distinguishes
	// routes of one name.
	simulate.Entry
	// Text is the path as its author wrote it.
	Text string
	// Beside reports that the part matches nothing itself, and only has tokens for
	// the requests that other parts match.
	Beside bool
	// Unmatched reports that requests which no other part matches are compared too,
	// since they may be refused differently.
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
	// Loose is the reason why the set is not exact, "" if it is.
	Loose string
	// Refuses are claims for which the part refuses a caller. Tokens of other parts
	// are tried with them too.
	Refuses []map[string]any
	// Untried are claims that policies distinguish and for which no token is tried,
	// because there are too many. Both sides are known to treat them alike only if
	// they have the same ones.
	Untried []string
	// Treatment is what a route does besides sending the request on.
	Treatment simulate.Treatment
}
