package ir_test

import (
	"slices"
	"testing"

	"github.com/kgw-dev/kgw/internal/ir"
)

// TestIdentity holds the precedence of what is said of the identity of a
// Gateway of the Gateway API.
func TestIdentity(t *testing.T) {
	name := ir.Name{Namespace: "gates", Name: "public"}
	mapped := map[ir.Name]ir.Parent{{Namespace: "a", Name: "b"}: {Name: name, Principal: "of this"}}
	for want, api := range map[string]struct {
		ir.GatewayAPI
		account string
	}{
		"of this":                                {ir.GatewayAPI{Parents: mapped, Principals: []string{"of all"}}, "told"},
		"new":                                    {ir.GatewayAPI{Principals: []string{"old", "new"}}, "told"},
		"cluster.local/ns/gates/sa/told":         {ir.GatewayAPI{}, "told"},
		"cluster.local/ns/gates/sa/public-istio": {ir.GatewayAPI{}, ""},
	} {
		if got := api.Identity(name, api.account); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestParentOf: a Gateway among the inputs says which listeners have TLS, where
// the configuration names none.
func TestParentOf(t *testing.T) {
	g := &ir.Gateway{Ingress: ir.Ingress{Text: "gates/public", Parent: &ir.ParentDocument{Account: "told", Secure: []string{"https"}}}}
	api := ir.GatewayAPI{}
	if p := api.ParentOf(g); p.Principal != "cluster.local/ns/gates/sa/told" || !slices.Equal(p.Sections, []string{"https"}) {
		t.Errorf("%+v", p)
	}
	api.Parents = map[ir.Name]ir.Parent{{Namespace: "gates", Name: "public"}: {Name: ir.Name{Namespace: "gates", Name: "public"}, Kind: "Gateway", Sections: []string{"web"}}}
	if p := api.ParentOf(g); !slices.Equal(p.Sections, []string{"web"}) {
		t.Errorf("%+v", p)
	}
}

// TestIngressPrincipals: while several gateways serve, policies let in all.
func TestIngressPrincipals(t *testing.T) {
	g := &ir.Gateway{Ingress: ir.Ingress{Text: "gates/public"}}
	for _, c := range []struct {
		target ir.Target
		want   []string
	}{
		{ir.Target{IngressPrincipals: []string{"old"}}, []string{"old"}},
		{ir.Target{IngressPrincipals: []string{"old", "new"}}, []string{"old", "new"}},
		{ir.Target{IngressPrincipals: []string{"old"}, GatewayAPI: ir.GatewayAPI{Routes: true}}, []string{"cluster.local/ns/gates/sa/public-istio"}},
		{ir.Target{IngressPrincipals: []string{"old", "new"}, GatewayAPI: ir.GatewayAPI{Routes: true, Principals: []string{"old", "new"}}}, []string{"old", "new"}},
		{ir.Target{IngressPrincipals: []string{"old", "new"}, GatewayAPI: ir.GatewayAPI{Routes: true}}, []string{"old", "new", "cluster.local/ns/gates/sa/public-istio"}},
	} {
		if got := c.target.IngressPrincipalsOf(g); !slices.Equal(got, c.want) {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
