package envoy

import (
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// RefusedVirtualService returns why Istio's webhook refuses a VirtualService and
// the path of the field that it refuses, "" where it does not
// (pkg/config/validation, ValidateVirtualService).
func RefusedVirtualService(m *simulate.Manifest) (why, path string) {
	spec := m.Spec()
	hosts := source.Texts(source.Field(spec, "hosts"))
	for i, h := range hosts {
		if slices.Contains(hosts[:i], h) {
			return "it names the host " + strconv.Quote(h) + " twice", source.JoinIndex("spec.hosts", i)
		}
	}
	gateways := source.Texts(source.Field(spec, "gateways"))
	mesh := len(hosts) > 0 && (len(gateways) == 0 || slices.Contains(gateways, "mesh"))
	if i := slices.Index(hosts, "*"); mesh && i >= 0 {
		return "the host * is not for the gateway mesh", source.JoinIndex("spec.hosts", i)
	}
	for i, entry := range source.Elements(source.Field(spec, "http")) {
		at := source.JoinIndex("spec.http", i)
		if why, path = refusedEntry(entry, at); why != "" {
			return why, path
		}
		if why, path = refusedAction(entry, at); why != "" {
			return why, path
		}
		if mesh && matchesClaims(entry) {
			return "claims of tokens are matched at gateways only, not at mesh", at + ".match"
		}
	}
	for i, entry := range source.Elements(source.Field(spec, "tls")) {
		for j, n := range source.Elements(source.Field(entry, "match")) {
			if len(source.Elements(source.Field(n, "sniHosts"))) == 0 {
				return "a match of TLS needs sniHosts", source.JoinIndex(source.JoinIndex("spec.tls", i)+".match", j)
			}
		}
	}
	return "", ""
}

// matchesClaims reports whether an entry matches claims as if they were headers.
func matchesClaims(entry *source.Node) bool {
	return slices.ContainsFunc(source.Elements(source.Field(entry, "match")), func(n *source.Node) bool {
		return slices.ContainsFunc(append(source.Keys(source.Field(n, "headers")), source.Keys(source.Field(n, "withoutHeaders"))...), func(key string) bool {
			return claimPath(key) != nil
		})
	})
}

// locating are the parts of a redirect without which it goes nowhere.
var locating = []string{"uri", "prefixRewrite", "authority", "scheme", "port", "derivePort"}

// refusedAction says why Istio refuses what an entry does.
func refusedAction(entry *source.Node, path string) (why, at string) {
	redirect := source.Field(entry, "redirect")
	code := source.Int(source.Field(redirect, "redirectCode"))
	status := source.Field(source.Field(entry, "directResponse"), "status")
	var weights int64
	routes := source.Elements(source.Field(entry, "route"))
	for j, n := range routes {
		w := source.Int(source.Field(n, "weight"))
		if weights += w; w < 0 {
			return "a weight is negative", source.JoinIndex(path+".route", j) + ".weight"
		}
	}
	switch {
	case redirect != nil && !slices.ContainsFunc(locating, func(key string) bool { return source.Field(redirect, key) != nil }):
		return "a redirect needs a uri, an authority, a scheme or a port", path + ".redirect"
	case code != 0 && (code < 300 || code > 399):
		return "the code of a redirect is not one of 300 to 399", path + ".redirect.redirectCode"
	case status != nil && (source.Int(status) < 200 || source.Int(status) > 599):
		return "the status of a response is not one of 200 to 599", path + ".directResponse.status"
	case len(routes) > 1 && weights == 0:
		return "the weights of the destinations are all 0", path + ".route"
	case source.Field(entry, "mirror") != nil && source.Field(entry, "mirrors") != nil:
		return "an entry has both mirror and mirrors", path + ".mirror"
	}
	abort := source.Field(source.Field(source.Field(entry, "fault"), "abort"), "percentage")
	for _, share := range []*source.Node{source.Field(abort, "value"), source.Field(source.Field(entry, "mirrorPercentage"), "value")} {
		if v := number(share); v < 0 || v > 100 {
			return "a percentage is not one of 0 to 100", path
		}
	}
	return "", ""
}

// RefusedGateway returns why Istio's webhook refuses a Gateway and the path of
// the field that it refuses, "" where it does not (pkg/config/validation,
// validateServer). What is left out is not looked at: the input may be a part of
// a Gateway.
func RefusedGateway(m *simulate.Manifest) (why, path string) {
	for i, n := range source.Elements(source.Field(m.Spec(), "servers")) {
		at := source.JoinIndex("spec.servers", i)
		tls, mode := source.Field(n, "tls"), source.Text(source.Field(source.Field(n, "tls"), "mode"))
		protocol := strings.ToUpper(source.Text(source.Field(source.Field(n, "port"), "protocol")))
		plain, ends := slices.Contains(plainProtocols, protocol), protocol == "HTTPS" || protocol == "TLS"
		switch {
		case protocol == "":
		case !ends && !plain && !slices.Contains(rawProtocols, protocol):
			return "the protocol " + strconv.Quote(protocol) + " is not known", at + ".port.protocol"
		case plain && mode != "" && mode != "PASSTHROUGH", !plain && !ends && tls != nil:
			return "a server of " + protocol + " cannot have such tls", at + ".tls"
		}
	}
	return "", ""
}

// rawProtocols are those of servers that do not look at HTTP.
var rawProtocols = []string{"TCP", "MONGO", "MYSQL", "REDIS"}

func refusedEntry(entry *source.Node, path string) (why, at string) {
	var does []string
	for _, action := range []string{"route", "redirect", "directResponse", "delegate"} {
		if source.Field(entry, action) != nil {
			does = append(does, action)
		}
	}
	switch {
	case len(does) > 1:
		return "an entry has both " + does[0] + " and " + does[1], path
	case len(does) == 0:
		return "an entry has none of route, redirect, directResponse and delegate", path
	case len(does) == 1 && does[0] == "route" && len(source.Elements(source.Field(entry, "route"))) == 0:
		return "the route is empty", path + ".route"
	case len(does) == 1 && (does[0] == "redirect" || does[0] == "directResponse"):
		for _, beside := range []string{"fault", "rewrite"} {
			if source.Field(entry, beside) != nil {
				return "an entry has both " + does[0] + " and " + beside, path + "." + beside
			}
		}
	}
	for j, n := range source.Elements(source.Field(entry, "match")) {
		own := source.JoinIndex(path+".match", j)
		for _, part := range []string{"uri", "scheme", "method", "authority"} {
			if why := badExpression(source.Field(n, part)); why != "" {
				return why, own + "." + part
			}
		}
		for _, list := range []string{"headers", "withoutHeaders", "queryParams"} {
			fields := source.Field(n, list)
			for _, key := range source.Keys(fields) {
				if why := badExpression(source.Field(fields, key)); why != "" {
					return why, source.JoinKey(own+"."+list, key)
				}
			}
		}
	}
	for j, n := range source.Elements(source.Field(source.Field(entry, "corsPolicy"), "allowOrigins")) {
		if why := badExpression(n); why != "" {
			return why, source.JoinIndex(path+".corsPolicy.allowOrigins", j)
		}
	}
	return "", ""
}

// badExpression says why Istio refuses the regular expression of a match.
func badExpression(n *source.Node) string {
	v := source.Field(n, "regex")
	if v == nil {
		return ""
	}
	text := source.Text(v)
	switch _, err := syntax.Parse(text, syntax.Perl); {
	case text == "":
		return "a regular expression is empty"
	case len(text) > 1024:
		return "a regular expression has more than 1024 characters"
	case text != "*" && err != nil:
		return "the regular expression " + strconv.Quote(text) + " is not one of RE2"
	}
	return ""
}
