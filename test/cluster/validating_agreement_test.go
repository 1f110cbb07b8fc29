package cluster

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/test/cluster/rig"
)

const agreementConfig = `apiVersion: kgw.dev/v1alpha1
kind: Config
emit: [admission-policy]
domains: {default: allowed.example, allow: [Allowed.example, deep.below.example, wild.example, one]}
services: {block: [secret.NAMESPACE, kubernetes.default, hidden.other]}
policy:
  public: deny
  gateways: [kyma-system/kyma-gateway, NAMESPACE/own]
  labels: [team, example.com/owner]
  publicRoutes:
  - {path: /health, methods: [GET]}
  - {path: /health, methods: [HEAD, GET]}
  - {path: /health, host: Any.allowed.example, methods: [POST]}
  - {path: /all, host: open}
  - {path: /all, host: any.allowed.example}
  - {path: '/quo"te\.'}
  - {path: "/*"}
`

// policyCodes are those of what kgw validate refuses and a policy says.
var policyCodes = []string{"KGW301", "KGW302", "KGW304", "KGW380", "KGW381", "KGW409"}

// TestAdmissionPolicyAgrees makes resources of parts that are good, bad and
// nearly good, and holds what the API server refuses to what kgw validate
// refuses, one by one.
func TestAdmissionPolicyAgrees(t *testing.T) {
	if server == nil {
		t.Skip("no API server")
	}
	r := newRepository(t, map[string]string{"kgw.yaml": agreementConfig, "service.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: orders, namespace: NAMESPACE}\nspec: {selector: {app: orders}, ports: [{port: 8080, name: http}]}\n"})
	installKinds(t)
	applyPolicies(t, r)
	random := rand.New(rand.NewPCG(1, 2))
	texts := map[string]string{}
	for i := range 600 {
		name := fmt.Sprintf("rule-%d", i)
		texts[name] = strings.ReplaceAll(variant(random, name), "NAMESPACE", r.namespace)
	}
	refusedBy := map[string][]string{}
	for name, text := range texts {
		out, err := rig.Documents([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		err = server.Admit(out[0])
		switch {
		case err == nil:
			r.write(name+".yaml", text)
		case strings.Contains(err.Error(), "ValidatingAdmissionPolicy"):
			if strings.Contains(err.Error(), "no such key") || strings.Contains(err.Error(), "cost") {
				t.Errorf("%s: %v\n%s", name, err, text)
			}
			refusedBy[name] = []string{err.Error()}
			r.write(name+".yaml", text)
		default: // the definition refuses it
			delete(texts, name)
		}
	}
	found := r.policyFindings()
	for name, text := range texts {
		if here, there := len(found[name]) > 0, len(refusedBy[name]) > 0; here != there {
			t.Errorf("%s: kgw validate: %v; the API server: %v\n%s", name, found[name], refusedBy[name], text)
		}
	}
	t.Logf("%d resources, of which %d are refused", len(texts), len(refusedBy))
	if n := len(refusedBy); n < 100 || len(texts)-n < 100 {
		t.Errorf("%d of %d are refused: the parts are not mixed well", n, len(texts))
	}
}

// policyFindings runs kgw validate and returns the codes of what the policy
// forbids, by the name of the file.
func (r *repository) policyFindings() map[string][]string {
	var report struct {
		Findings []struct {
			Code, File string
		}
	}
	out := r.kgw("validate", ".", "--format", "json", "--limit", "0")
	if err := json.Unmarshal([]byte(out.stdout), &report); err != nil {
		r.t.Fatalf("%v\n%s%s", err, out.stdout, out.stderr)
	}
	found := map[string][]string{}
	for _, f := range report.Findings {
		if slices.Contains(policyCodes, f.Code) {
			name := strings.TrimSuffix(f.File, ".yaml")
			found[name] = append(found[name], f.Code)
		}
	}
	return found
}

// variant writes a resource of one of the kinds, mostly of good parts.
func variant(r *rand.Rand, name string) string {
	pick := func(good string, others ...string) string {
		if r.IntN(7) > 0 {
			return good
		}
		return append(others, good)[r.IntN(len(others)+1)]
	}
	host := pick(name+".allowed.example", "any.allowed.example", "open", name, "allowed.example", "ONE", "x.one", name+".notallowed.example", "x.deep.below.example",
		"below.example", "x.below.example", "allowed.example.allowed.example", "a.wild.example", name+".Allowed.Example", "allowed.example.other", "*.allowed.example", "*.wild.example", "b.*.wild.example", name+".other")
	gateway := pick("kyma-system/kyma-gateway", "kyma-gateway.kyma-system.svc.cluster.local", "kyma-gateway.kyma-system", "own", "own.NAMESPACE.svc", "kyma-gateway", "kyma-system/other", "NAMESPACE/own", "kyma-gateway.other.svc.cluster.local")
	service := func() string {
		s := pick("name: orders", "name: secret", "name: Secret", "name: kubernetes", "name: kubernetes, namespace: default", "name: hidden, namespace: other", "name: hidden", "name: secret, namespace: other", "name: orders, namespace: default")
		return "{" + s + ", port: 8080}"
	}
	labels := pick("team: a, example.com/owner: b", "team: a", "", "example.com/owner: b", `team: "", example.com/owner: ""`)
	head := func(version, kind string) string {
		return fmt.Sprintf("apiVersion: %s\nkind: %s\nmetadata: {name: %s, namespace: NAMESPACE, labels: {%s}}\nspec:\n", version, kind, name, labels)
	}
	switch r.IntN(4) {
	case 0:
		s := strings.TrimSuffix(pick("name: orders", "name: secret", "name: kubernetes"), "}")
		return head("gateway.kyma-project.io/v1alpha1", "APIRule") + fmt.Sprintf("  gateway: %s\n  service: {%s, port: 8080, host: %q}\n  rules:\n", dotted(gateway), s, host) + legacyRules(r, pick, nil)
	case 1:
		return head("gateway.kyma-project.io/v1beta1", "APIRule") + fmt.Sprintf("  gateway: %s\n  host: %q\n  service: %s\n  rules:\n", gateway, host, service()) + legacyRules(r, pick, service)
	case 2:
		text := head("gateway.kyma-project.io/v2", "APIRule") + fmt.Sprintf("  gateway: %s\n  hosts: [%q]\n  service: %s\n  rules:\n", gateway, host, service())
		for range 1 + r.IntN(2) {
			text += fmt.Sprintf("  - path: %s\n    methods: %s\n", pick("/orders", "/health", "/all", "/*"), pick("[GET]", "[POST]", "[GET, POST]", "[GET, HEAD]"))
			text += pick("    jwt: {authentications: [{issuer: \"https://login.example\", jwksUri: \"https://login.example/keys\"}]}\n", "    noAuth: true\n", "    noAuth: true\n", "    noAuth: true\n")
			if r.IntN(3) == 0 {
				text += "    service: " + service() + "\n"
			}
		}
		return text
	default:
		text := head("zalando.org/v1", "FabricGateway")
		if r.IntN(3) == 0 {
			return text + fmt.Sprintf("  x-external-service-provider: {stackSetName: s, hosts: [%q]}\n  paths: {/orders: {get: {x-fabric-privileges: [read]}}}\n", host)
		}
		s := pick("orders", "secret", "kubernetes")
		return text + fmt.Sprintf("  x-fabric-service: [{host: %q, serviceName: %s, servicePort: http}]\n  paths: {/orders: {get: {x-fabric-privileges: [read]}}}\n", host, s)
	}
}

// dotted spells a Gateway as v1alpha1 does.
func dotted(gateway string) string {
	if namespace, name, ok := strings.Cut(gateway, "/"); ok {
		return name + "." + namespace
	}
	return gateway
}

// legacyRules returns rules of v1alpha1, and with Services of their own of v1beta1.
func legacyRules(r *rand.Rand, pick func(string, ...string) string, service func() string) string {
	text := ""
	for range 1 + r.IntN(2) {
		text += fmt.Sprintf("  - path: %q\n    methods: %s\n", pick("/orders", "/health", "/all", "/.*", `/quo"te\.`), pick("[GET]", "[POST]", "[GET, POST]", "[GET, HEAD]"))
		if service != nil && r.IntN(3) == 0 {
			text += "    service: " + service() + "\n"
		}
		text += "    accessStrategies:\n"
		for range 1 + r.IntN(2) {
			handler := pick("jwt", "noop", "allow", "no_auth", "anonymous", "unauthorized", "oauth2_introspection")
			text += "    - handler: " + handler + "\n"
			if handler == "jwt" {
				text += "      config: {trusted_issuers: [\"https://login.example\"], jwks_urls: [\"https://login.example/keys\"]}\n"
			}
		}
	}
	return text
}

// TestAdmissionPolicyOfLongLists applies a policy of thousands of names and asks
// the server about resources of hundreds of hosts and rules, as the server
// counts the cost: what it would not calculate, it refuses.
func TestAdmissionPolicyOfLongLists(t *testing.T) {
	if server == nil {
		t.Skip("no API server")
	}
	config := strings.NewReplacer("Allowed.example, ", "Allowed.example, "+names("d-%d.customer.example", 5000), "[secret.NAMESPACE, ", "[secret.NAMESPACE, "+names("s-%d.shop", 5000)).Replace(agreementConfig)
	for i := range 2000 {
		config = strings.Replace(config, "  publicRoutes:\n", fmt.Sprintf("  publicRoutes:\n  - {path: /public/%d, host: h-%d.allowed.example, methods: [GET]}\n  - {path: /shared, host: h-%d.allowed.example, methods: [GET]}\n", i, i, i), 1)
	}
	r := newRepository(t, map[string]string{"kgw.yaml": config, "service.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: orders, namespace: NAMESPACE}\nspec: {selector: {app: orders}, ports: [{port: 8080, name: http}]}\n"})
	installKinds(t)
	applyPolicies(t, r)
	admitted := func(text string) error {
		out, err := rig.Documents([]byte(strings.ReplaceAll(text, "NAMESPACE", r.namespace)))
		if err != nil {
			t.Fatal(err)
		}
		return server.Admit(out[0])
	}
	fabric := func(last string) string {
		text := "apiVersion: zalando.org/v1\nkind: FabricGateway\nmetadata: {name: many, namespace: NAMESPACE, labels: {team: a, example.com/owner: b}}\nspec:\n  paths: {/orders: {get: {x-fabric-privileges: [read]}}}\n  x-fabric-service:\n"
		for i := range 500 {
			text += fmt.Sprintf("  - {host: a.d-%d.customer.example, serviceName: orders-%d, servicePort: http}\n", i*10, i)
		}
		return text + "  - " + last + "\n"
	}
	rule := func(last string) string {
		text := "apiVersion: gateway.kyma-project.io/v2\nkind: APIRule\nmetadata: {name: many, namespace: NAMESPACE, labels: {team: a, example.com/owner: b}}\nspec:\n  hosts: [any.allowed.example]\n  gateway: kyma-system/kyma-gateway\n  rules:\n"
		for i := range 500 {
			text += fmt.Sprintf("  - {path: /orders/%d, methods: [GET], service: {name: orders-%d, port: 80}, jwt: {authentications: [{issuer: \"https://login.example\", jwksUri: \"https://login.example/keys\"}]}}\n", i, i)
		}
		return text + "  - " + last + "\n"
	}
	for text, refused := range map[string]string{
		fabric("{host: x.d-4999.customer.example, serviceName: orders, servicePort: http}"):                                             "",
		fabric("{host: x.d-5000.customer.example, serviceName: orders, servicePort: http}"):                                             "the host must be in one of the domains",
		fabric("{host: x.d-4.customer.example, serviceName: secret, servicePort: http}"):                                                "the Service must not be exposed",
		rule("{path: /health, methods: [GET], service: {name: orders, port: 80}, noAuth: true}"):                                        "",
		rule("{path: /public/1999, methods: [GET], service: {name: orders, port: 80}, noAuth: true}"):                                   "a route without authentication",
		rule("{path: /health, methods: [GET], service: {name: s-4999, namespace: shop, port: 80}, noAuth: true}"):                       "the Service must not be exposed",
		strings.ReplaceAll(rule("{path: /public/7, methods: [GET], service: {name: orders, port: 80}, noAuth: true}"), "any.", "h-7."):  "",
		strings.ReplaceAll(rule("{path: /shared, methods: [GET], service: {name: orders, port: 80}, noAuth: true}"), "any.", "h-0."):    "",
		strings.ReplaceAll(rule("{path: /shared, methods: [GET], service: {name: orders, port: 80}, noAuth: true}"), "any.", "h-2000."): "a route without authentication",
		strings.ReplaceAll(rule("{path: /shared, methods: [POST], service: {name: orders, port: 80}, noAuth: true}"), "any.", "h-0."):   "a route without authentication",
	} {
		err := admitted(text)
		if refused == "" && err != nil || refused != "" && (err == nil || !strings.Contains(err.Error(), refused)) {
			t.Errorf("...%s\nthe API server: %v, want %q", text[len(text)-100:], err, refused)
		}
	}
}

// names writes a list of numbered names, with a comma behind each.
func names(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format+", ", i)
	}
	return b.String()
}
