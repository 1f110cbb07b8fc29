package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// encoded matches paths with percent escapes: the proxy matches them raw and Oathkeeper
// decoded, so that many expressions differ on them. They fail closed and are left out
// here.
var encoded = match.Set{Path: pathlang.Path{Lang: pathlang.Regex, Text: `.*%.*`}, View: match.RawPath}

// checkRulesReached reports requests that the proxy sends to Oathkeeper, with a
// method that the author listed, and that no rule there matches: 404. It also
// reports rules that no request can match.
func checkRulesReached(v *View, found *diag.List) {
	rules := map[*ir.Gateway][]match.Set{}
	for i := range v.Rules {
		t := v.Rules[i]
		rules[t.Gateway] = append(rules[t.Gateway], t.Set)
		v.reportDeadRule(t, found)
	}
	u := &unruled{v: v, known: map[question]*match.Request{}}
	for i := range v.Routes {
		t := v.Routes[i]
		if !t.Delegated || len(rules[t.Gateway]) == 0 || v.plainlyRuled(t) {
			continue
		}
		want := t.Want()
		if r := u.request(&want, rules[t.Gateway]); r != nil {
			reportUnreached(t, r, "write the host in lower case, and the path so that both engines read it alike", nil, found)
		}
	}
	for from := 0; from < len(v.Routes); {
		to := from
		for to < len(v.Routes) && v.Routes[to].Gateway == v.Routes[from].Gateway {
			to++
		}
		v.reportLedAstray(v.Routes[from:to], rules[v.Routes[from].Gateway], found)
		from = to
	}
}

// unruled finds requests that no rule matches. Many gateways differ only in their
// hosts: each question about a path and its rule is answered once.
type unruled struct {
	v     *View
	known map[question]*match.Request
}

// question asks whether the only rule that may match the requests of a route matches
// them all, apart from the host that both have.
type question struct{ route, rule hostless }

// hostless is a set of requests except for its host.
type hostless struct {
	path             pathlang.Path
	view             match.View
	schemes, methods string
	anyCase          bool
}

// withoutHost returns a set without its host; ok is false for one that has more
// than hostless can hold.
func withoutHost(s *match.Set) (h hostless, ok bool) {
	h = hostless{s.Path, s.View, strings.Join(s.Schemes, ","), strings.Join(s.Methods, ","), s.AnyCase}
	return h, onlyHost(s) != "" && s.HostPattern.Lang == 0 && len(s.Predicates) == 0 && len(s.Methods) > 0
}

// request returns a request of a route that none of the rules matches, or nil.
func (u *unruled) request(want *match.Set, rules []match.Set) *match.Request {
	rules = slices.DeleteFunc(slices.Clone(rules), func(s match.Set) bool { return !mayMeet(want, &s) })
	q, ok := questionOf(want, rules)
	if !ok {
		return u.v.difference(*want, append([]match.Set{encoded}, rules...)...).Witness
	}
	r, known := u.known[q]
	if !known {
		r = u.v.difference(*want, encoded, rules[0]).Witness
		u.known[q] = r
	}
	if r == nil {
		return nil
	}
	out := *r
	out.Host = want.Hosts[0]
	return &out
}

// questionOf returns the question about a route and a rule; ok is false where
// it is not one of the usual form.
func questionOf(want *match.Set, rules []match.Set) (q question, ok bool) {
	if len(rules) != 1 || onlyHost(&rules[0]) != onlyHost(want) {
		return q, false
	}
	route, usual := withoutHost(want)
	rule, usualToo := withoutHost(&rules[0])
	return question{route, rule}, usual && usualToo
}

func reportUnreached(t *ir.Entry, r *match.Request, help string, related []diag.Related, found *diag.List) {
	w := witness(r)
	found.Add(diag.Finding{
		Code: diag.RuleUnreached, At: t.Origin, Witness: w, Help: help, Related: related,
		Message: fmt.Sprintf("%s %s reaches Oathkeeper and matches no rule there: it is answered with 404", w.Method, w.URL),
	})
}

// plainlyRuled reports whether the route's own rule certainly matches everything it
// should: both engines read its path alike, and its host is in lower case, as the proxy
// compares it.
func (v *View) plainlyRuled(t *ir.Entry) bool {
	for i := range t.Gateway.Hosts {
		if name := t.Gateway.Hosts[i].Name; name != strings.ToLower(name) {
			return false
		}
	}
	return len(v.Judge.ReadDifferently(t.Route.Match.Path.Text)) == 0
}

// unclean are paths that Go's path.Clean changes.
var unclean = match.Set{Path: pathlang.Path{Lang: pathlang.Regexp2, Text: `/.+/|.*//.*|.*/\.\.?(?:/.*)?`}, View: match.DecodedPath}

// reportDeadRule reports a rule that describes only paths which Oathkeeper never
// compares, because 26.2 cleans them first.
func (v *View) reportDeadRule(t *ir.Entry, found *diag.List) {
	text := t.Set.Path.Text
	if t.Route == nil || t.Set.View != match.CleanedPath || !strings.HasSuffix(text, "/") && !strings.Contains(text, "//") && !strings.Contains(text, "/.") && !strings.Contains(text, `/\.`) {
		return
	}
	set := t.Set
	set.View = match.DecodedPath
	if rest := v.difference(set, unclean); rest.Empty {
		found.Add(diag.Finding{
			Code: diag.RouteUnreachable, At: t.Origin,
			Message: fmt.Sprintf("no request reaches the rule of %s: Oathkeeper cleans paths before it compares them", spell(t)),
			Help:    "write the path without a final slash, doubled slashes and dot segments",
		})
	}
}

// reportLedAstray reports requests of a route that an earlier one sends to
// Oathkeeper because it looks at no method there, and that no rule matches.
func (v *View) reportLedAstray(routes []*ir.Entry, rules []match.Set, found *diag.List) {
	for j := range routes {
		later := routes[j]
		if later.Delegated {
			continue
		}
		want := later.Want()
		for i := range j {
			earlier := routes[i]
			if !earlier.Delegated || earlier.Set.Methods != nil || !mayMeet(&earlier.Set, &want) {
				continue
			}
			if r := v.requestLedAstray(earlier, later, rules); r != nil {
				reportUnreached(later, r, "list the method in the rule for the earlier path too, or leave these paths out of the later one",
					[]diag.Related{{Message: "the earlier route, which matches every method", At: earlier.Origin}}, found)
				break
			}
		}
	}
}

// requestLedAstray returns a request of the later route that the earlier one
// matches with a method which no rule has for it.
func (v *View) requestLedAstray(earlier, later *ir.Entry, rules []match.Set) *match.Request {
	x, y := earlier.Set, later.Want()
	x.Methods = slices.DeleteFunc(slices.Clone(y.Methods), func(m string) bool { return slices.Contains(earlier.Methods, m) })
	if len(x.Methods) == 0 {
		return nil
	}
	r := v.relate(x, y).Witness
	if r == nil || slices.ContainsFunc(rules, func(s match.Set) bool { return v.Judge.Accepts(s, *r) }) {
		return nil
	}
	return r
}
