package rule

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// TestUnenforcedProofs checks that no route is written whose proof nothing
// would demand.
func TestUnenforcedProofs(t *testing.T) {
	oathkeeper := &ir.Target{Name: "oathkeeper"}
	mesh := &ir.Target{Name: "istio", Plan: ir.Plan{NativeJWT: true, Policies: true, Ruled: map[string]bool{"noop": true}}}
	for name, c := range map[string]struct {
		grant  ir.Grant
		target *ir.Target
		want   bool
	}{
		"external authorizer":           {ir.Grant{Proof: ir.External{}}, oathkeeper, true},
		"token in Istio's form":         {ir.Grant{Proof: ir.JWT{}}, oathkeeper, true},
		"token information":             {ir.Grant{Proof: ir.TokenInfo{}}, oathkeeper, true},
		"token in Oathkeeper's form":    {ir.Grant{Proof: ir.JWT{}, Verbatim: &ir.Handler{Name: "jwt"}}, oathkeeper, false},
		"nothing":                       {ir.Grant{Proof: ir.None{}}, oathkeeper, false},
		"external authorizer, policies": {ir.Grant{Proof: ir.External{}}, mesh, false},
		"token, policies":               {ir.Grant{Proof: ir.JWT{}}, mesh, false},
	} {
		t.Run(name, func(t *testing.T) {
			route := &ir.Route{
				Match:  match.Set{Path: pathlang.Path{Lang: pathlang.Regex, Text: "/.*"}},
				Access: ir.Access{Grants: []ir.Grant{c.grant}},
			}
			got := false
			found, _ := Check(&ir.Gateway{Routes: []*ir.Route{route}}, c.target)
			for _, f := range found {
				got = got || f.Code == diag.NotCompiled
			}
			if got != c.want {
				t.Errorf("refused: %v, want %v", got, c.want)
			}
		})
	}
}
