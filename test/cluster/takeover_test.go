package cluster

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/test/cluster/rig"
)

// abandoned puts an APIRule and what its controller made of it on the
// cluster: under generated names, with the controller's labels, and with a
// finalizer and owner references.
func (r *repository) abandoned(file string) []map[string]any {
	r.t.Helper()
	var live []map[string]any
	text, err := os.ReadFile(filepath.Join(r.dir, file))
	if err != nil {
		r.t.Fatal(err)
	}
	owner := documents(r.t, string(text))[0]
	owner["metadata"].(map[string]any)["finalizers"] = []any{"gateway.kyma-project.io/subresources"}
	owner = must(r.t, server.Create, owner)
	head := owner["metadata"].(map[string]any)
	for _, object := range r.render(file) {
		metadata := object["metadata"].(map[string]any)
		delete(metadata, "name")
		metadata["generateName"] = head["name"].(string) + "-"
		metadata["ownerReferences"] = []any{map[string]any{
			"apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": head["name"], "uid": head["uid"], "controller": true,
		}}
		live = append(live, must(r.t, server.Create, object))
	}
	return live
}

// identities gives the uid of each live VirtualService and Rule of the
// namespace, by kind and name.
func identities(t *testing.T, namespace string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, collection := range []string{"/apis/networking.istio.io/v1/namespaces/" + namespace + "/virtualservices", "/apis/oathkeeper.ory.sh/v1alpha1/namespaces/" + namespace + "/rules"} {
		list, err := server.Do(http.MethodGet, collection, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range list["items"].([]any) {
			metadata := item.(map[string]any)["metadata"].(map[string]any)
			out[item.(map[string]any)["kind"].(string)+" "+metadata["name"].(string)] = metadata["uid"].(string)
		}
	}
	return out
}

// TestAdopt: objects of random names are recognised, kgw.lock.yaml maps to
// them, and from then on nothing differs and nothing would be deleted.
func TestAdopt(t *testing.T) {
	r := newRepository(t, map[string]string{"kgw.yaml": config, "shop.yaml": shop, "blog.yaml": blog})
	live := append(r.abandoned("shop.yaml"), r.abandoned("blog.yaml")...)
	r.expect(0, []string{"adopt", "."})
	lock, err := os.ReadFile(filepath.Join(r.dir, "kgw.lock.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, object := range live {
		want = append(want, nameOf(object))
		if !strings.Contains(string(lock), nameOf(object)) {
			t.Errorf("%s is not in the lock:\n%s", nameOf(object), lock)
		}
	}
	for _, object := range r.render(".") {
		got = append(got, nameOf(object))
	}
	slices.Sort(want)
	slices.Sort(got)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("names (-live +rendered):\n%s", d)
	}
	r.expect(0, []string{"diff", ".", "--prune"})
	r.expect(0, []string{"validate", "."})
	r.expect(0, []string{"adopt", "."})
	again, _ := os.ReadFile(filepath.Join(r.dir, "kgw.lock.yaml"))
	if d := cmp.Diff(string(lock), string(again)); d != "" {
		t.Errorf("the lock changes from run to run:\n%s", d)
	}
}

// TestRandomNamesAreRecognised: before adoption, diff compares the live
// objects with those wanted instead of calling them strangers.
func TestRandomNamesAreRecognised(t *testing.T) {
	r := newRepository(t, map[string]string{"kgw.yaml": config, "shop.yaml": shop})
	live := r.abandoned("shop.yaml")
	got := r.expect(1, []string{"diff", ".", "--prune"})
	for _, object := range live {
		if !strings.Contains(got.stdout, nameOf(object)) {
			t.Errorf("%s is not named:\n%s", nameOf(object), got.stdout)
		}
	}
}

// TestTakeover executes docs/takeover.md, each block of it, on a cluster
// whose controller has gone. After each, every object is the one it was.
func TestTakeover(t *testing.T) {
	r := newRepository(t, map[string]string{"kgw.yaml": config + "compat: controller\ndomains: {default: example.com}\n", "shop.yaml": shop, "blog.yaml": blog})
	r.abandoned("shop.yaml")
	r.abandoned("blog.yaml")
	before := identities(t, r.namespace)
	if len(before) != 5 {
		t.Fatalf("the test begins with %v", before)
	}
	for _, name := range []string{"kgw.yaml", "shop.yaml", "blog.yaml"} {
		r.remove(name)
	}
	path := r.programs()
	for i, block := range bashBlocks(t, "../../docs/takeover.md") {
		if strings.HasPrefix(block, stoppedOnly) {
			continue // of this cluster, v1beta1 is the only version
		}
		cmd := exec.Command("bash", "-euo", "pipefail", "-c", block)
		cmd.Dir = r.dir
		cmd.Env = append(os.Environ(), "PATH="+path+":"+os.Getenv("PATH"), "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("block %d: %v\n%s\n%s", i+1, err, block, out)
		}
		if d := cmp.Diff(before, identities(t, r.namespace)); d != "" {
			t.Fatalf("after block %d the objects are others (-before +after):\n%s\n%s", i+1, d, block)
		}
	}
	owner, err := server.Do(http.MethodGet, "/apis/gateway.kyma-project.io/v1beta1/namespaces/"+r.namespace+"/apirules/shop", nil)
	if err == nil && owner["metadata"].(map[string]any)["deletionTimestamp"] == nil { // the rig has no garbage collector
		t.Error("the APIRule is still there")
	}
	for _, object := range r.render("apis") {
		live, err := server.Do(http.MethodGet, rig.Path(object), nil)
		if err != nil {
			t.Fatal(err)
		}
		if live["metadata"].(map[string]any)["ownerReferences"] != nil {
			t.Errorf("%s still has an owner", nameOf(object))
		}
	}
}

// guarded is an APIRule that asks for tokens of an issuer, and moves to v2 without
// a decision.
const guarded = `apiVersion: gateway.kyma-project.io/v1beta1
kind: APIRule
metadata: {name: shop, namespace: NAMESPACE}
spec:
  host: shop-NAMESPACE.example.com
  gateway: kyma-system/kyma-gateway
  service: {name: shop, port: 80}
  rules:
    - path: /up
      methods: [GET]
      accessStrategies: [{handler: no_auth}]
    - path: /orders/.*
      methods: [POST]
      accessStrategies: [{handler: jwt, config: {trusted_issuers: ["https://login.example.com"], jwks_urls: ["https://login.example.com/keys"]}}]
---
apiVersion: v1
kind: Service
metadata: {name: shop, namespace: NAMESPACE}
spec: {selector: {app: shop}, ports: [{port: 80}]}
`

// TestPlanIsApplied executes the steps of docs/takeover.md: the script of a plan
// moves live objects to v2, and then nothing differs.
func TestPlanIsApplied(t *testing.T) {
	r := newRepository(t, map[string]string{"kgw.yaml": config, "apis/shop.yaml": guarded})
	r.deploy("apis")
	before := identities(t, r.namespace)
	page, err := os.ReadFile("../../docs/takeover.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```sh steps\n")
	steps, _, _ := strings.Cut(rest, "```")
	path := r.programs()
	script := exec.Command("sh", "-eu", "-c", "git add . && git commit -qm before\n"+steps)
	script.Dir = r.dir
	script.Env = append(os.Environ(), "PATH="+path+":"+os.Getenv("PATH"), "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com")
	if out, err := script.CombinedOutput(); err != nil || !strings.Contains(string(out), "the state after the change") {
		t.Fatalf("%v\n%s", err, out)
	}
	after := identities(t, r.namespace)
	if len(before) != 2 || len(after) != 1 {
		t.Errorf("before %v, after %v", before, after)
	}
	for name, uid := range after {
		if strings.HasPrefix(name, "Rule ") || before[name] != uid {
			t.Errorf("%s is there, or is another one", name)
		}
	}
	r.expect(0, []string{"diff", "apis", "--prune"})
}

// programs gives a folder with kgw, which runs as Auditee, and kubectl, which
// runs as Admin and sees the test's namespace as the whole cluster, and makes
// the directory a git work tree.
func (r *repository) programs() string {
	r.t.Helper()
	dir := r.t.TempDir()
	for name, text := range map[string]string{
		"kgw":     fmt.Sprintf("#!/bin/sh\nKUBECONFIG=%q exec %q \"$@\"\n", kubeconfig(r.t, r.user, r.namespace), server.Kgw),
		"kubectl": fmt.Sprintf("#!/bin/bash\nKUBECONFIG=%q exec %q \"${@/#--all-namespaces/--namespace=%s}\"\n", kubeconfig(r.t, rig.Admin, r.namespace), server.Kubectl, r.namespace),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
			r.t.Fatal(err)
		}
	}
	git := exec.Command("git", "init", "-q")
	git.Dir = r.dir
	if out, err := git.CombinedOutput(); err != nil {
		r.t.Fatalf("git init: %v: %s", err, out)
	}
	return dir
}

// bashBlocks gives the blocks of a page that are marked "bash".
func bashBlocks(t *testing.T, page string) []string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	rest := string(text)
	for {
		_, after, found := strings.Cut(rest, "```bash\n")
		if !found {
			break
		}
		var block string
		block, rest, _ = strings.Cut(after, "```")
		out = append(out, block)
	}
	if len(out) < 5 {
		t.Fatalf("%s has %d blocks", page, len(out))
	}
	return out
}
