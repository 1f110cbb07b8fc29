// Package envoy holds what the emitters of routes for Istio's gateway share: what an
// entry matches and sets, where it sends requests, and the faults that do not depend on
// the kind of object.
//
// It takes the model and a target. It must not know the objects.
package envoy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/crossing"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// Check reports what entries for the routes of a gateway would do that the
// author did not ask for. written returns the path that is written for one.
func Check(g *ir.Gateway, t *ir.Target, written func(pathlang.Path) pathlang.Path) diag.List {
	var found diag.List
	policies, purse := t.WritesPolicies(g), match.NewPurse(t.Steps)
	for _, r := range g.Routes {
		if r.RoutedBy != nil {
			checkLost(r, t, &found)
			continue
		}
		checkTemplate(g, r, t, written(r.Match.Path), purse, &found)
		checkHeaders(r, &found)
		if r.AnyMethod && !t.Plan.Delegated(r) && !policies {
			checkMethods(r, &found)
		}
	}
	return found
}

// checkTemplate reports a template whose expression does not match all that it is
// defined to match: {**} between two segments is zero or more of them, and the
// controller's expression needs one; ( ) + $ are text, and are not escaped there. What
// the expression matches in addition, policies have to refuse.
func checkTemplate(g *ir.Gateway, r *ir.Route, t *ir.Target, written pathlang.Path, purse *match.Purse, found *diag.List) {
	p := r.Match.Path
	if p.Lang != pathlang.Template || len(g.Hosts) == 0 || !strings.Contains(p.Text, "{**}/") && !strings.ContainsAny(p.Text, "()+$") {
		return
	}
	if _, refused := t.Judge.RefusedBy(written, pathlang.RE2Istio); refused {
		return // what Istio refuses is reported as refused
	}
	crossing.Check(crossing.Path{
		At: r.Origin.At("path"), Text: p.Text, Into: "the route", Purse: purse, Host: strings.Replace(g.Hosts[0].Name, "*", "any", 1),
		Means: match.Set{Path: pathlang.TemplateMeaning(p), View: match.RawPath}, Written: match.Set{Path: written, View: match.RawPath}, Wider: true,
	}, found)
}

// checkHeaders reports headers that a rule sets though its controller sets them
// too: the later value wins, which is the rule's, except for its cookies.
func checkHeaders(r *ir.Route, found *diag.List) {
	own, written := map[string]bool{"x-forwarded-host": true}, ""
	report := func(format, name string) {
		found.Add(diag.Finding{Code: diag.HeaderOverwritten, At: r.Origin.At("path"), Message: fmt.Sprintf(format, name), Help: "remove the header, if that is not meant"})
	}
	for _, f := range r.Filters {
		switch f := f.(type) {
		case ir.SetRequestCookies:
			own["cookie"] = len(f.Cookies) > 0
			if own["cookie"] && written != "" {
				report("the rule's cookies are set in place of the header %q that it sets as well", written)
			}
		case ir.SetRequestHeaders:
			for _, name := range slices.Sorted(maps.Keys(f.Headers)) {
				if own[strings.ToLower(name)] {
					report("the rule sets the header %q in place of the value that the gateway would set", name)
				}
				if strings.EqualFold(name, "cookie") {
					written = name
				}
			}
		case ir.ForwardedHost, ir.RemoveResponseHeaders, ir.Compress, ir.Mutate, ir.Native, ir.Audit, ir.ForwardIdentity, ir.TraceRequest:
		}
	}
}

// Methods is every method that a request can usefully have.
var Methods = []string{"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"}

func checkMethods(r *ir.Route, found *diag.List) {
	missing := slices.DeleteFunc(slices.Clone(Methods), func(m string) bool { return slices.Contains(r.Match.Methods, m) })
	if len(missing) == 0 {
		return
	}
	found.Add(diag.Finding{
		Code: diag.MethodsNotEnforced, At: r.Origin.At("methods"),
		Message: fmt.Sprintf("the methods of %q are not enforced: %s pass too", r.Match.Path.Text, strings.Join(missing, ", ")),
		Help:    "access strategy \"allow\" lets every method through; use no_auth (v1beta1) or noop to enforce the list",
	})
}

// checkLost reports a rule that has no route of its own when the route that
// matches its requests answers them differently.
func checkLost(r *ir.Route, t *ir.Target, found *diag.List) {
	kept := r.RoutedBy
	why := ""
	switch {
	case t.Plan.Delegated(kept) != t.Plan.Delegated(r):
		if t.Plan.Delegated(kept) {
			why = "sends them to Oathkeeper, which has no rule for them"
		} else {
			why = "sends them straight to the Service, without Oathkeeper"
		}
	case !slices.Equal(Destinations(kept, t), Destinations(r, t)):
		why = "sends them to another Service"
	case t.Plan.MatchesMethods(kept) && !subset(r.Match.Methods, kept.Match.Methods):
		why = "does not match their methods, so nothing answers them"
	case kept.Timeout != r.Timeout:
		why = fmt.Sprintf("has a timeout of %s and not %s", kept.Timeout, r.Timeout)
	case !sameHeaders(kept, r):
		why = "sets other headers"
	default:
		return
	}
	found.Add(diag.Finding{
		Code: diag.RouteLost, At: r.Origin.At("path"),
		Message: fmt.Sprintf("requests for %s %q are served by the route of an earlier rule with the same path, which %s", strings.Join(r.Match.Methods, ", "), r.Match.Path.Text, why),
		Help:    "give the two rules different paths, or the same access strategy, service and timeout",
		Related: []diag.Related{{Message: "the rule whose route is kept", At: kept.Origin.At("path")}},
	})
}

func subset(a, b []string) bool {
	return !slices.ContainsFunc(a, func(m string) bool { return !slices.Contains(b, m) })
}

func sameHeaders(a, b *ir.Route) bool {
	return slices.Equal(changesOf(&ir.Gateway{}, a).set, changesOf(&ir.Gateway{}, b).set)
}
