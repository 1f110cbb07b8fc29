// Package simulate is what an engine is asked and what it answers: a request,
// the token it carries, and the decision with every step on the way to it.
//
// Each folder below is one engine, with a Load function that reads manifests.
// Mesh chains engines as a cluster does. It must not know the model nor any
// dialect.
package simulate

import (
	"fmt"

	"github.com/kgw-dev/kgw/internal/source"
)

// Engine decides requests as one program in the cluster does.
type Engine interface {
	// Decide returns what becomes of a request. The trail, unless it is nil,
	// records every step.
	Decide(r *Request, t *Trail) Decision
}

// AtPort decides requests that come to a port of pods, "" for one that is not
// known.
type AtPort func(r *Request, port string, t *Trail) Decision

// Decision is what became of a request.
type Decision struct {
	// Status is what the client gets; 0 means that the connection is closed
	// without a response.
	Status int
	// Cause is why; Passed where the request went on.
	Cause Cause
	// Reason is one sentence about it, lower case.
	Reason string
	// Remedy is what can be done about it, where its cause does not say that.
	Remedy string
	// At is the place in the inputs that decided, where there is one.
	At source.Ref
	// Route and Rule name the entry of the proxy and the rule of Oathkeeper
	// that matched the request.
	Route, Rule string
	// Upstream is where the request went: a URL, or a host and port. Via is where
	// it was decided on the way, a service with its port.
	Upstream, Via string
	// Pods are those of the Service that the request went to, by their labels, and
	// Port is the one of their container, its name where the number is not known; ""
	// where nothing is known of the Service.
	Pods, Port string
	// Answer is what the client gets besides the status, in words that can be
	// compared; "" where that is nothing of the engine's own.
	Answer string
	// Headers are those set on the way to the upstream, by lower-case name.
	Headers map[string]string
	// Cleared are headers, by lower-case name, of which the upstream does not get
	// what the caller wrote.
	Cleared []string
	// Response are headers of the answer that the client gets, as far as
	// engines set them, by lower-case name.
	Response map[string]string
	// Proofs names what the caller brought and some engine verified.
	Proofs []string
	// Gateway is the one that the request came to, as "namespace/name", and
	// Listener the pods and the port of its server where they are known.
	Gateway, Listener string
	// Keys are where the keys or answers came from by which the proofs were
	// verified: addresses.
	Keys []string
	// Asked are the services and files that say who gets through and are supposed
	// to say yes, with how they are asked.
	Asked []string
	// Unread is the text of what decides and is not read, where the cause is
	// Anything whatever is supposed: two such decisions are known to agree only if
	// their texts do.
	Unread string
	// Next is the request as it goes on, which nobody else has; nil where it ends
	// here.
	Next *Request
	// Outcomes lists all that may become of the request where the inputs leave
	// that open; empty where the decision is known. Status is 0 and Cause is
	// Undecided where they do not agree on who gets through with what status.
	Outcomes []Outcome
}

// Passed reports whether the request went on to an upstream.
func (d *Decision) Passed() bool { return d.Next != nil }

// Cause classifies decisions.
type Cause string

// The causes.
const (
	Passed         Cause = ""
	Answered       Cause = "answered"        // a direct response of the proxy
	Preflight      Cause = "preflight"       // a CORS preflight, answered by the proxy
	BadRequest     Cause = "bad-request"     // refused before any rule is asked
	NoHost         Cause = "no-host"         // no virtual host serves the name
	NoRoute        Cause = "no-route"        // no route of the host matches the request
	NoRule         Cause = "no-rule"         // no rule matches it
	ManyRules      Cause = "many-rules"      // more than one does
	Poisoned       Cause = "poisoned"        // some rule cannot be matched at all
	Crashed        Cause = "crashed"         // the engine closes the connection
	NoCredentials  Cause = "no-credentials"  // nobody felt responsible
	BadCredentials Cause = "bad-credentials" // a token was refused
	NotSufficient  Cause = "not-sufficient"  // a token lacks something
	Denied         Cause = "denied"          // refused whoever asks
	Misconfigured  Cause = "misconfigured"   // a handler cannot work as configured
	Endpoint       Cause = "endpoint"        // a service that is asked fails
	NoUpstream     Cause = "no-upstream"     // there is nowhere to send it
	PolicyDenied   Cause = "policy-denied"   // no policy lets it through
	LimitExceeded  Cause = "limit-exceeded"  // the caller sent too many
)

// Step is one thing that happened to a request.
type Step struct {
	// Engine says who did it: "VirtualService", "Oathkeeper", "Policy".
	Engine string
	At     source.Ref
	Text   string
}

// Trail collects steps. A nil Trail collects nothing.
type Trail struct{ Steps []Step }

// On reports whether steps are collected; texts need only be made then.
func (t *Trail) On() bool { return t != nil }

// Say adds a step.
func (t *Trail) Say(engine string, at source.Ref, format string, args ...any) {
	if t != nil {
		t.Steps = append(t.Steps, Step{Engine: engine, At: at, Text: fmt.Sprintf(format, args...)})
	}
}
