package manifest

import "github.com/kgw-dev/kgw/internal/source"

// Rule is the spec of oathkeeper.ory.sh Rule.
type Rule struct {
	Upstream       *RuleUpstream `json:"upstream,omitempty"`
	Match          *RuleMatch    `json:"match,omitempty"`
	Authenticators []Handler     `json:"authenticators,omitempty"`
	Authorizer     *Handler      `json:"authorizer,omitempty"`
	Mutators       []Handler     `json:"mutators,omitempty"`
	Errors         []Handler     `json:"errors,omitempty"`
	ConfigMapName  string        `json:"configMapName,omitempty"`
}

// RuleUpstream is where Oathkeeper sends a request that it lets through.
type RuleUpstream struct {
	URL          string `json:"url"`
	StripPath    string `json:"stripPath,omitempty"`
	PreserveHost bool   `json:"preserveHost,omitempty"`
}

// RuleMatch is which requests the rule is for.
type RuleMatch struct {
	URL     string   `json:"url"`
	Methods []string `json:"methods"`
}

// Handler is a named handler with its configuration; nil is absent, empty is
// written as {}.
type Handler struct {
	Handler string        `json:"handler"`
	Config  source.Object `json:"config,omitempty"`
}
