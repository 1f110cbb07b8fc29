package cluster

import (
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestForeignFields: a field that somebody added is gone from what would be,
// one that the server adds is not, and lists and metadata are left alone.
func TestForeignFields(t *testing.T) {
	a := newAPI(t)
	const live = `{"metadata":{"labels":{"foreign":"1"}},"spec":{"hosts":["a.example.com"],"exportTo":["."],"default":1,"tls":{"mode":"x","own":2}}}`
	a.objects[servicePath+"x"] = live
	var asked string
	a.odd["PATCH "+servicePath+"x"] = func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Content-Type") == "application/apply-patch+yaml" {
			fmt.Fprint(w, live)
			return
		}
		body, _ := io.ReadAll(r.Body)
		asked = string(body) + " " + r.URL.Query().Get("dryRun")
		fmt.Fprint(w, `{"metadata":{},"spec":{"hosts":["a.example.com"],"default":1,"tls":{"own":2}}}`)
	}
	want := service("x")
	want["spec"] = map[string]any{"hosts": []any{"a.example.com"}, "tls": map[string]any{"own": int64(2)}}
	got := a.connect(t, Options{}).DryRun(t.Context(), []map[string]any{want})[0]
	if got.Problem != nil {
		t.Fatal(got.Problem)
	}
	if d := cmp.Diff(`{"spec":{"default":null,"exportTo":null,"tls":{"mode":null}}} All`, asked); d != "" {
		t.Errorf("asked (-want +got):\n%s", d)
	}
	merged := map[string]any{
		"metadata": map[string]any{"labels": map[string]any{"foreign": "1"}},
		"spec":     map[string]any{"hosts": []any{"a.example.com"}, "default": int64(1), "tls": map[string]any{"own": int64(2)}},
	}
	if d := cmp.Diff(merged, got.Merged); d != "" {
		t.Errorf("merged (-want +got):\n%s", d)
	}
}

// TestForeignFieldsUnanswered: if the server does not say what it would add,
// what an apply would leave is kept.
func TestForeignFieldsUnanswered(t *testing.T) {
	a := newAPI(t)
	a.objects[servicePath+"x"] = `{"spec":{"hosts":[],"exportTo":["."]}}`
	a.odd["PATCH "+servicePath+"x"] = func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Content-Type") == "application/apply-patch+yaml" {
			fmt.Fprint(w, `{"spec":{"hosts":[],"exportTo":["."]}}`)
			return
		}
		status(422, "Invalid", "spec.exportTo: Required value", `{}`)(w, r)
	}
	got := a.connect(t, Options{}).DryRun(t.Context(), []map[string]any{service("x")})[0]
	want := map[string]any{"spec": map[string]any{"hosts": []any{}, "exportTo": []any{"."}}}
	if d := cmp.Diff(want, got.Merged); d != "" || got.Problem != nil {
		t.Errorf("%v %s", got.Problem, d)
	}
}

func TestSharedKinds(t *testing.T) {
	for group, want := range map[string]bool{
		"apps": true, "autoscaling": true, "rbac.authorization.k8s.io": true,
		"networking.k8s.io": false, "networking.istio.io": false, "oathkeeper.ory.sh": false, "zalando.org": false,
	} {
		if got := (resource{prefix: []string{"apis", group, "v1"}}).sharedKind(); got != want {
			t.Errorf("%s: %v", group, got)
		}
	}
	if !(resource{prefix: []string{"api", "v1"}}).sharedKind() {
		t.Error("the core group is not shared")
	}
}
