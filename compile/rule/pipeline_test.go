package rule

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/handlers"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// TestTokensOfOnePlace checks which pairs of handlers are reported, each with a
// request that the rule matches.
func TestTokensOfOnePlace(t *testing.T) {
	const introspection, jwt = "oauth2_introspection", "jwt"
	for name, c := range map[string]struct {
		handlers []string // a name, or name and configuration
		clusters string   // configuration of jwt in the cluster
		want     diag.Code
	}{
		"introspection first":    {[]string{introspection, jwt}, "", diag.TokenShadowed},
		"jwt first":              {[]string{jwt, introspection}, "", diag.TokenKinds},
		"two issuers":            {[]string{"jwt trusted_issuers: [a]", "jwt trusted_issuers: [b]"}, "", diag.TokenKinds},
		"two scopes":             {[]string{introspection, introspection}, "", diag.TokenShadowed},
		"one between":            {[]string{jwt, "anonymous", introspection}, "", diag.TokenKinds},
		"another header":         {[]string{jwt, introspection + " token_from: {header: X-Token}"}, "", ""},
		"the same header":        {[]string{"jwt token_from: {header: X-Token}", introspection + " token_from: {header: x-token}"}, "", diag.TokenKinds},
		"the default by name":    {[]string{"jwt token_from: {header: Authorization}", introspection}, "", diag.TokenKinds},
		"cookie and parameter":   {[]string{"jwt token_from: {cookie: t}", introspection + " token_from: {query_parameter: t}"}, "", ""},
		"nothing":                {[]string{"jwt token_from: null", introspection}, "", diag.TokenKinds},
		"a prefix":               {[]string{introspection + " prefix: ory_", jwt}, "", ""},
		"the cluster's header":   {[]string{jwt, introspection}, "token_from: {header: X-Token}", ""},
		"over the cluster's":     {[]string{"jwt token_from: {header: Authorization}", introspection}, "token_from: {header: X-Token}", diag.TokenKinds},
		"client credentials":     {[]string{"oauth2_client_credentials", introspection}, "", ""},
		"one":                    {[]string{jwt}, "", ""},
		"a third of the default": {[]string{"jwt token_from: {cookie: t}", introspection, jwt}, "", diag.TokenShadowed},
	} {
		t.Run(name, func(t *testing.T) {
			route := &ir.Route{Match: match.Set{Methods: []string{"POST"}, Path: pathlang.Path{Lang: pathlang.Regex, Text: "/orders/[0-9]+"}}}
			for _, h := range c.handlers {
				name, config, _ := strings.Cut(h, " ")
				route.Access.Grants = append(route.Access.Grants, ir.Grant{Proof: ir.ByHandler{}, Verbatim: &ir.Handler{Name: name, Config: object(t, config)}})
			}
			target := &ir.Target{Name: "oathkeeper"}
			if c.clusters != "" {
				target.Handlers = map[string]map[string]handlers.Defaults{"authenticators": {"jwt": {Config: object(t, c.clusters)}}}
			}
			found, _ := Check(&ir.Gateway{Hosts: []ir.Host{{Name: "orders.example.com"}}, Routes: []*ir.Route{route}}, target)
			var got diag.Code
			for i := range found {
				if f := &found[i]; f.Code == diag.TokenShadowed || f.Code == diag.TokenKinds {
					got = f.Code
					if f.Witness == nil || f.Witness.Method != "POST" || !strings.HasPrefix(f.Witness.URL, "https://orders.example.com/orders/") || len(f.Related) != 1 {
						t.Errorf("witness %v, related %v", f.Witness, f.Related)
					}
				}
			}
			if got != c.want {
				t.Errorf("reported %q, want %q", got, c.want)
			}
		})
	}
}
