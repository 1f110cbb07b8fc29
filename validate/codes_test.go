package validate_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/openapi"
)

// Ways in, as accessStrategies have them.
const (
	open         = "{handler: no_auth}"
	noop         = "{handler: noop}"
	introspects  = "{handler: oauth2_introspection, config: {required_scope: [read]}}"
	byOathkeeper = `{handler: jwt, config: {trusted_issuers: ["https://id.example.com"], jwks_urls: ["https://id.example.com/keys"]}}`
	byIstio      = `{handler: jwt, config: {authentications: [{issuer: "https://id.example.com", jwksUri: "https://id.example.com/keys"}]}}`
)

// apiRule is an APIRule v1beta1 in one document: its name is also the first label
// of its host and the name of its Service. Its first rule is on line 8.
func apiRule(name string, rules ...string) string {
	return "apiVersion: gateway.kyma-project.io/v1beta1\nkind: APIRule\nmetadata: {name: " + name + ", namespace: web}\nspec:\n" +
		"  gateway: kyma-system/kyma-gateway\n  host: " + name + ".example.com\n  service: {name: " + name + ", port: 80}\n" +
		"  rules: [\n" + strings.Join(rules, ",\n") + "]\n"
}

// v2Rule is an APIRule v2 with the Service that it needs.
func v2Rule(rules ...string) string {
	return "apiVersion: gateway.kyma-project.io/v2\nkind: APIRule\nmetadata: {name: shop, namespace: web}\nspec:\n" +
		"  gateway: kyma-system/kyma-gateway\n  hosts: [shop.example.com]\n  service: {name: shop, port: 80}\n" +
		"  rules: [\n" + strings.Join(rules, ",\n") + "]\n---\n" + service("shop", "{app: shop}")
}

func service(name, selector string) string {
	return "apiVersion: v1\nkind: Service\nmetadata: {name: " + name + ", namespace: web}\nspec: {selector: " + selector + ", ports: [{port: 80}]}\n"
}

func rule(path, strategies string) string {
	return "{path: " + path + ", methods: [GET], accessStrategies: [" + strategies + "]}"
}

func client(name, spec string) string {
	return "---\napiVersion: hydra.ory.sh/v1alpha1\nkind: OAuth2Client\nmetadata: {name: " + name + ", namespace: web}\nspec: {" + spec + "}\n"
}

func kgwYAML(text string) string {
	return "-- kgw.yaml --\napiVersion: kgw.dev/v1alpha1\nkind: Config\n" + text + "-- a.yaml --\n"
}

func staticUser(name, email string) string {
	return "---\napiVersion: v1\nkind: Secret\nmetadata: {name: " + name + ", namespace: kyma-system, labels: {dex-user-config: \"true\"}}\n" +
		"stringData: {email: " + email + ", username: " + name + ", hash: '$2y$12$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyz01234'}\n"
}

func rateLimit(name, labels string) string {
	return "---\napiVersion: gateway.kyma-project.io/v1alpha1\nkind: RateLimit\nmetadata: {name: " + name + ", namespace: web}\n" +
		"spec: {selectorLabels: " + labels + ", local: {defaultBucket: {maxTokens: 10, tokensPerFill: 10, fillInterval: 60s}}}\n"
}

func described(rules, api string) string {
	return "-- a.yaml --\n" + rules + "-- openapi.yaml --\nopenapi: 3.0.3\ninfo: {title: Shop, version: \"1\"}\nservers: [{url: \"https://shop.example.com\"}]\n" +
		"components: {securitySchemes: {token: {type: openIdConnect, openIdConnectUrl: \"https://id.example.com/.well-known/openid-configuration\"}, key: {type: apiKey, in: header, name: X-Key}}}\n" +
		api
}

const (
	getOrders = "paths: {/orders: {get: {responses: {\"200\": {description: ok}}}}}\n"
	openV2    = "{path: /orders, methods: [GET], noAuth: true}"
	jwtV2     = `{path: /orders, methods: [GET], jwt: {authentications: [{issuer: "https://id.example.com", jwksUri: "https://id.example.com/keys"}]}}`
	scopedV2  = `{path: /orders, methods: [GET], jwt: {authentications: [{issuer: "https://id.example.com", jwksUri: "https://id.example.com/keys"}], authorizations: [{requiredScopes: [read]}]}}`
)

// codeRow is a small input that has a finding, and the nearest input that has
// not: the first text of near replaced by the second.
type codeRow struct {
	name  string
	code  diag.Code
	input string // one file a.yaml, or a txtar of several
	at    string // the place, and the text that begins there
	near  [2]string
}

var codeRows = []codeRow{
	{
		"a question that costs too much", diag.BudgetUsed,
		apiRule("shop", rule("'/(a|b)*a(a|b){20}c'", noop), rule("'/(a|b)*b(a|b){21}c'", noop), rule("'/(a|b)*a(a|b){22}c'", noop), rule("'/(a|b)*b(a|b){23}c'", noop), rule("'/(a|b)*a(a|b){24}c'", noop), rule("'/(a|b)*b(a|b){25}c'", noop)),
		"a.yaml:1:1 apiVersion: ",
		[2]string{"(a|b)*", ""},
	},
	{
		"a host outside the allowed domains", diag.HostNotAllowed,
		kgwYAML("domains: {allow: [example.com]}\n") + strings.Replace(apiRule("shop", rule("/a", noop)), "example.com", "example.org", 1),
		"a.yaml:6:9 shop.example",
		[2]string{"shop.example.org", "shop.example.com"},
	},
	{
		"a host that only ends like an allowed one", diag.HostLookalike,
		kgwYAML("domains: {allow: [example.com]}\n") + strings.Replace(apiRule("shop", rule("/a", noop)), "shop.example.com", "shop-example.com", 1),
		"a.yaml:6:9 shop-example",
		[2]string{"shop-example.com", "shop.example.com"},
	},
	{
		"a host without a domain", diag.NoDomain,
		strings.Replace(apiRule("shop", rule("/a", noop)), "shop.example.com", "shop", 1),
		"a.yaml:6:9 shop",
		[2]string{"host: shop", "host: shop.example.com"},
	},
	{
		"a Service that no policy lets out", diag.ServiceBlocked,
		strings.Replace(apiRule("shop", rule("/a", noop)), "{name: shop, port: 80}", "{name: kubernetes, namespace: default, port: 443}", 1),
		"a.yaml:7:19 kubernetes, ",
		[2]string{"namespace: default, ", ""},
	},
	{
		"two resources of one host", diag.HostConflict,
		apiRule("shop", rule("/a", noop)) + "---\n" + strings.Replace(apiRule("store", rule("/b", noop)), "store.example.com", "shop.example.com", 1),
		"a.yaml:6:9 shop.example; a.yaml:16:9 shop.example",
		[2]string{"gateway: kyma-system/kyma-gateway\n  host: shop.example.com\n  service: {name: store", "gateway: kyma-system/kyma-gateway\n  host: store.example.com\n  service: {name: store"},
	},
	{
		"one resource twice", diag.DuplicateResource,
		apiRule("shop", rule("/a", noop)) + "---\n" + strings.Replace(apiRule("shop", rule("/a", noop)), "shop.example.com", "store.example.com", 1),
		"a.yaml:3:18 shop, namesp; a.yaml:13:18 shop, namesp",
		[2]string{"metadata: {name: shop, namespace: web}\nspec:\n  gateway: kyma-system/kyma-gateway\n  host: store", "metadata: {name: store, namespace: web}\nspec:\n  gateway: kyma-system/kyma-gateway\n  host: store"},
	},
	{
		"a wildcard that somebody else has", diag.WildcardHostConflict,
		apiRule("shop", rule("/a", noop)) + "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: all, namespace: web}\nspec: {hosts: ['*.example.com'], gateways: [kyma-system/kyma-gateway], http: [{route: [{destination: {host: all}}]}]}\n",
		"a.yaml:6:9 shop.example",
		[2]string{"*.example.com", "*.example.org"},
	},
	{
		"a route that nobody described", diag.RouteNotDocumented,
		described(v2Rule(openV2, "{path: /items, methods: [GET], noAuth: true}"), getOrders),
		"a.yaml:10:8 /items, meth",
		[2]string{"path: /items, methods: [GET]", "path: /orders, methods: [HEAD]"},
	},
	{
		"an operation without a route", diag.OperationNotExposed,
		described(v2Rule(openV2), strings.Replace(getOrders, "paths: {", "paths: {/items: {get: {responses: {\"200\": {description: ok}}}}, ", 1)),
		"openapi.yaml:5:18 get: {respon",
		[2]string{"/items: {get: {responses: {\"200\": {description: ok}}}}, ", ""},
	},
	{
		"a description that asks for more", diag.AccessWeaker,
		described(v2Rule(jwtV2), "security: [{token: [read]}]\n"+getOrders),
		"a.yaml:9:2 path: /order",
		[2]string{"token: [read]", "token: []"},
	},
	{
		"a description that asks for less", diag.AccessStricter,
		described(v2Rule(scopedV2), "security: [{token: []}]\n"+getOrders),
		"a.yaml:9:2 path: /order",
		[2]string{"token: []", "token: [read]"},
	},
	{
		"an API key, which no gateway checks", diag.CredentialsUnchecked,
		described(v2Rule(openV2), "security: [{key: []}]\n"+getOrders),
		"a.yaml:9:2 path: /order",
		[2]string{"security: [{key: []}]\n", ""},
	},
	{
		"a server that nobody serves", diag.ServerNotServed,
		described(strings.Replace(v2Rule(openV2), "shop.example.com", "store.example.com", 1), getOrders),
		"openapi.yaml:3:17 \"https://sho",
		[2]string{"store.example.com", "shop.example.com"},
	},
	{
		"a path that cannot be compared with the description", diag.CoverageUndecided,
		described(apiRule("shop", rule("'/(a|b)*a(a|b){24}'", noop)), "paths: {'/a{x}': {get: {responses: {\"200\": {description: ok}}}}}\n"),
		"openapi.yaml:1:1 openapi: 3.0",
		[2]string{"'/(a|b)*a(a|b){24}'", "/a.*"},
	},
	{
		"a path without its slash", diag.PathMisread,
		apiRule("shop", rule("a/.*", noop)),
		"a.yaml:9:8 a/.*, method",
		[2]string{"path: a/", "path: /a/"},
	},
	{
		"a scope that no client has", diag.ScopeUngrantable,
		apiRule("shop", rule("/a", introspects)) + client("app", "grantTypes: [client_credentials], scope: write, secretName: app"),
		"a.yaml:9:88 required_sco",
		[2]string{"scope: write", "scope: read"},
	},
	{
		"two scopes that no client has both of", diag.NoSingleClient,
		apiRule("shop", rule("/a", strings.Replace(introspects, "read", "read, write", 1))) + client("one", "grantTypes: [client_credentials], scope: read, secretName: one") + client("two", "grantTypes: [client_credentials], scope: write, secretName: two"),
		"a.yaml:9:88 required_sco",
		[2]string{"scope: write,", "scope: read write,"},
	},
	{
		"an audience that no client has", diag.AudienceUngrantable,
		apiRule("shop", rule("/a", strings.Replace(introspects, "[read]", "[read], target_audience: [shop]", 1))) + client("app", "grantTypes: [client_credentials], scope: read, secretName: app"),
		"a.yaml:9:88 required_sco",
		[2]string{"scope: read, secretName", "scope: read, audience: [shop], secretName"},
	},
	{
		"a scope that no route asks for", diag.UnusedScope,
		apiRule("shop", rule("/a", introspects)) + client("app", "grantTypes: [client_credentials], scope: read write, secretName: app"),
		"a.yaml:14:49 read write, ",
		[2]string{"read write", "read"},
	},
	{
		"a client that gets nowhere", diag.UnusedClient,
		apiRule("shop", rule("/a", introspects)) + client("app", "grantTypes: [client_credentials], scope: read, secretName: app") + client("old", "grantTypes: [client_credentials], scope: write, secretName: old"),
		"a.yaml:19:1 spec: {grant",
		[2]string{"scope: write", "scope: read"},
	},
	{
		"two clients of one Secret", diag.SecretShared,
		apiRule("shop", rule("/a", introspects)) + client("one", "grantTypes: [client_credentials], scope: read, secretName: keys") + client("two", "grantTypes: [client_credentials], scope: read, secretName: keys"),
		"a.yaml:19:67 keys}",
		[2]string{"secretName: keys}\n---", "secretName: other}\n---"},
	},
	{
		"one issuer with two key sets", diag.IssuerTwoKeySets,
		apiRule("shop", rule("/a", byOathkeeper)) + "---\napiVersion: authentication.kyma-project.io/v1alpha1\nkind: IDPPreset\nmetadata: {name: staff}\nspec: {issuer: https://id.example.com, jwksUri: https://id.example.com/old}\n",
		"a.yaml:9:62 config: {tru",
		[2]string{"https://id.example.com/old", "https://id.example.com/keys"},
	},
	{
		"the Dex that Kyma 2 took away", diag.IssuerGone,
		apiRule("shop", rule("/a", strings.Replace(byOathkeeper, "https://id.example.com/keys", "http://dex-service.kyma-system.svc.cluster.local:5556/keys", 1))),
		"a.yaml:9:62 config: {tru",
		[2]string{"dex-service.kyma-system", "dex-service.other"},
	},
	{
		"a Group that is named by its object", diag.GroupUnknown,
		"apiVersion: kgw.dev/v1alpha1\nkind: RoleBindings\nmetadata: {name: teams}\nbindings: {kymaView: {groups: [team-b]}}\n---\napiVersion: authentication.kyma-project.io/v1alpha1\nkind: Group\nmetadata: {name: team-b}\nspec: {name: 'my-org:team-b', idpName: github}\n",
		"a.yaml:4:32 team-b]}}",
		[2]string{"groups: [team-b]", "groups: ['my-org:team-b']"},
	},
	{
		"two limits of the same pods", diag.RateLimitsConflict,
		rateLimit("all", "{app: shop}") + rateLimit("web", "{app: shop, tier: web}"),
		"a.yaml:10:8 selectorLabe",
		[2]string{"{app: shop}", "{app: shop, tier: back}"},
	},
	{
		"a Gateway that the policy does not name", diag.GatewayNotAllowed,
		kgwYAML("policy: {gateways: [edge/front]}\n") + apiRule("shop", rule("/a", noop)),
		"a.yaml:5:12 kyma-system/",
		[2]string{"edge/front", "edge/front, kyma-system/kyma-gateway"},
	},
	{
		"a Secret with other keys", diag.ClientSecretKeys,
		client("app", "grantTypes: [client_credentials], scope: read, secretName: app") + "---\napiVersion: v1\nkind: Secret\nmetadata: {name: app, namespace: web}\nstringData: {CLIENT_ID: a, client_secret: b}\n",
		"a.yaml:9:18 app, namespa",
		[2]string{"client_secret", "CLIENT_SECRET"},
	},
	{
		"two users of one address", diag.StaticUserTwice,
		staticUser("ann", "ann@example.com") + staticUser("bob", "Ann@example.com"),
		"a.yaml:9:18 bob, namespa",
		[2]string{"Ann@", "bob@"},
	},
	{
		"a client that gets no token", diag.ClientWithoutTokens,
		client("app", "grantTypes: [implicit, refresh_token], responseTypes: [id_token], scope: read, secretName: app"),
		"a.yaml:5:8 grantTypes: ",
		[2]string{"[id_token]", "[token]"},
	},
	{
		"a route in front takes a part", diag.RouteShadowed,
		apiRule("shop", rule("/a/.*", open), "{service: {name: other, port: 80}, "+rule("/.*/b", open)[1:]),
		"a.yaml:10:42 /.*/b, metho",
		[2]string{"path: /.*/b", "path: /b/.*"},
	},
	{
		"two rules of Oathkeeper meet", diag.RulesOverlap,
		apiRule("shop", rule("/.*", noop), rule("/a", byOathkeeper)),
		"a.yaml:10:8 /a, methods:",
		[2]string{"path: /.*", "path: /b"},
	},
	{
		"a route in front takes all", diag.RouteUnreachable,
		apiRule("shop", rule("/.*", open), "{service: {name: other, port: 80}, "+rule("/a", open)[1:]),
		"a.yaml:10:42 /a, methods:",
		[2]string{"path: /.*", "path: /b"},
	},
	{
		"rules that cannot be compared", diag.OverlapUnknown,
		apiRule("shop", rule(`'/([a-z]+)/\1'`, noop), rule("/.*/a", byOathkeeper)),
		"a.yaml:10:8 /.*/a, metho",
		[2]string{`'/([a-z]+)/\1'`, "'/[a-z]+/b'"},
	},
	{
		"a rule of a host that no request has", diag.RuleUnreached,
		strings.Replace(apiRule("shop", rule("/a", noop)), "shop.example.com", "SHOP.example.com", 1),
		"a.yaml:9:8 /a, methods:",
		[2]string{"SHOP", "shop"},
	},
	{
		"an open route in front of Oathkeeper", diag.RuleBypassed,
		apiRule("shop", rule("/.*", open), rule("/a", byOathkeeper)),
		"a.yaml:10:8 /a, methods:",
		[2]string{"path: /.*", "path: /b"},
	},
	{
		"a policy beside it that admits anybody", diag.RouteWeaker,
		kgwYAML("jwtHandler: istio\n") + apiRule("shop", rule("/.*", open), rule("/a", byIstio)) + "---\n" + service("shop", "{app: shop}"),
		"a.yaml:10:8 /a, methods:",
		[2]string{"path: /.*", "path: /b"},
	},
	{
		"an open route", diag.PublicRoute,
		apiRule("shop", rule("/a", open)),
		"a.yaml:9:8 /a, methods:",
		[2]string{open, introspects},
	},
	{
		"an open route against the policy", diag.PublicForbidden,
		kgwYAML("policy: {public: deny}\n") + apiRule("shop", rule("/a", open)),
		"a.yaml:9:8 /a, methods:",
		[2]string{open, introspects},
	},
	{
		"a path that another spelling gets around", diag.NormalisationDoor,
		apiRule("shop", rule("'/a/[a-z]+'", byOathkeeper), rule("/b/.*", open)),
		"a.yaml:9:8 '/a/[a-z]+',",
		[2]string{open, byOathkeeper},
	},
	{
		"an opening that is not decided", diag.OpeningUndecided,
		kgwYAML("jwtHandler: istio\n") + apiRule("shop", rule("'/(a|b)*a(a|b){24}'", open), rule("/a.*", byIstio)) + "---\n" + service("shop", "{app: shop}"),
		"a.yaml:9:8 '/(a|b)*a(a|",
		[2]string{"'/(a|b)*a(a|b){24}'", "/c"},
	},
	{
		"two key sets on the same pods", diag.KeySetsDiffer,
		kgwYAML("jwtHandler: istio\n") + apiRule("shop", rule("/a", byIstio)) + "---\n" + apiRule("store", rule("/a", strings.Replace(byIstio, "com/keys", "com/old", 1))) + "---\n" + service("shop", "{app: shop}") + "---\n" + service("store", "{app: shop}"),
		"a.yaml:9:90 issuer: \"htt; a.yaml:19:90 issuer: \"htt",
		[2]string{"com/old", "com/keys"},
	},
	{
		"Services that may have the same pods", diag.PodsMayShare,
		kgwYAML("jwtHandler: istio\n") + apiRule("shop", rule("/a", byIstio)) + "---\n" + apiRule("store", rule("/a", open)) + "---\n" + service("shop", "{app: shop}") + "---\n" + service("store", "{version: v1}"),
		"a.yaml:9:8 /a, methods:",
		[2]string{"{version: v1}", "{app: store}"},
	},
	{
		"a Rule of somebody else for another method", diag.RuleOpens,
		apiRule("shop", rule("/a", introspects)) + "---\napiVersion: oathkeeper.ory.sh/v1alpha1\nkind: Rule\nmetadata: {name: posts, namespace: web}\nspec:\n  match: {url: '<http|https>://shop.example.com/a', methods: [POST]}\n  upstream: {url: 'http://shop.web.svc.cluster.local:80'}\n  authenticators: [{handler: noop}]\n  authorizer: {handler: allow}\n  mutators: [{handler: noop}]\n",
		"a.yaml:9:8 /a, methods:",
		[2]string{"shop.example.com/a'", "shop.example.com/b'"},
	},
	{
		"preflights without a route", diag.PreflightUnrouted,
		strings.Replace(v2Rule(openV2), "  rules:", "  corsPolicy: {allowOrigins: [{exact: https://www.example.com}], allowMethods: [GET]}\n  rules:", 1),
		"a.yaml:8:3 corsPolicy: ",
		[2]string{"methods: [GET], noAuth", "methods: [GET, OPTIONS], noAuth"},
	},
	{
		"a star that is no wildcard", diag.StarExpression,
		apiRule("shop", rule("/*", noop)),
		"a.yaml:9:8 /*, methods:",
		[2]string{"path: /*", "path: /.*"},
	},
}

// TestCodes compiles the input of every row, which has the finding at its place,
// and the nearest input, which does not have it.
func TestCodes(t *testing.T) {
	for _, row := range codeRows {
		t.Run(string(row.code)+"/"+row.name, func(t *testing.T) {
			if got := placesOf(t, row.code, row.input); got != row.at {
				t.Errorf("found at %q, want %q", got, row.at)
			}
			near := strings.ReplaceAll(row.input, row.near[0], row.near[1])
			if near == row.input {
				t.Fatalf("the input does not have %q", row.near[0])
			}
			if got := placesOf(t, row.code, near); got != "" {
				t.Errorf("the nearest input has it at %q", got)
			}
		})
	}
}

// placesOf compiles an input and returns the places of the findings of one code,
// each with the text that begins there.
func placesOf(t *testing.T, code diag.Code, input string) string {
	t.Helper()
	if !strings.HasPrefix(input, "-- ") {
		input = "-- a.yaml --\n" + input
	}
	options := compile.Options{Schema: compile.SchemaAll}
	var in compile.Input
	texts := map[string]string{}
	for _, f := range txtar.Parse([]byte(input)).Files {
		texts[f.Name] = string(f.Data)
		if f.Name == config.FileName {
			conf, found := config.Parse(f.Name, f.Data)
			if len(found) > 0 {
				t.Fatal(found)
			}
			options.Config = conf
			continue
		}
		file, problem := source.NewFile(f.Name, f.Data)
		if problem != nil {
			t.Fatal(problem)
		}
		if f.Name != "openapi.yaml" {
			in.Files = append(in.Files, file)
			continue
		}
		api, found := openapi.Read(file, nil)
		if len(found) > 0 {
			t.Fatal(found)
		}
		options.APIs = []*ir.API{&api.API}
	}
	r := compile.Run(in, options)
	var out []string
	for i := range r.Findings {
		f := &r.Findings[i]
		switch {
		case f.Code == code:
			out = append(out, fmt.Sprintf("%s %s", place(f.Span), textAt(texts[f.Span.File], f.Span.Line, f.Span.Column)))
		case f.Code < "KGW300" && f.Code != diag.BadHost && f.Severity == diag.Error:
			t.Errorf("the input is at fault: %s %s", f.Code, f.Message)
		}
	}
	return strings.Join(out, "; ")
}

// textAt returns the beginning of the text at a place.
func textAt(text string, line, column int) string {
	lines := strings.Split(text, "\n")
	if line < 1 || line > len(lines) || column < 1 || column > len(lines[line-1])+1 {
		return "?"
	}
	rest := lines[line-1][column-1:]
	return rest[:min(len(rest), 12)]
}

// TestEveryCodeHasARow finds the codes that the package names: each is in a row.
func TestEveryCodeHasARow(t *testing.T) {
	codes := declaredCodes(t)
	rows := map[diag.Code]bool{}
	for _, row := range codeRows {
		rows[row.code] = true
	}
	for _, tree := range parsed(t, "*.go") {
		ast.Inspect(tree, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if of, ok := s.X.(*ast.Ident); !ok || of.Name != "diag" {
				return true
			}
			if code, is := codes[s.Sel.Name]; is && !rows[code] {
				t.Errorf("no row has %s (%s)", code, s.Sel.Name)
				rows[code] = true
			}
			return true
		})
	}
}

// declaredCodes are the codes by the names of their constants.
func declaredCodes(t *testing.T) map[string]diag.Code {
	t.Helper()
	out := map[string]diag.Code{}
	for _, tree := range parsed(t, "../internal/diag/codes*.go") {
		ast.Inspect(tree, func(n ast.Node) bool {
			v, ok := n.(*ast.ValueSpec)
			if !ok || len(v.Names) != 1 || len(v.Values) != 1 {
				return true
			}
			if text, ok := v.Values[0].(*ast.BasicLit); ok && strings.HasPrefix(text.Value, `"KGW`) {
				out[v.Names[0].Name] = diag.Code(strings.Trim(text.Value, `"`))
			}
			return true
		})
	}
	if len(out) < 100 {
		t.Fatalf("%d codes are declared", len(out))
	}
	return out
}

// parsed parses the files of a pattern that are not tests.
func parsed(t *testing.T, pattern string) []*ast.File {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	var out []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, tree)
	}
	return out
}
