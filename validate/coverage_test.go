package validate_test

import (
	"slices"
	"testing"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/validate"
)

var (
	anyToken = []ir.Credentials{{Token: true}}
	nothing  = []ir.Credentials{{}}
)

// scoped is a grant for tokens with scopes.
func scoped(scopes ...string) ir.Grant { return ir.Grant{Proof: ir.JWT{}, Scopes: scopes} }

// issued is a grant for tokens of any of some issuers.
func issued(issuers ...string) ir.Grant {
	var out ir.JWT
	for _, issuer := range issuers {
		out.Issuers = append(out.Issuers, ir.Issuer{Issuer: issuer})
	}
	return ir.Grant{Proof: out}
}

// trusting is a grant by a handler of Oathkeeper.
func trusting(handler, issuer string) ir.Grant {
	return ir.Grant{Proof: ir.ByHandler{Handler: ir.Handler{Name: handler, Config: source.Object{{Key: "trusted_issuers", Value: []any{issuer}}}}}}
}

// ofIssuer describes an operation for tokens of issuers, all at once.
func ofIssuer(issuers ...string) []ir.Credentials {
	return []ir.Credentials{{Token: true, Issuers: issuers}}
}

// TestCoverage compares one route with one operation.
func TestCoverage(t *testing.T) {
	open := ir.Grant{Proof: ir.None{}}
	tests := map[string]struct {
		method, path, template string // of the operation, of the route
		allowed                []ir.Credentials
		grants                 []ir.Grant
		want                   []diag.Code
	}{
		"open, and described as open":        {"GET", "/a", "/a", nothing, []ir.Grant{open}, nil},
		"open, and described as closed":      {"GET", "/a", "/a", anyToken, []ir.Grant{open}, []diag.Code{diag.AccessWeaker}},
		"closed, and described as open":      {"GET", "/a", "/a", nothing, []ir.Grant{scoped("r")}, []diag.Code{diag.AccessStricter}},
		"the scopes of the description":      {"GET", "/a", "/a", []ir.Credentials{{Token: true, Scopes: []string{"r", "w"}}}, []ir.Grant{scoped("w", "r")}, nil},
		"fewer scopes than described":        {"GET", "/a", "/a", []ir.Credentials{{Token: true, Scopes: []string{"r", "w"}}}, []ir.Grant{scoped("r")}, []diag.Code{diag.AccessWeaker}},
		"more scopes than described":         {"GET", "/a", "/a", []ir.Credentials{{Token: true, Scopes: []string{"r"}}}, []ir.Grant{scoped("r", "w")}, []diag.Code{diag.AccessStricter}},
		"a way in that nobody described":     {"GET", "/a", "/a", []ir.Credentials{{Token: true, Scopes: []string{"r"}}}, []ir.Grant{scoped("r"), scoped("x")}, []diag.Code{diag.AccessWeaker}},
		"a grant for employees as well":      {"GET", "/a", "/a", []ir.Credentials{{Token: true, Scopes: []string{"r"}}}, []ir.Grant{scoped("r"), {Who: ir.Employees{All: true}, Proof: ir.JWT{}}}, nil},
		"an API key, which the service asks": {"GET", "/a", "/a", []ir.Credentials{{Others: []string{"key"}}}, []ir.Grant{open}, []diag.Code{diag.CredentialsUnchecked}},
		"an API key beside a token":          {"GET", "/a", "/a", []ir.Credentials{{Token: true, Others: []string{"key"}}}, []ir.Grant{scoped()}, []diag.Code{diag.CredentialsUnchecked}},
		"an API key in place of a token":     {"GET", "/a", "/a", []ir.Credentials{{Others: []string{"key"}}}, []ir.Grant{scoped()}, []diag.Code{diag.AccessStricter, diag.CredentialsUnchecked}},
		"an authorizer":                      {"GET", "/a", "/a", anyToken, []ir.Grant{{Proof: ir.External{}}}, []diag.Code{diag.CredentialsUnchecked}},
		"the issuer of the description":      {"GET", "/a", "/a", ofIssuer("https://a/"), []ir.Grant{issued("https://a")}, nil},
		"another issuer than described":      {"GET", "/a", "/a", ofIssuer("https://a"), []ir.Grant{issued("https://b")}, []diag.Code{diag.AccessWeaker, diag.AccessStricter}},
		"an issuer more than described":      {"GET", "/a", "/a", ofIssuer("https://a"), []ir.Grant{issued("https://a", "https://b")}, []diag.Code{diag.AccessWeaker}},
		"an issuer less than described":      {"GET", "/a", "/a", append(ofIssuer("https://a"), ofIssuer("https://b")...), []ir.Grant{issued("https://a")}, []diag.Code{diag.AccessStricter}},
		"both issuers of the description":    {"GET", "/a", "/a", append(ofIssuer("https://a"), ofIssuer("https://b")...), []ir.Grant{issued("https://a", "https://b")}, nil},
		"no issuer is described":             {"GET", "/a", "/a", anyToken, []ir.Grant{issued("https://a")}, nil},
		"no issuer is demanded":              {"GET", "/a", "/a", ofIssuer("https://a"), []ir.Grant{scoped()}, nil},
		"tokens of two issuers at once":      {"GET", "/a", "/a", ofIssuer("https://a", "https://b"), []ir.Grant{issued("https://a")}, []diag.Code{diag.AccessWeaker}},
		"a handler for another issuer":       {"GET", "/a", "/a", ofIssuer("https://a"), []ir.Grant{trusting("jwt", "https://b")}, []diag.Code{diag.AccessWeaker, diag.AccessStricter}},
		"a handler that knows no issuers":    {"GET", "/a", "/a", ofIssuer("https://a"), []ir.Grant{trusting("oauth2_introspection", "https://b")}, nil},
		"a handler for the issuer":           {"GET", "/a", "/a", ofIssuer("https://a"), []ir.Grant{trusting("jwt", "https://a")}, nil},
		"another method":                     {"POST", "/a", "/a", nothing, []ir.Grant{open}, []diag.Code{diag.OperationNotExposed, diag.RouteNotDocumented}},
		"a wider route":                      {"GET", "/a/{id}", "/a/{**}", nothing, []ir.Grant{open}, []diag.Code{diag.RouteNotDocumented}},
		"a narrower route":                   {"GET", "/a/{id}", "/a/b", nothing, []ir.Grant{open}, []diag.Code{diag.OperationNotExposed}},
		"HEAD is described by GET":           {"GET", "/a", "/a", nothing, []ir.Grant{open}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			methods := []string{"GET", "OPTIONS"}
			if name == "HEAD is described by GET" {
				methods = append(methods, "HEAD")
			}
			g := &ir.Gateway{Hosts: []ir.Host{{Name: "shop.example.com"}}, Routes: []*ir.Route{{
				Match:  match.Set{Hosts: []string{"shop.example.com"}, Methods: methods, Path: pathlang.Path{Lang: pathlang.Template, Text: test.template}},
				Access: ir.Access{Restricted: true, Grants: test.grants}, Action: ir.Forward{},
			}}}
			servers := []ir.APIServer{{Host: "shop.example.com"}}
			api := &ir.API{Servers: servers, Operations: []ir.Operation{{Method: test.method, Path: test.path, Servers: servers, Allowed: test.allowed}}}
			if got := coverage(g, api); !slices.Equal(got, test.want) {
				t.Errorf("found %v, want %v", got, test.want)
			}
		})
	}
}

// coverage returns the codes about descriptions, sorted.
func coverage(g *ir.Gateway, api *ir.API) []diag.Code {
	var out []diag.Code
	for _, f := range validate.Run(&validate.View{Meant: []*ir.Gateway{g}, APIs: []*ir.API{api}}) {
		if f.Code >= diag.OperationNotExposed && f.Code <= diag.CoverageUndecided {
			out = append(out, f.Code)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// TestCoverageOfNothing checks that an empty comparison is reported.
func TestCoverageOfNothing(t *testing.T) {
	g := &ir.Gateway{Hosts: []ir.Host{{Name: "shop.example.com"}}}
	for name, servers := range map[string][]ir.APIServer{"no host": {{}}, "another host": {{Host: "store.example.com"}}} {
		api := &ir.API{Servers: servers, Operations: []ir.Operation{{Method: "GET", Path: "/a", Servers: servers, Allowed: nothing}}}
		if got := coverage(g, api); !slices.Equal(got, []diag.Code{diag.ServerNotServed}) {
			t.Errorf("%s: found %v", name, got)
		}
	}
}

// TestCoverageUndecided checks that undecided comparisons are reported.
func TestCoverageUndecided(t *testing.T) {
	servers := []ir.APIServer{{Host: "shop.example.com"}}
	api := &ir.API{Servers: servers, Operations: []ir.Operation{{Method: "GET", Path: "/a", Servers: servers, Allowed: nothing}}}
	g := &ir.Gateway{Hosts: []ir.Host{{Name: "shop.example.com"}}, Routes: []*ir.Route{{
		Match:  match.Set{Methods: []string{"GET"}, Path: pathlang.Path{Lang: pathlang.Regex, Text: "/("}},
		Access: ir.Access{Grants: []ir.Grant{{Proof: ir.None{}}}}, Action: ir.Forward{},
	}}}
	if got := coverage(g, api); !slices.Contains(got, diag.CoverageUndecided) {
		t.Errorf("found %v", got)
	}
	api.Operations[0].Servers = []ir.APIServer{{Host: "elsewhere.example.com"}} // no operation is left on the host
	if got := coverage(g, api); !slices.Contains(got, diag.CoverageUndecided) {
		t.Errorf("without operations: found %v", got)
	}
}
