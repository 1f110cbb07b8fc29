package diag

import (
	"slices"
	"strings"
)

// Mode is what kgw measures against: its own judgement, or faithfulness to the
// resource's controller (compat in kgw.yaml).
type Mode uint8

// The modes.
const (
	Strict Mode = iota
	Controller
)

// Rule describes a code: its short CamelCase name, its level in each mode, and
// one sentence about what it finds.
type Rule struct {
	Code    Code
	Name    string
	Levels  [2]Severity // by Mode
	Summary string
}

// OfPolicy reports whether the code is about policy and references (3xx) or
// about overlap and exposure (4xx).
func (c Code) OfPolicy() bool {
	return strings.HasPrefix(string(c), "KGW3") || strings.HasPrefix(string(c), "KGW4")
}

// Adjustable reports whether configuration may re-level or suppress the code:
// those of policy, except for the ones that mean that no correct manifest can be
// written.
func (c Code) Adjustable() bool { return c.OfPolicy() && !slices.Contains(unwritable, c) }

// unwritable are codes of what a correct manifest cannot be written without: a
// policy without a selector holds for a whole namespace, and a route without a
// complete host for another host, or for none.
var unwritable = []Code{
	NoDomain, ServiceNotFound, NoSelector, GatewayNotFound, GatewayNotShort, PortNotFound, NamespaceWidePolicy,
}

// DefaultLocked are the codes that authors of resources may not suppress, nor a
// nearer kgw.yaml lower, unless policy.locked of the configuration says
// otherwise: those of allow-lists and block-lists, of public routes, and of
// requests that are let in although their author closed them.
var DefaultLocked = []Code{
	HostNotAllowed, HostLookalike, ServiceBlocked, GatewayNotAllowed, LabelMissing, DuplicateResource, NoSidecar,
	RuleBypassed, RouteWeaker, PublicForbidden, PolicyReplaced, AuthenticationReplaced, ForeignRoutes,
	OpeningUndecided, KeySetsDiffer, TextWidens, PodsMayShare, NotAsMade, RuleOpens, RouteLost, PortPastSidecar,
}

// Acceptable reports whether a user may accept the code: it is the loss of
// something that the target does not have.
func (c Code) Acceptable() bool {
	lost := c >= LimitLost && c <= WeightsLost && c != GrantLost && len(c) == len(LimitLost)
	return lost || slices.Contains([]Code{AnswerUnsaid, OriginUnsaid, ListenerUnsaid, SegmentsRewritten, RetriesUnsaid}, c)
}

// Lookup returns the rule of a code.
func Lookup(code Code) (Rule, bool) {
	for _, r := range Rules {
		if r.Code == code {
			return r, true
		}
	}
	return Rule{}, false
}
