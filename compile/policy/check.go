package policy

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/crossing"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// Check reports faults of the policies that Lower would write: one that would
// replace another, and one that would not do what its route asks for. It also
// returns what the policies let through and demand.
func Check(g *ir.Gateway, t *ir.Target) (diag.List, ir.Written) {
	if !t.WritesPolicies(g) {
		return nil, ir.Written{}
	}
	var found diag.List
	made := draftsOf(g, t)
	checkPolicies(made.policies, &found)
	checkHash(made.policies, &found)
	checkAuthentications(made.tokens, &found)
	purse := match.NewPurse(t.Steps)
	for i, r := range g.Routes {
		if _, answers := r.Action.(ir.Respond); answers {
			continue // no policy is written for it
		}
		checkRefused(r, &found)
		checkCrossing(g, r, purse, &found)
		checkRegex(r, &found)
		checkLiteral(r, &found)
		checkSelector(r, &found)
		checkMutators(r, t, &found)
		checkGuards(g, r, t, &found)
		checkShortCircuit(g.Routes, i, purse, &found)
	}
	written := ir.Written{Policies: entries(g, t)}
	written.Openers, written.KeySets = openers(g, t, made)
	return found, written
}

// checkPolicies reports policies that replace others with the same hash and
// index: of two, the controller keeps the last.
func checkPolicies(list []*policy, found *diag.List) {
	first := make(map[policyKey]*policy, len(list))
	for _, p := range list {
		other, seen := first[p.key()]
		first[p.key()] = p
		if !seen || reflect.DeepEqual(other.spec, p.spec) {
			continue
		}
		found.Add(diag.Finding{
			Code: diag.PolicyReplaced, At: other.route.Origin.At("path"),
			Message: fmt.Sprintf("the policy of %q is replaced by that of %q, which applies to the same requests: only the later rule is enforced", other.route.Match.Path.Text, p.route.Match.Path.Text),
			Help:    "merge the two rules, or give them different paths or methods",
			Related: []diag.Related{{Message: "the rule whose policy is kept", At: p.route.Origin.At("path")}},
		})
	}
}

const maxLabel = 63 // characters of a label's value

// checkHash reports a hash label that the API server refuses: the namespace in
// it is too long. It is said once for each namespace.
func checkHash(list []*policy, found *diag.List) {
	said := map[string]bool{}
	for _, p := range list {
		if len(p.hash) <= maxLabel || said[p.namespace] {
			continue
		}
		said[p.namespace] = true
		found.Add(diag.Finding{
			Code: diag.LabelTooLong, At: p.upstream.Origin,
			Message: fmt.Sprintf("label %s of the policies in namespace %q would have the value %q of %d characters; at most %d are allowed", hashLabel, p.namespace, p.hash, len(p.hash), maxLabel),
			Help:    "use a shorter namespace",
		})
	}
}

// checkAuthentications reports RequestAuthentications that replace others that
// differ.
func checkAuthentications(list []*authentication, found *diag.List) {
	first := make(map[string]*authentication, len(list))
	for _, a := range list {
		other, seen := first[a.key]
		first[a.key] = a
		if !seen || reflect.DeepEqual(other.spec(), a.spec()) {
			continue
		}
		found.Add(diag.Finding{
			Code: diag.AuthenticationReplaced, At: other.route.Origin.At("path"),
			Message: fmt.Sprintf("the token settings of %q are replaced by those of %q: the two have the same issuers, and the controller cannot distinguish their pods", other.route.Match.Path.Text, a.route.Match.Path.Text),
			Help:    "read tokens from the same place in both rules, and set a different label app on the pods of each Service",
			Related: []diag.Related{{Message: "the rule whose settings are kept", At: a.route.Origin.At("path")}},
		})
	}
}

// checkCrossing reports text that matches more in a policy than its author meant:
// a path, which Istio reads in a language of its own, and what it compares with
// tokens.
func checkCrossing(g *ir.Gateway, r *ir.Route, purse *match.Purse, found *diag.List) {
	if _, forwards := r.Action.(ir.Forward); !forwards {
		return
	}
	at := r.Origin.At("path")
	if p := r.Match.Path; p.Lang != pathlang.Template && strings.ContainsAny(p.Text, "*{") && p.Text != "/.*" {
		one := crossing.Path{
			At: at, Text: p.Text, Into: "the policy", Narrower: true, Purse: purse,
			Means:   match.Set{Path: p, View: match.RawPath},
			Written: match.Set{Path: pathlang.PolicyPath(policyPath(p)), View: match.RawPath},
		}
		if len(g.Hosts) > 0 {
			one.Host = g.Hosts[0].Name
		}
		crossing.Check(one, found)
	}
	crossing.Values(r.Origin.At("methods"), "method", r.Match.Methods, found)
	for i := range r.Access.Grants {
		gr := &r.Access.Grants[i]
		if !tokenBound(gr) {
			continue
		}
		where := gr.Origin
		if where.Doc == nil {
			where = at
		}
		for _, issuer := range issuersIn(gr) {
			crossing.Values(where, "issuer", []string{issuer.Issuer}, found)
		}
		crossing.Values(where, "scope", gr.Scopes, found)
		crossing.Values(where, "audience", gr.Aud, found)
		for _, c := range callers(gr.Who) {
			crossing.Values(where, "caller", c.Values, found)
		}
	}
}

const metacharacters = `.*+?()[]{}|\^$`

// checkRegex reports a regular expression that is in a policy, where it is
// literal text: its requests are refused.
func checkRegex(r *ir.Route, found *diag.List) {
	p := r.Match.Path
	if p.Lang != pathlang.Regex || p.Text == "/.*" || !strings.ContainsAny(p.Text, metacharacters) {
		return
	}
	found.Add(diag.Finding{
		Code: diag.RegexInPolicy, At: r.Origin.At("path"),
		Message: fmt.Sprintf("the path %q is a regular expression, and policies read it literally: requests that it matches are answered with 403", p.Text),
		Help:    "use a literal path, /.* or /*",
	})
}

// operators removes those of templates.
var operators = strings.NewReplacer("{**}", "", "{*}", "")

// checkLiteral reports a literal path with characters that mean something else
// in the expression of the route than in the policy.
func checkLiteral(r *ir.Route, found *diag.List) {
	p := r.Match.Path
	if p.Lang != pathlang.Template || p.Text == "/*" || !strings.ContainsAny(operators.Replace(p.Text), metacharacters) {
		return
	}
	found.Add(diag.Finding{
		Code: diag.LiteralInRegex, At: r.Origin.At("path"),
		Message: fmt.Sprintf("the path %q is written unescaped into the route's regular expression, which matches more than the policy allows", p.Text),
		Help:    "what matches the route only is answered with 403",
	})
}

// checkSelector reports a policy without a selector: it applies to every pod
// of the namespace.
func checkSelector(r *ir.Route, found *diag.List) {
	forward, _ := r.Action.(ir.Forward)
	for i := range forward.To {
		u := &forward.To[i]
		if r.InMesh.Doc == nil && u.Selector != nil && len(*u.Selector) == 0 {
			found.Add(diag.Finding{
				Code: diag.NamespaceWidePolicy, At: u.Origin.At("name"),
				Message: fmt.Sprintf("Service %q has no selector: the policy applies to every pod of namespace %q", u.Name, u.Namespace),
				Help:    "give the Service a selector",
			})
		}
	}
}

// checkMutators reports mutation handlers of a route that does not go through
// Oathkeeper, which alone has them.
func checkMutators(r *ir.Route, t *ir.Target, found *diag.List) {
	if t.Plan.Delegated(r) {
		return
	}
	for _, f := range r.Filters {
		if m, ok := f.(ir.Mutate); ok {
			found.Add(diag.Finding{
				Code: diag.NotCompiled, At: m.Handler.Origin,
				Message: fmt.Sprintf("target %q has no place for mutator %q of a route whose tokens it checks itself", t.Name, m.Handler.Name),
				Help:    "remove the mutator, or compile to target oathkeeper",
			})
		}
	}
}

// checkShortCircuit reports methods that a rule loses on the path of another
// one: policies leave the whole path to it, whatever its methods are.
func checkShortCircuit(routes []*ir.Route, i int, purse *match.Purse, found *diag.List) {
	r, seen := routes[i], map[pathlang.Path]bool{}
	for j, o := range routes {
		if j == i || seen[o.Match.Path] || !slices.ContainsFunc(r.Except, func(p pathlang.Path) bool { return p == o.Match.Path }) {
			continue
		}
		seen[o.Match.Path] = true
		lost := slices.DeleteFunc(slices.Clone(r.Match.Methods), func(m string) bool { return isListed(routes, o.Match.Path, m) })
		if len(lost) == 0 || !overlaps(r.Match.Path, o.Match.Path, purse) {
			continue
		}
		found.Add(diag.Finding{
			Code: diag.MethodsShortCircuited, At: r.Origin.At("path"),
			Message: fmt.Sprintf("%s on %q is answered with 403: the policy of %q leaves that path to another rule, which does not list the method", strings.Join(lost, ", "), o.Match.Path.Text, r.Match.Path.Text),
			Help:    "list the methods in the rule for the more specific path too",
			Related: []diag.Related{{Message: "the rule that the path is left to", At: o.Origin.At("path")}},
		})
	}
}

// isListed reports whether some route lists the method for this very path.
func isListed(routes []*ir.Route, p pathlang.Path, method string) bool {
	return slices.ContainsFunc(routes, func(r *ir.Route) bool { return r.Match.Path == p && slices.Contains(r.Match.Methods, method) })
}

func overlaps(a, b pathlang.Path, purse *match.Purse) bool {
	return !pathlang.Apart(a, b) && purse.Relate(match.Compile(match.Set{Path: a}), match.Compile(match.Set{Path: b})).Kind != match.Disjoint
}
