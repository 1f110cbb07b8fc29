package cluster

import (
	"maps"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/kgw-dev/kgw/test/cluster/rig"
)

const admissionConfig = `apiVersion: kgw.dev/v1alpha1
kind: Config
emit: [admission-policy]
domains: {default: allowed.example, allow: [allowed.example]}
services: {block: [secret.NAMESPACE, kubernetes.default]}
policy:
  public: deny
  gateways: [kyma-system/kyma-gateway]
  labels: [team]
  publicRoutes:
  - {path: /health, methods: [GET]}
  - {host: open.allowed.example, path: /all}
`

// admissionRule is an APIRule v1beta1 that nothing is wrong with.
const admissionRule = `apiVersion: gateway.kyma-project.io/v1beta1
kind: APIRule
metadata: {name: NAME, namespace: NAMESPACE, labels: {team: a}}
spec:
  host: NAME.allowed.example
  gateway: kyma-system/kyma-gateway
  service: {name: orders, port: 8080}
  rules:
  - path: /orders
    methods: [GET]
    accessStrategies:
    - handler: jwt
      config: {trusted_issuers: ["https://login.example"], jwks_urls: ["https://login.example/keys"]}
`

const admissionRule2 = `apiVersion: gateway.kyma-project.io/v2
kind: APIRule
metadata: {name: NAME, namespace: NAMESPACE, labels: {team: a}}
spec:
  hosts: [NAME.allowed.example]
  gateway: kyma-system/kyma-gateway
  service: {name: orders, port: 8080}
  rules:
  - path: /orders
    methods: [GET]
    jwt: {authentications: [{issuer: "https://login.example", jwksUri: "https://login.example/keys"}]}
`

const admissionFabric = `apiVersion: zalando.org/v1
kind: FabricGateway
metadata: {name: NAME, namespace: NAMESPACE, labels: {team: a}}
spec:
  x-fabric-service: [{host: NAME.allowed.example, serviceName: orders, servicePort: http}]
  paths: {/orders: {get: {x-fabric-privileges: [read]}}}
`

// jwtOfV1beta1 is the handler that makes the route of admissionRule demand a token.
const jwtOfV1beta1 = "jwt\n      config: {trusted_issuers: [\"https://login.example\"], jwks_urls: [\"https://login.example/keys\"]}"

// TestAdmissionPolicy applies what kgw build --emit admission-policy writes,
// and holds the API server's answers to those of kgw validate.
func TestAdmissionPolicy(t *testing.T) {
	if server == nil {
		t.Skip("no API server")
	}
	r := newRepository(t, map[string]string{"kgw.yaml": admissionConfig, "service.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: orders, namespace: NAMESPACE}\nspec: {selector: {app: orders}, ports: [{port: 8080, name: http}]}\n"})
	installKinds(t)
	older := must(t, server.Create, documents(t, strings.NewReplacer("NAME.allowed", "old.other", "name: NAME,", "name: old,", "NAMESPACE", r.namespace).Replace(admissionRule))[0])
	applyPolicies(t, r)
	updates(t, older)
	replace := func(text string, pairs ...string) string { return strings.NewReplacer(pairs...).Replace(text) }
	for name, c := range map[string]struct {
		text    string
		refused bool
	}{
		"good":           {admissionRule, false},
		"domain":         {replace(admissionRule, "allowed.example", "other.example"), true},
		"look-alike":     {replace(admissionRule, ".allowed.example", ".notallowed.example"), true},
		"blocked":        {replace(admissionRule, "name: orders", "name: secret"), true},
		"blocked-rule":   {replace(admissionRule, "  - path", "  - service: {name: kubernetes, namespace: default, port: 443}\n    path"), true},
		"gateway":        {replace(admissionRule, "kyma-system/kyma-gateway", "kyma-system/other"), true},
		"spelled":        {replace(admissionRule, "kyma-system/kyma-gateway", "kyma-gateway.kyma-system.svc.cluster.local"), false},
		"own-namespace":  {replace(admissionRule, "kyma-system/kyma-gateway", "kyma-gateway"), true},
		"label":          {replace(admissionRule, ", labels: {team: a}", ""), true},
		"public":         {replace(admissionRule, jwtOfV1beta1, "noop"), true},
		"health":         {replace(admissionRule, jwtOfV1beta1, "no_auth", "/orders", "/health"), false},
		"health-any":     {replace(admissionRule, jwtOfV1beta1, "allow", "/orders", "/health"), true},
		"health-post":    {replace(admissionRule, jwtOfV1beta1, "no_auth", "/orders", "/health", "[GET]", "[GET, POST]"), true},
		"open":           {replace(admissionRule, jwtOfV1beta1, "allow", "/orders", "/all"), false},
		"open-elsewhere": {replace(admissionRule, jwtOfV1beta1, "allow", "/orders", "/all", "NAME.allowed", "other.allowed"), true},
		"v2-good":        {admissionRule2, false},
		"v2-domain":      {replace(admissionRule2, "allowed.example", "other.example"), true},
		"v2-gateway":     {replace(admissionRule2, "kyma-system/kyma-gateway", "kyma-system/other"), true},
		"v2-public":      {replace(admissionRule2, `jwt: {authentications: [{issuer: "https://login.example", jwksUri: "https://login.example/keys"}]}`, "noAuth: true"), true},
		"v2-health":      {replace(admissionRule2, `jwt: {authentications: [{issuer: "https://login.example", jwksUri: "https://login.example/keys"}]}`, "noAuth: true", "/orders", "/health"), false},
		"fabric-good":    {admissionFabric, false},
		"fabric-domain":  {replace(admissionFabric, "allowed.example", "other.example"), true},
		"fabric-blocked": {replace(admissionFabric, "serviceName: orders", "serviceName: secret"), true},
		"fabric-label":   {replace(admissionFabric, ", labels: {team: a}", ""), true},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.NewReplacer("NAME.", name+".", "name: NAME,", "name: "+name+",", "namespace: NAMESPACE", "namespace: "+r.namespace).Replace(c.text)
			out, err := server.RunKubectl(text, "create", "--dry-run=server", "-f", "-")
			if refused := err != nil && strings.Contains(out, "ValidatingAdmissionPolicy"); refused != c.refused || err != nil && !refused {
				t.Errorf("the API server: refused %v, want %v: %s", refused, c.refused, out)
			}
			r.write("rule.yaml", text)
			if got := r.kgw("validate", "."); (got.code != 0) != c.refused {
				t.Errorf("kgw validate exits %d, want refused %v\n%s", got.code, c.refused, got.stdout)
			}
		})
	}
}

// updates changes a resource that was there before the policy, which refuses it:
// what it forbids stays forbidden, and controllers may still do their work.
func updates(t *testing.T, older map[string]any) {
	t.Helper()
	update := func(change func(map[string]any)) error {
		object := maps.Clone(older)
		object["metadata"], object["spec"] = maps.Clone(older["metadata"].(map[string]any)), maps.Clone(older["spec"].(map[string]any))
		change(object)
		_, err := server.Do("PUT", rig.Path(object)+"?dryRun=All", object)
		return err
	}
	if err := update(func(o map[string]any) { o["metadata"].(map[string]any)["finalizers"] = []any{"example.com/controller"} }); err != nil {
		t.Errorf("a finalizer is refused: %v", err)
	}
	if err := update(func(o map[string]any) { o["spec"].(map[string]any)["timeout"] = 10 }); err == nil {
		t.Error("a change that leaves a forbidden host is admitted")
	}
	if err := update(func(o map[string]any) { delete(o["metadata"].(map[string]any), "labels") }); err == nil {
		t.Error("a label that the policy demands may be removed")
	}
	if err := update(func(o map[string]any) { o["spec"].(map[string]any)["host"] = "old.allowed.example" }); err != nil {
		t.Errorf("the remedy is refused: %v", err)
	}
}

// installKinds makes all versions of APIRule known, and FabricGateway.
// The other tests of this package want the definitions that the rig has: this
// file is the last of the package.
func installKinds(t *testing.T) {
	t.Helper()
	for _, kind := range []string{"APIRule", "FabricGateway"} {
		text, err := exec.Command(server.Kgw, "schema", "crd", kind).Output()
		if err != nil {
			t.Fatal(err)
		}
		crds, err := rig.Documents(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, crd := range crds {
			if _, err := server.Apply("rig", crd); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// applyPolicies applies the policies, for the namespace of the repository only,
// and waits until the server enforces them.
func applyPolicies(t *testing.T, r *repository) {
	t.Helper()
	out := r.kgw("build", "service.yaml", "--allow-empty")
	objects, err := rig.Documents([]byte(out.stdout))
	if err != nil || len(objects) == 0 {
		t.Fatalf("%v: %d objects\n%s", err, len(objects), out.stderr)
	}
	for _, o := range objects {
		if o["kind"] == "ValidatingAdmissionPolicy" {
			spec := o["spec"].(map[string]any)
			spec["matchConstraints"].(map[string]any)["namespaceSelector"] = map[string]any{"matchLabels": map[string]any{"kubernetes.io/metadata.name": r.namespace}}
		}
		if _, err := server.Apply("test", o); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _, _ = server.Do("DELETE", rig.Path(o), nil) })
	}
	bad := strings.NewReplacer("NAME.allowed", "x.other", "name: NAME,", "name: x,", "NAMESPACE", r.namespace).Replace(admissionRule)
	last := ""
	for range 30 {
		var err error
		if last, err = server.RunKubectl(bad, "create", "--dry-run=server", "-f", "-"); err != nil && strings.Contains(last, "ValidatingAdmissionPolicy") {
			return
		}
		time.Sleep(time.Second)
	}
	t.Fatalf("the server does not enforce the policies: %s", last)
}
