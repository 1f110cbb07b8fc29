package rule

import (
	"slices"
	"testing"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/handlers"
	"github.com/kgw-dev/kgw/internal/ir"
)

// TestDemandsThatAreReadOtherwise: lists of an authenticator that demand nothing
// as they are written, or what no token has, are reported at their place.
func TestDemandsThatAreReadOtherwise(t *testing.T) {
	const keys, ofAll = "jwks_urls: [https://i.test/k]\n", "-"
	for name, c := range map[string]struct {
		handler, own, clusters string
		want                   []string
	}{
		"scopes":                          {"jwt", keys + "required_scope: [a]", ofAll, nil},
		"no scopes":                       {"jwt", keys + "required_scope: []", ofAll, nil},
		"an empty scope":                  {"oauth2_introspection", "required_scope: [a, '']", ofAll, []string{"KGW506 config.required_scope[1]"}},
		"an empty audience":               {"jwt", keys + "target_audience: ['']", ofAll, []string{"KGW506 config.target_audience[0]"}},
		"an empty issuer":                 {"oauth2_introspection", "trusted_issuers: ['']", ofAll, []string{"KGW506 config.trusted_issuers[0]"}},
		"an empty issuer of jwt":          {"jwt", keys + "trusted_issuers: ['']", ofAll, nil},
		"no issuers":                      {"jwt", keys + "trusted_issuers: []", ofAll, []string{"KGW506 config.trusted_issuers"}},
		"no keys":                         {"jwt", "jwks_urls: []", ofAll, []string{"KGW510 config.jwks_urls"}},
		"no keys in place of the cluster": {"jwt", "jwks_urls: []", keys, []string{"KGW510 config.jwks_urls"}},
		"the cluster's keys":              {"jwt", "", keys, nil},
		"scopes and no strategy":          {"jwt", keys + "required_scope: [a]\nscope_strategy: none", ofAll, []string{"KGW510 config.required_scope"}},
		"scopes and none in the cluster":  {"jwt", "required_scope: [a]", keys + "scope_strategy: none", []string{"KGW510 config.required_scope"}},
		"scopes and the cluster's":        {"jwt", "required_scope: [a]", keys + "scope_strategy: exact", nil},
		"introspection compares nothing":  {"oauth2_introspection", "required_scope: [a]\nscope_strategy: none", ofAll, nil},
	} {
		h := &ir.Handler{Name: c.handler, Config: object(t, c.own)}
		target := &ir.Target{}
		if c.clusters != ofAll {
			target.Handlers = map[string]map[string]handlers.Defaults{"authenticators": {c.handler: {Config: object(t, c.clusters)}}}
		}
		var found diag.List
		checkHandler(h, handlers.Authenticators, target, &found)
		var got []string
		for _, f := range found {
			got = append(got, string(f.Code)+" "+f.At.Path)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
