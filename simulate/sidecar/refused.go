package sidecar

import (
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
	spec := m.Spec()
	action := source.Text(source.Field(spec, "action"))
	rules := source.Elements(source.Field(spec, "rules"))
	provider := source.Field(spec, "provider")
	switch {
	case !slices.Contains([]string{"", "ALLOW", "DENY", "AUDIT", "CUSTOM"}, action):
		return "the action " + strconv.Quote(action) + " does not exist", "spec.action"
	case (action == "DENY" || action == "CUSTOM") && len(rules) == 0:
		return "a " + action + " policy needs rules", "spec.rules"
	case action == "CUSTOM" && source.Text(source.Field(provider, "name")) == "":
		return "a CUSTOM policy needs a provider", "spec.provider"
	case action != "CUSTOM" && provider != nil:
		return "only a CUSTOM policy has a provider", "spec.provider"
	case source.Field(spec, "selector") != nil && len(source.Elements(source.Field(spec, "targetRefs"))) > 0:
		return "it has both a selector and targetRefs", "spec.targetRefs"
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
				if why := c.refused(action); why != "" {
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
			if why := c.refused(action); why != "" {
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
	return slices.Contains(plainKeys, key) || strings.HasPrefix(key, "experimental.envoy.filters.")
}

// refused says why Istio refuses a condition.
func (c *condition) refused(action string) string {
	identity := slices.Contains([]string{"principals", "namespaces", "serviceAccounts", "trustDomains", "requestPrincipals"}, c.field) || strings.HasPrefix(c.field, "request.auth.")
	if action == "CUSTOM" && identity {
		return "a CUSTOM policy cannot look at " + c.field
	}
	for _, v := range c.values {
		switch c.field {
		case "ports":
			if n, err := strconv.Atoi(v); err != nil || n < 1 || n > 65535 {
				return "the port " + strconv.Quote(v) + " is not a number from 1 to 65535"
			}
		case "ipBlocks", "remoteIpBlocks":
			if _, ok := block(v); !ok {
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

// badTemplate says why Istio refuses a path with braces or templates.
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

func block(text string) (netip.Prefix, bool) {
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
	for i, n := range source.Elements(source.Field(m.Spec(), "jwtRules")) {
		at := source.JoinIndex("spec.jwtRules", i)
		issuer, uri := source.Field(n, "issuer"), source.Text(source.Field(n, "jwksUri"))
		switch {
		case source.Text(issuer) == "" && (issuer != nil || uri == ""):
			return "a rule needs an issuer", at
		case uri != "" && source.Text(source.Field(n, "jwks")) != "":
			return "a rule has both jwks and jwksUri", at + ".jwks"
		case uri != "" && !strings.HasPrefix(uri, "http://") && !strings.HasPrefix(uri, "https://"):
			return "jwksUri is not a http or https URL", at + ".jwksUri"
		case slices.Contains(source.Texts(source.Field(n, "audiences")), ""):
			return "an audience is empty", at + ".audiences"
		case slices.Contains(source.Texts(source.Field(n, "fromParams")), ""):
			return "a parameter has no name", at + ".fromParams"
		}
		for j, h := range source.Elements(source.Field(n, "fromHeaders")) {
			if source.Text(source.Field(h, "name")) == "" {
				return "a header has no name", source.JoinIndex(at+".fromHeaders", j)
			}
		}
	}
	return "", ""
}
