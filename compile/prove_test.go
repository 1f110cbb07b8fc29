package compile_test

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/match"
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
	cases := map[string]struct {
		text, host, path, without string
		want                      compile.Verdict
		shown                     string // what the reason must say
	}{
		"jwt demanded":                 {head + admin + public, "a.example.com", "/admin/.*", "jwt", compile.Holds, ""},
		"by another name":              {head + admin, "a.example.com", "/admin/.*", "oauth2_introspection", compile.Fails, "with jwt alone"},
		"open beside":                  {head + admin + public, "a.example.com", "/.*", "jwt", compile.Fails, "https://a.example.com/open/"},
		"another proof":                {head + opaque, "a.example.com", "/either/.*", "jwt", compile.Fails, "with oauth2_introspection alone"},
		"either proof":                 {head + opaque, "a.example.com", "/either/.*", "jwt,oauth2_introspection", compile.Holds, ""},
		"no such host":                 {head + public, "else.example.com", "/.*", "jwt", compile.Holds, ""},
		"a hole in front":              {head + noop + admin, "a.example.com", "/admin/.*", "jwt", compile.Holds, ""},
		"policies":                     {policies, "b.example.com", "/in/.*", "jwt", compile.Holds, ""},
		"policies, open route":         {policies, "b.example.com", "/{**}", "jwt", compile.Fails, "/out reaches"},
		"rules alone":                  {ruleFor("r", "<http|https>://h</x/.*>", "{handler: jwt}"), "h", "/x/.*", "jwt", compile.Holds, ""},
		"noop first":                   {ruleFor("r", "<http|https>://h</x/.*>", "{handler: noop}, {handler: jwt}"), "h", "/x/.*", "jwt", compile.Fails, "without a token"},
		"anonymous last":               {ruleFor("r", "<http|https>://h</x/.*>", "{handler: jwt}, {handler: anonymous}"), "h", "/x/.*", "jwt", compile.Fails, "without a token"},
		"unauthorized first":           {ruleFor("r", "<http|https>://h</x/.*>", "{handler: unauthorized}, {handler: noop}"), "h", "/x/.*", "jwt", compile.Holds, ""},
		"two rules are none":           {ruleFor("r", "<http|https>://h</x/a>", "{handler: noop}") + ruleFor("q", "<http|https>://h</x/.*>", "{handler: jwt}"), "h", "/x/.*", "jwt", compile.Holds, ""},
		"what no automaton stands for": {ruleFor("r", `<http|https>://h</(a|b)/\1x>`, "{handler: noop}"), "h", "/[ab]/.*", "jwt", compile.Unknown, "may let requests through"},
		"Skipper":                      {"apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}\nspec: {rules: [{host: h, http: {paths: [{backend: {service: {name: s}}}]}}]}\n", "h", "/.*", "jwt", compile.Unknown, "Skipper"},
	}
	for name, c := range cases {
		lang := match.Regex
		if strings.Contains(c.path, "{*") {
			lang = match.Template
		}
		_, cluster, result := simulated(t, c.text, config.Default())
		p := cluster.NeverWithout(match.Set{Hosts: []string{c.host}, Path: match.Path{Lang: lang, Text: c.path}, View: match.RawPath}, strings.Split(c.without, ","))
		if p.Verdict != c.want || !strings.Contains(p.Reason, c.shown) {
			t.Errorf("%s: the verdict is %d, want %d: %s\n%v", name, p.Verdict, c.want, p.Reason, result.Findings)
		}
		if p.Verdict == compile.Fails {
			if d := cluster.Mesh.Decide(p.Witness, nil); !d.Passed() {
				t.Errorf("%s: the witness does not get through: %+v", name, d)
			}
		}
	}
}
