package cluster

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/test/cluster/rig"
)

// repository is a directory as a team keeps it, and the namespace that its
// resources name.
type repository struct {
	t         *testing.T
	dir, user string
	namespace string
}

// outcome is the result of a run of kgw.
type outcome struct {
	code           int
	stdout, stderr string
}

// newRepository makes a namespace and a directory with these files, in which
// NAMESPACE is replaced by its name. kgw runs there as Auditee.
func newRepository(t *testing.T, files map[string]string) *repository {
	t.Helper()
	r := &repository{t: t, namespace: namespace(t), dir: t.TempDir(), user: rig.Auditee}
	for name, text := range files {
		r.write(name, text)
	}
	return r
}

func (r *repository) write(name, text string) {
	r.t.Helper()
	file := filepath.Join(r.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(text, "NAMESPACE", r.namespace)), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

func (r *repository) remove(name string) {
	r.t.Helper()
	if err := os.Remove(filepath.Join(r.dir, filepath.FromSlash(name))); err != nil {
		r.t.Fatal(err)
	}
}

// kgw runs it in the directory.
func (r *repository) kgw(args ...string) outcome {
	r.t.Helper()
	cmd := exec.Command(server.Kgw, args...)
	cmd.Dir = r.dir
	cmd.Env = append(os.Environ(), "KUBECONFIG="+kubeconfig(r.t, r.user, "default"), "GITHUB_ACTIONS=")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		r.t.Fatal(err)
	}
	return outcome{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// expect runs kgw and fails the test unless it ends with the code and says
// all the words.
func (r *repository) expect(code int, args []string, words ...string) outcome {
	r.t.Helper()
	got := r.kgw(args...)
	bad := got.code != code
	for _, w := range words {
		bad = bad || !strings.Contains(got.stdout+got.stderr, w)
	}
	if bad {
		r.t.Errorf("kgw %s: exit %d, want %d and %q\n%s%s", strings.Join(args, " "), got.code, code, words, got.stdout, got.stderr)
	}
	return got
}

// render gives what kgw build writes.
func (r *repository) render(args ...string) []map[string]any {
	r.t.Helper()
	got := r.kgw(append([]string{"build"}, args...)...)
	if got.code != 0 {
		r.t.Fatalf("kgw build: exit %d\n%s", got.code, got.stderr)
	}
	return documents(r.t, got.stdout)
}

// deploy renders and applies, as a GitOps tool would.
func (r *repository) deploy(args ...string) []map[string]any {
	r.t.Helper()
	objects := r.render(args...)
	apply(r.t, objects...)
	return objects
}

// find gives the one object of a kind.
func find(t *testing.T, objects []map[string]any, kind string) map[string]any {
	t.Helper()
	i := slices.IndexFunc(objects, func(o map[string]any) bool { return o["kind"] == kind })
	if i < 0 {
		t.Fatalf("there is no %s", kind)
	}
	return objects[i]
}

func nameOf(object map[string]any) string {
	name, _ := object["metadata"].(map[string]any)["name"].(string)
	return name
}

const config = "apiVersion: kgw.dev/v1alpha1\nkind: Config\nknown: {gateways: [{name: kyma-gateway, namespace: kyma-system, hosts: [\"*.example.com\"]}], services: [{name: feed, namespace: NAMESPACE, ports: [{name: http, port: 80}]}]}\n"

// shop is an APIRule with a Rule for each of its two rules.
const shop = `apiVersion: gateway.kyma-project.io/v1beta1
kind: APIRule
metadata: {name: shop, namespace: NAMESPACE}
spec:
  host: shop-NAMESPACE.example.com
  gateway: kyma-system/kyma-gateway
  service: {name: shop, port: 80}
  rules:
    - path: /orders/.*
      methods: [GET, POST]
      accessStrategies: [{handler: oauth2_introspection, config: {required_scope: [orders]}}]
    - path: /public
      methods: [GET]
      accessStrategies: [{handler: noop}]
`

// blog is another one.
const blog = `apiVersion: gateway.kyma-project.io/v1beta1
kind: APIRule
metadata: {name: blog, namespace: NAMESPACE}
spec:
  host: blog-NAMESPACE.example.com
  gateway: kyma-system/kyma-gateway
  service: {name: blog, port: 80}
  rules:
    - path: /posts
      methods: [GET]
      accessStrategies: [{handler: noop}]
`

// bank is one that Istio guards by itself.
const bank = `apiVersion: gateway.kyma-project.io/v2
kind: APIRule
metadata: {name: bank, namespace: NAMESPACE}
spec:
  hosts: [bank-NAMESPACE.example.com]
  gateway: kyma-system/kyma-gateway
  service: {name: bank, port: 80}
  rules:
    - path: /accounts
      methods: [GET]
      jwt:
        authentications: [{issuer: "https://login.example.com", jwksUri: "https://login.example.com/keys"}]
---
apiVersion: v1
kind: Service
metadata: {name: bank, namespace: NAMESPACE}
spec: {selector: {app: bank}, ports: [{port: 80}]}
`

// feed is one of Skipper's.
const feed = `apiVersion: zalando.org/v1
kind: FabricGateway
metadata: {name: feed, namespace: NAMESPACE}
spec:
  x-fabric-service:
    - {host: feed-NAMESPACE.example.com, serviceName: feed, servicePort: http}
  paths:
    /posts:
      get: {x-fabric-privileges: [feed.read]}
`

// TestBindings compares the bindings of roles, which are of the whole cluster
// and of namespaces, with those that a server has.
func TestBindings(t *testing.T) {
	r := newRepository(t, map[string]string{"bindings.yaml": "apiVersion: kgw.dev/v1alpha1\nkind: RoleBindings\nmetadata: {name: users}\nbindings: {kymaView: {groups: [b, a]}}\nnamespaces: [{namespace: NAMESPACE, groups: [shop]}]\n"})
	if got := r.kgw("diff", "."); got.code != 1 || !strings.Contains(got.stdout, "create ClusterRoleBinding kyma-view-binding") {
		t.Errorf("exit %d\n%s%s", got.code, got.stdout, got.stderr)
	}
	apply(t, documents(t, r.kgw("build", ".").stdout)...)
	if got := r.kgw("diff", "."); got.code != 0 {
		t.Errorf("after it was applied: exit %d\n%s%s", got.code, got.stdout, got.stderr)
	}
	r.write("bindings.yaml", "apiVersion: kgw.dev/v1alpha1\nkind: RoleBindings\nmetadata: {name: users}\nbindings: {kymaView: {groups: [c, a]}}\nnamespaces: [{namespace: NAMESPACE, groups: [shop]}]\n")
	if got := r.kgw("diff", "."); got.code != 1 || !strings.Contains(got.stdout, "update ClusterRoleBinding kyma-view-binding") || strings.Contains(got.stdout, "kyma-developer-binding") {
		t.Errorf("after a change: exit %d\n%s%s", got.code, got.stdout, got.stderr)
	}
}
