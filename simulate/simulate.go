// Package simulate defines the questions and answers of engines: a request, the
// token that it carries, and the decision with every step that led to it.
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
	// Decide returns the decision about a request. The trail, unless it is nil,
	// records every step.
	Decide(r *Request, t *Trail) Decision
}

// AtPort decides requests that come to a port of pods, "" for one that is not
// known.
type AtPort func(r *Request, port string, t *Trail) Decision

// Decision describes what happened to a request.
type Decision struct {
	// Status is what the client gets; 0 means that the connection is closed
	// without a response.
	Status int
	// Cause is why; Passed where the request went on.
	Cause Cause
	// Reason explains the cause in one sentence, in lower case.
	Reason string
	// Remedy describes what can be done about it, where that does not follow from the cause.
	Remedy string
	// At is the place in the inputs that decided, where there is one.
	At source.Ref
	// Route and Rule name the entry of the proxy and the rule of Oathkeeper
	// that matched the request.
	Route, Rule string
	// Upstream is the URL, or the host and port, that the request went to. Via is
	// the service, with its port, that decided the request on the way.
	Upstream, Via string
	// Pods are the labels of the pods of the Service that the request went to, and
	// Port is the port of their container, its name where the number is not known.
	// Both are "" where the Service is not known.
	Pods, Port string
	// Answer is what the client gets besides the status, as a text that can be
	// compared, "" where the engine itself adds nothing.
	Answer string
	// Headers are those set on the way to the upstream, by lower-case name.
	Headers map[string]string
	// Cleared are the headers, by lower-case name, that are removed from the
	// caller's request before the upstream gets it.
	Cleared []string
	// Response are the headers of the client's answer that engines set, by
	// lower-case name.
	Response map[string]string
	// Proofs lists the proofs that the caller brought and an engine verified.
	Proofs []string
	// Gateway is the gateway that the request came to, as "namespace/name".
	// Listener is the pods and the port of its server, where they are known.
	Gateway, Listener string
	// Keys are the addresses of the keys or services by which the proofs were
	// verified.
	Keys []string
	// Asked are the services and files that decide who gets through and are assumed
	// to agree, with how they are asked.
	Asked []string
	// Unread is the text of the unread part that decides, where the cause is
	// Anything in every world. Two such decisions are known to agree only if their
	// texts are equal.
	Unread string
	// Next is the request as it goes on, which nobody else uses, nil if it ends
	// here.
	Next *Request
	// Outcomes lists all possible outcomes where the inputs leave the decision
	// open. It is empty where the decision is known. Status is 0 and Cause is
	// Undecided where the outcomes differ in the status or in whether the request
	// passes.
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
	BlockingSets   Cause = "poisoned"        // some rule cannot be matched at all
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

// Step is one step of a decision about a request.
type Step struct {
	// Engine names the engine that took the step: "VirtualService", "Oathkeeper", "Policy".
	Engine string
	At     source.Ref
	Text   string
}

// Trail collects the steps of a decision. A nil Trail collects nothing.
type Trail struct{ Steps []Step }

// On reports whether the trail collects steps. Callers make texts only then.
func (t *Trail) On() bool { return t != nil }

// Say adds a step.
func (t *Trail) Say(engine string, at source.Ref, format string, args ...any) {
	if t != nil {
		t.Steps = append(t.Steps, Step{Engine: engine, At: at, Text: fmt.Sprintf(format, args...)})
	}
}
