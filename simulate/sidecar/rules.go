package sidecar

import (
	"net"
	"regexp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
)

func (a *authorization) provider() string {
	return source.Text(source.Field(source.Field(a.manifest.Spec(), "provider"), "name"))
}

// matches tells whether one of the policy's rules matches. A policy without
// rules matches nothing.
func (a *authorization) matches(c *call) bool {
	return slices.ContainsFunc(a.rules, c.rule)
}

// rule tells whether all three parts of a rule hold; a part that is absent
// does.
func (c *call) rule(n *source.Node) bool {
	return c.some(n, "from", "source", c.source) && c.some(n, "to", "operation", c.operation) && c.when(source.Elements(source.Field(n, "when")))
}

func (c *call) some(n *source.Node, list, key string, holds func(*source.Node) bool) bool {
	elements := source.Elements(source.Field(n, list))
	return len(elements) == 0 || slices.ContainsFunc(elements, func(e *source.Node) bool { return holds(source.Field(e, key)) })
}

// condition compares one value with the values of a list and its negation.
func condition(n *source.Node, key, negated string, holds func(pattern string) bool) bool {
	if list := source.Field(n, key); list != nil && !slices.ContainsFunc(source.Texts(list), holds) {
		return false
	}
	return !slices.ContainsFunc(source.Texts(source.Field(n, negated)), holds)
}

func (c *call) source(n *source.Node) bool {
	namespace := ""
	if parts := strings.Split(c.in.Caller, "/"); len(parts) == 5 {
		namespace = parts[2]
	}
	principal := ""
	if c.identity != nil {
		principal = c.identity.principal
	}
	return condition(n, "principals", "notPrincipals", func(p string) bool { return like(p, c.in.Caller) }) &&
		condition(n, "requestPrincipals", "notRequestPrincipals", func(p string) bool { return like(p, principal) }) &&
		condition(n, "namespaces", "notNamespaces", func(p string) bool { return like(p, namespace) }) &&
		condition(n, "ipBlocks", "notIpBlocks", func(string) bool { return false }) &&
		condition(n, "remoteIpBlocks", "notRemoteIpBlocks", func(string) bool { return false })
}

func (c *call) operation(n *source.Node) bool {
	host := strings.ToLower(c.in.Host)
	bare, _, _ := strings.Cut(host, ":")
	_, port, _ := net.SplitHostPort(c.in.To)
	return condition(n, "hosts", "notHosts", func(p string) bool { p = strings.ToLower(p); return like(p, host) || like(p, bare) }) &&
		condition(n, "methods", "notMethods", func(p string) bool { return like(p, c.in.Method) }) &&
		condition(n, "paths", "notPaths", func(p string) bool { return pathLike(p, c.path) }) &&
		condition(n, "ports", "notPorts", func(p string) bool { return p == port })
}

// like compares as policies do: exactly, by a prefix or a suffix with "*", or
// whether there is a value at all.
func like(pattern, value string) bool {
	switch {
	case pattern == "*":
		return value != ""
	case strings.HasPrefix(pattern, "*"):
		return strings.HasSuffix(value, pattern[1:])
	case strings.HasSuffix(pattern, "*"):
		return strings.HasPrefix(value, pattern[:len(pattern)-1])
	}
	return value == pattern
}

// pathLike also knows templates: "{*}" is one segment, "{**}" any rest.
func pathLike(pattern, path string) bool {
	if !strings.Contains(pattern, "{*") {
		return like(pattern, path)
	}
	// The characters are those of Envoy's URI template matcher.
	const segment = `[a-zA-Z0-9-._~%!$&'()+,;:@=]`
	text := regexp.QuoteMeta(pattern)
	text = strings.NewReplacer(regexp.QuoteMeta("{**}"), `(?:`+segment+`|/)*`, regexp.QuoteMeta("{*}"), segment+`+`).Replace(text)
	re, err := regexp.Compile("^" + text + "$")
	return err == nil && re.MatchString(path)
}

// when tells whether all conditions hold. An attribute that kgw does not know
// holds for nothing.
func (c *call) when(list []*source.Node) bool {
	for _, n := range list {
		have := c.attribute(source.Text(source.Field(n, "key")))
		if !condition(n, "values", "notValues", func(p string) bool {
			return slices.ContainsFunc(have, func(v string) bool { return like(p, v) })
		}) {
			return false
		}
	}
	return true
}

func (c *call) attribute(key string) []string {
	name, inside, _ := strings.Cut(strings.TrimSuffix(key, "]"), "[")
	switch name {
	case "request.headers":
		if v := c.in.Header(inside); v != "" {
			return []string{v}
		}
	case "source.principal":
		return []string{c.in.Caller}
	case "request.auth.principal":
		if c.identity != nil && c.identity.principal != "" {
			return []string{c.identity.principal}
		}
	case "request.auth.audiences":
		if c.identity != nil {
			return values(c.identity.claims["aud"], false)
		}
	case "request.auth.claims":
		if c.identity != nil {
			return claim(c.identity.claims, strings.Split(inside, "]["))
		}
	}
	return nil
}

// claim reads a claim, or one inside another. The words of scope and
// permission are values of their own.
func claim(claims map[string]any, path []string) []string {
	for len(path) > 1 {
		claims, _ = claims[path[0]].(map[string]any)
		path = path[1:]
	}
	return values(claims[path[0]], path[0] == "scope" || path[0] == "permission")
}
