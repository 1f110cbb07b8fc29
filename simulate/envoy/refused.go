package envoy

import (
	"net/netip"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/host"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// RefusedVirtualService returns why Istio's webhook refuses a VirtualService and
// the path of the field that it refuses, "" where it does not
// (pkg/config/validation, ValidateVirtualService).
func RefusedVirtualService(m *simulate.Manifest) (why, path string) {
	if why, path = simulate.VirtualServiceFields.Refused(m.Root); why != "" {
		return why, path
	}
	spec := m.Spec()
	hosts, gateways := source.Texts(source.Field(spec, "hosts")), source.Texts(source.Field(spec, "gateways"))
	if why, path = refusedHosts(m, hosts, gateways); why != "" {
		return why, path
	}
	mesh := len(hosts) > 0 && (len(gateways) == 0 || slices.Contains(gateways, "mesh"))
	if i := slices.Index(hosts, "*"); mesh && i >= 0 {
		return "the host * is not for the gateway mesh", source.JoinIndex("spec.hosts", i)
	}
	for i, entry := range source.Elements(source.Field(spec, "http")) {
		at := source.JoinIndex("spec.http", i)
		if why, path = refusedEntry(entry, at, len(hosts) == 0); why != "" {
			return why, path
		}
		if why, path = refusedAction(entry, at); why != "" {
			return why, path
		}
		if (mesh || len(hosts) == 0) && matchesClaims(entry) {
			return "claims of tokens are matched at gateways only, not at mesh", at + ".match"
		}
	}
	return refusedStreams(spec, hosts)
}

// refusedHosts returns why Istio refuses the hosts of a VirtualService, whom it
// is exported to, or what a delegate has that it cannot have.
func refusedHosts(m *simulate.Manifest, hosts, gateways []string) (why, path string) {
	spec := m.Spec()
	for i, h := range hosts {
		for _, earlier := range hosts[:i] {
			if host.Meet(h, earlier) {
				return "it has the host " + strconv.Quote(h) + " twice", source.JoinIndex("spec.hosts", i)
			}
		}
	}
	for _, key := range []string{"gateways", "tls", "tcp"} {
		if len(hosts) == 0 && len(source.Elements(source.Field(spec, key))) > 0 {
			return "without hosts it is a delegate, which has no " + key, "spec." + key
		}
	}
	if len(source.Elements(source.Field(spec, "http")))+len(source.Elements(source.Field(spec, "tls")))+len(source.Elements(source.Field(spec, "tcp"))) == 0 {
		return "it has no routes", "spec"
	}
	return simulate.RefusedExport(m)
}

// refusedStreams returns why Istio refuses the routes of connections that are
// not read.
func refusedStreams(spec *source.Node, hosts []string) (why, path string) {
	for _, list := range []string{"tls", "tcp"} {
		for i, entry := range source.Elements(source.Field(spec, list)) {
			at := source.JoinIndex("spec."+list, i)
			matches := source.Elements(source.Field(entry, "match"))
			switch {
			case list == "tls" && len(matches) == 0:
				return "a route of TLS needs a match", at
			case len(source.Elements(source.Field(entry, "route"))) == 0:
				return "the route is empty", at + ".route"
			}
			if why, path = refusedWeights(entry, at); why != "" {
				return why, path
			}
			for j, n := range matches {
				names := source.Texts(source.Field(n, "sniHosts"))
				if list == "tls" && len(names) == 0 {
					return "a match of TLS needs sniHosts", source.JoinIndex(at+".match", j)
				}
				for _, name := range names {
					if _, err := netip.ParseAddr(name); err != nil && !slices.ContainsFunc(hosts, func(h string) bool { return host.Within(name, h) }) {
						return "the name " + strconv.Quote(name) + " is none of the hosts", source.JoinIndex(at+".match", j) + ".sniHosts"
					}
				}
			}
		}
	}
	return "", ""
}

// refusedWeights returns why Istio refuses the destinations of a route.
func refusedWeights(entry *source.Node, path string) (why, at string) {
	var weights int64
	routes := source.Elements(source.Field(entry, "route"))
	for j, n := range routes {
		own := source.JoinIndex(path+".route", j)
		if why, at = refusedDestination(source.Field(n, "destination"), own); why != "" {
			return why, at
		}
		weights += source.Int(source.Field(n, "weight"))
	}
	if len(routes) > 1 && weights == 0 {
		return "the weights of the destinations are all 0", path + ".route"
	}
	return "", ""
}

// refusedDestination returns why Istio refuses the destination of a route.
func refusedDestination(n *source.Node, path string) (why, at string) {
	if source.Text(source.Field(n, "host")) == "" {
		return "a destination has no host", path
	}
	if port := source.Field(n, "port"); port != nil && source.Int(source.Field(port, "number")) == 0 {
		return "the port of a destination has no number", path
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

// refusedAction returns why Istio refuses the action of an entry.
func refusedAction(entry *source.Node, path string) (why, at string) {
	field := func(path ...string) *source.Node {
		n := entry
		for _, key := range path {
			n = source.Field(n, key)
		}
		return n
	}
	if why, at = refusedRedirect(field("redirect"), source.Elements(field("match")), path+".redirect"); why != "" {
		return why, at
	}
	if why, at = refusedWeights(entry, path); why != "" {
		return why, at
	}
	if n := field("mirror"); n != nil {
		if why, at = refusedDestination(n, path+".mirror"); why != "" {
			return why, at
		}
	}
	for i, n := range source.Elements(field("mirrors")) {
		if why, at = refusedDestination(source.Field(n, "destination"), source.JoinIndex(path+".mirrors", i)); why != "" {
			return why, at
		}
	}
	rewrite, retries := field("rewrite"), field("retries")
	uri, expression := source.Text(field("rewrite", "uri")), field("rewrite", "uriRegexRewrite")
	pattern := source.Text(source.Field(expression, "match"))
	_, err := syntax.Parse(pattern, syntax.Perl)
	switch {
	case field("directResponse") != nil && source.Int(field("directResponse", "status")) == 0:
		return "a response needs a status", path + ".directResponse"
	case field("mirror") != nil && field("mirrors") != nil:
		return "an entry has both mirror and mirrors", path + ".mirror"
	case rewrite != nil && uri == "" && expression == nil && source.Text(field("rewrite", "authority")) == "":
		return "a rewrite is empty", path + ".rewrite"
	case uri != "" && expression != nil:
		return "a rewrite has both uri and uriRegexRewrite", path + ".rewrite"
	case expression != nil && (pattern == "" || source.Text(source.Field(expression, "rewrite")) == "" || len(pattern) > 1024 || err != nil):
		return "uriRegexRewrite needs an expression of RE2 and what is written instead", path + ".rewrite.uriRegexRewrite"
	case field("fault") != nil && field("fault", "abort") == nil && field("fault", "delay") == nil:
		return "a fault needs an abort or a delay", path + ".fault"
	case retries != nil && source.Int(source.Field(retries, "attempts")) == 0 && len(source.Keys(source.Without(retries, "attempts", "retryIgnorePreviousHosts", "backoff"))) > 0:
		return "retries are described, and there are none", path + ".retries"
	case authorities(entry) > 1:
		return "the host is written twice", path + ".headers"
	}
	return "", ""
}

// refusedRedirect returns why Istio refuses a redirect.
func refusedRedirect(n *source.Node, matches []*source.Node, path string) (why, at string) {
	if n == nil {
		return "", ""
	}
	code, prefix := source.Int(source.Field(n, "redirectCode")), source.Text(source.Field(n, "prefixRewrite"))
	switch {
	case !slices.ContainsFunc(locating, func(key string) bool {
		return source.Text(source.Field(n, key)) != "" || key == "port" && source.Field(n, key) != nil
	}):
		return "a redirect needs a uri, an authority, a scheme or a port", path
	case code != 0 && (code < 300 || code > 399):
		return "the code of a redirect is not between 300 and 399", path + ".redirectCode"
	case prefix != "" && source.Text(source.Field(n, "uri")) != "":
		return "a redirect has both uri and prefixRewrite", path
	case prefix != "" && slices.ContainsFunc(matches, func(m *source.Node) bool {
		uri := source.Field(m, "uri")
		return uri != nil && source.Field(uri, "prefix") == nil
	}):
		return "prefixRewrite needs matches of a prefix", path + ".prefixRewrite"
	}
	return "", ""
}

// authorities counts the places where an entry writes the host.
func authorities(entry *source.Node) int {
	n := 0
	if source.Text(source.Field(source.Field(entry, "rewrite"), "authority")) != "" {
		n++
	}
	request := source.Field(source.Field(entry, "headers"), "request")
	for _, list := range []string{"set", "add"} {
		for _, key := range source.Keys(source.Field(request, list)) {
			if strings.EqualFold(key, "host") || strings.EqualFold(key, ":authority") {
				n++
			}
		}
	}
	return n
}

// refusedEntry returns why Istio refuses the shape of an entry of a
// VirtualService or of a delegate.
func refusedEntry(entry *source.Node, path string, delegate bool) (why, at string) {
	var does []string
	for _, action := range []string{"route", "redirect", "directResponse", "delegate"} {
		if source.Field(entry, action) != nil {
			does = append(does, action)
		}
	}
	if slices.Equal(does, []string{"directResponse", "delegate"}) {
		does = does[1:] // the answer of the entry comes before the action of its delegate
	}
	switch {
	case delegate && slices.Contains(does, "delegate"):
		return "a delegate cannot delegate", path + ".delegate"
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
		if why, at = refusedMatch(n, source.JoinIndex(path+".match", j)); why != "" {
			return why, at
		}
	}
	for j, n := range source.Elements(source.Field(source.Field(entry, "corsPolicy"), "allowOrigins")) {
		own := source.JoinIndex(path+".corsPolicy.allowOrigins", j)
		if source.Text(source.Field(n, "exact"))+source.Text(source.Field(n, "prefix"))+source.Text(source.Field(n, "regex")) == "" {
			return "an origin is empty", own
		}
		if why := badMatch(n, true); why != "" {
			return why, own
		}
	}
	return "", ""
}
