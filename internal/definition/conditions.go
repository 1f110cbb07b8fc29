package definition

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kgw-dev/kgw/internal/source"
)

// condition is a rule of a definition in CEL, with its words.
type condition struct {
	place
	words string
	holds func(*source.Node) bool
}

func (c *condition) reasonBroken(n *source.Node) string {
	if c.holds(n) {
		return ""
	}
	return c.words
}

// conditions are the rules of each kind, in the order of the definitions.
var conditions = sync.OnceValue(func() map[string][]condition {
	return map[string][]condition{"HTTPRoute": routeConditions(), "Gateway": gatewayConditions()}
})

func routeConditions() []condition {
	out := []condition{
		{"parentRefs", "sectionName must be specified when parentRefs includes 2 or more references to the same parent", haveSections},
		{"parentRefs", "sectionName must be unique when parentRefs includes 2 or more references to the same parent", haveDistinctSections},
		{"rules", "While 16 rules and 64 matches per rule are allowed, the total number of matches across all rules in a route must be less than 128", hasFewMatches},
		{"rules[]", "RequestRedirect filter must not be used together with backendRefs", func(n *source.Node) bool {
			return len(source.Elements(source.Field(n, "backendRefs"))) == 0 || !slices.ContainsFunc(filtersOf(n), has("requestRedirect"))
		}},
		{"rules[].timeouts", "backendRequest timeout cannot be longer than request timeout", haveOrderedTimeouts},
		{"rules[].backendRefs[]", "Must have port for Service reference", hasPort},
	}
	for _, r := range []struct{ field, inRules, inBackends string }{
		{"requestRedirect", "When using RequestRedirect", "Within backendRefs, when using RequestRedirect"},
		{"urlRewrite", "When using URLRewrite", "Within backendRefs, When using URLRewrite"},
	} {
		const rest = " filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified"
		out = append(out,
			condition{"rules[]", r.inRules + rest, func(n *source.Node) bool { return !replacesPrefix(filtersOf(n), r.field) || hasOnePrefix(n) }},
			condition{"rules[]", r.inBackends + rest, func(n *source.Node) bool {
				return hasOnePrefix(n) || !slices.ContainsFunc(source.Elements(source.Field(n, "backendRefs")), func(b *source.Node) bool { return replacesPrefix(filtersOf(b), r.field) })
			}})
	}
	out = append(out, pathConditions()...)
	for _, at := range []place{"rules[].filters", "rules[].backendRefs[].filters"} {
		out = append(out, filterConditions(at)...)
	}
	return out
}

func filtersOf(n *source.Node) []*source.Node { return source.Elements(source.Field(n, "filters")) }

// has returns a function that reports whether a node has a field.
func has(field string) func(*source.Node) bool {
	return func(n *source.Node) bool { return source.Field(n, field) != nil }
}

// textOr is the text of a field, or what the definition fills in.
func textOr(n *source.Node, field, otherwise string) string {
	if f := source.Field(n, field); f != nil {
		return source.Text(f)
	}
	return otherwise
}

// sameParent reports whether two references name one object.
func sameParent(a, b *source.Node) bool {
	for field, filled := range map[string]string{"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "", "namespace": ""} {
		if textOr(a, field, filled) != textOr(b, field, filled) {
			return false
		}
	}
	return true
}

// holdsForPairs reports whether something holds for every two different elements.
func holdsForPairs(list []*source.Node, holds func(a, b *source.Node) bool) bool {
	for i, a := range list {
		if slices.ContainsFunc(list[:i], func(b *source.Node) bool { return !holds(a, b) }) {
			return false
		}
	}
	return true
}

func haveSections(n *source.Node) bool {
	return holdsForPairs(source.Elements(n), func(a, b *source.Node) bool {
		return !sameParent(a, b) || (textOr(a, "sectionName", "") == "") == (textOr(b, "sectionName", "") == "")
	})
}

func haveDistinctSections(n *source.Node) bool {
	return holdsForPairs(source.Elements(n), func(a, b *source.Node) bool {
		return !sameParent(a, b) || textOr(a, "sectionName", "") != textOr(b, "sectionName", "")
	})
}

// hasFewMatches counts one for a rule without matches: the definition fills it
// in.
func hasFewMatches(n *source.Node) bool {
	sum := 0
	for _, r := range source.Elements(n) {
		if matches := source.Field(r, "matches"); matches != nil {
			sum += len(source.Elements(matches))
			continue
		}
		sum++
	}
	return sum <= 128
}

func hasPort(n *source.Node) bool {
	return textOr(n, "group", "") != "" || textOr(n, "kind", "Service") != "Service" || has("port")(n)
}

// haveOrderedTimeouts compares durations that have the form that they should.
func haveOrderedTimeouts(n *source.Node) bool {
	request, a := time.ParseDuration(source.Text(source.Field(n, "request")))
	backend, b := time.ParseDuration(source.Text(source.Field(n, "backendRequest")))
	return a != nil || b != nil || request == 0 || backend <= request
}

func replacesPrefix(filters []*source.Node, field string) bool {
	return slices.ContainsFunc(filters, func(f *source.Node) bool {
		path := source.Field(source.Field(f, field), "path")
		return source.Text(source.Field(path, "type")) == "ReplacePrefixMatch" && has("replacePrefixMatch")(path)
	})
}

// hasOnePrefix reports whether a rule has one match, of a PathPrefix: that is
// what the definition fills in.
func hasOnePrefix(rule *source.Node) bool {
	matches := source.Field(rule, "matches")
	if matches == nil {
		return true
	}
	list := source.Elements(matches)
	return len(list) == 1 && textOr(source.Field(list[0], "path"), "type", "PathPrefix") == "PathPrefix"
}

func pathConditions() []condition {
	const of = " when type one of ['Exact', 'PathPrefix']"
	const at = "rules[].matches[].path"
	literally := func(holds func(value string) bool) func(*source.Node) bool {
		return func(n *source.Node) bool {
			return textOr(n, "type", "PathPrefix") == "RegularExpression" || holds(textOr(n, "value", "/"))
		}
	}
	out := []condition{{at, "value must be an absolute path and start with '/'" + of, literally(func(v string) bool { return strings.HasPrefix(v, "/") })}}
	for _, part := range []string{"//", "/./", "/../", "%2f", "%2F", "#"} {
		out = append(out, condition{at, "must not contain '" + part + "'" + of, literally(func(v string) bool { return !strings.Contains(v, part) })})
	}
	for _, end := range []string{"/..", "/."} {
		out = append(out, condition{at, "must not end with '" + end + "'" + of, literally(func(v string) bool { return !strings.HasSuffix(v, end) })})
	}
	return append(out, condition{at, "must only contain valid characters (matching ^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$) for types ['Exact', 'PathPrefix']", literally(func(text string) bool { return pathText().MatchString(text) })})
}

// fieldOf are the types of filters with the field that each has.
var fieldOf = []struct{ kind, field string }{
	{"CORS", "cors"},
	{"RequestHeaderModifier", "requestHeaderModifier"},
	{"ResponseHeaderModifier", "responseHeaderModifier"},
	{"RequestMirror", "requestMirror"},
	{"RequestRedirect", "requestRedirect"},
	{"URLRewrite", "urlRewrite"},
	{"ExtensionRef", "extensionRef"},
}

// filterConditions are the rules of a list of filters and of each one.
func filterConditions(list place) []condition {
	one := list + "[]"
	counts := func(n *source.Node, kind string) int {
		count := 0
		for _, f := range source.Elements(n) {
			if source.Text(source.Field(f, "type")) == kind {
				count++
			}
		}
		return count
	}
	out := []condition{{list, "May specify either httpRouteFilterRequestRedirect or httpRouteFilterRequestRewrite, but not both", func(n *source.Node) bool {
		return counts(n, "RequestRedirect") == 0 || counts(n, "URLRewrite") == 0
	}}}
	for _, kind := range []string{"CORS", "RequestHeaderModifier", "ResponseHeaderModifier", "RequestRedirect", "URLRewrite"} {
		out = append(out, condition{list, kind + " filter cannot be repeated", func(n *source.Node) bool { return counts(n, kind) <= 1 }})
	}
	for _, f := range fieldOf {
		is := func(n *source.Node) bool { return source.Text(source.Field(n, "type")) == f.kind }
		out = append(out,
			condition{one, "filter." + f.field + " must be nil if the filter.type is not " + f.kind, func(n *source.Node) bool { return is(n) || !has(f.field)(n) }},
			condition{one, "filter." + f.field + " must be specified for " + f.kind + " filter.type", func(n *source.Node) bool { return !is(n) || has(f.field)(n) }})
	}
	alone := func(n *source.Node) bool {
		values := source.Texts(n)
		return len(values) < 2 || !slices.Contains(values, "*")
	}
	out = append(out,
		condition{one + ".cors.allowOrigins", "AllowOrigins cannot contain '*' alongside other origins", alone},
		condition{one + ".cors.allowMethods", "AllowMethods cannot contain '*' alongside other methods", alone},
		condition{one + ".cors.allowHeaders", "AllowHeaders cannot contain '*' alongside other methods", alone},
		condition{one + ".requestMirror", "Only one of percent or fraction may be specified in HTTPRequestMirrorFilter", func(n *source.Node) bool { return !has("percent")(n) || !has("fraction")(n) }},
		condition{one + ".requestMirror.backendRef", "Must have port for Service reference", hasPort},
		condition{one + ".requestMirror.fraction", "numerator must be less than or equal to denominator", func(n *source.Node) bool {
			denominator := int64(100)
			if has("denominator")(n) {
				denominator = source.Int(source.Field(n, "denominator"))
			}
			return source.Int(source.Field(n, "numerator")) <= denominator
		}})
	for _, to := range []place{".requestRedirect.path", ".urlRewrite.path"} {
		for _, f := range []struct{ kind, field string }{{"ReplaceFullPath", "replaceFullPath"}, {"ReplacePrefixMatch", "replacePrefixMatch"}} {
			is := func(n *source.Node) bool { return source.Text(source.Field(n, "type")) == f.kind }
			out = append(out,
				condition{one + to, f.field + " must be specified when type is set to '" + f.kind + "'", func(n *source.Node) bool { return !is(n) || has(f.field)(n) }},
				condition{one + to, "type must be '" + f.kind + "' when " + f.field + " is set", func(n *source.Node) bool { return is(n) || !has(f.field)(n) }})
		}
	}
	return out
}

func gatewayConditions() []condition {
	each := func(words string, holds func(protocol string, l *source.Node) bool) condition {
		return condition{"listeners", words, func(n *source.Node) bool {
			return !slices.ContainsFunc(source.Elements(n), func(l *source.Node) bool { return !holds(source.Text(source.Field(l, "protocol")), l) })
		}}
	}
	mode := func(l *source.Node) string { return textOr(source.Field(l, "tls"), "mode", "Terminate") }
	return []condition{
		each("tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']", func(p string, l *source.Node) bool {
			return !slices.Contains([]string{"HTTP", "TCP", "UDP"}, p) || !has("tls")(l)
		}),
		each("tls mode must be Terminate for protocol HTTPS", func(p string, l *source.Node) bool {
			return p != "HTTPS" || !has("tls")(l) || mode(l) == "" || mode(l) == "Terminate"
		}),
		each("tls mode must be set for protocol TLS", func(p string, l *source.Node) bool { return p != "TLS" || has("tls")(l) && mode(l) != "" }),
		each("hostname must not be specified for protocols ['TCP', 'UDP']", func(p string, l *source.Node) bool {
			return p != "TCP" && p != "UDP" || textOr(l, "hostname", "") == ""
		}),
		{"listeners", "Combination of port, protocol and hostname must be unique for each listener", func(n *source.Node) bool {
			return holdsForPairs(source.Elements(n), func(a, b *source.Node) bool {
				port := func(l *source.Node) int64 { return source.Int(source.Field(l, "port")) }
				return port(a) != port(b) || textOr(a, "protocol", "") != textOr(b, "protocol", "") || textOr(a, "hostname", "\x00") != textOr(b, "hostname", "\x00")
			})
		}},
		{"listeners[].tls", "certificateRefs or options must be specified when mode is Terminate", func(n *source.Node) bool {
			return textOr(n, "mode", "Terminate") != "Terminate" || len(source.Elements(source.Field(n, "certificateRefs"))) > 0 || len(source.Keys(source.Field(n, "options"))) > 0
		}},
	}
}
