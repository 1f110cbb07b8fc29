package integrations_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// older is an APIRule that goes to Oathkeeper, and past it, and moves to v2.
const older = `apiVersion: gateway.kyma-project.io/v1beta1
kind: APIRule
metadata: {name: orders, namespace: shop}
spec:
  host: orders.example.com
  gateway: ns/gw
  service: {name: orders, port: 80}
  rules:
  - path: /up
    methods: [GET]
    accessStrategies: [{handler: no_auth}]
  - path: /orders/.*
    methods: [GET]
    accessStrategies: [{handler: jwt, config: {trusted_issuers: ["https://i.example.com"], jwks_urls: ["https://i.example.com/k"]}}]
`

// planned writes the plan of a move into a folder, and returns it.
func planned(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, map[string]string{"apis/orders.yaml": older})
	kgw(t, dir, "migrate", "apis", "--plan", "plan", "--write", "--force").ok(t)
	return dir
}

// block returns the one of docs/takeover.md that is marked with a word.
func block(t *testing.T, word string) string {
	t.Helper()
	_, rest, found := strings.Cut(read(t, filepath.Join(root, "docs", "takeover.md")), "```sh "+word+"\n")
	text, _, closed := strings.Cut(rest, "```")
	if !found || !closed {
		t.Fatalf("docs/takeover.md has no block for %s", word)
	}
	return text
}

// TestPlanWithFlux: each step is a Kustomization that waits for the one before it,
// and builds offline to its objects.
func TestPlanWithFlux(t *testing.T) {
	t.Parallel()
	flux, dir := program(t, "KGW_TEST_FLUX"), planned(t)
	bin := t.TempDir()
	if err := os.Symlink(flux, filepath.Join(bin, "flux")); err != nil {
		t.Fatal(err)
	}
	env := []string{"PATH=" + bin + ":" + os.Getenv("PATH"), "HOME=" + dir}
	run(t, dir, env, "sh", "-eu", "-c", block(t, "flux")).ok(t)
	steps := []string{"step-1-request-authentications", "step-2-policies", "step-3-routes"}
	for i, step := range steps {
		text := read(t, filepath.Join(dir, step+".yaml"))
		if waits := strings.Contains(text, "dependsOn:"); waits != (i > 0) || i > 0 && !strings.Contains(text, "- name: "+steps[i-1]) {
			t.Errorf("%s does not wait for the step before it:\n%s", step, text)
		}
		built := run(t, dir, env, flux, "build", "kustomization", step, "--path", "plan/"+step, "--kustomization-file", step+".yaml", "--dry-run").ok(t)
		if got, want := identities(built.stdout), identities(read(t, filepath.Join(dir, "plan", step, "apply.yaml"))); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", step, got, want)
		}
	}
}

// TestPlanWithArgoCD: kustomize, with which Argo CD renders the folder, gives every
// object of each step its wave, in the order of the steps.
func TestPlanWithArgoCD(t *testing.T) {
	t.Parallel()
	dir := planned(t)
	run(t, dir, nil, "sh", "-eu", "-c", block(t, "argocd")).ok(t)
	want := "resources:\n- plan/step-1-request-authentications\n- plan/step-2-policies\n- plan/step-3-routes\n"
	if got := read(t, filepath.Join(dir, "kustomization.yaml")); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	rendered := run(t, dir, nil, program(t, "KGW_TEST_KUSTOMIZE"), "build", ".").ok(t).stdout
	waves := map[string]string{"RequestAuthentication": "1", "AuthorizationPolicy": "2", "VirtualService": "3"}
	documents, seen := strings.Split(rendered, "\n---\n"), map[string]bool{}
	for _, d := range documents {
		for kind, wave := range waves {
			if strings.Contains(d, "kind: "+kind+"\n") {
				seen[kind] = true
				if !strings.Contains(d, `argocd.argoproj.io/sync-wave: "`+wave+`"`) {
					t.Errorf("%s is not in wave %s:\n%s", kind, wave, d)
				}
			}
		}
	}
	if len(seen) != len(waves) {
		t.Errorf("the waves have %v:\n%s", seen, rendered)
	}
}
