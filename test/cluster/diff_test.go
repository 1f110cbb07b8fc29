package cluster

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/test/cluster/rig"
)

// everything has each kind that kgw writes for a cluster of these CRDs.
var everything = map[string]string{"kgw.yaml": config, "shop.yaml": shop, "bank.yaml": bank, "feed.yaml": feed}

func TestNoDriftAfterApply(t *testing.T) {
	r := newRepository(t, everything)
	r.expect(1, []string{"diff", "."}, "VirtualService", "Rule", "AuthorizationPolicy", "RequestAuthentication", "Ingress")
	r.deploy(".")
	for _, args := range [][]string{{"diff", "."}, {"diff", ".", "--server-side=false"}, {"diff", ".", "--prune"}, {"diff", ".", "--istio-api", "v1"}} {
		r.expect(0, args)
	}
}

// TestDriftOfEachKind changes one object of each kind behind git's back, as
// kubectl edit does.
func TestDriftOfEachKind(t *testing.T) {
	for kind, edit := range map[string]func(spec map[string]any){
		"VirtualService": func(s map[string]any) { s["gateways"] = []any{"elsewhere/drifted"} },
		"Rule":           func(s map[string]any) { s["upstream"] = map[string]any{"url": "http://drifted.example.com"} },
		"AuthorizationPolicy": func(s map[string]any) {
			s["selector"] = map[string]any{"matchLabels": map[string]any{"app": "drifted"}}
		},
		"RequestAuthentication": func(s map[string]any) {
			s["selector"] = map[string]any{"matchLabels": map[string]any{"app": "drifted"}}
		},
		"Ingress": func(s map[string]any) { s["rules"] = []any{map[string]any{"host": "drifted.example.com"}} },
	} {
		t.Run(kind, func(t *testing.T) {
			r := newRepository(t, everything)
			object := find(t, r.deploy("."), kind)
			live, err := server.Do(http.MethodGet, rig.Path(object), nil)
			if err != nil {
				t.Fatal(err)
			}
			edit(live["spec"].(map[string]any))
			if _, err := server.Do(http.MethodPut, rig.Path(object), live); err != nil {
				t.Fatal(err)
			}
			for _, args := range [][]string{{"diff", "."}, {"diff", ".", "--server-side=false"}} {
				got := r.expect(1, args, nameOf(object), "drifted")
				noise(t, got.stdout)
			}
		})
	}
}

// TestForeignFieldIsDrift: what somebody added beside what git says shows,
// although an apply by another manager would leave it alone.
func TestForeignFieldIsDrift(t *testing.T) {
	r := newRepository(t, map[string]string{"kgw.yaml": config, "shop.yaml": shop})
	object := find(t, r.deploy("."), "VirtualService")
	if out, err := server.RunKubectl("", "patch", "virtualservice", nameOf(object), "-n", r.namespace, "--type=merge", "-p", `{"spec":{"exportTo":["."]}}`); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, args := range [][]string{{"diff", "."}, {"diff", ".", "--server-side=false"}} {
		r.expect(1, args, nameOf(object), "exportTo")
	}
}

// noise fails the test if a report shows what only the server writes.
func noise(t *testing.T, report string) {
	t.Helper()
	for _, word := range []string{"managedFields", "generation", "uid", "resourceVersion", "creationTimestamp", "status:", "last-applied"} {
		if strings.Contains(report, word) {
			t.Errorf("%s shows:\n%s", word, report)
		}
	}
}

// TestKubectlApplied: an object that kubectl applied carries its last
// configuration in an annotation; it is not shown.
func TestKubectlApplied(t *testing.T) {
	r := newRepository(t, map[string]string{"kgw.yaml": config, "shop.yaml": shop})
	rendered := r.kgw("build", ".")
	if out, err := server.RunKubectl(rendered.stdout, "apply", "-f", "-"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	r.expect(0, []string{"diff", "."})
	r.write("shop.yaml", strings.Replace(shop, "GET, POST", "GET, PUT", 1))
	noise(t, r.expect(1, []string{"diff", "."}, "PUT").stdout)
}

func TestPrune(t *testing.T) {
	r := newRepository(t, map[string]string{"kgw.yaml": config, "shop.yaml": shop, "blog.yaml": blog})
	objects := r.deploy(".")
	stranger := virtualService(r.namespace, "stranger")
	apply(t, stranger)
	r.expect(0, []string{"diff", ".", "--prune"})
	r.remove("blog.yaml")
	r.expect(0, []string{"diff", "."})
	got := r.expect(1, []string{"diff", ".", "--prune"})
	for _, object := range objects {
		want := strings.Contains(fmt.Sprint(object["metadata"]), "blog")
		if strings.Contains(got.stdout, nameOf(object)) != want {
			t.Errorf("%s is named: %v, want %v", nameOf(object), !want, want)
		}
	}
	if strings.Contains(got.stdout, "stranger") {
		t.Errorf("an object without an owner is named:\n%s", got.stdout)
	}
}

func TestOwnerLabelPrune(t *testing.T) {
	r := newRepository(t, map[string]string{"kgw.yaml": config + "ownerLabel: true\n", "feed.yaml": feed, "blog.yaml": blog})
	objects := r.deploy(".")
	r.remove("feed.yaml")
	r.expect(0, []string{"diff", "."})
	r.expect(1, []string{"diff", ".", "--prune"}, nameOf(find(t, objects, "Ingress")))
}

func TestTwoContexts(t *testing.T) {
	r := newRepository(t, map[string]string{"kgw.yaml": config, "blog.yaml": blog})
	r.deploy(".")
	r.expect(0, []string{"diff", ".", "--context", "here"})
	r.expect(3, []string{"diff", ".", "--context", "elsewhere"}, "127.0.0.1:1")
	if got := r.kgw("diff", ".", "--context", "nowhere"); got.code < 2 {
		t.Errorf("a context that does not exist: exit %d\n%s", got.code, got.stderr)
	}
	r.expect(2, []string{"diff", ".", "--kontext", "here"})
}

// TestObjectsOfTrouble: each object that the cluster does not answer for is
// named with the reason, the others are compared, and the exit is above 1.
func TestObjectsOfTrouble(t *testing.T) {
	for name, test := range map[string]struct {
		text  string
		args  []string
		words []string
	}{
		"namespace": {strings.ReplaceAll(blog, "namespace: NAMESPACE", "namespace: nowhere-at-all"), nil, []string{"nowhere-at-all"}},
		"no CRD":    {feed, []string{"--skipper-api", "routegroup"}, []string{"RouteGroup"}},
		"refused":   {strings.ReplaceAll(blog, "host: blog-", "host: unwanted."), nil, []string{"no such hosts here"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRepository(t, map[string]string{"kgw.yaml": config, "shop.yaml": shop})
			r.refuse("unwanted.")
			r.deploy(".")
			r.write("shop.yaml", strings.Replace(shop, "GET, POST", "GET, PUT", 1))
			r.write("trouble.yaml", test.text)
			got := r.expect(3, append([]string{"diff", "."}, test.args...), append(test.words, "KGW6", "PUT")...)
			if n := strings.Count(got.stderr, "KGW6"); n > 6 {
				t.Errorf("%d findings:\n%s", n, got.stderr)
			}
		})
	}
}

// refuse makes the server refuse VirtualServices of the namespace with a host
// like this, and waits until it does.
func (r *repository) refuse(host string) {
	r.t.Helper()
	for _, object := range documents(r.t, strings.NewReplacer("NAMESPACE", r.namespace, "HOST", host).Replace(`
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: NAMESPACE}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [networking.istio.io], apiVersions: ["*"], operations: [CREATE, UPDATE], resources: [virtualservices]}]}
  validations: [{expression: "object.metadata.namespace != 'NAMESPACE' || !object.spec.hosts.exists(h, h.contains('HOST'))", message: "no such hosts here"}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: NAMESPACE}
spec: {policyName: NAMESPACE, validationActions: [Deny]}
`)) {
		must(r.t, server.Create, object)
	}
	waitForPolicy(r.t, client(r.t, rig.Auditee, "default"), r.namespace, host)
}

func TestForbiddenUser(t *testing.T) {
	r := newRepository(t, map[string]string{"kgw.yaml": config, "shop.yaml": shop})
	r.deploy(".")
	r.user = rig.Reader
	r.expect(3, []string{"diff", "."}, "reader", "cannot")
}

func TestExpiredCredentials(t *testing.T) {
	r := newRepository(t, map[string]string{"kgw.yaml": config, "shop.yaml": shop})
	r.user = rig.Expired
	got := r.expect(3, []string{"diff", "."}, "credentials")
	if strings.Contains(got.stdout+got.stderr, "expired-token") {
		t.Errorf("the token is shown:\n%s%s", got.stdout, got.stderr)
	}
}

// TestSecretsAreMasked: no view shows a credential of a handler.
func TestSecretsAreMasked(t *testing.T) {
	const credentials = "config: {required_scope: [orders], pre_authorization: {enabled: true, client_id: shop, client_secret: VALUE, token_url: \"https://login.example.com\"}}"
	rule := strings.Replace(shop, "config: {required_scope: [orders]}", credentials, 1)
	r := newRepository(t, map[string]string{"kgw.yaml": config, "shop.yaml": strings.Replace(rule, "VALUE", "hunter2hunter2", 1)})
	r.deploy(".")
	r.write("shop.yaml", strings.Replace(rule, "VALUE", "correct-horse", 1))
	for _, view := range []string{"text", "json", "github", "markdown"} {
		got := r.expect(1, []string{"diff", ".", "--format", view}, "shop")
		for _, word := range []string{"hunter2", "correct-horse"} {
			if strings.Contains(got.stdout+got.stderr, word) {
				t.Errorf("%s shows %s:\n%s", view, word, got.stdout)
			}
		}
	}
}

// TestThousandsOfObjects compares 2,000 objects, of which three drift.
func TestThousandsOfObjects(t *testing.T) {
	files := map[string]string{"kgw.yaml": config}
	for i := range 1000 {
		files[fmt.Sprintf("api-%04d.yaml", i)] = strings.ReplaceAll(blog, "blog", fmt.Sprintf("api-%04d", i))
	}
	r := newRepository(t, files)
	if n := len(r.deploy(".")); n != 2000 {
		t.Fatalf("%d objects", n)
	}
	r.expect(0, []string{"diff", "."})
	for _, i := range []int{7, 500, 999} {
		name := fmt.Sprintf("api-%04d", i)
		r.write(name+".yaml", strings.Replace(strings.ReplaceAll(blog, "blog", name), "[GET]", "[GET, PATCH]", 1))
	}
	got := r.expect(1, []string{"diff", ".", "--summary"}, "api-0007", "api-0500", "api-0999")
	if strings.Contains(got.stdout, "api-0008") {
		t.Errorf("too much is named:\n%s", got.stdout)
	}
}

// namespaces makes those that objects name.
func namespaces(t *testing.T, objects []map[string]any) {
	t.Helper()
	names := map[string]bool{}
	for _, o := range objects {
		if namespace, _ := o["metadata"].(map[string]any)["namespace"].(string); namespace != "" {
			names[namespace] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		apply(t, map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": name}})
	}
}

// TestSemantic compares by class of requests with what the cluster holds.
func TestSemantic(t *testing.T) {
	r := newRepository(t, everything)
	// Which pods the policies of the bank select is known only with the Service.
	r.write("service.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: shop, namespace: "+r.namespace+"}\nspec: {selector: {app: shop}, ports: [{port: 80}]}\n")
	r.deploy(".")
	for _, args := range [][]string{{"diff", ".", "--semantic"}, {"diff", ".", "--semantic", "--server-side=false"}} {
		r.expect(0, args, "no change in ", " request classes")
	}
	r.write("shop.yaml", strings.Replace(shop, "{handler: oauth2_introspection, config: {required_scope: [orders]}}", "{handler: noop}", 1))
	for _, args := range [][]string{{"diff", ".", "--semantic"}, {"diff", ".", "--semantic", "--fail-on", "exposed", "--server-side=false"}} {
		r.expect(1, args, "EXPOSED GET,POST /orders/.* on shop-"+r.namespace+".example.com: oauth2_introspection(scope orders) -> no token", "is at shop.yaml:")
	}
	r.expect(0, []string{"diff", ".", "--semantic", "--fail-on", "removed"}, "EXPOSED")
}
