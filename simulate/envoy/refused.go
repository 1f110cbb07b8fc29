package envoy

import (
	"regexp/syntax"
	"slices"
	"strconv"

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
	for i, entry := range source.Elements(source.Field(spec, "http")) {
		if why, path = refusedEntry(entry, source.JoinIndex("spec.http", i)); why != "" {
			return why, path
		}
	}
	return "", ""
}

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
