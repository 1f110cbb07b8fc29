// Package host compares host patterns: names, and wildcards that begin with "*".
//
// It takes patterns as they are written; callers that ignore case lower them
// first. It must not know which resource or engine a pattern belongs to.
package host

import "strings"

// Match reports whether a pattern matches a name: it is the name, or "*", or a
// wildcard whose rest the name ends with, after one character or more. A
// wildcard matches any number of labels, as in Istio and Envoy
// (https://istio.io/latest/docs/reference/config/networking/gateway/#Server).
func Match(pattern, name string) bool {
	suffix, wild := strings.CutPrefix(pattern, "*")
	return pattern == name || wild && len(name) > len(suffix) && strings.HasSuffix(name, suffix)
}

// MatchLabel reports whether a pattern matches a name, where a wildcard is one label: in
// certificates (RFC 6125, 6.4.3) and in Ingresses
// (https://kubernetes.io/docs/concepts/services-networking/ingress/#hostname-wildcards).
func MatchLabel(pattern, name string) bool {
	rest, wild := strings.CutPrefix(pattern, "*.")
	_, parent, dotted := strings.Cut(name, ".")
	return pattern == name || wild && dotted && parent == rest
}

// Within reports whether every name of one pattern is one of another.
func Within(narrow, wide string) bool {
	if narrow == wide || wide == "*" {
		return true
	}
	rest, wild := strings.CutPrefix(narrow, "*")
	if !wild {
		return Match(wide, narrow)
	}
	suffix, wild := strings.CutPrefix(wide, "*")
	return wild && strings.HasSuffix(rest, suffix)
}

// Meet reports whether two patterns have a name in common: one is within the
// other.
func Meet(a, b string) bool { return Within(a, b) || Within(b, a) }
