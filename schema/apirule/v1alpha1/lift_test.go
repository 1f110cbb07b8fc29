package v1alpha1_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/apirule"
	"github.com/kgw-dev/kgw/schema/apirule/apiruletest"
	"github.com/kgw-dev/kgw/schema/apirule/v1alpha1"
)

var samePlaces = cmp.Comparer(func(a, b source.Ref) bool { return a.Path == b.Path })

func in(path string) source.Ref { return source.Ref{Path: path} }

// TestLift holds what each field of the version becomes in the model.
func TestLift(t *testing.T) {
	doc, root := apiruletest.Parse(t, v1alpha1.APIVersion, `gateway: ingress.infra.svc.cluster.local, service: {name: shelves, port: 8000, host: books},
  rules: [{path: /a.*, methods: [GET, PUT], accessStrategies: [{handler: allow}, {handler: jwt, config: {trusted_issuers: [i, j], jwks_urls: [k], required_scope: [s], target_audience: [t]}}],
    mutators: [{handler: header, config: {headers: {a: b}}}]}, {path: /b, methods: [GET], accessStrategies: [{handler: oauth2_introspection, config: {required_scope: [u]}}]}]`)
	a := v1alpha1.Decode(doc, root)
	got, found := a.Lift(&ir.Settings{DefaultDomain: "example.com", CORS: ir.CORS{Methods: []string{"GET"}}})
	jwt := ir.Handler{Origin: in("spec.rules[0].accessStrategies[1]"), Name: "jwt", Config: source.Object{
		{Key: "trusted_issuers", Value: []any{"i", "j"}}, {Key: "jwks_urls", Value: []any{"k"}}, {Key: "required_scope", Value: []any{"s"}}, {Key: "target_audience", Value: []any{"t"}},
	}}
	allow := ir.Handler{Origin: in("spec.rules[0].accessStrategies[0]"), Name: "allow"}
	introspection := ir.Handler{Origin: in("spec.rules[1].accessStrategies[0]"), Name: "oauth2_introspection", Config: source.Object{{Key: "required_scope", Value: []any{"u"}}}}
	cors := &ir.CORS{Origins: []ir.Origin{{Kind: "regex", Value: ".*"}}, Methods: []string{"GET"}, Headers: []string{"Authorization", "Content-Type", "*"}}
	to := ir.Forward{To: []ir.Upstream{{Origin: in("spec.service"), Namespace: "library", Name: "shelves", Port: ir.Port{Number: 8000}}}}
	want := &ir.Gateway{
		Name: ir.Name{Namespace: "library", Name: "books"}, Kind: "APIRule",
		Labels:     map[string]string{"apirule.gateway.kyma-project.io/v1alpha1": "books.library"},
		Convention: ir.Convention{Owner: []string{"apirule.gateway.kyma-project.io/v1alpha1"}, Says: apirule.LegacySays, AllowDefault: true},
		Hosts:      []ir.Host{{Origin: in("spec.service.host"), Name: "books.example.com", Written: "books", Domain: ir.Said{Setting: "domains.default"}}},
		Ingress:    ir.Ingress{Origin: in("spec.gateway"), Text: "ingress.infra.svc.cluster.local", Ref: ir.Name{Namespace: "infra", Name: "ingress"}},
		Order:      match.FirstMatch,
		Routes: []*ir.Route{
			{
				Origin: in("spec.rules[0]"), AnyMethod: true, CORS: cors, Action: to,
				Match: match.Set{Hosts: []string{"books.example.com"}, Methods: []string{"GET", "PUT"}, Path: pathlang.Path{Lang: pathlang.Regex, Text: "/a.*"}},
				Access: ir.Access{Grants: []ir.Grant{
					{Origin: allow.Origin, Verbatim: &allow, Proof: ir.Passthru{}},
					{Origin: jwt.Origin, Verbatim: &jwt, Scopes: []string{"s"}, Aud: []string{"t"}, Proof: ir.JWT{Issuers: []ir.Issuer{{Issuer: "i", JWKS: "k"}, {Issuer: "j"}}}},
				}},
				Filters: []ir.Filter{ir.Mutate{Handler: ir.Handler{Origin: in("spec.rules[0].mutators[0]"), Name: "header", Config: source.Object{{Key: "headers", Value: source.Object{{Key: "a", Value: "b"}}}}}}},
			},
			{
				Origin: in("spec.rules[1]"), AnyMethod: true, CORS: cors, Action: to,
				Match:  match.Set{Hosts: []string{"books.example.com"}, Methods: []string{"GET"}, Path: pathlang.Path{Lang: pathlang.Regex, Text: "/b"}},
				Access: ir.Access{Grants: []ir.Grant{{Origin: introspection.Origin, Verbatim: &introspection, Scopes: []string{"u"}, Proof: ir.ByHandler{Handler: introspection}}}},
			},
		},
	}
	if d := cmp.Diff(want, got, samePlaces); d != "" || len(found) > 0 || a.Document() != doc {
		t.Errorf("%v (- want, + got):\n%s", found, d)
	}
}

// TestStatus holds the status of the version: of the resource, and of two kinds of objects.
func TestStatus(t *testing.T) {
	part := func(key, code, desc string) source.Member {
		o := source.Object{{Key: "code", Value: code}}
		if desc != "" {
			o = append(o, source.Member{Key: "desc", Value: desc})
		}
		return source.Member{Key: key, Value: o}
	}
	want := source.Object{part("APIRuleStatus", "OK", ""), part("virtualServiceStatus", "OK", ""), part("accessRuleStatus", "OK", "")}
	if d := cmp.Diff(want, v1alpha1.Status(nil, nil, nil)); d != "" {
		t.Errorf("(- want, + got):\n%s", d)
	}
	failures := []diag.Upstream{{Attribute: ".spec.rules[1]", Message: "c"}, {Attribute: ".spec.gateway", Message: "b"}, {Attribute: ".spec.service.host", Message: "a"}}
	want = source.Object{
		part("APIRuleStatus", "ERROR", "Multiple validation errors: \nAttribute \".spec.service.host\": a\nAttribute \".spec.gateway\": b\nAttribute \".spec.rules[1]\": c"),
		part("virtualServiceStatus", "SKIPPED", ""), part("accessRuleStatus", "SKIPPED", ""),
	}
	if d := cmp.Diff(want, v1alpha1.Status(nil, failures, nil)); d != "" {
		t.Errorf("(- want, + got):\n%s", d)
	}
}
