package cluster

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/cluster"
	"github.com/kgw-dev/kgw/test/cluster/rig"
)

func virtualService(namespace, name string) map[string]any {
	return map[string]any{
		"apiVersion": "networking.istio.io/v1beta1", "kind": "VirtualService",
		"metadata": map[string]any{"name": name, "namespace": namespace, "labels": map[string]any{"app": "shop"}},
		"spec": map[string]any{
			"hosts": []any{name + ".example.com"}, "gateways": []any{"istio-system/main"},
			"http": []any{map[string]any{
				"match":   []any{map[string]any{"uri": map[string]any{"prefix": "/"}}},
				"route":   []any{map[string]any{"destination": map[string]any{"host": "shop", "port": map[string]any{"number": int64(80)}}}},
				"timeout": "180s",
			}},
		},
	}
}

// TestDryRunAfterApply: what was applied is live in the version it was
// written in, and applying it again would change nothing.
func TestDryRunAfterApply(t *testing.T) {
	object := virtualService(namespace(t), "shop")
	apply(t, object)
	got := client(t, rig.Auditee, "default").DryRun(t.Context(), []map[string]any{object})[0]
	if got.Problem != nil {
		t.Fatal(got.Problem)
	}
	if got.Live["apiVersion"] != "networking.istio.io/v1beta1" {
		t.Errorf("live in %v", got.Live["apiVersion"])
	}
	for what, side := range map[string]map[string]any{"live": got.Live, "merged": got.Merged} {
		if d := cmp.Diff(object["spec"], side["spec"]); d != "" {
			t.Errorf("%s (-want +got):\n%s", what, d)
		}
	}
	generation := func(o map[string]any) any { return o["metadata"].(map[string]any)["generation"] }
	if generation(got.Live) != generation(got.Merged) {
		t.Errorf("generation %v becomes %v", generation(got.Live), generation(got.Merged))
	}
}

func TestDryRunShowsDefaults(t *testing.T) {
	service := documents(t, `{apiVersion: v1, kind: Service, metadata: {name: shop, namespace: `+namespace(t)+`}, spec: {ports: [{port: 80}]}}`)
	got := client(t, rig.Auditee, "default").DryRun(t.Context(), service)[0]
	if got.Problem != nil || got.Live != nil {
		t.Fatalf("%+v", got)
	}
	port := got.Merged["spec"].(map[string]any)["ports"].([]any)[0].(map[string]any)
	if port["protocol"] != "TCP" || port["targetPort"] != int64(80) {
		t.Errorf("port %v", port)
	}
}

// TestReasons holds the reasons of problems to what a real server answers,
// each beside an object that is answered.
func TestReasons(t *testing.T) {
	space := namespace(t)
	must(t, server.Create, documents(t, `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: no-wildcards}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [networking.istio.io], apiVersions: ["*"], operations: [CREATE, UPDATE], resources: [virtualservices]}]}
  validations: [{expression: "!('*' in object.spec.hosts)", message: "no wildcard hosts here"}]
`)[0])
	must(t, server.Create, documents(t, `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: no-wildcards}
spec: {policyName: no-wildcards, validationActions: [Deny]}
`)[0])
	c := client(t, rig.Auditee, "default")
	waitForPolicy(t, c, space, "*")
	for name, test := range map[string]struct {
		change func(object map[string]any)
		reason cluster.Reason
		text   string
	}{
		"schema":        {spec("hosts", "a.example.com"), cluster.Refused, "spec.hosts"},
		"expression":    {timeout("forty"), cluster.Refused, "must be a valid duration"},
		"unknown field": {spec("gatewayz", []any{"x"}), cluster.Refused, "gatewayz"},
		"admission":     {spec("hosts", []any{"*"}), cluster.Refused, "no wildcard hosts here"},
		"namespace":     {metadata("namespace", "nowhere"), cluster.NoNamespace, "nowhere"},
		"bad name":      {metadata("name", "A_B"), cluster.Refused, "A_B"},
		"group":         {func(o map[string]any) { o["apiVersion"], o["kind"] = "zalando.org/v1", "RouteGroup" }, cluster.NotInstalled, "zalando.org/v1"},
		"kind":          {func(o map[string]any) { o["kind"] = "VirtualServer" }, cluster.NotInstalled, "VirtualServer"},
	} {
		t.Run(name, func(t *testing.T) {
			bad := virtualService(space, "bad")
			test.change(bad)
			got := c.DryRun(t.Context(), []map[string]any{bad, virtualService(space, "good")})
			if p := got[0].Problem; p == nil || p.Reason != test.reason || !strings.Contains(p.Text, test.text) {
				t.Errorf("%+v, want %s with %q", p, test.reason, test.text)
			}
			if got[1].Problem != nil || got[1].Merged == nil {
				t.Errorf("the good one: %+v", got[1])
			}
		})
	}
}

func spec(key string, value any) func(map[string]any) {
	return func(o map[string]any) { o["spec"].(map[string]any)[key] = value }
}

func metadata(key string, value any) func(map[string]any) {
	return func(o map[string]any) { o["metadata"].(map[string]any)[key] = value }
}

func timeout(value string) func(map[string]any) {
	return func(o map[string]any) {
		o["spec"].(map[string]any)["http"].([]any)[0].(map[string]any)["timeout"] = value
	}
}

// waitForPolicy waits until the server enforces its new admission policy.
func waitForPolicy(t *testing.T, c *cluster.Client, space, host string) {
	t.Helper()
	star := virtualService(space, "star")
	spec("hosts", []any{host})(star)
	for range 4000 {
		if c.DryRun(t.Context(), []map[string]any{star})[0].Problem != nil {
			return
		}
	}
	t.Fatal("the admission policy does not work")
}

// TestForeignField: what somebody added shows as something an apply does not
// keep; a default of the server does not.
func TestForeignField(t *testing.T) {
	object := virtualService(namespace(t), "shop")
	apply(t, object)
	if out, err := server.RunKubectl("", "patch", "virtualservice", "shop", "-n", object["metadata"].(map[string]any)["namespace"].(string), "--type=merge", "-p", `{"spec":{"exportTo":["."]}}`); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	got := client(t, rig.Auditee, "default").DryRun(t.Context(), []map[string]any{object})[0]
	if got.Problem != nil || got.Live["spec"].(map[string]any)["exportTo"] == nil || got.Merged["spec"].(map[string]any)["exportTo"] != nil {
		t.Errorf("%+v", got)
	}
}

// TestForbidden: a user who may only read learns for each object that its dry
// run is forbidden, sees the live one, and can compare without a dry run.
func TestForbidden(t *testing.T) {
	space := namespace(t)
	for _, object := range documents(t, `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: `+space+`}
rules: [{apiGroups: [networking.istio.io], resources: [virtualservices], verbs: [get, list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader, namespace: `+space+`}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: reader}]
`) {
		must(t, server.Create, object)
	}
	object := virtualService(space, "shop")
	apply(t, object)
	c := client(t, rig.Reader, "default")
	if got := c.DryRun(t.Context(), []map[string]any{object})[0]; got.Problem != nil {
		t.Errorf("what is as wanted needs no dry run: %+v", got.Problem)
	}
	spec("gateways", []any{"istio-system/other"})(object)
	got := c.DryRun(t.Context(), []map[string]any{object})[0]
	if p := got.Problem; p == nil || p.Reason != cluster.Forbidden || got.Live == nil {
		t.Errorf("dry run: %+v", got)
	}
	if got := c.Get(t.Context(), []map[string]any{object})[0]; got.Problem != nil || got.Live == nil {
		t.Errorf("get: %+v", got)
	}
	kinds := []cluster.Kind{{APIVersion: "networking.istio.io/v1", Kind: "VirtualService"}, {APIVersion: "oathkeeper.ory.sh/v1alpha1", Kind: "Rule"}}
	objects, problems := c.List(t.Context(), kinds, []string{space}, "")
	if len(objects) != 1 || len(problems) != 1 || problems[0].Reason != cluster.Forbidden {
		t.Errorf("list: %d objects, %+v", len(objects), problems)
	}
}

func TestCredentials(t *testing.T) {
	object := virtualService(namespace(t), "shop")
	for name, test := range map[string]struct {
		client *cluster.Client
		reason cluster.Reason
	}{
		"expired token": {client(t, rig.Expired, "default"), cluster.Unauthorized},
		"no server":     {client(t, rig.Auditee, "default", "--context", "elsewhere"), cluster.Unreachable},
	} {
		for _, got := range test.client.DryRun(t.Context(), []map[string]any{object, object, object}) {
			if p := got.Problem; p == nil || p.Reason != test.reason || strings.Contains(p.Text, "-token") {
				t.Errorf("%s: %+v", name, p)
			}
		}
	}
}

// TestThousands: many objects at once are answered one by one, and a list of
// them is read by pages.
func TestThousands(t *testing.T) {
	const n = 2000
	space := namespace(t)
	objects := make([]map[string]any, n)
	for i := range objects {
		objects[i] = virtualService(space, fmt.Sprintf("vs-%04d", i))
		if i%2 == 0 {
			apply(t, objects[i])
		}
	}
	c := client(t, rig.Auditee, "default")
	for i, got := range c.DryRun(t.Context(), objects) {
		if got.Problem != nil || (got.Live != nil) != (i%2 == 0) || got.Merged == nil {
			t.Fatalf("object %d: live %v, %+v", i, got.Live != nil, got.Problem)
		}
		if name := got.Merged["metadata"].(map[string]any)["name"]; name != fmt.Sprintf("vs-%04d", i) {
			t.Fatalf("object %d is %v", i, name)
		}
	}
	list, problems := c.List(t.Context(), []cluster.Kind{{APIVersion: "networking.istio.io/v1beta1", Kind: "VirtualService"}}, []string{space}, "app=shop")
	if len(list) != n/2 || problems != nil {
		t.Errorf("%d objects, %+v", len(list), problems)
	}
}
