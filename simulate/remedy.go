package simulate

import "strings"

// remedies say what can be done about a request that is refused.
var remedies = map[Cause]string{
	BadRequest:     "send a path whose percent escapes are complete, and headers without control characters",
	NoHost:         "the host must be one that a VirtualService with a gateway lists, without regard to case and port; check the spelling, or add it",
	NoRoute:        "add a route for this path and method; remember that the path is matched as it is sent, with percent escapes, and as a whole where it is an expression",
	NoRule:         "Oathkeeper compares scheme, host with its port and case, decoded path and method: write a rule for this one, or list the method (HEAD and OPTIONS are not part of GET)",
	ManyRules:      "rules have no order and no precedence: narrow one of them so that only one matches the request, for example with a lookahead or by methods",
	BlockingSets:   "repair the expression: until then every request with one of its methods is refused, on every host",
	Crashed:        "give the rule a URL: until then Oathkeeper closes every connection that uses one of its methods",
	NoCredentials:  "send a token where an authenticator looks for it (by default \"Authorization: Bearer\"), or add an authenticator for this kind of caller",
	BadCredentials: "compare the token with what is demanded: issuer, audience, scopes, key, times; Oathkeeper's jwt answers 401 to a missing scope too",
	NotSufficient:  "the token is good but lacks something: request it with the scope, audience and issuer that are demanded",
	Denied:         "every caller is refused: a section that is absent from a Rule means unauthorized, and deny; write an authenticator and an authorizer",
	Misconfigured:  "repair the configuration of the handler, or enable it in oathkeeper.handlers if the cluster does",
	Endpoint:       "the service that is asked about the token fails: check its address",
	NoUpstream:     "give an upstream with a scheme, such as http://service.namespace.svc.cluster.local:8080",
	LimitExceeded:  "wait for the next period, or raise the limit; it counts for one token, so that a new token has a full one",
	PolicyDenied:   "send a token that one of the policies wants, with its claims; a caller from inside the cluster is refused where only the ingress gateway may send",
}

// Help returns what can be done about a decision; "" if nothing.
func (d *Decision) Help() string {
	if d.Remedy != "" {
		return d.Remedy
	}
	if d.Cause == PolicyDenied && strings.Contains(d.Reason, "(DENY)") {
		return "the request is refused whatever token it has: look at what the rule at that place matches"
	}
	if d.Cause == Crashed && d.Rule == "" && !strings.Contains(d.Reason, "rule") {
		return "look at the Gateway's servers, the ports of the Service and the PeerAuthentications: nothing accepts such a connection"
	}
	return remedies[d.Cause]
}
