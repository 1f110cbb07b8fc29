package ingress

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/eskip"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/source"
)

const maxName = 253 // of an object

// Check reports faults of what Lower would write, and intents of the gateway
// that Skipper cannot express.
func Check(g *ir.Gateway, t *ir.Target) (diag.List, ir.Written) {
	var found diag.List
	if g.Order != match.MostSpecific {
		found.Add(diag.Finding{
			Code: diag.NotCompiled, At: g.Origin,
			Message: fmt.Sprintf("the routes of %s are matched in their order, and Skipper matches the most specific path first", g.Kind),
			Help:    "choose another target for this kind",
		})
		return found, ir.Written{}
	}
	for _, r := range g.Routes {
		reportUnsaid(r, &found)
	}
	checkNatives(g, t, &found)
	routes := routesOf(g)
	checkCrossing(g, routes, match.NewPurse(t.Steps), &found)
	checkAnnotations(g, t, &found)
	if t.Skipper.RouteGroups {
		checkGroups(g, t, &found)
	} else {
		checkNames(g, t, routes, &found)
	}
	return found, ir.Written{}
}

// reportUnsaid reports what a route asks for and Skipper's routes do not have.
func reportUnsaid(r *ir.Route, found *diag.List) {
	add := func(at source.Ref, what string) {
		found.Add(diag.Finding{Code: diag.NotForSkipper, At: at, Message: what + " cannot be written for Skipper", Help: "choose another target for this gateway"})
	}
	if _, ok := pathPredicate(r.Match.Path); !ok {
		add(r.Origin, fmt.Sprintf("path %q", r.Match.Path.Text))
	}
	for i := range r.Access.Grants {
		g := &r.Access.Grants[i]
		switch g.Proof.(type) {
		case ir.None, ir.Passthru, ir.TokenInfo:
		case ir.JWT, ir.External, ir.ByHandler:
			add(g.Origin, "this access rule")
		}
	}
	for _, f := range r.Filters {
		switch f := f.(type) {
		case ir.Mutate:
			add(f.Handler.Origin, fmt.Sprintf("mutator %q", f.Handler.Name))
		case ir.SetRequestCookies:
			add(r.Origin, "setting cookies")
		case ir.ForwardedHost:
			add(r.Origin, "the forwarded host")
		case ir.SetRequestHeaders, ir.RemoveResponseHeaders, ir.Compress, ir.Native, ir.ForwardIdentity, ir.TraceRequest, ir.Audit:
		}
	}
	if r.Timeout > 0 {
		add(r.Origin, "a timeout")
	}
}

// checkNatives checks filters of the author's: each is one filter, and one that
// the configuration allows. A filter that the operator drops in silence is an
// error.
func checkNatives(g *ir.Gateway, t *ir.Target, found *diag.List) {
	seen := map[string]bool{}
	for _, r := range g.Routes {
		for _, f := range r.Filters {
			if n, ok := f.(ir.Native); ok && n.Engine == engine && !seen[n.Text] {
				seen[n.Text] = true
				checkNative(&n, t, found)
			}
		}
	}
}

func checkNative(n *ir.Native, t *ir.Target, found *diag.List) {
	calls, err := eskip.ParseFilters(n.Text)
	switch {
	case err != nil:
		found.Add(diag.Finding{
			Code: diag.BadFilter, At: n.Origin, Message: fmt.Sprintf("additional filter %q cannot be read: %s", n.Text, err),
			Help: `filters are written name("text", 1) with -> between them; the operator also splits at an arrow inside a text`,
		})
	case len(calls) != 1:
		found.Add(diag.Finding{Code: diag.BadFilter, At: n.Origin, Message: fmt.Sprintf("additional filter %q is not exactly one filter", n.Text)})
	case !slices.Contains(t.Skipper.Filters, calls[0].Name):
		found.Add(diag.Finding{
			Code: diag.FilterNotAllowed, At: n.Origin, Message: fmt.Sprintf("additional filter %q is not allowed", calls[0].Name),
			Help: "add it to skipper.additionalFilters in kgw.yaml, or remove it; the operator drops it in silence",
		})
	default:
		checkRisk(n, &calls[0], found)
	}
}

// checkAnnotations reports annotations that would be copied over those that
// protect the gateway.
func checkAnnotations(g *ir.Gateway, t *ir.Target, found *diag.List) {
	for _, k := range reserved {
		if _, ok := g.Annotations[k]; ok && slices.Contains(t.Skipper.Annotations, k) {
			at := g.Origin.At("metadata", "annotations", k)
			at.Key = true
			found.Add(diag.Finding{
				Code: diag.ReservedAnnotation, At: at, Message: fmt.Sprintf("annotation %q would replace the routes of the gateway and is not copied", k),
				Help: "remove it here or from skipper.annotations in kgw.yaml",
			})
		}
	}
}

// checkNames reports Ingresses that would have one name, and names that are
// too long. Of two objects with one name only one would exist.
func checkNames(g *ir.Gateway, t *ir.Target, routes []proxyRoute, found *diag.List) {
	suffixes := []string{""}
	for _, v := range versions(g, t) {
		suffixes = append(suffixes, "-"+v.name)
	}
	longest := slices.MaxFunc(suffixes, func(a, b string) int { return len(a) - len(b) })
	first := map[string]*proxyRoute{}
	for i := range routes {
		p := &routes[i]
		name := strings.ToLower(slug(g) + "-" + p.name)
		if n := len(name) + len(longest); n > maxName {
			found.Add(diag.Finding{
				Code: diag.IngressNameTooLong, At: keyOf(p.origin),
				Message: fmt.Sprintf("Ingress %q would have a name of %d characters; at most %d are allowed", name+longest, n, maxName), Help: "use a shorter path or name",
			})
		}
		for _, s := range suffixes {
			if other := first[name+s]; other != nil {
				reportSameName(p, other, name+s, found)
				break
			}
			first[name+s] = p
		}
	}
}

func reportSameName(p, other *proxyRoute, name string, found *diag.List) {
	f := found.Add(diag.Finding{
		Code: diag.IngressNameCollision, At: keyOf(p.origin),
		Message: fmt.Sprintf("two routes would be written to Ingress %q, so that one of them would not exist", name),
		Help:    "change one of the paths or services, or write RouteGroups (--skipper-api routegroup)",
	})
	if other.origin != p.origin {
		f.Related = []diag.Related{{Message: "the other route", At: keyOf(other.origin)}}
	}
}

func keyOf(at source.Ref) source.Ref {
	at.Key = true
	return at
}
