package envoy

import (
	"regexp/syntax"
	"slices"
	"strconv"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// refusedMatch returns why Istio refuses a match.
func refusedMatch(n *source.Node, path string) (why, at string) {
	for _, part := range []string{"uri", "scheme", "method", "authority"} {
		if why := badMatch(source.Field(n, part), part == "uri"); why != "" {
			return why, path + "." + part
		}
	}
	for _, list := range []string{"headers", "withoutHeaders", "queryParams"} {
		fields := source.Field(n, list)
		for _, key := range source.Keys(fields) {
			if list != "queryParams" && !headerKey(key) {
				return strconv.Quote(key) + " is not the name of a header", source.JoinKey(path+"."+list, key)
			}
			value := source.Field(fields, key)
			if source.Text(source.Field(value, "regex")) == "*" {
				continue // any value
			}
			if why := badMatch(value, false); why != "" {
				return why, source.JoinKey(path+"."+list, key)
			}
		}
	}
	return "", ""
}

// headerKey reports whether Istio accepts a key of a match as the name of a
// header, or as a claim.
func headerKey(key string) bool {
	return claimPath(key) != nil || slices.Contains([]string{":method", ":scheme", ":authority", ":path", ":status"}, key) || simulate.HeaderName(key)
}

// badMatch returns why Istio refuses the value that a text is compared with. Only a
// path may have an empty prefix.
func badMatch(n *source.Node, path bool) string {
	prefix, expression := source.Field(n, "prefix"), source.Field(n, "regex")
	text := source.Text(expression)
	_, err := syntax.Parse(text, syntax.Perl)
	switch {
	case len(source.Keys(n)) > 1:
		return "a match has two values to compare with"
	case prefix != nil && !path && source.Text(prefix) == "":
		return "a prefix is empty"
	case expression == nil:
		return ""
	case text == "":
		return "a regular expression is empty"
	case len(text) > 1024:
		return "a regular expression has more than 1024 characters"
	case err != nil:
		return "the regular expression " + strconv.Quote(text) + " is not valid in RE2"
	}
	return ""
}
