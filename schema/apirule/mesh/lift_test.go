package mesh

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/apirule"
	"github.com/kgw-dev/kgw/schema/apirule/apiruletest"
)

var samePlaces = cmp.Comparer(func(a, b source.Ref) bool { return a.Path == b.Path })

func in(path string) source.Ref { return source.Ref{Path: path} }

func lift(t *testing.T, spec string) *ir.Gateway {
	t.Helper()
	doc, root := apiruletest.Parse(t, "gateway.kyma-project.io/v2", spec)
	g, found := Decode(doc, root).Lift(&ir.Settings{})
	if len(found) > 0 {
		t.Error(found)
	}
	return g
}

// TestGateway holds what the fields of the spec become.
func TestGateway(t *testing.T) {
	for spec, want := range map[string]struct {
		hosts   []ir.Host
		ingress ir.Ingress
	}{
		"hosts: [books.example.com], gateway: infra/gw, rules: []": {
			[]ir.Host{{Origin: in("spec.hosts[0]"), Name: "books.example.com", Written: "books.example.com"}},
			ir.Ingress{Origin: in("spec.gateway"), Text: "infra/gw", Ref: ir.Name{Namespace: "infra", Name: "gw"}},
		},
		"hosts: [books], externalGateway: infra/ext, rules: []": {
			[]ir.Host{{Origin: in("spec.hosts[0]"), Name: "books", Written: "books", Short: true}},
			ir.Ingress{Origin: in("spec.externalGateway"), External: ir.Name{Namespace: "infra", Name: "ext"}},
		},
	} {
		g := lift(t, spec)
		if d := cmp.Diff(want.hosts, g.Hosts, samePlaces); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff(want.ingress, g.Ingress, samePlaces); d != "" {
			t.Error(d)
		}
		if g.Name != (ir.Name{Namespace: "library", Name: "books"}) || g.Kind != "APIRule" || g.Order != match.FirstMatch || g.Labels[NameLabel] != "books" || g.Labels[NamespaceLabel] != "library" || len(g.Labels) != 6 {
			t.Errorf("%+v", g)
		}
		if g.Convention.LegacyOwner != (ir.Label{Key: "apirule.gateway.kyma-project.io/v1beta1", Value: "books.library"}) || !g.Convention.IngressOnly || !g.Convention.PolicyHosts {
			t.Errorf("%+v", g.Convention)
		}
	}
}

// TestRoutes holds what the fields of a rule become.
func TestRoutes(t *testing.T) {
	const head = "hosts: [books.example.com], gateway: infra/gw, service: {name: shelves, port: 8000, namespace: attic}, "
	action := ir.Forward{To: []ir.Upstream{{Origin: in("spec.service"), Namespace: "attic", Name: "shelves", Port: ir.Port{Number: 8000}}}}
	set := match.Set{Hosts: []string{"books.example.com"}, Methods: []string{"GET", "PUT"}, Path: pathlang.Path{Lang: pathlang.Template, Text: "/a/{*}"}}
	issuers := func(at string) []ir.Issuer {
		return []ir.Issuer{{Origin: in(at + ".authentications[0]"), Issuer: "i", JWKS: "k", FromHeaders: []ir.TokenHeader{{Name: "h", Prefix: "p"}}, FromParams: []string{"q"}}}
	}
	age, no := 10*time.Minute, false
	plain := []ir.Filter{ir.ForwardedHost{}, ir.RemoveResponseHeaders{Names: apirule.CORSHeaders}}
	const jwt = "authentications: [{issuer: i, jwksUri: k, fromHeaders: [{name: h, prefix: p}], fromParams: [q]}]"
	for name, c := range map[string]struct {
		more, rule string
		want       ir.Route
	}{
		"open": {"timeout: 5, ", "noAuth: true", ir.Route{
			Action: action, Timeout: 5 * time.Second, Filters: plain,
			Access: ir.Access{Grants: []ir.Grant{{Origin: in("spec.rules[0].noAuth"), Proof: ir.None{}}}},
		}},
		"closed": {"", "noAuth: false", ir.Route{Action: action, Timeout: 180 * time.Second, Filters: plain}},
		"token": {"", "timeout: 9, jwt: {" + jwt + "}", ir.Route{
			Action: action, Timeout: 9 * time.Second, Filters: plain,
			Access: ir.Access{Grants: []ir.Grant{{Origin: in("spec.rules[0].jwt"), Proof: ir.JWT{Issuers: issuers("spec.rules[0].jwt")}}}},
		}},
		"scopes": {"", "jwt: {" + jwt + ", authorizations: [{requiredScopes: [r, s]}, {audiences: [u]}]}", ir.Route{
			Action: action, Timeout: 180 * time.Second, Filters: plain,
			Access: ir.Access{Grants: []ir.Grant{
				{Origin: in("spec.rules[0].jwt.authorizations[0]"), Proof: ir.JWT{Issuers: issuers("spec.rules[0].jwt")}, Scopes: []string{"r", "s"}},
				{Origin: in("spec.rules[0].jwt.authorizations[1]"), Proof: ir.JWT{Issuers: issuers("spec.rules[0].jwt")}, Aud: []string{"u"}},
			}},
		}},
		"authorizers": {"", "extAuth: {authorizers: [x, z]}", ir.Route{
			Action: action, Timeout: 180 * time.Second, Filters: plain,
			Access: ir.Access{Grants: []ir.Grant{{Origin: in("spec.rules[0].extAuth"), Proof: ir.External{Providers: []ir.Provider{
				{Origin: in("spec.rules[0].extAuth.authorizers[0]"), Name: "x"}, {Origin: in("spec.rules[0].extAuth.authorizers[1]"), Name: "z"},
			}}}}},
		}},
		"authorizers and a token": {"", "extAuth: {authorizers: [x], restrictions: {" + jwt + ", authorizations: [{requiredScopes: [r]}]}}", ir.Route{
			Action: action, Timeout: 180 * time.Second, Filters: plain,
			Access: ir.Access{Grants: []ir.Grant{{Origin: in("spec.rules[0].extAuth.restrictions.authorizations[0]"), Scopes: []string{"r"}, Proof: ir.External{
				Providers: []ir.Provider{{Origin: in("spec.rules[0].extAuth.authorizers[0]"), Name: "x"}}, Then: &ir.JWT{Issuers: issuers("spec.rules[0].extAuth.restrictions")},
			}}}},
		}},
		"changes and a Service of the rule": {
			`corsPolicy: {allowOrigins: [{exact: "https://a"}, {other: b}], allowMethods: [GET], allowHeaders: [c], exposeHeaders: [d], allowCredentials: false, maxAge: 600}, `,
			"noAuth: true, service: {name: own, port: 1}, request: {headers: {a: b}, cookies: {c: d}}",
			ir.Route{
				Timeout: 180 * time.Second, Action: ir.Forward{To: []ir.Upstream{{Origin: in("spec.rules[0].service"), Namespace: "attic", Name: "own", Port: ir.Port{Number: 1}}}},
				Access: ir.Access{Grants: []ir.Grant{{Origin: in("spec.rules[0].noAuth"), Proof: ir.None{}}}},
				Filters: []ir.Filter{
					ir.ForwardedHost{}, ir.SetRequestHeaders{Headers: map[string]string{"a": "b"}}, ir.SetRequestCookies{Cookies: map[string]string{"c": "d"}}, ir.RemoveResponseHeaders{Names: apirule.CORSHeaders},
				},
				CORS: &ir.CORS{
					Origin: in("spec.corsPolicy"), Methods: []string{"GET"}, Headers: []string{"c"}, ExposeHeaders: []string{"d"}, Credentials: &no, MaxAge: &age,
					Origins: []ir.Origin{{Kind: "exact", Value: "https://a"}, {Kind: "prefix", Value: "b"}},
				},
			},
		},
		"CORS without origins": {"corsPolicy: {allowMethods: [GET]}, ", "noAuth: true", ir.Route{
			Action: action, Timeout: 180 * time.Second, Filters: plain,
			Access: ir.Access{Grants: []ir.Grant{{Origin: in("spec.rules[0].noAuth"), Proof: ir.None{}}}},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			c.want.Origin, c.want.InMesh, c.want.Match = in("spec.rules[0]"), in("spec.rules[0]"), set
			g := lift(t, head+c.more+"rules: [{path: \"/a/{*}\", methods: [GET, PUT], "+c.rule+"}]")
			if d := cmp.Diff([]*ir.Route{&c.want}, g.Routes, samePlaces); d != "" {
				t.Errorf("(- want, + got):\n%s", d)
			}
		})
	}
}

// TestStatus holds how failures are worded, in which order, and how many.
func TestStatus(t *testing.T) {
	failure := func(attribute, message string) diag.Upstream {
		return diag.Upstream{Attribute: attribute, Message: message}
	}
	for name, c := range map[string]struct {
		failures    []diag.Upstream
		state, says string
	}{
		"none": {nil, "Ready", "Reconciled successfully"},
		"one":  {[]diag.Upstream{failure(".spec.hosts[0]", "a")}, "Error", "Validation errors: Attribute '.spec.hosts[0]': a"},
		"in the order of the controller": {
			[]diag.Upstream{failure(".spec.gateway", "e"), failure(".spec.hosts[0]", "d"), failure(".spec.rules[1].path", "c"), failure(".spec.rules[0].path", "b"), failure(".spec.rules[0].service", "a")},
			"Error", "Validation errors: Attribute '.spec.rules[0].service': a\nAttribute '.spec.rules[0].path': b\nAttribute '.spec.rules[1].path': c\n2 more error(s)...",
		},
		"rules before what concerns several": {
			[]diag.Upstream{failure(".spec.rules[0].jwt", "multiple jwt configurations x"), failure(".spec.rules", "b"), failure(".spec.rules[2]", "a")},
			"Error", "Validation errors: Attribute '.spec.rules[2]': a\nAttribute '.spec.rules': b\nAttribute '.spec.rules[0].jwt': multiple jwt configurations x",
		},
		"within a rule": {
			[]diag.Upstream{failure(".spec.rules[0].jwt", "c"), failure(".spec.rules[0]", "b"), failure(".spec.rules[0].service", "a")},
			"Error", "Validation errors: Attribute '.spec.rules[0].service': a\nAttribute '.spec.rules[0]': b\nAttribute '.spec.rules[0].jwt': c",
		},
		"a Gateway that is missing": {
			[]diag.Upstream{failure(".spec.rules[0]", "a"), failure(".spec.gateway", "Gateway not found")}, "Error", "Validation errors: Attribute 'spec.gateway': Could not get specified Gateway",
		},
		"no Gateway": {
			[]diag.Upstream{failure(".spec", "Either gateway or externalGateway must be specified"), failure(".spec.rules[0]", "a")}, "Error", "Validation errors: Attribute 'spec': Could not get specified Gateway",
		},
	} {
		got := Status(nil, c.failures, nil)
		if d := cmp.Diff(source.Object{{Key: "state", Value: c.state}, {Key: "description", Value: c.says}}, got); d != "" {
			t.Errorf("%s (- want, + got):\n%s", name, d)
		}
	}
}
