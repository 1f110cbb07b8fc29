package prove_test

import (
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/prove/reference"
	"github.com/kgw-dev/kgw/simulate"
)

// simulated compiles documents and returns the model and the cluster of what was
// written.
func simulated(t *testing.T, text string, c *config.Config) ([]*ir.Gateway, *prove.Cluster, *compile.Result) {
	t.Helper()
	f, problem := source.NewFile("in.yaml", []byte(text))
	if problem != nil {
		t.Fatal(problem.Message)
	}
	o := compile.Options{Config: c}
	manifests, result := prove.Manifests(compile.Input{Files: []*source.File{f}}, o, nil)
	var gateways []*ir.Gateway
	for _, r := range result.Resources {
		if r.Gateway != nil && !r.Withheld {
			gateways = append(gateways, r.Gateway)
		}
	}
	return gateways, prove.Simulate(manifests, o), result
}

// class returns what the model and the engines must agree on.
func class(d simulate.Decision) string {
	switch {
	case d.Passed():
		return "reaches " + strings.TrimPrefix(strings.Split(d.Upstream+":", ":")[0]+strings.Join(strings.Split(d.Upstream, "://")[1:], ""), "http")
	case d.Cause == simulate.NoHost || d.Cause == simulate.NoRoute || d.Cause == simulate.NoRule:
		return "not found"
	}
	return "refused"
}

// alike compares the model's decision with the engines'.
func alike(want, got simulate.Decision) bool {
	switch {
	case want.Passed() != got.Passed():
		return false
	case want.Passed():
		return strings.Contains(got.Upstream, want.Upstream)
	}
	return class(want) == class(got)
}

// TestReferenceAgreesOnExamples asks the model and what was written for it
// about requests of every route of every example.
func TestReferenceAgreesOnExamples(t *testing.T) {
	dirs, err := filepath.Glob("../examples/*/apirule.yaml")
	if err != nil || len(dirs) < 5 {
		t.Fatal("there are no examples", err)
	}
	asked := 0
	for _, file := range dirs {
		dir := filepath.Dir(file)
		c := config.Default()
		if _, err := os.Stat(filepath.Join(dir, "kgw.yaml")); err == nil {
			c, _ = config.Read(filepath.Join(dir, "kgw.yaml"), "kgw.yaml", source.Bounds{})
		}
		text := ""
		files, _ := filepath.Glob(filepath.Join(dir, "*.yaml"))
		for _, f := range files {
			if filepath.Base(f) == "kgw.yaml" || strings.Contains(f, ".kgw-test.") {
				continue
			}
			data, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			text += "---\n" + string(data) + "\n"
		}
		gateways, cluster, _ := simulated(t, text, c)
		asked += agree(t, filepath.Base(dir), gateways, cluster, rand.New(rand.NewSource(1)))
	}
	if asked < 500 {
		t.Errorf("only %d requests were asked", asked)
	}
}

// TestReferenceAgrees does the same with generated resources.
func TestReferenceAgrees(t *testing.T) {
	asked, passed := 0, 0
	for seed := range int64(60) {
		g := rand.New(rand.NewSource(seed))
		c := config.Default()
		if g.Intn(2) == 0 {
			c.JWTHandler = "istio"
		}
		for _, text := range []string{legacyRule(g, c.JWTHandler == "istio"), oldestRule(g), modernRule(g), strings.Replace(modernRule(g), "/v2\n", "/v2alpha1\n", 1)} {
			gateways, cluster, result := simulated(t, text, c)
			if len(gateways) == 0 {
				t.Fatalf("nothing was compiled of\n%s\n%v", text, result.Findings)
			}
			asked += agree(t, text, gateways, cluster, g)
			passed++
		}
	}
	if asked < 6000 {
		t.Errorf("only %d requests were asked of %d resources", asked, passed)
	}
}

// oldestRule returns a v1alpha1 APIRule.
func oldestRule(g *rand.Rand) string {
	var b strings.Builder
	b.WriteString("apiVersion: gateway.kyma-project.io/v1alpha1\nkind: APIRule\nmetadata: {name: c, namespace: shop}\nspec:\n" +
		"  gateway: kyma-gateway.kyma-system.svc.cluster.local\n  service: {name: s, port: 8080, host: c.example.com}\n  rules:\n")
	for i := range 1 + g.Intn(4) {
		path := []string{"/p%d", "/p%d/.*", "/p%d/[a-z]+"}[g.Intn(3)]
		fmt.Fprintf(&b, "  - path: "+path+"\n    methods: [%s]\n    accessStrategies:\n", i, []string{"GET", "GET, POST"}[g.Intn(2)])
		b.WriteString([]string{
			"    - handler: allow\n", "    - handler: noop\n", "    - handler: oauth2_introspection\n      config: {required_scope: [read]}\n",
			"    - handler: jwt\n      config: {trusted_issuers: [\"https://i.example.com\"], jwks_urls: [\"https://i.example.com/jwks\"]}\n    - handler: oauth2_introspection\n",
		}[g.Intn(4)])
	}
	return b.String()
}

// TestReferenceAgreesOnGateways asks the model and what was written for Skipper
// about FabricGateways, in both kinds of objects: the statuses are equal.
func TestReferenceAgreesOnGateways(t *testing.T) {
	statuses := map[int]int{}
	for seed := range int64(60) {
		g := rand.New(rand.NewSource(seed))
		text := gatewayText(g)
		f, _ := source.NewFile("in.yaml", []byte(text))
		for _, api := range []string{"ingress", "routegroup"} {
			o := compile.Options{Config: config.Default(), SkipperAPI: api}
			manifests, result := prove.Manifests(compile.Input{Files: []*source.File{f}}, o, nil)
			if len(result.Resources) != 1 || result.Resources[0].Withheld {
				t.Fatalf("%s\n%v", text, result.Findings)
			}
			model, cluster := reference.New([]*ir.Gateway{result.Resources[0].Gateway}), prove.Simulate(manifests, o)
			for range 150 {
				r := gatewayRequest(g)
				want, got := model.Decide(&r, nil), cluster.Mesh.Decide(&r, nil)
				if statuses[got.Status]++; want.Status != got.Status || want.Passed() != got.Passed() || want.Passed() && !strings.HasPrefix(want.Upstream, got.Upstream) {
					t.Errorf("%s\n%s %s %s%s %v with %+v:\nthe model says %d %s, Skipper %d %s by %s", text, r.Method, r.Scheme, r.Host, r.Target, r.Headers, r.Token, want.Status, want.Upstream, got.Status, got.Upstream, got.Route)
				}
			}
		}
	}
	for _, status := range []int{200, 203, 204, 400, 401, 403, 404} {
		if statuses[status] < 20 {
			t.Errorf("only %d requests got %d", statuses[status], status)
		}
	}
}

// gatewayText returns a FabricGateway.
func gatewayText(g *rand.Rand) string {
	maybe := func(percent int, text string) string {
		if g.Intn(100) < percent {
			return text
		}
		return ""
	}
	pick := func(list ...string) string { return list[g.Intn(len(list))] }
	employees := func() string {
		return pick("{type: deny_all}", "{type: allow_all}", "{type: allow_list, user-list: [jdoe, other]}", "{user-list: [jdoe]}", "{}")
	}
	var b strings.Builder
	for _, path := range []string{"/a", "/a/{id}", "/a/b", "/{x}/b", "/a/**", "/**", "/tree/{x}/leaf"} {
		if g.Intn(2) == 0 {
			continue
		}
		fmt.Fprintf(&b, "    %s:\n", path)
		for _, verb := range []string{"get", "post", "delete"} {
			if verb != "get" && g.Intn(2) == 0 {
				continue
			}
			fields := []string{"x-fabric-privileges: [" + pick("a.read", "uid", "a.read, b.write") + "]"}
			for _, f := range []string{
				maybe(30, "x-fabric-employee-access: "+employees()), maybe(20, "x-fabric-whitelist: {service-list: ["+pick("stups_a", "stups_a, stups_b", "")+"]}"),
				maybe(10, "x-fabric-whitelist: {state: disabled, service-list: []}"), maybe(15, "x-fabric-static-response: {status: 203, headers: {}, body: x}"),
			} {
				if f != "" && !strings.Contains(strings.Join(fields, " "), strings.Split(f, ":")[0]) {
					fields = append(fields, f)
				}
			}
			fmt.Fprintf(&b, "      %s: {%s}\n", verb, strings.Join(fields, ", "))
		}
	}
	if b.Len() == 0 {
		b.WriteString("    /a: {get: {}}\n")
	}
	return fabric(b.String(), maybe(50, "  x-fabric-admins: [boss]\n"), maybe(30, "  x-fabric-employee-access: "+employees()+"\n"),
		maybe(30, "  x-fabric-whitelist: [stups_a]\n"), maybe(50, "  x-fabric-cors-support: {allowedOrigins: [www.example.org], allowedHeaders: [X-A]}\n")) +
		"---\napiVersion: v1\nkind: Service\nmetadata: {name: shop, namespace: shop}\nspec: {ports: [{name: http, port: 80}]}\n"
}

// gatewayRequest returns a request for it, by one of many callers.
func gatewayRequest(g *rand.Rand) simulate.Request {
	pick := func(list ...string) string { return list[g.Intn(len(list))] }
	r := simulate.Request{Method: pick("GET", "GET", "POST", "DELETE", "OPTIONS", "PUT"), Scheme: "https", Host: pick("f.example.org", "f.example.org", "f.example.org:443"), Target: pick("/a", "/a/b", "/a/c", "/c/b", "/a/b/c", "/", "/tree/x/leaf", "/a/", "//a", "/a%2Fb", "/x/../a", "/a?q=1")}
	switch g.Intn(8) {
	case 0:
		r.Scheme = "http"
		r.Headers = []simulate.Header{{Name: "X-Forwarded-Proto", Value: "http"}}
	case 1:
		r.Scheme = "http"
	}
	info := func(realm string) map[string]any {
		scopes := []any{"uid"}
		for _, s := range []string{"a.read", "b.write"} {
			if g.Intn(2) == 0 {
				scopes = append(scopes, s)
			}
		}
		if g.Intn(10) == 0 {
			scopes = scopes[1:]
		}
		return map[string]any{"realm": realm, "scope": scopes, "uid": "x"}
	}
	const realm = "https://identity.zalando.com/realm"
	switch g.Intn(6) {
	case 0:
	case 1:
		r.Token = simulate.Token{Kind: "opaque", Introspection: info(pick("/services", "/employees", "/customers"))}
	case 2:
		r.Token = simulate.Token{Kind: "jwt", Claims: map[string]any{realm: "users", "https://identity.zalando.com/managed-id": pick("boss", "jdoe", "none"), "sub": "y"}, Introspection: info("/employees")}
	case 3:
		r.Token = simulate.Token{Kind: "jwt", Claims: map[string]any{"https://identity.zalando.com/managed-id": pick("boss", "jdoe")}, Introspection: info("/employees")}
	default:
		r.Token = simulate.Token{Kind: "jwt", Claims: map[string]any{realm: "services", "sub": pick("stups_a", "stups_b", "stups_c", "boss")}, Introspection: info(pick("/services", "/services", "/customers"))}
	}
	if r.Token.Kind != "" && g.Intn(10) == 0 {
		r.Token.Introspection = map[string]any{"status": 401.0}
	}
	return r
}

func agree(t *testing.T, what string, gateways []*ir.Gateway, cluster *prove.Cluster, g *rand.Rand) int {
	t.Helper()
	model, asked := reference.New(gateways), 0
	for _, gw := range gateways {
		if placesTokens(gw) {
			continue
		}
		for _, route := range gw.Routes {
			for _, r := range requestsFor(gw, route, g) {
				want, got := model.Decide(&r, nil), cluster.Mesh.Decide(&r, nil)
				if asked++; !alike(want, got) {
					t.Errorf("%s\n%s %s%s with %+v:\nthe model says %d %s, the engines %d %s: %s", what, r.Method, r.Host, r.Target, r.Token,
						want.Status, want.Upstream, got.Status, got.Upstream, got.Reason)
				}
			}
		}
	}
	return asked
}

// requestsFor returns requests for a route and its neighbourhood, with tokens
// that are good for it, good for another, or not there. Tokens that no issuer
// of the gateway made are left out: sidecars refuse them where nothing is
// asked, too.
func requestsFor(gw *ir.Gateway, route *ir.Route, g *rand.Rand) []simulate.Request {
	host := strings.Replace(gw.Hosts[0].Name, "*", "any", 1)
	paths := []string{"/", "/nothing/here"}
	if w := match.Compile(match.Set{Path: route.Match.Path, View: match.RawPath}).Relate(match.Compile(match.Set{Path: pathlang.Path{Lang: pathlang.Prefix, Text: "/"}}), 0).Witness; w != nil {
		paths = append(paths, w.RawPath, w.RawPath, w.RawPath, w.RawPath+"/x", w.RawPath+"x")
	}
	tokens := []simulate.Token{{}, {Kind: "opaque", Introspection: map[string]any{"scope": "read write"}}}
	for i := range gw.Routes {
		for _, grant := range gw.Routes[i].Access.Grants {
			if proof, ok := grant.Proof.(ir.JWT); ok && len(proof.Issuers) > 0 {
				claims := map[string]any{"iss": proof.Issuers[0].Issuer, "sub": "alice", "scope": strings.Join(grant.Scopes, " "), "aud": anyList(grant.Aud)}
				tokens = append(tokens, simulate.Token{Kind: "jwt", Claims: claims}, simulate.Token{Kind: "jwt", Claims: map[string]any{"iss": claims["iss"], "sub": "bob"}})
			}
		}
	}
	var out []simulate.Request
	for _, p := range paths {
		for range 4 {
			r := simulate.Request{Method: []string{"GET", "GET", "POST", "DELETE", "OPTIONS"}[g.Intn(5)], Scheme: "https", Host: host, Target: p, Token: tokens[g.Intn(len(tokens))]}
			if len(route.Match.Methods) > 0 && g.Intn(2) == 0 {
				r.Method = route.Match.Methods[0]
			}
			if jwtOnly(gw) && r.Token.Kind == "opaque" {
				r.Token = simulate.Token{}
			}
			out = append(out, r)
		}
	}
	return out
}

// jwtOnly reports whether sidecars look at tokens: they refuse what is not a JWT.
func jwtOnly(gw *ir.Gateway) bool {
	for _, r := range gw.Routes {
		for _, g := range r.Access.Grants {
			switch p := g.Proof.(type) {
			case ir.JWT:
				return true
			case ir.External:
				if p.Then != nil {
					return true
				}
			case ir.None, ir.Passthru, ir.TokenInfo, ir.ByHandler:
			}
		}
	}
	return false
}

// placesTokens reports whether tokens are in places of their own, which the
// model's evaluator does not look at.
func placesTokens(gw *ir.Gateway) bool {
	for _, r := range gw.Routes {
		for _, g := range r.Access.Grants {
			if g.Verbatim != nil {
				if _, ok := g.Verbatim.Config.Get("token_from"); ok {
					return true
				}
			}
			if p, ok := g.Proof.(ir.JWT); ok {
				for _, i := range p.Issuers {
					if len(i.FromHeaders)+len(i.FromParams) > 0 {
						return true
					}
				}
			}
		}
	}
	return false
}

func anyList(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

const serviceText = `---
apiVersion: v1
kind: Service
metadata: {name: %[1]s, namespace: shop}
spec: {selector: {app: %[1]s}, ports: [{port: 8080}]}
`

// legacyRule returns a v1beta1 APIRule whose paths have nothing in common. Policies
// take an expression literally, which is warned about: literal paths serve
// there.
func legacyRule(g *rand.Rand, literal bool) string {
	var b strings.Builder
	b.WriteString("apiVersion: gateway.kyma-project.io/v1beta1\nkind: APIRule\nmetadata: {name: a, namespace: shop}\nspec:\n" +
		"  host: a.example.com\n  gateway: kyma-system/kyma-gateway\n  service: {name: s0, port: 8080}\n  rules:\n")
	n := 1 + g.Intn(4)
	for i := range n {
		path := []string{"/p%d", "/p%d/.*", "/p%d/[a-z]+"}[g.Intn(3)]
		if literal {
			path = "/p%d"
		}
		fmt.Fprintf(&b, "  - path: "+path+"\n    methods: [%s]\n    service: {name: s%d, port: 8080}\n    accessStrategies:\n", i, []string{"GET", "GET, POST"}[g.Intn(2)], i)
		if !literal && g.Intn(4) == 0 {
			b.WriteString("    - handler: jwt\n      config: {trusted_issuers: [\"https://i.example.com\"], jwks_urls: [\"https://i.example.com/jwks\"], required_scope: [read]}\n")
			continue
		}
		b.WriteString([]string{
			"    - handler: no_auth\n", "    - handler: noop\n", "    - handler: oauth2_introspection\n      config: {required_scope: [read]}\n",
			"    - handler: oauth2_introspection\n",
		}[g.Intn(4)])
	}
	for i := range n {
		fmt.Fprintf(&b, serviceText, fmt.Sprintf("s%d", i))
	}
	return b.String()
}

// modernRule returns a v2 APIRule.
func modernRule(g *rand.Rand) string {
	var b strings.Builder
	b.WriteString("apiVersion: gateway.kyma-project.io/v2\nkind: APIRule\nmetadata: {name: b, namespace: shop}\nspec:\n" +
		"  hosts: [b.example.com]\n  gateway: kyma-system/kyma-gateway\n  rules:\n")
	n := 1 + g.Intn(4)
	for i := range n {
		path := []string{"/p%d", "/p%d/{*}", "/p%d/{**}"}[g.Intn(3)]
		fmt.Fprintf(&b, "  - path: "+path+"\n    methods: [%s]\n    service: {name: t%d, port: 8080}\n", i, []string{"GET", "GET, POST"}[g.Intn(2)], i)
		b.WriteString([]string{
			"    noAuth: true\n", "    jwt:\n      authentications: [{issuer: \"https://i.example.com\", jwksUri: \"https://i.example.com/jwks\"}]\n",
			"    jwt:\n      authentications: [{issuer: \"https://i.example.com\", jwksUri: \"https://i.example.com/jwks\"}]\n      authorizations: [{requiredScopes: [read, write]}, {audiences: [a]}]\n",
		}[g.Intn(3)])
	}
	for i := range n {
		fmt.Fprintf(&b, serviceText, fmt.Sprintf("t%d", i))
	}
	return b.String() + "---\napiVersion: networking.istio.io/v1beta1\nkind: Gateway\nmetadata: {name: kyma-gateway, namespace: kyma-system}\nspec: {servers: [{hosts: [\"*.example.com\"]}]}\n"
}

// TestFronts has VirtualServices, Rules, and Ingresses beside each other: the
// host of a request decides which of them it meets.
func TestFronts(t *testing.T) {
	service := "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v}\nspec: {hosts: [v.test, both.test], gateways: [g], http: [{route: [{destination: {host: v}}]}]}\n"
	ingress := "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}\nspec: {rules: [{host: i.test, http: {paths: [{backend: {service: {name: i}}}]}}, {host: both.test, http: {paths: [{backend: {service: {name: b}}}]}}]}\n"
	rule := ruleFor("r", "<http|https>://<r|both>.test</.*>", "{handler: noop}")
	for name, c := range map[string]struct {
		text     string
		upstream map[string]string // by host; "" is 404
		entries  int
	}{
		"all three":      {service + ingress + rule, map[string]string{"v": "v.default", "i": "i.default", "both": "v.default", "r": "", "else": ""}, 5},
		"without routes": {ingress + rule, map[string]string{"i": "i.default", "both": "b.default", "r": "http://s", "else": ""}, 3},
		"Skipper alone":  {ingress, map[string]string{"i": "i.default", "both": "b.default", "v": ""}, 2},
	} {
		_, cluster, _ := simulated(t, c.text, config.Default())
		if n := len(cluster.Entries()); n != c.entries {
			t.Errorf("%s: there are %d entries, not %d", name, n, c.entries)
		}
		for host, want := range c.upstream {
			d := cluster.Mesh.Decide(&simulate.Request{Method: "GET", Scheme: "https", Host: host + ".test", Target: "/"}, nil)
			if !strings.HasPrefix(d.Upstream, want) || d.Passed() != (want != "") || want == "" && d.Status != 404 {
				t.Errorf("%s: %s reaches %q with %d, want %q", name, host, d.Upstream, d.Status, want)
			}
		}
	}
	_, cluster, _ := simulated(t, service+ingress, config.Default())
	trail := &simulate.Trail{}
	cluster.Mesh.Decide(&simulate.Request{Method: "GET", Scheme: "https", Host: "both.test", Target: "/"}, trail)
	if len(trail.Steps) == 0 || !strings.Contains(trail.Steps[0].Text, "served by VirtualServices and by Ingresses") {
		t.Errorf("nothing is said about the host that both serve: %+v", trail.Steps)
	}
}

// TestIngressBeforeOathkeeper sends a request through an Ingress to Oathkeeper,
// and past the sidecar of what is behind it.
func TestIngressBeforeOathkeeper(t *testing.T) {
	_, cluster, _ := simulated(t, "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i, namespace: kyma-system}\nspec: {rules: [{host: h, http: {paths: [{backend: {service: {name: ory-oathkeeper-proxy}}}]}}]}\n"+
		ruleFor("r", "<http|https>://h</open>", "{handler: noop}")+ruleFor("j", "<http|https>://h</in>", "{handler: jwt}"), config.Default())
	for path, want := range map[string]int{"/open": 200, "/in": 401, "/else": 404} {
		if d := cluster.Mesh.Decide(&simulate.Request{Method: "GET", Scheme: "https", Host: "h", Target: path}, nil); d.Status != want {
			t.Errorf("%s gives %d, want %d: %s", path, d.Status, want, d.Reason)
		}
	}
}

// TestHandlersEnabled holds the simulator to what is found about a rule: what
// is not enabled answers 500, and without a configuration everything is
// enabled.
func TestHandlersEnabled(t *testing.T) {
	text := head + "  - {path: /x, methods: [GET], accessStrategies: [{handler: noop}]}\n"
	for said, enabled := range map[string]bool{
		"":                                true,
		"oathkeeper: {version: \"0.40\"}": true,
		"oathkeeper: {handlers: {}}":      true,
		"oathkeeper: {handlers: {authenticators: {noop: {enabled: true}}, authorizers: {allow: {enabled: true}}, mutators: {noop: {enabled: true}}}}":                                        true,
		"oathkeeper: {handlers: {authenticators: {noop: {enabled: false}}, authorizers: {allow: {enabled: true}}, mutators: {noop: {enabled: true}}}}":                                       false,
		"oathkeeper: {handlers: {authenticators: {noop: {}}, authorizers: {allow: {enabled: true}}, mutators: {noop: {enabled: true}}}}":                                                     false,
		"oathkeeper: {handlers: {authenticators: {jwt: {enabled: true, config: {jwks_urls: [\"https://i/k\"]}}}, authorizers: {allow: {enabled: true}}, mutators: {noop: {enabled: true}}}}": false,
		"oathkeeper: {handlers: {authenticators: {noop: {config: {}}}, authorizers: {allow: {enabled: true}}, mutators: {noop: {enabled: true}}}}":                                           true,
	} {
		file := filepath.Join(t.TempDir(), "kgw.yaml")
		if err := os.WriteFile(file, []byte("apiVersion: kgw.dev/v1alpha1\nkind: Config\ncompat: controller\n"+said+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		c, found := config.Read(file, "kgw.yaml", source.Bounds{})
		if len(found) > 0 {
			t.Fatal(found)
		}
		_, cluster, result := simulated(t, text, c)
		if told := strings.Contains(fmt.Sprint(result.Findings), "KGW509"); told == enabled {
			t.Errorf("%s: it is found to be disabled: %v", said, told)
		}
		want := 500
		if enabled {
			want = 200
		}
		if d := cluster.Mesh.Decide(&simulate.Request{Method: "GET", Scheme: "https", Host: "a.example.com", Target: "/x"}, nil); d.Status != want {
			t.Errorf("%s: the status is %d, not %d: %s", said, d.Status, want, d.Reason)
		}
	}
}
