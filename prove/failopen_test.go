package prove_test

import (
	"flag"
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/prove/reference"
	"github.com/kgw-dev/kgw/simulate"
)

var seeds = flag.Int64("seeds", 300, "how many inputs the search for what opens makes")

// TestNothingOpens searches for a build that is accepted although what it
// writes lets a request through that the authors closed: hostile resources of
// every version, several on the same pods, asked for requests of every class
// that their paths make, as authors and as engines read them.
func TestNothingOpens(t *testing.T) {
	accepted, asked, refused := 0, 0, map[diag.Code]int{}
	for seed := range *seeds {
		h := &hostile{Rand: rand.New(rand.NewSource(seed))}
		text, c := h.inputs()
		f, problem := source.NewFile("in.yaml", []byte(text))
		if problem != nil {
			t.Fatal(problem.Message)
		}
		o := compile.Options{Config: c, SkipperAPI: h.pick("ingress", "routegroup")}
		in := compile.Input{Files: []*source.File{f}}
		result := compile.Run(in, o)
		if len(result.Disagreements) > 0 {
			t.Fatalf("%s\n%v", text, result.Disagreements)
		}
		if result.Fatal || result.Findings.Max() == diag.Error {
			for i := range result.Findings {
				if result.Findings[i].Severity == diag.Error {
					refused[result.Findings[i].Code]++
				}
			}
			continue
		}
		accepted++
		manifests, result := prove.Manifests(in, o, nil)
		complete(t, text, manifests)
		asked += moreOpen(t, text, c, result, prove.Simulate(manifests, o))
		if t.Failed() {
			return
		}
	}
	t.Logf("%d builds accepted, %d requests asked; refused for %v", accepted, asked, refused)
	if accepted < 50 || asked < 50_000 {
		t.Errorf("only %d builds were accepted, and %d requests asked", accepted, asked)
	}
	for _, code := range []diag.Code{diag.RouteWeaker, diag.KeySetsDiffer, diag.TextWidens, diag.BadFormat, diag.ServiceBlocked, diag.HostNotAllowed, diag.PublicForbidden, diag.BadSuppression} {
		if refused[code] == 0 {
			t.Errorf("nothing was refused for %s: the search does not reach it", code)
		}
	}
}

// moreOpen asks the model and what was written about every class of requests.
func moreOpen(t *testing.T, text string, c *config.Config, result *compile.Result, cluster *prove.Cluster) (asked int) {
	t.Helper()
	var gateways []*ir.Gateway
	for _, r := range result.Resources {
		if r.Gateway != nil {
			gateways = append(gateways, r.Gateway)
		}
	}
	model := reference.New(gateways)
	for _, g := range gateways {
		for i := range g.Hosts {
			host := strings.Replace(strings.ToLower(g.Hosts[i].Name), "*", "any", 1)
			for _, path := range boundaries(gateways, host) {
				for _, method := range []string{"GET", "POST", "DELETE", "PATCH", "OPTIONS"} {
					for _, token := range tokens() {
						r := simulate.Request{Method: method, Scheme: "https", Host: host, Target: path, Token: token}
						meant := r
						if c.Targets["FabricGateway"] != "skipper" {
							meant.Target, _ = match.RawPath.See(path) // Envoy resolves dot segments, and sends that on
						}
						want, got := model.Decide(&meant, nil), cluster.Mesh.Decide(&r, nil)
						asked++
						if got.Passed() && !want.Passed() && want.Cause != simulate.Preflight && want.Cause != simulate.BadRequest {
							trail := &simulate.Trail{}
							cluster.Mesh.Decide(&r, trail)
							t.Errorf("%s\n%+v\n%s https://%s%s with %+v reaches %s; the authors answer %d %s\n%v", text, c.Policy, method, host, path, token, got.Upstream, want.Status, want.Cause, trail.Steps)
							return asked
						}
					}
				}
			}
		}
	}
	return asked
}

// boundaries returns a path of each class that the paths of all gateways make:
// as authors mean them, as the controller's expressions say, as policies read
// them, and without and with a final slash.
func boundaries(gateways []*ir.Gateway, host string) []string {
	var ms []*match.Matcher
	add := func(p pathlang.Path) { ms = append(ms, match.Compile(match.Set{Path: p, View: match.RawPath})) }
	seen := map[string]bool{}
	for _, g := range gateways {
		for _, r := range g.Routes {
			p := r.Match.Path
			if seen[p.Text] {
				continue
			}
			seen[p.Text] = true
			add(p)
			add(pathlang.TemplateMeaning(p))
			add(pathlang.PolicyPath(p.Text))
			add(pathlang.Path{Lang: pathlang.Prefix, Text: strings.TrimRight(p.Text, "*{}/.") + "/"})
		}
	}
	var out []string
	known := map[string]bool{}
	for _, class := range match.Classes("https", host, ms, 30_000).Classes {
		known[class.Witness.RawPath] = true
		out = append(out, class.Witness.RawPath)
	}
	for _, path := range []string{"/", "/a", "/a/", "/a/b", "/a/x/b", "/ab", "/b", "/A", "/admin/delete", "/admin", "/a/b/"} {
		if !known[path] {
			out = append(out, path)
		}
	}
	for i, path := range slices.Clone(out) {
		list := spelled(path)
		if s := list[i*5%len(list)]; !known[s] { // in turn: all of all cost too much
			known[s] = true
			out = append(out, s)
		}
	}
	return out
}

// spelled lists other spellings of a path, which proxies and backends decode
// and clean, or do not.
func spelled(path string) []string {
	out := []string{"/" + path, "/." + path, "/x/.." + path, path + ";v=1", path + "/.", path + "/..", strings.TrimSuffix(path, "/") + "%2F", "/%2e" + path, path + "%"}
	if i := strings.LastIndexByte(path, '/'); i >= 0 && i < len(path)-1 {
		out = append(out, fmt.Sprintf("%s%%%02X%s", path[:i+1], path[i+1], path[i+2:]), fmt.Sprintf("%s%%%02x%s", path[:len(path)-1], path[len(path)-1], ""))
		if i > 0 {
			out = append(out, path[:i]+"//"+path[i+1:], path[:i]+"%2F"+path[i+1:], path[:i]+"%2f"+path[i+1:])
		}
	}
	return out
}

// tokens are what callers bring: nothing, and tokens of each issuer with each
// scope, which the token information service knows as well.
func tokens() []simulate.Token {
	jwt := func(issuer, realm, sub string, scopes ...any) simulate.Token {
		t := simulate.Token{Kind: "jwt", Claims: map[string]any{"iss": issuer, "sub": sub, "scope": scopes, "aud": []any{"shop"}}}
		if realm != "" {
			t.Introspection = map[string]any{"realm": realm, "scope": scopes, "sub": sub, "uid": sub}
		}
		return t
	}
	return []simulate.Token{
		{},
		{Kind: "malformed", Value: "x"},
		jwt("https://i.example", "", "someone", "read"),
		jwt("https://i.example", "", "someone", "reading"),
		jwt("https://i.example", "", "someone", "read", "write"),
		jwt("https://j.example", "", "someone", "read", "write"),
		jwt("https://svc.example", "/services", "stups_a", "uid"),
		jwt("https://svc.example", "/services", "stups_b", "uid", "a.read"),
		jwt("https://emp.example", "/employees", "jdoe", "uid", "a.read"),
		{Kind: "opaque", Introspection: map[string]any{"scope": []any{"read"}, "realm": "/services", "sub": "stups_a"}},
	}
}

// complete checks that no object is for more than is meant because something of
// it is empty: a policy without a selector, an object without a host.
func complete(t *testing.T, text string, manifests []simulate.Manifest) {
	t.Helper()
	for i := range manifests {
		m := &manifests[i]
		if !m.Compiled {
			continue
		}
		empty := false
		switch m.Kind {
		case "AuthorizationPolicy", "RequestAuthentication":
			empty = len(source.TextMap(source.Field(source.Field(m.Spec(), "selector"), "matchLabels"))) == 0
		case "VirtualService":
			hosts := source.Texts(source.Field(m.Spec(), "hosts"))
			empty = len(hosts) == 0 || strings.Contains(" "+strings.Join(hosts, " ")+" ", "  ")
		case "Rule":
			empty = strings.Contains(source.Text(source.Field(source.Field(m.Spec(), "match"), "url")), "://<")
		}
		if empty {
			t.Errorf("%s\n%s %s is written with something empty\n%s", text, m.Kind, m.ID(), manifest.AppendJSON(nil, source.Value(m.Root), 0))
		}
	}
}

// hostile makes resources that their schemas allow and whose authors may mean
// harm.
type hostile struct{ *rand.Rand }

func (h *hostile) pick(list ...string) string { return list[h.Intn(len(list))] }

// odd picks the usual value most of the time.
func (h *hostile) odd(percent int, usual string, list ...string) string {
	if h.Intn(100) < percent {
		return h.pick(list...)
	}
	return usual
}

func (h *hostile) inputs() (string, *config.Config) {
	settings := "apiVersion: kgw.dev/v1alpha1\nkind: Config\njwtHandler: " + h.pick("ory", "istio", "istio") + "\n" +
		"targets: {FabricGateway: " + h.pick("istio", "istio", "skipper", "oathkeeper") + "}\nistio: {gateway: mesh/front, extAuthProviders: [opa]}\n" +
		"fabric: {issuers: {services: {issuer: \"https://svc.example\", jwksUri: \"https://svc.example/k\"}, employees: {issuer: \"https://emp.example\", jwksUri: \"https://emp.example/k\"}}}\n" +
		"known:\n  gateways: [{name: front, namespace: mesh, hosts: [\"*.example.com\"]}]\n"
	if h.Intn(4) == 0 {
		settings += "domains: {allow: [example.com]}\n"
	}
	if h.Intn(4) == 0 {
		settings += "policy: {public: deny, publicRoutes: [{path: /a, methods: [GET]}, {path: /b}]}\n"
	}
	c, found := config.Parse("kgw.yaml", []byte(settings))
	if len(found) > 0 {
		panic(fmt.Sprint(found))
	}
	var b strings.Builder
	for _, s := range []string{"one: {app: x}", "two: {app: x, part: y}", "three: {app: z}"} {
		name, selector, _ := strings.Cut(s, ": ")
		fmt.Fprintf(&b, "---\napiVersion: v1\nkind: Service\nmetadata: {name: %s, namespace: shop}\nspec: {selector: %s, ports: [{name: http, port: 80}]}\n", name, selector)
	}
	for i := range 1 + h.Intn(3) {
		host := h.odd(4, fmt.Sprintf("h%d.example.com", i), "h0.example.com", "H.example.com", "h.example.com.", "short", "evil.test", "badexample.com")
		switch h.Intn(4) {
		case 0:
			h.legacy(&b, i, host)
		case 1, 2:
			h.modern(&b, i, host)
		default:
			h.fabric(&b, i, host)
		}
	}
	if h.Intn(12) == 0 {
		fmt.Fprintf(&b, "---\napiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: own, namespace: %s}\nspec:\n  selector: {matchLabels: {%s}}\n  rules: [{to: [{operation: {paths: [%q]}}]}]\n",
			h.pick("shop", "istio-system"), h.pick("app: x", "app: z", "part: y"), h.pick("/a", "/a*", "*", "/{*}"))
	}
	return b.String(), c
}

func (h *hostile) meta(i int) string {
	ignore := h.odd(5, "", `, annotations: {kgw.dev/ignore: "KGW407 meant; KGW409 meant"}`, `, annotations: {kgw.dev/ignore: "KGW304 meant; KGW301 meant"}`)
	return fmt.Sprintf("metadata: {name: r%d, namespace: shop%s}\nspec:\n", i, ignore)
}

func (h *hostile) service() string {
	return h.odd(3, h.pick("one", "two", "three"), "kubernetes, namespace: default", "Kubernetes, namespace: default", "\"one.shop.svc.cluster.local:80/x\"", "\"one?\"", "ONE", "nosuch")
}

func (h *hostile) methods() string {
	return h.pick("GET", "GET", "GET, POST", "POST", "DELETE", "GET, DELETE, PATCH", "GET, OPTIONS")
}

func (h *hostile) issuer() string {
	name := h.odd(10, "i", "j", "i")
	keys := h.odd(4, name+".example/k", "evil.example/k")
	return fmt.Sprintf("{issuer: \"https://%s.example\", jwksUri: \"https://%s\"}", name, keys)
}

func (h *hostile) demand() string {
	return h.pick("", "", "requiredScopes: [read]", "requiredScopes: [read, write]", "audiences: [shop]", "requiredScopes: ["+h.odd(20, "read", "\"read*\"", "\"*\"")+"]")
}

// legacy is an APIRule of v1alpha1 or v1beta1.
func (h *hostile) legacy(b *strings.Builder, i int, host string) {
	v := h.pick("v1alpha1", "v1beta1", "v1beta1", "v1beta1")
	fmt.Fprintf(b, "---\napiVersion: gateway.kyma-project.io/%s\nkind: APIRule\n%s", v, h.meta(i))
	if v == "v1alpha1" {
		fmt.Fprintf(b, "  gateway: front.mesh.svc.cluster.local\n  service: {name: %s, port: 80, host: %s}\n  rules:\n", h.service(), host)
	} else {
		fmt.Fprintf(b, "  host: %s\n  gateway: mesh/front\n  service: {name: %s, port: 80}\n  rules:\n", host, h.service())
	}
	for range 1 + h.Intn(3) {
		path := h.odd(25, h.pick("/a", "/b", "/a/.*", "/.*", "/a/b", "/ab"), "/a*", "/*", "/{*}", "/{**}", "/a/[^/]+", "/(a|b)", "/a|/b", "/admin>/delete<", "/a.b", "/A", "/a/", "/a/*", "//a", "/.*/b", "/a?b")
		fmt.Fprintf(b, "  - path: %q\n    methods: [%s]\n    accessStrategies:\n", path, h.methods())
		jwt := "{handler: jwt, config: {trusted_issuers: [\"https://i.example\"], jwks_urls: [\"https://i.example/k\"]}}"
		if v == "v1beta1" {
			jwt = "{handler: jwt, config: {authentications: [" + h.issuer() + "]"
			if d := h.demand(); d != "" {
				jwt += ", authorizations: [{" + d + "}]"
			}
			jwt += "}}"
		}
		fmt.Fprintf(b, "    - %s\n", h.pick("{handler: noop}", "{handler: allow}", "{handler: no_auth}", "{handler: oauth2_introspection, config: {required_scope: [read]}}", jwt, jwt, jwt))
	}
}

// modern is an APIRule of v2 or v2alpha1.
func (h *hostile) modern(b *strings.Builder, i int, host string) {
	fmt.Fprintf(b, "---\napiVersion: gateway.kyma-project.io/%s\nkind: APIRule\n%s  hosts: [%q]\n  gateway: mesh/front\n  service: {name: %s, port: 80}\n  rules:\n",
		h.pick("v2", "v2", "v2alpha1"), h.meta(i), h.odd(3, host, "*.example.com"), h.service())
	for range 1 + h.Intn(3) {
		path := h.odd(25, h.pick("/a", "/b", "/a/{*}", "/a/{**}", "/{**}", "/a/b"), "/*", "/{*}", "/a/{**}/b", "/{**}/b", "/a.b", "/A", "/a/", "/{*}/b", "/a%2Fb", "/a(b")
		fmt.Fprintf(b, "  - path: %q\n    methods: [%s]\n", path, h.methods())
		jwt := "jwt: {authentications: [" + h.issuer() + "]"
		if d := h.demand(); d != "" {
			jwt += ", authorizations: [{" + d + "}]"
		}
		fmt.Fprintf(b, "    %s\n", h.pick("noAuth: true", jwt+"}", jwt+"}", "extAuth: {authorizers: [opa]}"))
	}
}

// fabric is a FabricGateway.
func (h *hostile) fabric(b *strings.Builder, i int, host string) {
	fmt.Fprintf(b, "---\napiVersion: zalando.org/v1\nkind: FabricGateway\n%s  x-fabric-service: [{host: %s, serviceName: %s}]\n  paths:\n", h.meta(i), host, h.pick("one", "two", "three"))
	for k, path := range []string{"/a", "/a/", "/a/*", "/a/**", "/a/b", "/{x}/b", "/**", "/a.b/{x}"} {
		if h.Intn(3) > 0 && k != i {
			continue
		}
		fmt.Fprintf(b, "    %q:\n", path)
		for _, verb := range []string{"get", "delete"} {
			if verb == "get" || h.Intn(2) == 0 {
				fmt.Fprintf(b, "      %s: {%s}\n", verb, h.pick("", "x-fabric-privileges: [a.read]", "x-fabric-privileges: ["+h.odd(10, "uid", "\"a*\"")+"]",
					"x-fabric-whitelist: {service-list: [stups_a]}", "x-fabric-employee-access: {type: deny_all}", "x-fabric-employee-access: {type: allow_list, user-list: [jdoe]}"))
			}
		}
	}
}
