package schema_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
)

// valid holds one document of each version that uses every field once.
var valid = map[string]string{
	"OAuth2Client/v1alpha1": `apiVersion: hydra.ory.sh/v1alpha1
kind: OAuth2Client
metadata:
  name: checkout
  namespace: shop
spec:
  grantTypes: [client_credentials]
  responseTypes: [token]
  scope: orders.read orders.write
  scopeArray: [cart:read]
  secretName: checkout-oauth
  redirectUris: ["https://shop.example.com/callback"]
  requestUris: ["https://shop.example.com/request"]
  postLogoutRedirectUris: ["https://shop.example.com/bye"]
  allowedCorsOrigins: ["https://shop.example.com"]
  audience: [orders]
  clientName: Checkout
  contacts: [shop@example.com]
  metadata:
    team: shop
  tokenEndpointAuthMethod: private_key_jwt
  tokenEndpointAuthSigningAlg: RS256
  requestObjectSigningAlg: RS256
  tokenLifespans:
    client_credentials_grant_access_token_lifespan: 30m
  hydraAdmin:
    url: http://hydra-admin.ory.svc
    port: 4445
    endpoint: /clients
    forwardedProto: https
  deletionPolicy: orphan
  accessTokenStrategy: jwt
  subjectType: public
  skipConsent: true
  skipLogoutConsent: false
  frontChannelLogoutSessionRequired: false
  backChannelLogoutSessionRequired: false
  frontChannelLogoutURI: https://shop.example.com/front
  backChannelLogoutURI: https://shop.example.com/back
  jwksUri: https://shop.example.com/keys
  logoUri: https://shop.example.com/logo.png
  clientUri: https://shop.example.com
  policyUri: https://shop.example.com/policy
  tosUri: https://shop.example.com/terms
  sectorIdentifierUri: https://shop.example.com/sector
  clientSecretExpiresAt: 0
`,
	"IDPPreset/v1alpha1": `apiVersion: authentication.kyma-project.io/v1alpha1
kind: IDPPreset
metadata:
  name: corp
spec:
  issuer: https://idp.example.com
  jwksUri: https://idp.example.com/keys
  name: corp
`,
	"Group/v1alpha1": `apiVersion: authentication.kyma-project.io/v1alpha1
kind: Group
metadata:
  name: shop-team
spec:
  name: "example:shop"
  idpName: github
  description: those who run the shop
`,
	"RateLimit/v1alpha1": `apiVersion: gateway.kyma-project.io/v1alpha1
kind: RateLimit
metadata:
  name: limits
  namespace: shop
spec:
  selectorLabels:
    app: cart
  enforce: true
  enableResponseHeaders: false
  local:
    defaultBucket:
      maxTokens: 10
      tokensPerFill: 5
      fillInterval: 30s
    buckets:
      - path: /headers
        headers:
          x-api-version: v1
        bucket:
          maxTokens: 2
          tokensPerFill: 2
          fillInterval: 1m30s
`,
	"APIRule/v1alpha1": `apiVersion: gateway.kyma-project.io/v1alpha1
kind: APIRule
metadata:
  name: orders
  namespace: shop
  labels: {team: a}
  annotations: {note: b}
spec:
  gateway: kyma-gateway.kyma-system.svc.cluster.local
  service:
    name: orders
    port: 8080
    host: orders.kyma.local
    external: false
  rules:
  - path: /orders/.*
    methods: [GET, POST]
    accessStrategies:
    - handler: oauth2_introspection
      config:
        required_scope: [read]
    mutators:
    - handler: header
      config:
        headers: {X-User: "{{ print .Subject }}"}
status: {}
`,
	"APIRule/v1beta1": `apiVersion: gateway.kyma-project.io/v1beta1
kind: APIRule
metadata:
  name: orders
  namespace: shop
spec:
  host: orders.kyma.local
  gateway: kyma-system/kyma-gateway
  timeout: 60
  service: {name: orders, port: 8080, namespace: shop, external: true}
  corsPolicy:
    allowHeaders: [X-A]
    allowMethods: [GET]
    allowOrigins: [{exact: "https://a.example.com"}, {regex: ".*"}]
    allowCredentials: true
    exposeHeaders: [X-B]
    maxAge: 10m
  rules:
  - path: /orders/.*
    methods: [GET, POST]
    timeout: 3900
    service: {name: other, port: 1}
    accessStrategies:
    - handler: jwt
      config: {jwks_urls: ["https://a.example.com/keys"]}
    mutators:
    - handler: noop
`,
	"APIRule/v2alpha1": mesh("v2alpha1"),
	"APIRule/v2":       mesh("v2"),
	"ExternalGateway/v1alpha1": `apiVersion: gateway.kyma-project.io/v1alpha1
kind: ExternalGateway
metadata:
  name: customer
  namespace: shop
spec:
  externalDomain: "*.customer.example"
  internalDomain:
    kymaSubdomain: customer
  caSecretRef:
    name: ca
    namespace: shop
  region: eu10
  regionsConfigMap: regions
  includeExtGatewayClientCert: true
`,
	"APIGateway/v1alpha1": `apiVersion: operator.kyma-project.io/v1alpha1
kind: APIGateway
metadata:
  name: default
  labels: {team: a}
spec:
  enableKymaGateway: true
  networkPoliciesEnabled: false
`,
	"RoleBindings/v1alpha1": `apiVersion: kgw.dev/v1alpha1
kind: RoleBindings
metadata:
  name: teams
bindings:
  kymaEssentials: {groups: [a], users: [b]}
  kymaView: {groups: [a]}
  kymaEdit: {groups: [a]}
  kymaAdmin: {groups: [a]}
  kymaDeveloper: {groups: [a]}
  kyma-essentials: {groups: [a]}
  kyma-view: {groups: [a]}
  kyma-edit: {groups: [a]}
  kyma-admin: {groups: [a]}
  kyma-developer: {groups: [a]}
users:
  adminGroup: admins
  administrators: [root]
namespaces:
- namespace: shop
  groups: [a]
  users: [b]
`,
	"FabricGateway/v1": `apiVersion: zalando.org/v1
kind: FabricGateway
metadata:
  name: orders
  namespace: shop
  annotations: {fabric/additional-filters: 'preserveHost("true")'}
spec:
  x-fabric-service: [{host: orders.example.org, serviceName: orders, servicePort: http}]
  x-external-service-provider: {stackSetName: orders, hosts: [a.example.org], stackVersion: v1}
  x-fabric-admins: [jdoe]
  x-fabric-whitelist: [stups_a]
  x-fabric-employee-access: {type: allow_list, user-list: [jdoe]}
  x-fabric-cors-support: {allowedOrigins: [a.example.org], allowedHeaders: [X-A]}
  x-fabric-compression-support: {compressionFactor: 9, encoding: text/html}
  paths:
    /open/{id}:
      get: {}
      POST:
        x-fabric-privileges: [orders.write]
        x-fabric-ratelimits: {default-rate: 10, period: hour, target: {stups_a: 5}}
        x-fabric-whitelist: {service-list: [stups_b], state: disabled}
        x-fabric-employee-access: {type: deny_all}
        x-fabric-static-response: {status: 200, headers: {X-A: b}, body: "x"}
        x-fabric-additional-filters: {append: []}
        x-fabric-custom-routes: []
        x-fabric-request-ratelimits: []
`,
}

func mesh(version string) string {
	return `apiVersion: gateway.kyma-project.io/` + version + `
kind: APIRule
metadata:
  name: orders
  namespace: shop
spec:
  hosts: [orders.kyma.local]
  gateway: kyma-system/kyma-gateway
  timeout: 60
  service: {name: orders, port: 8080, namespace: shop}
  corsPolicy:
    allowHeaders: [X-A]
    allowMethods: [GET]
    allowOrigins: [{exact: "https://a.example.com"}]
    allowCredentials: true
    exposeHeaders: [X-B]
    maxAge: 300
  rules:
  - path: /open/{*}
    methods: [GET]
    noAuth: true
    timeout: 10
    service: {name: other, port: 80}
    request:
      headers: {X-A: b}
      cookies: {c: d}
  - path: /jwt
    methods: [POST]
    jwt:
      authentications:
      - issuer: https://a.example.com
        jwksUri: https://a.example.com/keys
        fromHeaders: [{name: X-Jwt, prefix: "Bearer "}]
      authorizations:
      - requiredScopes: [read]
        audiences: [a]
  - path: /{**}
    methods: [GET, PUT]
    extAuth:
      authorizers: [sample]
      restrictions:
        authentications:
        - issuer: https://a.example.com
          jwksUri: https://a.example.com/keys
          fromParams: [token]
`
}

// snippets are values that a mutation puts in place of others: every type, the
// edges of the ranges, and scalars that YAML 1.1 and 1.2 read differently.
var snippets = strings.Split(strings.TrimSpace(`
null|~|[]|{}|""|[null]|{a: b}|[a]|[[]]|[{}]|{"": x}|{? [a] : b}
true|false|"true"|True|TRUE|on|off|yes|No|y|N|"on"
0|1|-1|80|"80"|65535|65536|3900|3901|4294967296|18446744073709551616|-0|+5|00|017|0o17|0x1F|0b11|1_000|12:30:45|1:2
1.0|80.0|80.5|1e3|1E3|8e1|1.0e+2|-1.5e-3|.5|5.|.inf|-.inf|.nan|.NaN|1e400|1e-400|0.0|3900.0|3900.000001|1.
2001-01-01|2001-01-01T00:00:00Z|<<|=|!!str 80|!!int "80"|!!float 80|!!float "1"|!!bool "true"|!!null ""|!!binary aGVsbG8=|!custom x|! 80|!!str
get|GET|PURGE|HEAD|jwt|allow|no_auth
/|/*|/.*|/{*}|/{**}|/a{*}|a|"@x"|"/\n"|/%41|/%4|"/ü"|/a.b
a.b|ab|a..b|A.b|a_b.c|"*.example.com"|*|"a\u0000"|"ü.example.com"|host[|-a
ns/name|ns/name/x|name.ns|name.ns.svc.cluster.local|Kyma/Gateway|/|a/b
10m|1.5h|soon|10|-1s|0|1h2m3s|5µs|1d|99999999999h|m
`), "\n")

// mutator changes documents by a seed.
type mutator struct {
	*rand.Rand
	values []*yaml.Node
}

func newMutator(t testing.TB, seed uint64) *mutator {
	t.Helper()
	m := &mutator{Rand: rand.New(rand.NewPCG(seed, 1))}
	for _, line := range snippets {
		for _, text := range strings.Split(line, "|") {
			var n yaml.Node
			if err := yaml.Unmarshal([]byte(text), &n); err != nil {
				continue // "*": as text below
			}
			if len(n.Content) == 1 {
				m.values = append(m.values, n.Content[0])
			}
		}
	}
	long := strings.Repeat("a", 300)
	m.values = append(m.values, &yaml.Node{Kind: yaml.ScalarNode, Value: long}, &yaml.Node{Kind: yaml.ScalarNode, Value: long[:63]},
		&yaml.Node{Kind: yaml.ScalarNode, Value: "*", Style: yaml.SingleQuotedStyle})
	return m
}

// value returns a copy of one of the values: a value may be put into another,
// or into itself.
func (m *mutator) value() *yaml.Node { return cloned(m.values[m.IntN(len(m.values))]) }

func cloned(n *yaml.Node) *yaml.Node {
	out := *n
	out.Content = nil
	for _, c := range n.Content {
		out.Content = append(out.Content, cloned(c))
	}
	return &out
}

// mutate changes the tree at one random place.
func (m *mutator) mutate(root *yaml.Node) {
	var parents []*yaml.Node
	var walk func(*yaml.Node)
	walk = func(n *yaml.Node) {
		if len(n.Content) > 0 {
			parents = append(parents, n)
		}
		for _, c := range n.Content {
			walk(c)
		}
	}
	walk(root)
	if len(parents) == 0 {
		return
	}
	if p := parents[m.IntN(len(parents))]; p.Kind == yaml.MappingNode {
		m.mapping(p)
	} else {
		m.list(p)
	}
}

func (m *mutator) mapping(n *yaml.Node) {
	i := 2 * m.IntN(len(n.Content)/2)
	key, value := n.Content[i], n.Content[i+1]
	switch m.IntN(6) {
	case 0:
		n.Content = append(n.Content[:i:i], n.Content[i+2:]...)
	case 1:
		name := []string{key.Value + "s", strings.ToUpper(key.Value), "extra", "", "on", "1", "host", "service", "rules", "config"}[m.IntN(10)]
		n.Content = append(n.Content[:len(n.Content):len(n.Content)], &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: name, Style: yaml.DoubleQuotedStyle}, m.value())
	case 2:
		n.Content[i+1] = &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{value}}
	case 3:
		j := 2*m.IntN(len(n.Content)/2) + 1
		n.Content[i+1], n.Content[j] = n.Content[j], n.Content[i+1]
	default:
		n.Content[i+1] = m.value()
	}
}

func (m *mutator) list(n *yaml.Node) {
	i := m.IntN(len(n.Content))
	switch m.IntN(4) {
	case 0:
		n.Content = append(n.Content[:i:i], n.Content[i+1:]...)
	case 1:
		n.Content = append(n.Content[:len(n.Content):len(n.Content)], n.Content[i])
	case 2:
		n.Content = nil
	default:
		n.Content[i] = m.value()
	}
}

// mutated returns the text of a seed after some mutations, or "" where the
// tree cannot be written.
func (m *mutator) mutated(seed string) string {
	var n yaml.Node
	if yaml.Unmarshal([]byte(seed), &n) != nil || len(n.Content) == 0 {
		return ""
	}
	for range 1 + m.IntN(3) {
		m.mutate(n.Content[0])
	}
	text, err := yaml.Marshal(&n)
	if err != nil {
		return ""
	}
	return string(text)
}

// seeds returns valid and found documents of a kind.
func seeds(t testing.TB, k *schema.Kind) []string {
	t.Helper()
	out := []string{valid[k.Name()]}
	var files []string
	for _, pattern := range []string{"corpus/" + k.Kind + "/" + k.Version + "/*.yaml", "conformance/apirule/*/*.in.yaml"} {
		found, err := filepath.Glob(filepath.Join("..", "..", "shared", filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		docs, _ := source.Split(&source.File{Name: file, Data: data})
		for _, d := range docs {
			if root, _ := d.Parse(); root != nil {
				if apiVersion, kind, _, _ := source.Head(root); apiVersion == k.APIVersion() && kind == k.Kind {
					out = append(out, string(d.Text()))
				}
			}
		}
	}
	return out
}
