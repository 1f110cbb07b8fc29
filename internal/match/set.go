// Package match is the algebra of request sets: which requests does a route
// take, and how do two routes relate.
//
// It takes descriptions of hosts, methods and paths in the languages that
// gateways use and answers questions about the sets of requests they denote.
// It knows languages, never resources: nothing here may know what an APIRule,
// a VirtualService or an Oathkeeper Rule is.
package match

// Lang names the language a path text is written in.
type Lang uint8

// The path languages. Each one denotes a set of request paths (without query).
const (
	// Exact is one literal path.
	Exact Lang = iota + 1
	// Prefix is every path that starts with the text, as a plain string
	// prefix: "/foo" takes "/foobar" (Envoy's prefix match).
	Prefix
	// Star is a literal path whose one trailing "*" stands for any rest:
	// "/*" is every path (Istio AuthorizationPolicy paths, APIRule v1beta1
	// under the Istio handler).
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

// Set is the set of requests a route takes: those that every field admits. A
// nil Schemes, Hosts or Methods means any, an empty one none.
type Set struct {
	// Schemes are "http" and "https".
	Schemes []string
	// Hosts are exact names or wildcards ("*.example.com", "*"). Names are
	// compared as written; whoever speaks for an engine that ignores case
	// writes them in lower case.
	Hosts []string
	// HostPattern, if it has a language, stands in the place of Hosts. Its
	// text is the bare pattern.
	HostPattern Path
	// Methods are HTTP methods as written, in order.
	Methods []string
	// AnyCase says that methods are compared without regard to case, as
	// Oathkeeper does.
	AnyCase bool
	// Path is the set of paths.
	Path Path
	// View is the form in which the engine sees the path; zero is what the
	// language is made for.
	View View
	// Predicates are further conditions, all of which must hold.
	Predicates []Predicate
	// URL, if it has a language, is one pattern over "scheme://host/path" that
	// stands in the place of Schemes, Hosts, HostPattern and Path. For Regexp2
	// and Glob its text is a whole Oathkeeper rule URL, with angle brackets.
	URL Path
}

// Order says how an engine or a dialect chooses among several routes that
// match one request.
type Order uint8

// The orders.
const (
	// FirstMatch takes the first route in list order (VirtualService,
	// APIRule).
	FirstMatch Order = iota
	// ExactlyOne fails unless one route matches (Oathkeeper).
	ExactlyOne
	// MostSpecific takes the most specific path, then the route with most
	// predicates (Skipper, FabricGateway).
	MostSpecific
)
