package prove_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/prove/classes"
	"github.com/kgw-dev/kgw/simulate"
	"github.com/kgw-dev/kgw/simulate/simulatetest"
)

// older returns an APIRule v1beta1, newer its move to v2, with their rules.
func older(rules string) string {
	return `{apiVersion: gateway.kyma-project.io/v1beta1, kind: APIRule, metadata: {name: a, namespace: shop}, spec: {host: api.example.com, ` +
		`gateway: kyma-system/kyma-gateway, service: {name: web, port: 80}, rules: [` + rules + `]}}` + "\n"
}

func newer(rules string) string {
	return `{apiVersion: gateway.kyma-project.io/v2, kind: APIRule, metadata: {name: a, namespace: shop}, spec: {hosts: [api.example.com], ` +
		`gateway: kyma-system/kyma-gateway, service: {name: web, port: 80}, rules: [` + rules + `]}}` + "\n---\n" +
		`{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {selector: {app: web}, ports: [{port: 80}]}}` + "\n---\n" +
		`{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: kyma-gateway, namespace: kyma-system}, spec: {servers: [{hosts: ["*.example.com"], port: {number: 443, name: https, protocol: HTTPS}}]}}` + "\n"
}

func compared(t *testing.T, before, after string) *classes.Report {
	t.Helper()
	_, was, r1 := simulated(t, before, config.Default())
	_, is, r2 := simulated(t, after, config.Default())
	for _, f := range append(r1.Findings, r2.Findings...) {
		if f.Severity.String() == "error" {
			t.Log(f.Code, f.Message)
		}
	}
	return classes.Compare(was.Side(r1), is.Side(r2))
}

const issuer = `{issuer: https://i.test, jwksUri: https://i.test/keys}`

func TestSemantic(t *testing.T) {
	jwt := func(path, scope string) string {
		return `{path: "` + path + `", methods: [GET], jwt: {authentications: [` + issuer + `], authorizations: [{requiredScopes: [` + scope + `]}]}}`
	}
	tests := map[string]struct {
		before, after string
		want          []string
		unchanged     int
	}{
		"the same": {newer(jwt("/admin/{**}", "admin")), newer(jwt("/admin/{**}", "admin")), nil, 1},
		"opened": {newer(jwt("/admin/{**}", "admin")), newer(`{path: "/admin/{**}", methods: [GET], noAuth: true}`), []string{
			"EXPOSED GET /admin/{**} on api.example.com: jwt(scope admin) -> no token",
			"STATUS GET /admin/{**} on api.example.com: 401 for jwt(sub nobody) -> 403 for jwt(sub nobody)", // with a "*": see classes.Asterisk
		}, 0},
		"closed": {newer(`{path: "/admin/{**}", methods: [GET], noAuth: true}`), newer(jwt("/admin/{**}", "admin")), []string{
			"TIGHTENED GET /admin/{**} on api.example.com: no token -> jwt(scope admin)",
			"STATUS GET /admin/{**} on api.example.com: 403 for jwt(sub nobody) -> 401 for jwt(sub nobody)",
		}, 0},
		"removed": {newer(jwt("/a", "x") + "," + jwt("/b", "x")), newer(jwt("/a", "x")), []string{
			"REMOVED GET /b on api.example.com: jwt(scope x) -> no route",
		}, 1},
		"added": {newer(jwt("/a", "x")), newer(jwt("/a", "x") + "," + jwt("/b", "x")), []string{
			"ADDED GET /b on api.example.com: no route -> jwt(scope x)",
		}, 1},
		"added, open": {newer(jwt("/a", "x")), newer(jwt("/a", "x") + `,{path: /b, methods: [GET], noAuth: true}`), []string{
			"EXPOSED GET /b on api.example.com: no route -> no token",
		}, 1},
		"another scope": {newer(jwt("/a", "x")), newer(jwt("/a", "z")), []string{
			"EXPOSED GET /a on api.example.com: jwt(scope x) -> jwt(scope z)",
			"TIGHTENED GET /a on api.example.com: jwt(scope x) -> jwt(scope z)",
		}, 0},
		"moved": {newer(`{path: /a, methods: [GET], noAuth: true}`), newer(`{path: /a, methods: [GET], noAuth: true, service: {name: web, port: 81}}`), []string{
			"TIGHTENED GET /a on api.example.com: no token -> nobody (503)",
		}, 0},
		"timeout": {newer(`{path: /a, methods: [GET], noAuth: true}`), newer(`{path: /a, methods: [GET], noAuth: true, timeout: 5}`), []string{
			"TIMEOUT GET /a on api.example.com: 180s -> 5s",
		}, 0},
		"headers": {newer(`{path: /a, methods: [GET], noAuth: true}`), newer(`{path: /a, methods: [GET], noAuth: true, request: {headers: {x-a: b}}}`), []string{
			"HEADERS GET /a on api.example.com: request headers without x-a -> request x-a: b",
		}, 0},
		"migrated": {
			older(`{path: /.*, methods: [GET], accessStrategies: [{handler: noop}]}`), newer(`{path: "/*", methods: [GET], noAuth: true}`), []string{
				"TIGHTENED GET /* of /.* on api.example.com: no token -> nobody (403)",
				"UNKNOWN / on api.example.com: the Gateway of the host is among the inputs after, and not before: plain HTTP may be answered otherwise",
				"INTERNAL web.shop.svc.cluster.local:80: callers in the cluster get in with no token -> callers in the cluster are refused with no token",
				"CORS GET /.* on api.example.com: origins regex .*; headers Authorization, Content-Type, *; methods GET, POST, PUT, DELETE, PATCH -> none",
				"CORS OPTIONS /.* on api.example.com: preflights are answered by the gateway -> preflights are refused with 404",
				"HEADERS GET /.* on api.example.com: response as the backend gives it -> response without Access-Control-Allow-Credentials, " +
					"Access-Control-Allow-Headers, Access-Control-Allow-Methods, Access-Control-Allow-Origin, Access-Control-Expose-Headers, Access-Control-Max-Age",
			}, 0,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := compared(t, tt.before, tt.after)
			var got []string
			for _, c := range r.Changes {
				got = append(got, c.String())
			}
			if d := cmp.Diff(tt.want, got); d != "" || r.Unchanged != tt.unchanged {
				t.Errorf("%s\nunchanged %d, want %d\n%s", d, r.Unchanged, tt.unchanged, strings.Join(r.Notes, "\n"))
			}
		})
	}
}

// TestClassesAreDecidedAlike asks both sides of generated pairs about requests
// and about the witness of the class that each belongs to: the comparison looks
// at witnesses alone.
func TestClassesAreDecidedAlike(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 7))
	asked := 0
	for range 60 {
		_, was, r1 := simulated(t, generated(rnd, rnd.IntN(2) == 0), config.Default())
		_, is, r2 := simulated(t, generated(rnd, false), config.Default())
		sides := []classes.Side{was.Side(r1), is.Side(r2)}
		parts := append(sides[0].Parts("api.example.com"), sides[1].Parts("api.example.com")...)
		var sets []match.Set
		tokens := []simulate.Token{{}}
		for _, p := range parts {
			sets = append(sets, p.Set)
			for _, a := range p.Admits {
				tokens = append(tokens, a.Token)
			}
		}
		ms := match.NewJudge().CompileAll(sets)
		p := match.NewClassifier().Classes("https", "api.example.com", ms, 0)
		if p.Reason != "" || len(p.Unknown) > 0 {
			t.Fatal(p.Reason, p.Unknown)
		}
		for range 60 {
			q := match.Request{Scheme: "https", Host: "api.example.com", Method: []string{"GET", "POST", "OPTIONS"}[rnd.IntN(3)], RawPath: simulatetest.Path(rnd)}
			class := classOf(t, &p, ms, q)
			for _, side := range sides {
				for _, token := range tokens {
					got := side.Decide(&simulate.Request{Method: q.Method, Scheme: q.Scheme, Host: q.Host, Target: q.RawPath, Token: token})
					want := side.Decide(&simulate.Request{Method: q.Method, Scheme: q.Scheme, Host: q.Host, Target: class.Witness.RawPath, Token: token})
					if got.Status != want.Status || got.Upstream != want.Upstream || got.Route != want.Route {
						t.Fatalf("%s %s: %d %s by %s; but %s: %d %s by %s", q.Method, q.RawPath, got.Status, got.Upstream, got.Route, class.Witness.RawPath, want.Status, want.Upstream, want.Route)
					}
					asked++
				}
			}
		}
	}
	if asked < 10_000 {
		t.Error("only", asked, "requests were asked")
	}
}

func classOf(t *testing.T, p *match.Partition, ms []*match.Matcher, q match.Request) *match.Class {
	t.Helper()
	var takes []int
	for i, m := range ms {
		if ok, err := m.Accepts(q); err == nil && ok {
			takes = append(takes, i)
		}
	}
	for i := range p.Classes {
		if c := &p.Classes[i]; slices.Equal(c.Takes, takes) && slices.Contains(c.Methods, q.Method) {
			return c
		}
	}
	t.Fatalf("%s %s, taken by %v, is in no class", q.Method, q.RawPath, takes)
	return nil
}

// generated makes an APIRule with up to three rules.
func generated(rnd *rand.Rand, old bool) string {
	pick := func(list ...string) string { return list[rnd.IntN(len(list))] }
	var rules []string
	for range 1 + rnd.IntN(3) {
		methods := pick("[GET]", "[GET, POST]", "[OPTIONS, GET]")
		if old {
			access := pick("noop", "allow", "jwt, config: {jwks_urls: [https://i.test/keys], trusted_issuers: [https://i.test], required_scope: [x]}", "oauth2_introspection, config: {required_scope: [z]}")
			rules = append(rules, fmt.Sprintf(`{path: '%s', methods: %s, accessStrategies: [{handler: %s}]}`, pick("/.*", "/a", "/a/.*", "/a.*", "/b|/c", "/(a|b)/c"), methods, access))
			continue
		}
		access := pick("noAuth: true", "jwt: {authentications: ["+issuer+"]}", "jwt: {authentications: ["+issuer+"], authorizations: [{requiredScopes: [x]}]}")
		rules = append(rules, fmt.Sprintf(`{path: '%s', methods: %s, %s}`, pick("/*", "/{**}", "/a", "/a/{**}", "/{*}/b", "/a/{*}/c"), methods, access))
	}
	if old {
		return older(strings.Join(rules, ","))
	}
	return newer(strings.Join(rules, ","))
}

// TestSuppose compares resources whose Services, Gateways, domains and
// authorizers are elsewhere.
func TestSuppose(t *testing.T) {
	input := func(text string) compile.Input {
		f, problem := source.NewFile("in.yaml", []byte(text))
		if problem != nil {
			t.Fatal(problem.Message)
		}
		return compile.Input{Files: []*source.File{f}}
	}
	alone := func(text string) string {
		return strings.Replace(strings.Split(text, "---")[0], "api.example.com", "api", 1)
	}
	before := input(alone(older(`{path: /a, methods: [GET], accessStrategies: [{handler: noop}]}`)))
	after := input(alone(newer(`{path: /a, methods: [GET], extAuth: {authorizers: [proxy]}}`)))
	o, supposed := prove.Suppose([]compile.Input{before, after}, compile.Options{})
	if d := cmp.Diff([]string{"Service shop/web", "authorizer proxy"}, supposed); d != "" {
		t.Error(d)
	}
	was, _ := prove.Compared(before, o)
	is, result := prove.Compared(after, o)
	r := classes.Compare(was, is)
	if result.Summary.Errors > 0 || len(r.Changes) == 0 || r.Changes[0].String() != "TIGHTENED GET /a on api.domain.invalid: no token -> extAuth:proxy" {
		t.Error(result.Findings, r.Changes)
	}
}

// gatewayOf returns a FabricGateway with a list of admins and paths.
func gatewayOf(admins, paths string) string {
	return `{apiVersion: zalando.org/v1, kind: FabricGateway, metadata: {name: a, namespace: shop}, spec: {x-fabric-service: [{host: api.example.com, serviceName: web}], ` +
		`x-fabric-admins: [` + admins + `], paths: {` + paths + `}}}` + "\n"
}

func TestSemanticSkipper(t *testing.T) {
	const read = `/a: {get: {x-fabric-privileges: [a.read]}}`
	person := func(name string) string {
		return "tokeninfo(scope uid, managed-id " + name + ", realm /employees, realm users)"
	}
	service, employee := "tokeninfo(scope a.read uid, realm /services)", "tokeninfo(scope a.read uid, realm /employees)"
	tests := map[string]struct {
		before, after string
		want          []string
	}{
		"the same": {gatewayOf("x", read), gatewayOf("x", read), nil},
		"an admin less": {gatewayOf("x, z", read), gatewayOf("x", read), []string{
			"TIGHTENED GET /a on api.example.com: " + person("z") + " or 3 others -> 3 others",
		}},
		"another verb": {gatewayOf("x", read), gatewayOf("x", strings.Replace(read, "get", "put", 1)), []string{
			"REMOVED GET /a on api.example.com: " + person("x") + " or " + service + " or " + employee + " -> no route",
			"ADDED PUT /a on api.example.com: no route -> " + person("x") + " or " + service + " or " + employee,
		}},
		"any of more scopes": {skipped("i", `Path("/a")`, `oauthTokeninfoAllScope("uid")`), skipped("i", `Path("/a")`, `oauthTokeninfoAnyScope("uid", "x")`), []string{
			"EXPOSED * /a on h: tokeninfo(scope uid) -> tokeninfo(scope x) or tokeninfo(scope uid)",
		}},
		"every host": {again("/in", ""), strings.Replace(again("/in", ""), "hosts: [g]", "hosts: []", 1), []string{
			"EXPOSED * /in on *: no route -> no token",
		}},
		"a limit": {gatewayOf("x", read), gatewayOf("x", strings.Replace(read, "[a.read]", "[a.read], x-fabric-ratelimits: {default-rate: 5}", 1)), []string{
			`ROUTING GET /a on api.example.com: none -> clusterClientRatelimit("a_a_GET", 5, "1m", "Authorization")`,
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, c := range compared(t, tt.before, tt.after).Changes {
				text, _, _ := strings.Cut(c.String(), "; inlineContentIfStatus")
				got = append(got, text)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}
