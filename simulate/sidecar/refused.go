package sidecar

import (
	"encoding/json"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// RefusedPolicy returns why Istio's webhook refuses an AuthorizationPolicy and
// the path of the field that it refuses, "" where it does not
// (pkg/config/validation, ValidateAuthorizationPolicy).
func RefusedPolicy(m *simulate.Manifest) (why, path string) {
	if why, path = simulate.AuthorizationPolicyFields.Refused(m.Root); why != "" {
		return why, path
	}
	if why, path = refusedTargets(m); why != "" {
		return why, path
	}
	spec := m.Spec()
	action := source.Text(source.Field(spec, "action"))
	rules := source.Elements(source.Field(spec, "rules"))
	provider := source.Field(spec, "provider")
	switch {
	case (action == "DENY" || action == "CUSTOM") && len(rules) == 0:
		return "a " + action + " policy needs rules", "spec.rules"
	case action == "CUSTOM" && source.Text(source.Field(provider, "name")) == "":
		return "a CUSTOM policy needs a provider", "spec.provider"
	case action != "CUSTOM" && provider != nil:
		return "only a CUSTOM policy has a provider", "spec.provider"
	}
	if dry := source.Field(source.Field(source.Field(m.Root, "metadata"), "annotations"), "istio.io/dry-run"); dry != nil {
		on, err := strconv.ParseBool(source.Text(dry))
		if err != nil || on && (action == "CUSTOM" || action == "AUDIT") {
			return "the annotation istio.io/dry-run is not for it", `metadata.annotations["istio.io/dry-run"]`
		}
	}
	for i, n := range rules {
		if why, path = refusedRule(n, source.JoinIndex("spec.rules", i), action); why != "" {
			return why, path
		}
	}
	return "", ""
}

// targets are the kinds that policies may name.
var targets = []string{"/Service", "core/Service", simulate.Networking + "/ServiceEntry", simulate.GatewayAPI + "/Gateway", simulate.GatewayAPI + "/GatewayClass"}

// refusedTargets returns why Istio refuses the targets of a policy.
func refusedTargets(m *simulate.Manifest) (why, path string) {
	spec, refs, ways := m.Spec(), source.Elements(source.Field(m.Spec(), "targetRefs")), 0
	single := source.Field(spec, "targetRef")
	for _, has := range []bool{source.Field(spec, "selector") != nil, single != nil, len(refs) > 0} {
		if has {
			ways++
		}
	}
	if ways > 1 {
		return "it has two of selector, targetRef and targetRefs", "spec"
	}
	if single != nil {
		refs = append(refs, single)
	}
	for _, n := range refs {
		kind := source.Text(source.Field(n, "group")) + "/" + source.Text(source.Field(n, "kind"))
		if source.Text(source.Field(n, "name")) == "" || !slices.Contains(targets, kind) {
			return "it has a target without a name, or of another kind than Service, ServiceEntry, Gateway and GatewayClass", "spec"
		}
	}
	return "", ""
}

func refusedRule(n *source.Node, path, action string) (why, at string) {
	for _, part := range [][2]string{{"from", "source"}, {"to", "operation"}} {
		for i, e := range source.Elements(source.Field(n, part[0])) {
			own := source.JoinIndex(path+"."+part[0], i) + "." + part[1]
			inner := source.Field(e, part[1])
			list := readConditions(inner, own)
			if len(list) == 0 {
				return "a " + part[1] + " is empty", own
			}
			for _, c := range list {
				if why := c.reasonRefused(action); why != "" {
					return why, c.path
				}
			}
			has := func(f string) bool {
				return slices.ContainsFunc(list, func(c condition) bool { return c.field == f })
			}
			if has("serviceAccounts") && (has("principals") || has("namespaces")) {
				return "serviceAccounts cannot be together with principals or namespaces", own
			}
		}
	}
	for i, w := range source.Elements(source.Field(n, "when")) {
		own := source.JoinIndex(path+".when", i)
		key := source.Text(source.Field(w, "key"))
		if !knownKey(key) {
			return "the key " + strconv.Quote(key) + " does not exist", own + ".key"
		}
		if len(source.Elements(source.Field(w, "values")))+len(source.Elements(source.Field(w, "notValues"))) == 0 {
			return "a condition needs values", own
		}
		for _, list := range []string{"values", "notValues"} {
			c := condition{field: attributeOf(key), values: source.Texts(source.Field(w, list)), path: own + "." + list}
			if why := c.reasonRefused(action); why != "" {
				return why, c.path
			}
		}
	}
	return "", ""
}

// plainKeys are the keys of conditions that have no brackets.
var plainKeys = []string{
	"source.ip", "remote.ip", "source.namespace", "source.principal", "source.serviceAccount", "source.trustDomain", "request.auth.principal",
	"request.auth.audiences", "request.auth.presenter", "destination.ip", "destination.port", "connection.sni",
}

func knownKey(key string) bool {
	name, rest, bracketed := strings.Cut(key, "[")
	if bracketed {
		inside := strings.TrimSuffix(rest, "]")
		return strings.HasSuffix(rest, "]") && inside != "" && (name == "request.headers" || name == "request.auth.claims" || strings.HasPrefix(name, "experimental.envoy.filters."))
	}
	return slices.Contains(plainKeys, key)
}

// reasonRefused returns why Istio refuses a condition.
func (c *condition) reasonRefused(action string) string {
	identity := slices.Contains([]string{"principals", "namespaces", "serviceAccounts", "trustDomains", "requestPrincipals"}, c.field) || strings.HasPrefix(c.field, "request.auth.")
	if action == "CUSTOM" && identity {
		return "a CUSTOM policy cannot look at " + c.field
	}
	for _, v := range c.values {
		switch c.field {
		case "ports":
			if n, err := strconv.ParseUint(v, 10, 32); err != nil || n > 65535 {
				return "the port " + strconv.Quote(v) + " is not a number up to 65535"
			}
		case "serviceAccounts":
			if strings.Contains(v, "*") || strings.Count(v, "/") > 1 || strings.HasPrefix(v, "/") || strings.HasSuffix(v, "/") || len(v) > 320 {
				return strconv.Quote(v) + " is not a service account"
			}
		case "trustDomains":
			if strings.Contains(v, "/") || strings.Contains(strings.Trim(v, "*"), "*") || strings.Count(v, "*") > 1 {
				return strconv.Quote(v) + " is not a trust domain"
			}
		case "ipBlocks", "remoteIpBlocks", "destination.ip":
			if _, ok := parseBlock(v); !ok {
				return strconv.Quote(v) + " is not an address or a block of addresses"
			}
		case "paths":
			if why := badTemplate(v); why != "" {
				return why
			}
		}
		if v == "" {
			return "a value is empty"
		}
	}
	return ""
}

// badTemplate returns why Istio refuses a path with braces or templates.
func badTemplate(path string) string {
	if !strings.ContainsAny(path, "{}") {
		return ""
	}
	rest := false
	for part := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		operator := part == "{*}" || part == "{**}"
		if !operator && strings.ContainsAny(part, "{}*") || rest && operator {
			return "the braces in " + strconv.Quote(path) + " are not a template"
		}
		rest = rest || part == "{**}"
	}
	return ""
}

func parseBlock(text string) (netip.Prefix, bool) {
	if p, err := netip.ParsePrefix(text); err == nil {
		return p.Masked(), true
	}
	a, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(a, a.BitLen()), true
}

// RefusedTokens returns why Istio refuses a RequestAuthentication and the path
// of the field, "" where it does not.
func RefusedTokens(m *simulate.Manifest) (why, path string) {
	if why, path = simulate.RequestAuthenticationFields.Refused(m.Root); why != "" {
		return why, path
	}
	if why, path = refusedTargets(m); why != "" {
		return why, path
	}
	for i, n := range source.Elements(source.Field(m.Spec(), "jwtRules")) {
		at := source.JoinIndex("spec.jwtRules", i)
		issuer, uri, keys := source.Field(n, "issuer"), source.Text(source.Field(n, "jwksUri")), source.Text(source.Field(n, "jwks"))
		switch {
		case source.Text(issuer) == "" && (issuer != nil || uri == ""):
			return "a rule needs an issuer", at
		case uri != "" && keys != "":
			return "a rule has both jwks and jwksUri", at + ".jwks"
		case uri != "" && !strings.HasPrefix(uri, "http://") && !strings.HasPrefix(uri, "https://"):
			return "jwksUri is not a http or https URL", at + ".jwksUri"
		case keys != "" && json.Unmarshal([]byte(keys), &map[string]any{}) != nil:
			return "jwks is not an object of JSON", at + ".jwks"
		case slices.ContainsFunc(source.Elements(source.Field(n, "outputClaimToHeaders")), func(e *source.Node) bool {
			return source.Text(source.Field(e, "header")) == "" || source.Text(source.Field(e, "claim")) == ""
		}):
			return "outputClaimToHeaders needs a header and a claim", at + ".outputClaimToHeaders"
		}
		for j, h := range source.Elements(source.Field(n, "fromHeaders")) {
			if source.Text(source.Field(h, "name")) == "" {
				return "a header has no name", source.JoinIndex(at+".fromHeaders", j)
			}
		}
	}
	return "", ""
}

// RefusedPeers returns why Istio refuses a PeerAuthentication and the path of the
// field, "" where it does not.
func RefusedPeers(m *simulate.Manifest) (why, path string) {
	if why, path = simulate.PeerAuthenticationFields.Refused(m.Root); why != "" {
		return why, path
	}
	ports := source.Field(m.Spec(), "portLevelMtls")
	for _, port := range source.Keys(ports) {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return strconv.Quote(port) + " is not a port", "spec.portLevelMtls"
		}
	}
	switch {
	case ports != nil && len(source.Keys(ports)) == 0:
		return "portLevelMtls is empty", "spec.portLevelMtls"
	case ports != nil && len(source.Keys(source.Field(source.Field(m.Spec(), "selector"), "matchLabels"))) == 0:
		return "portLevelMtls needs a selector", "spec.portLevelMtls"
	}
	return "", ""
}

// RefusedDestination returns why Istio refuses a DestinationRule and the path of
// the field, "" where it does not.
func RefusedDestination(m *simulate.Manifest) (why, path string) {
	if why, path = simulate.DestinationRuleFields.Refused(m.Root); why != "" {
		return why, path
	}
	spec := m.Spec()
	if source.Text(source.Field(spec, "host")) == "" {
		return "it has no host", "spec.host"
	}
	if why, path = refusedPolicies(source.Field(spec, "trafficPolicy"), "spec.trafficPolicy"); why != "" {
		return why, path
	}
	seen := map[string]bool{}
	for i, n := range source.Elements(source.Field(spec, "subsets")) {
		name, at := source.Text(source.Field(n, "name")), source.JoinIndex("spec.subsets", i)
		if name == "" || seen[name] {
			return "a subset has no name, or the name of another subset", at
		}
		seen[name] = true
		if why, path = refusedPolicies(source.Field(n, "trafficPolicy"), at+".trafficPolicy"); why != "" {
			return why, path
		}
	}
	if to := source.Texts(source.Field(spec, "exportTo")); source.Field(spec, "workloadSelector") != nil && len(to) > 0 && !slices.Equal(to, []string{"."}) && !slices.Equal(to, []string{m.Namespace}) {
		return "with a workloadSelector it is for its own namespace", "spec.exportTo"
	}
	return simulate.RefusedExport(m)
}

// refusedPolicies returns why Istio refuses a trafficPolicy.
func refusedPolicies(n *source.Node, path string) (why, at string) {
	if n != nil && len(source.Keys(n)) == 0 {
		return "a trafficPolicy is empty", path
	}
	for i, e := range source.Elements(source.Field(n, "portLevelSettings")) {
		own := source.JoinIndex(path+".portLevelSettings", i)
		switch {
		case source.Field(e, "port") == nil:
			return "settings of a port need the port", own
		case len(source.Keys(source.Without(e, "port"))) == 0:
			return "settings of a port are empty", own
		}
	}
	return "", ""
}
