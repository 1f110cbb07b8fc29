package ir

import (
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/source"
)

// Pods names the pods of one namespace that have some labels.
type Pods struct {
	Namespace string
	Labels    map[string]string
}

// Opener is one rule of a policy that lets requests of the ingress gateway
// through to pods: of all that select a pod, one that does is enough.
type Opener struct {
	// Origin is where the author wrote what the policy is made of, Name how
	// messages name a policy that somebody else wrote.
	Origin source.Ref
	Name   string
	// Gateway and Route are what it is written for; nil for a policy that
	// somebody else wrote.
	Gateway *Gateway
	Route   *Route
	Pods    Pods
	// Sets are the requests, except for those in one of Except.
	Sets, Except []match.Set
	Demand       Demand
}

// Demand is what a rule of a policy wants of a token.
type Demand struct {
	// Issuers may have issued it; nil demands no token.
	Issuers []string
	// Claims must all hold.
	Claims []ClaimDemand
}

// ClaimDemand wants one of the values in a claim, or in another attribute of a
// request.
type ClaimDemand struct {
	Name   string
	Values []string
}

// KeySet is where pods find the keys of an issuer of tokens.
type KeySet struct {
	Origin       source.Ref
	Name         string // of an object that somebody else wrote
	Pods         Pods
	Issuer, Keys string
}
