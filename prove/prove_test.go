package prove_test

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/simulate"
)

// head is the beginning of an APIRule v1beta1; rules follow.
const head = `apiVersion: gateway.kyma-project.io/v1beta1
kind: APIRule
metadata: {name: a, namespace: shop}
spec:
  host: a.example.com
  gateway: kyma-system/kyma-gateway
  service: {name: s, port: 80}
  rules:
`

const (
	admin  = "  - {path: /admin/.*, methods: [GET, POST], accessStrategies: [{handler: jwt, config: {jwks_urls: ['https://i/k'], trusted_issuers: ['https://i']}}]}\n"
	opaque = "  - {path: /either/.*, methods: [GET], accessStrategies: [{handler: jwt, config: {jwks_urls: ['https://i/k']}}, {handler: oauth2_introspection, config: {required_scope: [read]}}]}\n"
	public = "  - {path: /open/.*, methods: [GET], accessStrategies: [{handler: no_auth}]}\n"
	noop   = "  - {path: /admin/health, methods: [GET], accessStrategies: [{handler: noop}]}\n"
)

// rule is an Oathkeeper Rule that somebody else wrote.
func ruleFor(name, url, handlers string) string {
	return "---\napiVersion: oathkeeper.ory.sh/v1alpha1\nkind: Rule\nmetadata: {name: " + name + "}\nspec:\n  upstream: {url: \"http://s\"}\n  match: {url: '" + url +
		"', methods: [GET]}\n  authenticators: [" + handlers + "]\n  authorizer: {handler: allow}\n  mutators: [{handler: noop}]\n"
}

// TestStatements has statements that hold, that fail with a request to show
// it, and that cannot be decided.
func TestStatements(t *testing.T) {
	policies := `apiVersion: gateway.kyma-project.io/v2
kind: APIRule
metadata: {name: b, namespace: shop}
spec:
  hosts: [b.example.com]
  gateway: kyma-system/kyma-gateway
  service: {name: t0, port: 8080}
  rules:
  - {path: "/in/{**}", methods: [GET], jwt: {authentications: [{issuer: "https://i.example.com", jwksUri: "https://i.example.com/jwks"}]}}
  - {path: /out, methods: [GET], noAuth: true}
` + strings.ReplaceAll(serviceText, "%[1]s", "t0") + "---\napiVersion: networking.istio.io/v1beta1\nkind: Gateway\nmetadata: {name: kyma-gateway, namespace: kyma-system}\nspec: {servers: [{hosts: [\"*.example.com\"]}]}\n"
	asked := strings.Replace(policies, "noAuth: true}", "noAuth: true}\n  - {path: /asked, methods: [GET], extAuth: {authorizers: [opa]}}", 1)
	c := config.Default()
	c.Istio.ExtAuthProviders = []string{"opa"}
	cases := map[string]struct {
		text, host, path, without string
		want                      prove.Verdict
		shown                     string // what the reason must say
	}{
		"jwt demanded":                 {head + admin + public, "a.example.com", "/admin/.*", "jwt", prove.Holds, ""},
		"by another name":              {head + admin, "a.example.com", "/admin/.*", "oauth2_introspection", prove.Fails, "with jwt alone"},
		"open beside":                  {head + admin + public, "a.example.com", "/.*", "jwt", prove.Fails, "https://a.example.com/open/"},
		"another proof":                {head + opaque, "a.example.com", "/either/.*", "jwt", prove.Fails, "with oauth2_introspection alone"},
		"either proof":                 {head + opaque, "a.example.com", "/either/.*", "jwt,oauth2_introspection", prove.Holds, ""},
		"no such host":                 {head + public, "else.example.com", "/.*", "jwt", prove.Holds, ""},
		"a hole in front":              {head + noop + admin, "a.example.com", "/admin/.*", "jwt", prove.Holds, ""},
		"policies":                     {policies, "b.example.com", "/in/.*", "jwt", prove.Holds, ""},
		"a token elsewhere":            {strings.Replace(policies, "jwks\"}]", "jwks\", fromHeaders: [{name: X-Token, prefix: \"Bearer \"}]}]", 1), "b.example.com", "/in/.*", "extAuth", prove.Fails, "with jwt alone"},
		"an authorizer":                {asked, "b.example.com", "/asked", "extAuth", prove.Holds, ""},
		"this authorizer":              {asked, "b.example.com", "/asked", "extAuth:opa", prove.Holds, ""},
		"another authorizer":           {asked, "b.example.com", "/asked", "extAuth:other", prove.Fails, "without a token"},
		"policies, open route":         {policies, "b.example.com", "/{**}", "jwt", prove.Fails, "/out reaches"},
		"rules alone":                  {ruleFor("r", "<http|https>://h</x/.*>", "{handler: jwt}"), "h", "/x/.*", "jwt", prove.Holds, ""},
		"noop first":                   {ruleFor("r", "<http|https>://h</x/.*>", "{handler: noop}, {handler: jwt}"), "h", "/x/.*", "jwt", prove.Fails, "without a token"},
		"anonymous last":               {ruleFor("r", "<http|https>://h</x/.*>", "{handler: jwt}, {handler: anonymous}"), "h", "/x/.*", "jwt", prove.Fails, "without a token"},
		"unauthorized first":           {ruleFor("r", "<http|https>://h</x/.*>", "{handler: unauthorized}, {handler: noop}"), "h", "/x/.*", "jwt", prove.Holds, ""},
		"two rules are none":           {ruleFor("r", "<http|https>://h</x/a>", "{handler: noop}") + ruleFor("q", "<http|https>://h</x/.*>", "{handler: jwt}"), "h", "/x/.*", "jwt", prove.Holds, ""},
		"what no automaton stands for": {ruleFor("r", `<http|https>://h</(a|b)/\1x>`, "{handler: noop}"), "h", "/[ab]/.*", "jwt", prove.Unknown, "may let requests through"},
	}
	for name, k := range cases {
		lang := pathlang.Regex
		if strings.Contains(k.path, "{*") {
			lang = pathlang.Template
		}
		_, cluster, result := simulated(t, k.text, c)
		p := cluster.NeverWithout(match.Set{Hosts: []string{k.host}, Path: pathlang.Path{Lang: lang, Text: k.path}, View: match.RawPath}, strings.Split(k.without, ","))
		if p.Verdict != k.want || !strings.Contains(p.Reason, k.shown) {
			t.Errorf("%s: the verdict is %d, want %d: %s\n%v", name, p.Verdict, k.want, p.Reason, result.Findings)
		}
		if p.Verdict == prove.Fails {
			if d := cluster.Mesh.Decide(p.Witness, nil); !d.Passed() {
				t.Errorf("%s: the witness does not get through: %+v", name, d)
			}
		}
	}
}

// fabric returns a FabricGateway with the paths and, before them, other fields.
func fabric(paths string, fields ...string) string {
	return "apiVersion: zalando.org/v1\nkind: FabricGateway\nmetadata: {name: f, namespace: shop}\nspec:\n  x-fabric-service: [{host: f.example.org, serviceName: shop, servicePort: http}]\n" +
		strings.Join(fields, "") + "  paths:\n" + paths
}

// skipped returns an Ingress that somebody else wrote.
func skipped(name, predicate, filter string) string {
	return "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: " + name + "\n  annotations: {zalando.org/skipper-predicate: '" + predicate +
		"', zalando.org/skipper-filter: '" + filter + "'}\nspec: {rules: [{host: h, http: {paths: [{backend: {service: {name: " + name + "}}}]}}]}\n"
}

// again returns a RouteGroup one of whose routes asks for another path.
func again(path, filter string) string {
	filters := ""
	if filter != "" {
		filters = ", filters: ['" + filter + "']"
	}
	return "apiVersion: zalando.org/v1\nkind: RouteGroup\nmetadata: {name: g}\nspec:\n  hosts: [g]\n  backends: [{name: s, serviceName: s, servicePort: 80}, {name: again, type: loopback}]\n  defaultBackends: [{backendName: s}]\n" +
		"  routes:\n  - {path: /loop, filters: ['setPath(\"" + path + "\")'], backends: [{backendName: again}]}\n  - {path: /in" + filters + "}\n"
}

// TestStatementsAboutSkipper does the same with routes of which the most
// specific one matches a request.
func TestStatementsAboutSkipper(t *testing.T) {
	const token = `oauthTokeninfoAnyKV("realm", "/services") -> oauthTokeninfoAllScope("uid", "read")`
	group := "apiVersion: zalando.org/v1\nkind: RouteGroup\nmetadata: {name: g}\nspec:\n  hosts: [h]\n  backends: [{name: s, type: service, serviceName: s, servicePort: 80}]\n  defaultBackends: [{backendName: s}]\n" +
		"  routes:\n  - {pathSubtree: /admin, filters: ['" + strings.ReplaceAll(token, " -> ", "', '") + "']}\n  - {pathSubtree: /}\n"
	gateway := fabric("    /items/{id}: {get: {x-fabric-privileges: [a.read]}}\n    /static: {get: {x-fabric-static-response: {status: 200, headers: {}, body: x}}}\n", "  x-fabric-admins: [boss]\n")
	cases := map[string]struct {
		text, host, path, without string
		want                      prove.Verdict
		shown                     string
	}{
		"a gateway":                          {gateway, "f.example.org", "/.*", "tokeninfo", prove.Holds, ""},
		"by another name":                    {gateway, "f.example.org", "/items/.*", "jwt", prove.Fails, "with tokeninfo alone"},
		"answers itself":                     {gateway, "f.example.org", "/static", "jwt", prove.Holds, ""},
		"another host":                       {gateway, "else.example.org", "/.*", "jwt", prove.Holds, ""},
		"open":                               {skipped("a", `Path("/a")`, ""), "h", "/.*", "tokeninfo", prove.Fails, "/a reaches a.default without a token"},
		"open elsewhere":                     {skipped("a", `Path("/a")`, ""), "h", "/b.*", "tokeninfo", prove.Holds, ""},
		"more specific":                      {skipped("all", `PathSubtree("/")`, "") + skipped("admin", `PathSubtree("/admin")`, token), "h", "/admin/.*", "tokeninfo", prove.Holds, ""},
		"a parameter":                        {skipped("all", `Path("/**")`, "") + skipped("admin", `Path("/admin/:x")`, token), "h", "/admin/{*}", "tokeninfo", prove.Holds, ""},
		"deeper than that":                   {skipped("all", `Path("/**")`, "") + skipped("admin", `Path("/admin/:x")`, token), "h", "/admin/{**}", "tokeninfo", prove.Fails, "reaches all.default without"},
		"more predicates":                    {skipped("any", `Path("/a")`, "") + skipped("get", `Path("/a") && Method("GET")`, token), "h", "/a", "tokeninfo", prove.Fails, "POST"},
		"heavier":                            {skipped("any", `Path("/a") && True()`, "") + skipped("heavy", `Path("/a") && Weight(9)`, token), "h", "/a", "tokeninfo", prove.Holds, ""},
		"a header":                           {skipped("any", `Path("/a")`, token) + skipped("inside", `Path("/a") && Header("X-Inside", "1")`, ""), "h", "/a", "tokeninfo", prove.Fails, "without a token"},
		"claims nobody verified":             {skipped("any", `Path("/a")`, token) + skipped("people", `Path("/a") && JWTPayloadAnyKV("realm", "users", "sub", "x")`, ""), "h", "/a", "tokeninfo", prove.Fails, "with a token that nobody verifies"},
		"all people, all others":             {skipped("any", `Path("/a")`, "") + skipped("people", `Path("/a") && JWTPayloadAnyKV("realm", "users")`, token), "h", "/a", "tokeninfo", prove.Fails, "without a token"},
		"no requests left":                   {skipped("none", `Path("/a")`, `clusterClientRatelimit("g", 0, "1m", "Authorization")`), "h", "/a", "tokeninfo", prove.Holds, ""},
		"a filter of another way":            {skipped("a", `Path("/a")`, `basicAuth("/htpasswd")`), "h", "/a", "basicAuth", prove.Holds, ""},
		"a JWT":                              {skipped("a", `Path("/a")`, `jwtValidation("https://i")`), "h", "/a", "jwt", prove.Holds, ""},
		"the first of two proofs":            {skipped("a", `Path("/a")`, `jwtValidation("https://i") -> oauthTokeninfoAllScope("uid")`), "h", "/a", "jwt", prove.Holds, ""},
		"the second of two proofs":           {skipped("a", `Path("/a")`, `jwtValidation("https://i") -> oauthTokeninfoAllScope("uid")`), "h", "/a", "tokeninfo", prove.Holds, ""},
		"empty segments":                     {skipped("all", `PathSubtree("/")`, "") + skipped("admin", `PathSubtree("/admin")`, token), "h", "/admin", "tokeninfo", prove.Holds, ""},
		"either of two alike":                {skipped("in", `Path("/a")`, token) + skipped("out", `Path("/a")`, ""), "h", "/a", "tokeninfo", prove.Unknown, "out may let requests through"},
		"a parameter and a rest":             {skipped("a", `PathSubtree("/a/:x")`, ""), "h", "/b", "tokeninfo", prove.Holds, ""},
		"what kgw does not know":             {skipped("a", `Path("/a") && Cron("* * * * *")`, ""), "h", "/a", "tokeninfo", prove.Fails, "reaches a.default"},
		"an address that the caller chooses": {skipped("a", `Path("/a") && Source("10.0.0.0/8")`, ""), "h", "/a", "tokeninfo", prove.Fails, "with X-Forwarded-For: 10.0.0.0"},
		"a script":                           {skipped("a", `Path("/a")`, `lua("x") -> oauthTokeninfoAllScope("uid")`), "h", "/a", "tokeninfo", prove.Unknown, "a may let requests through"},
		"a script after it":                  {skipped("a", `Path("/a")`, `oauthTokeninfoAllScope("uid") -> lua("x")`), "h", "/a", "tokeninfo", prove.Holds, ""},
		"a token that is written":            {skipped("a", `Path("/a")`, `modRequestHeader("Authorization", ".*", "Bearer x") -> oauthTokeninfoAllScope("uid")`), "h", "/a", "tokeninfo", prove.Unknown, "a may let requests through"},
		"a scheme that is mended":            {skipped("a", `Path("/a")`, `modRequestHeader("Authorization", "^bearer ", "Bearer ") -> oauthTokeninfoAllScope("uid")`), "h", "/a", "tokeninfo", prove.Holds, ""},
		"a token set before":                 {strings.Replace(again("/in", `oauthTokeninfoAllScope("uid")`), "['setPath", "['setRequestHeader(\"Authorization\", \"Bearer x\")', 'setPath", 1), "g", "/loop", "tokeninfo", prove.Fails, "reaches s.default"},
		"a script alone":                     {skipped("a", `Path("/a")`, `lua("x")`), "h", "/a", "tokeninfo", prove.Unknown, "a may let requests through"},
		"a filter of nobody's":               {skipped("a", `PathSubtree("/a")`, `nosuch()`) + skipped("all", `PathSubtree("/")`, token), "h", "/a/.*", "tokeninfo", prove.Unknown, "a may let requests through"},
		"a token that is set":                {skipped("a", `Path("/a")`, `setRequestHeader("Authorization", "Bearer x") -> oauthTokeninfoAllScope("uid")`), "h", "/a", "tokeninfo", prove.Fails, "without a token"},
		"a copy":                             {skipped("a", `Path("/a")`, `tee("http://copy.test") -> oauthTokeninfoAllScope("uid")`), "h", "/a", "tokeninfo", prove.Unknown, "may let requests through"},
		"routed again, closed":               {again("/in", `oauthTokeninfoAllScope("uid")`), "g", "/loop", "tokeninfo", prove.Holds, ""},
		"routed again, open":                 {again("/in", ""), "g", "/loop", "tokeninfo", prove.Fails, "reaches s.default"},
		"routed again and again":             {again("/loop", ""), "g", "/loop", "tokeninfo", prove.Unknown, "may let requests through"},
		"another controller":                 {strings.Replace(skipped("a", `Path("/a")`, ""), "spec: {", "spec: {ingressClassName: nginx, ", 1), "h", "/a", "tokeninfo", prove.Unknown, "another controller"},
		"unknown, in front":                  {skipped("all", `Path("/a")`, "") + skipped("in", `Path("/a") && Source("10.0.0.0/8")`, token), "h", "/a", "tokeninfo", prove.Fails, "reaches all.default"},
		"sent to Oathkeeper":                 {strings.NewReplacer("service: {name: a}", "service: {name: ory-oathkeeper-proxy}", "metadata:\n", "metadata:\n  namespace: kyma-system\n").Replace(skipped("a", `Path("/a")`, "")), "h", "/a", "jwt", prove.Unknown, "sends them to Oathkeeper"},
		"RouteGroup":                         {group, "h", "/admin/.*", "tokeninfo", prove.Holds, ""},
		"RouteGroup, open":                   {group, "h", "/{**}", "tokeninfo", prove.Fails, "without a token"},
		"beside VirtualServices":             {head + admin + "---\n" + skipped("a", `Path("/a")`, ""), "h", "/.*", "jwt", prove.Fails, "reaches a.default"},
		"VirtualServices beside":             {head + admin + "---\n" + skipped("a", `Path("/a")`, ""), "a.example.com", "/.*", "jwt", prove.Holds, ""},
		"beside Rules":                       {ruleFor("r", "<http|https>://h</.*>", "{handler: noop}") + skipped("a", `PathSubtree("/")`, token), "h", "/.*", "tokeninfo", prove.Holds, ""},
	}
	for name, c := range cases {
		lang := pathlang.Regex
		if strings.Contains(c.path, "{*") {
			lang = pathlang.Template
		}
		_, cluster, result := simulated(t, c.text, config.Default())
		p := cluster.NeverWithout(match.Set{Hosts: []string{c.host}, Path: pathlang.Path{Lang: lang, Text: c.path}, View: match.RawPath}, strings.Split(c.without, ","))
		if p.Verdict != c.want || !strings.Contains(p.Reason, c.shown) {
			t.Errorf("%s: the verdict is %d, want %d: %s\n%v", name, p.Verdict, c.want, p.Reason, result.Findings)
		}
		if p.Verdict == prove.Fails {
			if d := simulate.Outcomes(p.Witness, nil, cluster.Mesh.Decide); !d.MayPass() {
				t.Errorf("%s: the witness does not get through: %+v", name, d)
			}
		}
	}
}
