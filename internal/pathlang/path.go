// Package pathlang is the languages that paths are written in: of engines
// (Envoy's RE2, Oathkeeper's regexp2 and glob, Skipper) and of dialects.
//
// It takes texts and returns patterns, and what an engine refuses or reads
// differently. It must not know hosts, methods, or what a resource is.
package pathlang

// Lang names the language a path text is written in.
type Lang uint8

// The path languages. Each one denotes a set of request paths (without query).
const (
	// Exact is one literal path.
	Exact Lang = iota + 1
	// Prefix is every path that starts with the text, as a plain string
	// prefix: "/foo" matches "/foobar" (Envoy's prefix match).
	Prefix
	// Star is a literal path whose one trailing "*" matches any rest: "/*" is
	// every path (Istio AuthorizationPolicy paths, APIRule v1beta1 under the
	// Istio handler).
	Star
	// Template is an APIRule v2 path: segments with "{*}" (one segment) and
	// "{**}" (any rest, also empty); "/*" alone is every path. Text that is
	// not an operator is spelled unescaped into a regular expression by the
	// controller, and the language is that of the expression.
	Template
	// Regex is an RE2 expression that must match the whole raw path (Envoy's
	// safe_regex).
	Regex
	// Regexp2 is a regular expression in the dialect of Oathkeeper's engine
	// (regexp2 v1.2.0 with its RE2 option) that must match the whole decoded
	// path.
	Regexp2
	// Glob is Oathkeeper's glob strategy: gobwas/glob with the separators
	// "." and "/".
	Glob
	// Fabric is a FabricGateway path: "*" and "{name}" are one segment, a
	// final "/**" is one or more segments, "/**" alone is every path.
	Fabric
	// Skipper is the argument of Skipper's Path predicate: ":name" is one
	// segment, a final "*name" or "**" the rest, at least one character.
	Skipper
	// Subtree is the argument of Skipper's PathSubtree predicate: the path
	// and everything below it.
	Subtree
)

var langNames = [...]string{
	Exact: "exact", Prefix: "prefix", Star: "star", Template: "template",
	Regex: "regex", Regexp2: "regexp2", Glob: "glob", Fabric: "fabric",
	Skipper: "skipper", Subtree: "subtree",
}

// String returns the lower-case name of the language.
func (l Lang) String() string {
	if int(l) < len(langNames) && langNames[l] != "" {
		return langNames[l]
	}
	return "unknown"
}

// Path is a set of request paths: a text and the language it is written in.
// Text is the author's, never normalised.
type Path struct {
	Lang Lang
	Text string
}

// Lang is the path language of a strategy.
func (s Strategy) Lang() Lang {
	if s == GlobStrategy {
		return Glob
	}
	return Regexp2
}
