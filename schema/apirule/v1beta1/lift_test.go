package v1beta1_test

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
	"github.com/kgw-dev/kgw/schema/apirule/v1beta1"
)

var samePlaces = cmp.Comparer(func(a, b source.Ref) bool { return a.Path == b.Path })

func in(path string) source.Ref { return source.Ref{Path: path} }

func lift(t *testing.T, settings ir.Settings, spec string) (*ir.Gateway, []string) {
	t.Helper()
	doc, root := apiruletest.Parse(t, v1beta1.APIVersion, spec)
	g, found := v1beta1.Decode(doc, root).Lift(&settings)
	return g, apiruletest.Lines(found)
}

const head = "host: books.example.com, gateway: infra/gw, service: {name: shelves, port: 8000}, "

// TestGateway holds what the fields of the spec become.
func TestGateway(t *testing.T) {
	g, _ := lift(t, ir.Settings{DefaultDomain: "example.com"}, "host: books, gateway: gw.infra, rules: []")
	want := ir.Host{Origin: in("spec.host"), Name: "books.example.com", Written: "books", Domain: ir.Said{Setting: "domains.default"}}
	if d := cmp.Diff([]ir.Host{want}, g.Hosts, samePlaces); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(ir.Ingress{Origin: in("spec.gateway"), Text: "gw.infra", Ref: ir.Name{Namespace: "infra", Name: "gw"}}, g.Ingress, samePlaces); d != "" {
		t.Error(d)
	}
	if g.Name != (ir.Name{Namespace: "library", Name: "books"}) || g.Kind != "APIRule" || g.Order != match.FirstMatch || len(g.Routes) != 0 {
		t.Errorf("%+v", g)
	}
}

// TestRoutes holds what the fields of a rule become.
func TestRoutes(t *testing.T) {
	spec := ir.Forward{To: []ir.Upstream{{Origin: in("spec.service"), Namespace: "library", Name: "shelves", Port: ir.Port{Number: 8000}}}}
	path := func(text string, methods ...string) match.Set {
		return match.Set{Hosts: []string{"books.example.com"}, Methods: methods, Path: pathlang.Path{Lang: pathlang.Regex, Text: text}}
	}
	handler := func(name string) ir.Handler {
		return ir.Handler{Origin: in("spec.rules[0].accessStrategies[0]"), Name: name}
	}
	noop, allow, open := handler("noop"), handler("allow"), handler("no_auth")
	defaultCORS := &ir.CORS{
		Origins: []ir.Origin{{Kind: "regex", Value: ".*"}}, Methods: []string{"GET", "POST", "PUT", "DELETE", "PATCH"}, Headers: []string{"Authorization", "Content-Type", "*"},
	}
	age, yes := 90*time.Second, true
	issuers := []ir.Issuer{{Origin: in("spec.rules[0].accessStrategies[0].config.authentications[0]"), Issuer: "i", JWKS: "k", FromHeaders: []ir.TokenHeader{{Name: "h", Prefix: "p"}}, FromParams: []string{"q"}}}
	const jwt = "accessStrategies: [{handler: jwt, config: {authentications: [{issuer: i, jwksUri: k, fromHeaders: [{name: h, prefix: p}], fromParams: [q]}], authorizations: [{requiredScopes: [r]}, {audiences: [s]}]}}]"
	for name, c := range map[string]struct {
		spec     string
		settings ir.Settings
		want     ir.Route
		found    []string
	}{
		"Oathkeeper": {
			spec: head + "timeout: 7, rules: [{path: /a.*, methods: [GET, PUT], accessStrategies: [{handler: noop}], mutators: [{handler: header}]}]",
			want: ir.Route{
				Origin: in("spec.rules[0]"), Match: path("/a.*", "GET", "PUT"), Action: spec, Timeout: 7 * time.Second, CORS: defaultCORS,
				Access:  ir.Access{Grants: []ir.Grant{{Origin: noop.Origin, Verbatim: &noop, Proof: ir.ByHandler{Handler: noop}}}},
				Filters: []ir.Filter{ir.ForwardedHost{}, ir.Mutate{Handler: ir.Handler{Origin: in("spec.rules[0].mutators[0]"), Name: "header"}}, ir.RemoveResponseHeaders{}},
			},
		},
		"everything is allowed": {
			spec: head + "timeout: 7, rules: [{path: /a, methods: [GET], timeout: 9, accessStrategies: [{handler: allow}], mutators: [{handler: header}]}]",
			want: ir.Route{
				Origin: in("spec.rules[0]"), Match: path("/a", "GET"), Action: spec, Timeout: 9 * time.Second, CORS: defaultCORS, AnyMethod: true,
				Access:  ir.Access{Grants: []ir.Grant{{Origin: allow.Origin, Verbatim: &allow, Proof: ir.Passthru{}}}},
				Filters: []ir.Filter{ir.ForwardedHost{}, ir.RemoveResponseHeaders{}},
			},
			found: []string{string(diag.MutatorsIgnored) + ` spec.rules[0].mutators: mutators have no effect on a rule with access strategy "allow"`},
		},
		"CORS and a Service of the rule": {
			spec: head + `corsPolicy: {allowOrigins: [{exact: "https://a"}, {prefix: b, regex: c}], allowMethods: [GET], allowHeaders: [d], exposeHeaders: [e], allowCredentials: true, maxAge: 90s},
  rules: [{path: /a, methods: [GET], service: {name: own, port: 1, namespace: attic}, accessStrategies: [{handler: no_auth}]}]`,
			want: ir.Route{
				Origin: in("spec.rules[0]"), Match: path("/a", "GET"), Timeout: 180 * time.Second,
				Action: ir.Forward{To: []ir.Upstream{{Origin: in("spec.rules[0].service"), Namespace: "attic", Name: "own", Port: ir.Port{Number: 1}}}},
				CORS: &ir.CORS{
					Origin: in("spec.corsPolicy"), Methods: []string{"GET"}, Headers: []string{"d"}, ExposeHeaders: []string{"e"}, Credentials: &yes, MaxAge: &age,
					Origins: []ir.Origin{{Kind: "exact", Value: "https://a"}, {Kind: "prefix", Value: "b"}, {Kind: "regex", Value: "c"}},
				},
				Access:  ir.Access{Grants: []ir.Grant{{Origin: open.Origin, Verbatim: &open, Proof: ir.None{}}}},
				Filters: []ir.Filter{ir.ForwardedHost{}, ir.RemoveResponseHeaders{Names: apirule.CORSHeaders}},
			},
		},
		"Istio": {
			spec:     head + "corsPolicy: {}, rules: [{path: /*, methods: [GET], " + jwt + ", mutators: [{handler: header, config: {headers: {a: b}}}, {handler: cookie, config: {cookies: {c: d}}}]}]",
			settings: ir.Settings{IstioJWT: true},
			want: ir.Route{
				Origin: in("spec.rules[0]"), Action: spec, Timeout: 180 * time.Second, InMesh: in("spec.rules[0].accessStrategies[0]"),
				Match: match.Set{Hosts: []string{"books.example.com"}, Methods: []string{"GET"}, Path: pathlang.Path{Lang: pathlang.Star, Text: "/*"}},
				Access: ir.Access{Grants: []ir.Grant{
					{Origin: in("spec.rules[0].accessStrategies[0].config.authorizations[0]"), Proof: ir.JWT{Issuers: issuers}, Scopes: []string{"r"}},
					{Origin: in("spec.rules[0].accessStrategies[0].config.authorizations[1]"), Proof: ir.JWT{Issuers: issuers}, Aud: []string{"s"}},
				}},
				Filters: []ir.Filter{
					ir.ForwardedHost{}, ir.SetRequestCookies{Cookies: map[string]string{"c": "d"}}, ir.SetRequestHeaders{Headers: map[string]string{"a": "b"}}, ir.RemoveResponseHeaders{Names: apirule.CORSHeaders},
				},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			g, found := lift(t, c.settings, c.spec)
			if d := cmp.Diff([]*ir.Route{&c.want}, g.Routes, samePlaces); d != "" {
				t.Errorf("(- want, + got):\n%s", d)
			}
			if d := cmp.Diff(c.found, found); d != "" {
				t.Errorf("found (- want, + got):\n%s", d)
			}
		})
	}
}

// TestRoutedBy holds that the first rule of a path has the route of all of them.
func TestRoutedBy(t *testing.T) {
	const strategy = "accessStrategies: [{handler: noop}]"
	g, _ := lift(t, ir.Settings{}, head+"rules: [{path: /a, methods: [GET], "+strategy+"}, {path: /b, methods: [GET], "+strategy+"}, {path: /a, methods: [PUT], "+strategy+"}, {path: /a, methods: [POST], "+strategy+"}]")
	r := g.Routes
	if r[0].RoutedBy != nil || r[1].RoutedBy != nil || r[2].RoutedBy != r[0] || r[3].RoutedBy != r[0] {
		t.Errorf("%v %v %v %v", r[0].RoutedBy, r[1].RoutedBy, r[2].RoutedBy, r[3].RoutedBy)
	}
}

// TestStatus holds which status each release sets.
func TestStatus(t *testing.T) {
	const says = "Version v1beta1 of APIRule is deprecated and will be removed in future releases. Use version v2 instead."
	const gone = "Version v1beta1 of APIRule is no longer supported and this APIRule is not reconciled. Make sure to migrate to version v2."
	ok, skipped := source.Object{{Key: "code", Value: "OK"}}, source.Object{{Key: "code", Value: "SKIPPED"}}
	state := func(code, desc string) source.Member {
		o := source.Object{{Key: "code", Value: code}}
		if desc != "" {
			o = append(o, source.Member{Key: "desc", Value: desc})
		}
		return source.Member{Key: "APIRuleStatus", Value: o}
	}
	parts := func(state source.Member, code source.Object, names ...string) source.Object {
		out := source.Object{state}
		for _, n := range names {
			out = append(out, source.Member{Key: n, Value: code})
		}
		return out
	}
	failure := []diag.Upstream{{Attribute: ".spec.host", Message: "taken"}}
	for name, c := range map[string]struct {
		gateway  string
		failures []diag.Upstream
		settings ir.Settings
		want     source.Object
	}{
		"before it warned":    {"infra/gw", nil, ir.Settings{Kyma: "3.0.4"}, parts(state("OK", ""), ok, "virtualServiceStatus", "accessRuleStatus")},
		"failure before":      {"infra/gw", failure, ir.Settings{Kyma: "3.0.4"}, parts(state("ERROR", `Validation error: Attribute ".spec.host": taken`), skipped, "virtualServiceStatus", "accessRuleStatus")},
		"Istio before":        {"infra/gw", nil, ir.Settings{Kyma: "3.0.4", IstioJWT: true}, parts(state("OK", ""), ok, "virtualServiceStatus", "authorizationPolicyStatus", "requestAuthenticationStatus")},
		"namespace/name":      {"infra/gw", nil, ir.Settings{}, parts(state("WARNING", says), nil)},
		"dotted":              {"gw.infra", nil, ir.Settings{}, parts(state("WARNING", says), ok, "virtualServiceStatus", "accessRuleStatus")},
		"dotted, not in full": {"gw.infra", nil, ir.Settings{Kyma: "3.2.1"}, parts(state("WARNING", says), nil)},
		"failure":             {"gw.infra", failure, ir.Settings{}, parts(state("ERROR", says+"\n\n"+`Validation error: Attribute ".spec.host": taken`), skipped, "virtualServiceStatus", "accessRuleStatus")},
		"not reconciled":      {"gw.infra", failure, ir.Settings{Kyma: "3.10"}, parts(state("ERROR", gone), nil)},
	} {
		got := v1beta1.Status(&ir.Gateway{Ingress: ir.Ingress{Text: c.gateway}}, c.failures, &c.settings)
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (- want, + got):\n%s", name, d)
		}
	}
}
