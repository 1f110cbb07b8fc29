package httproute

import (
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/routerule"
)

// rule is one rule of an HTTPRoute in the making.
type rule struct {
	routerule.Rule
	route *ir.Route
	// answer is the status of a route without a Service, 0 for one with. The
	// rule is written without backends and answers 500.
	answer int
	// unsaid is a part of the route that a rule has no words for.
	unsaid string
}

// rulesOf returns the rules for a gateway's routes, in their order, arranged
// so that istiod keeps it. They are worked out once a run, and must not be changed.
func rulesOf(g *ir.Gateway, t *ir.Target) []*rule {
	rules, _ := t.GatewayAPI.Arranged.Of(g, func() any { return arrange(g, t) }).([]*rule)
	return rules
}

func arrange(g *ir.Gateway, t *ir.Target) []*rule {
	hosts := g.HostNames()
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
	spelled := orderForms(out)
	meets := routerule.Meeting(spelled, t.Judge, match.NewPurse(t.Steps))
	if t.GatewayAPI.Portable {
		notePortability(out, meets)
		return out
	}
	routerule.Arrange(spelled, meets, len(pieces(out)) > 1)
	return out
}

// notePortability notes what other implementations of the Gateway API may decide
// otherwise: expressions, and an order that is not that of the definition.
func notePortability(rules []*rule, meets [][]int) {
	split := len(pieces(rules)) > 1
	for _, r := range rules {
		if !r.Exact && r.Text == "/.*" {
			r.Prefix, r.Text = true, "/" // all paths
		}
	}
	for i, r := range rules {
		if !r.Exact && !r.Prefix {
			r.unsaid = "its path without an expression, which gatewayAPI.order portable demands"
			continue
		}
		for _, j := range meets[i] {
			later := &rules[j].Rule
			if (later.Exact || later.Prefix) && (routerule.AskedBefore(later, &r.Rule) || split && !routerule.AskedBefore(&r.Rule, later)) {
				r.unsaid = "its place before " + strconv.Quote(rules[j].route.Match.Path.Text) + " in an order that every implementation keeps"
			}
		}
	}
}

// orderForms are the rules as far as their order goes.
func orderForms(rules []*rule) []*routerule.Rule {
	out := make([]*routerule.Rule, len(rules))
	for i, r := range rules {
		out[i] = &r.Rule
	}
	return out
}

func ruleOf(r *ir.Route, hosts []string, t *ir.Target) *rule {
	out := &rule{route: r}
	out.Set = match.Set{Hosts: hosts, Path: writtenPath(r.Match.Path), View: match.RawPath, Predicates: r.Match.Predicates}
	out.Exact, out.Text = routerule.Spell(r.Match.Path)
	if t.Plan.MatchesMethods(r) {
		out.Set.Methods = r.Match.Methods
		for _, m := range r.Match.Methods {
			if !slices.Contains(out.Methods, m) {
				out.Methods = append(out.Methods, m)
			}
		}
	}
	for i := range r.Match.Predicates {
		p := &r.Match.Predicates[i]
		if p.Source != match.Header || p.Not || len(p.Values) != 1 || p.Values[0] == "" {
			out.unsaid = "a condition on " + predicateName(p)
			continue
		}
		out.Headers = append(out.Headers, manifest.ValueMatch{Name: strings.ToLower(p.Name), Value: p.Values[0]})
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
	return r.answer != 0 && len(r.Headers) == 1 && r.Headers[0] == manifest.ValueMatch{Name: "x-forwarded-proto", Value: "http"}
}

// withoutShields leaves out answers 404 that no later rule needs in front of
// it: a request that no rule matches is answered with 404. A later rule whose
// expression can be written without the path of the answer is.
func withoutShields(rules []*rule, t *ir.Target) []*rule {
	purse := match.NewPurse(t.Steps)
	for i := len(rules) - 1; i >= 0; i-- {
		if rules[i].answer != 404 {
			continue
		}
		narrowed, all := map[*rule]string{}, true
		for _, later := range rules[i+1:] {
			if relation := purse.Relate(t.Judge.Compile(rules[i].Set), t.Judge.Compile(later.Set)); relation.Kind == match.Disjoint {
				continue
			}
			text, ok := subtractAnswer(later, rules[i], t, purse)
			if all = all && ok; !all {
				break
			}
			narrowed[later] = text
		}
		if !all {
			continue
		}
		for later, text := range narrowed {
			later.Text, later.Set.Path = text, pathlang.Path{Lang: pathlang.Regex, Text: text}
		}
		rules = slices.Delete(slices.Clone(rules), i, i+1)
	}
	return rules
}

// subtractAnswer returns the expression of a rule less the one path of an answer,
// where that is the empty repetition at its end.
func subtractAnswer(r, answer *rule, t *ir.Target, purse *match.Purse) (text string, ok bool) {
	stem, repeats := strings.CutSuffix(r.Text, ")*$")
	if r.Exact || !repeats || !answer.Exact || len(answer.Methods)+len(answer.Headers) > 0 {
		return "", false
	}
	text = stem + ")+$"
	path := func(lang pathlang.Lang, text string) *match.Matcher {
		return t.Judge.Compile(match.Set{Path: pathlang.Path{Lang: lang, Text: text}, View: match.RawPath})
	}
	before, after, one := path(pathlang.Regex, r.Text), path(pathlang.Regex, text), path(pathlang.Exact, answer.Text)
	apart := purse.Relate(after, one).Kind == match.Disjoint
	return text, apart && purse.Difference(before, after, one).Empty && purse.Difference(after, before).Empty
}

// writtenPath is the path of a route as it is written: a template without
// parameters is compared as it is, where a VirtualService has an expression.
func writtenPath(p pathlang.Path) pathlang.Path {
	if p.Lang == pathlang.Template && p.Text != "/*" && !strings.Contains(p.Text, "{") {
		return pathlang.Path{Lang: pathlang.Exact, Text: p.Text}
	}
	return p
}
