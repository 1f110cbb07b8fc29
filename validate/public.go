package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
)

// PublicRoute is a route that is meant to be public: its path as written. An
// empty Host and nil Methods are any.
type PublicRoute struct {
	Host, Path string
	Methods    []string
}

// checkPublic reports routes that demand nothing of the caller: for the record, or
// as an error where the policy forbids them. Routes that the policy lists are
// meant.
func checkPublic(v *View, found *diag.List) {
	anyMethod := v.openToAnyMethod()
	for _, g := range v.Gateways {
		for _, r := range g.Routes {
			methods := r.Match.Methods
			if anyMethod[r] {
				methods = nil
			}
			if r.Access.Open() && !v.isIntended(g, r, methods) {
				reportPublic(r, methods, v.policyOf(g).NoPublic, found)
			}
		}
	}
}

// openToAnyMethod finds the routes that the proxy matches for any method and that
// nothing behind the proxy checks.
func (v *View) openToAnyMethod() map[*ir.Route]bool {
	out, policies := map[*ir.Route]bool{}, v.policiesByRoute()
	for i := range v.Routes {
		t := v.Routes[i]
		if t.Set.Methods == nil && !t.Delegated && policies[t.Route] == nil {
			out[t.Route] = true
		}
	}
	return out
}

// reportPublic reports a public route; nil methods are any.
func reportPublic(r *ir.Route, methods []string, forbidden bool, found *diag.List) {
	spelled := strings.Join(methods, ", ")
	if methods == nil {
		spelled = "any method on"
	}
	f := diag.Finding{
		Code: diag.PublicRoute, At: r.Origin.At("path"),
		Message: fmt.Sprintf("%s %q is public: it demands nothing of the caller", spelled, r.Match.Path.Text),
		Help:    "list the route in policy.publicRoutes of kgw.yaml if that is meant",
	}
	if forbidden {
		f.Code = diag.PublicForbidden
		f.Help = "demand a token, or list the route in policy.publicRoutes of kgw.yaml"
	}
	found.Add(f)
}

// isIntended reports whether one entry of the policy makes the route public: its
// path, all methods that are really open, and every host of the gateway.
func (v *View) isIntended(g *ir.Gateway, r *ir.Route, methods []string) bool {
	return slices.ContainsFunc(v.policyOf(g).PublicRoutes, func(p PublicRoute) bool {
		if p.Path != r.Match.Path.Text {
			return false
		}
		other := p.Host != "" && slices.ContainsFunc(g.Hosts, func(h ir.Host) bool {
			return !strings.EqualFold(p.Host, h.Name) && !strings.EqualFold(p.Host, h.Written)
		})
		covered := p.Methods == nil || methods != nil && !slices.ContainsFunc(methods, func(m string) bool { return !slices.Contains(p.Methods, m) })
		return !other && covered
	})
}
