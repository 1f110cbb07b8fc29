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

// public reports routes that demand nothing of the caller: for the record, or
// as an error where the policy forbids them. Routes that the policy lists are
// meant.
func public(v *View, found *diag.List) {
	for _, g := range v.Gateways {
		for _, r := range g.Routes {
			if r.Access.Open() && !v.intended(g, r) {
				publicFinding(g, r, v.Policy.NoPublic, found)
			}
		}
	}
}

func publicFinding(g *ir.Gateway, r *ir.Route, forbidden bool, found *diag.List) {
	f := diag.Finding{
		Code: diag.PublicRoute, At: r.Origin.At("path"),
		Message: fmt.Sprintf("%s %q is public: it demands nothing of the caller", strings.Join(r.Match.Methods, ", "), r.Match.Path.Text),
		Help:    "list the route in policy.publicRoutes of kgw.yaml if that is meant",
	}
	if forbidden {
		f.Code = diag.PublicForbidden
		f.Help = "demand a token, or list the route in policy.publicRoutes of kgw.yaml"
	}
	found.Add(f)
}

func (v *View) intended(g *ir.Gateway, r *ir.Route) bool {
	return slices.ContainsFunc(v.Policy.PublicRoutes, func(p PublicRoute) bool {
		if p.Path != r.Match.Path.Text {
			return false
		}
		host := p.Host == "" || slices.ContainsFunc(g.Hosts, func(h ir.Host) bool { return p.Host == h.Name || p.Host == h.Written })
		methods := p.Methods == nil || !slices.ContainsFunc(r.Match.Methods, func(m string) bool { return !slices.Contains(p.Methods, m) })
		return host && methods
	})
}
