package httproute

import (
	"regexp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// rule is one rule of an HTTPRoute in the making. Its matches share one path
// and differ in their methods.
type rule struct {
	route *ir.Route
	set   match.Set // what it matches
	// exact is a path that is compared as it is; otherwise text is an
	// expression of RE2 over the whole path.
	exact   bool
	text    string
	methods []string
	headers []manifest.HeaderValue
	// answer is the status of a route without a Service, 0 for one with. The
	// rule is written without backends and answers 500.
	answer int
	// unsaid is a part of the route that a rule has no words for.
	unsaid string
}

// rulesOf returns the rules for a gateway's routes, in their order, arranged
// so that istiod keeps it.
func rulesOf(g *ir.Gateway, t *ir.Target) []*rule {
	hosts := make([]string, len(g.Hosts))
	for i := range g.Hosts {
		hosts[i] = strings.ToLower(g.Hosts[i].Name)
	}
	var out []*rule
	for _, r := range g.Routes {
		if r.RoutedBy == nil {
			out = append(out, ruleOf(r, hosts, t))
		}
	}
	if t.GatewayAPI.ParentOf(g).Sections != nil {
		out = slices.DeleteFunc(out, (*rule).forPlainHTTP)
	}
	out = withoutShields(out, t)
	arrange(out, meeting(out, t))
	return out
}

func ruleOf(r *ir.Route, hosts []string, t *ir.Target) *rule {
	out := &rule{route: r, set: match.Set{Hosts: hosts, Path: meant(r.Match.Path), View: match.RawPath, Predicates: r.Match.Predicates}}
	out.exact, out.text = spell(r.Match.Path)
	if t.Plan.MatchesMethods(r) {
		out.set.Methods = r.Match.Methods
		for _, m := range r.Match.Methods {
			if !slices.Contains(out.methods, m) {
				out.methods = append(out.methods, m)
			}
		}
	}
	for i := range r.Match.Predicates {
		p := &r.Match.Predicates[i]
		if p.Source != match.Header || p.Not || len(p.Values) != 1 || p.Values[0] == "" {
			out.unsaid = "a condition on " + predicateName(p)
			continue
		}
		out.headers = append(out.headers, manifest.HeaderValue{Name: strings.ToLower(p.Name), Value: p.Values[0]})
	}
	if answer, ok := r.Action.(ir.Respond); ok {
		out.answer = answer.Status
	}
	return out
}

func predicateName(p *match.Predicate) string {
	switch {
	case p.Source != match.Header:
		return "the claim " + p.Name
	case p.Not:
		return "the absence of header " + p.Name
	}
	return "the values of header " + p.Name
}

// forPlainHTTP reports whether a rule answers requests without TLS. Listeners
// with TLS have none.
func (r *rule) forPlainHTTP() bool {
	return r.answer != 0 && len(r.headers) == 1 && r.headers[0] == manifest.HeaderValue{Name: "x-forwarded-proto", Value: "http"}
}

// withoutShields leaves out answers 404 that no later rule needs in front of
// it: a request that no rule matches is answered with 404. A later rule whose
// expression can be written without the path of the answer is.
func withoutShields(rules []*rule, t *ir.Target) []*rule {
	for i := len(rules) - 1; i >= 0; i-- {
		if rules[i].answer != 404 {
			continue
		}
		narrowed, all := map[*rule]string{}, true
		for _, later := range rules[i+1:] {
			if relation := t.Judge.Relate(rules[i].set, later.set); relation.Kind == match.Disjoint {
				continue
			}
			text, ok := without(later, rules[i], t)
			if all = all && ok; !all {
				break
			}
			narrowed[later] = text
		}
		if !all {
			continue
		}
		for later, text := range narrowed {
			later.text, later.set.Path = text, pathlang.Path{Lang: pathlang.Regex, Text: text}
		}
		rules = slices.Delete(slices.Clone(rules), i, i+1)
	}
	return rules
}

// without returns the expression of a rule less the one path of an answer,
// where that is the empty repetition at its end.
func without(r, answer *rule, t *ir.Target) (text string, ok bool) {
	stem, repeats := strings.CutSuffix(r.text, ")*$")
	if r.exact || !repeats || !answer.exact || len(answer.methods)+len(answer.headers) > 0 {
		return "", false
	}
	text = stem + ")+$"
	path := func(text string) match.Set {
		return match.Set{Path: pathlang.Path{Lang: pathlang.Regex, Text: text}, View: match.RawPath}
	}
	one := match.Set{Path: pathlang.Path{Lang: pathlang.Exact, Text: answer.text}, View: match.RawPath}
	apart := t.Judge.Relate(path(text), one).Kind == match.Disjoint
	return text, apart && t.Judge.Difference(path(r.text), path(text), one).Empty && t.Judge.Difference(path(text), path(r.text)).Empty
}

// exactPath is what the CRD allows as the value of a path of type Exact
// (gateway-api v1.6, HTTPPathMatch).
var exactPath = regexp.MustCompile(`^/(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})*$`)

// operators are the characters that mean something in an expression of RE2.
const operators = `\.+*?()|[]{}^$`

func exactAllowed(path string) bool {
	for _, not := range []string{"//", "/./", "/../", "%2f", "%2F"} {
		if strings.Contains(path, not) {
			return false
		}
	}
	return exactPath.MatchString(path) && !strings.HasSuffix(path, "/.") && !strings.HasSuffix(path, "/..")
}

// spell returns how a path is written: as it is, or as an expression. A
// PathPrefix is never written: it goes by whole segments, and istiod drops
// every expression of the host behind the PathPrefix "/".
func spell(p pathlang.Path) (exact bool, text string) {
	literally := func(path string) (bool, string) {
		if exactAllowed(path) {
			return true, path
		}
		return false, regexp.QuoteMeta(path)
	}
	switch p.Lang {
	case pathlang.Exact:
		return literally(p.Text)
	case pathlang.Prefix, pathlang.Star:
		return false, regexp.QuoteMeta(strings.TrimSuffix(p.Text, "*")) + ".*"
	case pathlang.Template:
		switch {
		case p.Text == "/*":
			return false, "/.*"
		case !strings.Contains(p.Text, "{"):
			return literally(p.Text)
		}
		return false, pathlang.TemplateRegex(p.Text)
	default:
		if whole := strings.TrimSuffix(strings.TrimPrefix(p.Text, "^"), "$"); !strings.ContainsAny(whole, operators) && exactAllowed(whole) {
			return true, whole
		}
		return false, p.Text
	}
}

// meant is the path of a route as it is written: a template without parameters
// is compared as it is, where a VirtualService has an expression.
func meant(p pathlang.Path) pathlang.Path {
	if p.Lang == pathlang.Template && p.Text != "/*" && !strings.Contains(p.Text, "{") {
		return pathlang.Path{Lang: pathlang.Exact, Text: p.Text}
	}
	return p
}
