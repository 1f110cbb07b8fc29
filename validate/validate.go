// Package validate checks the model against rules of the repository and of the cluster,
// one rule a file.
//
// It takes gateways with other claims of their hosts, and returns findings. It
// must not know dialects or targets, nor how a finding is levelled.
package validate

import (
	"fmt"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/source"
)

// View is all that the rules look at.
type View struct {
	Gateways []*ir.Gateway
	// Meant are the gateways as their authors wrote them, before they were put
	// into the terms of a target.
	Meant []*ir.Gateway
	// Claims are the hosts of other objects among the inputs.
	Claims []Claim
	// Identities are all resources among the inputs, used to find those defined twice.
	Identities []Identity
	// Written is what would be written, gateway by gateway in order, and the
	// Rules and policies among the inputs that somebody else wrote.
	ir.Written
	// Workloads are the labels that pods are known to have.
	Workloads []ir.Pods
	Policy    Policy
	// ByGateway are policies that replace Policy for single gateways.
	ByGateway map[*ir.Gateway]*Policy
	// Clients are the OAuth2 clients among the inputs.
	Clients []*ir.Client
	// Presets are the identity providers among the inputs.
	Presets []*ir.Preset
	// RateLimits are those for pods.
	RateLimits []*ir.PodLimit
	// Groups are the groups of identity providers, and Bindings say who has which
	// roles.
	Groups   []*ir.Group
	Bindings []*ir.Bindings
	// APIs are the descriptions that the gateways are held against.
	APIs []*ir.API
	// RuleKeys are the key sets of Oathkeeper's rules that somebody else wrote.
	RuleKeys []ir.KeySet
	// Secrets are those of Clients that are among the inputs, by name.
	Secrets map[ir.Name]*ir.ClientSecret
	// StaticUsers are the users that Dex knows by a password, and Connectors
	// how it reaches identity providers.
	StaticUsers []*ir.StaticUser
	Connectors  []ir.Connector
	// Judge is asked about path texts; nil works too, but is slower.
	Judge *match.Judge
	// Purse is what the analysis of overlap may cost; nil is the default.
	Purse *match.Purse
	// Proof is filled in with what was decided.
	Proof Proof
	// Memory is what earlier runs left; nil for none.
	Memory *Memory
}

// relate compares two sets within the purse of the run.
func (v *View) relate(a, b match.Set) match.Relation {
	return v.purse().Relate(v.Judge.Compile(a), v.Judge.Compile(b))
}

// difference looks for requests of a that no other set has, within the purse of
// the run.
func (v *View) difference(a match.Set, others ...match.Set) match.Rest {
	compiled := make([]*match.Matcher, len(others))
	for i := range others {
		compiled[i] = v.Judge.Compile(others[i])
	}
	return v.purse().Difference(v.Judge.Compile(a), compiled...)
}

func (v *View) purse() *match.Purse {
	if v.Purse == nil {
		v.Purse = match.NewPurse(0)
	}
	return v.Purse
}

// Proof counts what the analysis of overlap decided.
type Proof struct{ Rules, Routes match.Counts }

// policyOf returns the policy that holds for a gateway.
func (v *View) policyOf(g *ir.Gateway) *Policy {
	if p := v.ByGateway[g]; p != nil {
		return p
	}
	return &v.Policy
}

// Policy is the part of the configuration that the rules apply.
type Policy struct {
	DefaultDomain string
	// Allow are the domains that hosts must be in; nil is any.
	Allow []string
	// Block are Services that must not be exposed, as service.namespace.
	Block []string
	// Gateways are the Istio Gateways that may be named, as namespace/name; nil
	// is any.
	Gateways []string
	// NoPublic forbids routes that demand nothing, except for PublicRoutes.
	NoPublic     bool
	PublicRoutes []PublicRoute
	// OtherClients reports that OAuth2 clients are registered elsewhere too.
	OtherClients bool
	// SecretKeys are the two keys of a client's Secret: that of its id and that
	// of its secret; "" is any that hydra-maester has read by default.
	SecretKeys [2]string
}

// Claim is a host that an object which is not a gateway has.
type Claim struct {
	Origin source.Ref
	Host   string
	Kind   string
	Name   ir.Name
	Labels map[string]string
	// Owners are the names of the resources that own the object, by kind.
	Owners []OwnerRef
}

// OwnerRef names an owner of an object, in the object's namespace.
type OwnerRef struct{ Kind, Name string }

// Identity identifies a resource.
type Identity struct {
	Origin      source.Ref
	Group, Kind string
	Name        ir.Name
	// Users are the resources that refer to an object which is not one of
	// kgw's kinds.
	Users []*source.Document
}

// Run applies every rule.
func Run(v *View) diag.List {
	var found diag.List
	for _, rule := range []func(*View, *diag.List){
		checkDuplicates, checkHosts, checkHostConflicts, checkServices, checkRuleOverlap, checkRulesReached, checkRouteShadows, checkOpened, checkKeySets, checkRuleOpens, checkIssuers, checkPublic, checkNormalisation, checkClients, checkClientSecrets, checkGroups, checkStaticUsers, checkRateLimits, checkAllowedGateways,
		checkPreflights, checkStarExpressions, checkPathTexts, checkCoverage,
	} {
		rule(v, &found)
	}
	v.reportUndecided(&found)
	return found
}

// reportUndecided reports what the purse of the run could not decide.
func (v *View) reportUndecided(found *diag.List) {
	n := v.purse().Undecided
	if n == 0 || len(v.Gateways) == 0 {
		return
	}
	found.Add(diag.Finding{
		Code: diag.BudgetUsed, At: v.Gateways[0].Origin,
		Message: fmt.Sprintf("the analysis of overlap left %d questions about the paths of this run undecided: they cost too much", n),
		Help:    "write simpler expressions, without repetitions of alternatives, or check fewer resources in one run",
	})
}
