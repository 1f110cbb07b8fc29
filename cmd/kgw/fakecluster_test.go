package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kgw-dev/kgw/internal/kinds"
)

// fakeCluster answers like API servers in different states, each behind a
// context of the kubeconfig that it writes. The real API server is asked by
// the tests in test/cluster; this one is for what that is hard to bring to.
// Objects are files in a directory, DIR/KIND-NAMESPACE-NAME.json, read for
// each request.
type fakeCluster struct {
	objects string
	mu      sync.Mutex
	asked   []string // requests that would have written
}

// states are the contexts, and the state of the cluster behind each.
var states = []string{"good", "unauthorized", "forbidden", "unlistable", "no-ingress", "no-crd", "no-namespace", "refused", "conflict", "slow", "broken", "failing"}

// startCluster serves and returns the kubeconfig.
func startCluster(t testing.TB, dir string) string {
	t.Helper()
	c := &fakeCluster{objects: dir}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	t.Cleanup(func() {
		if len(c.asked) > 0 {
			t.Errorf("requests that write: %v", c.asked)
		}
	})
	var b strings.Builder
	b.WriteString("apiVersion: v1\nkind: Config\ncurrent-context: good\nusers: [{name: u, user: {token: canary-kubeconfig-token}}]\nclusters:\n")
	for _, s := range states {
		fmt.Fprintf(&b, "- {name: %s, cluster: {server: %s/%s}}\n", s, server.URL, s)
	}
	b.WriteString("- {name: unreachable, cluster: {server: 'http://127.0.0.1:1'}}\ncontexts:\n")
	for _, s := range append(states, "unreachable") {
		fmt.Fprintf(&b, "- {name: %s, context: {cluster: %s, user: u}}\n", s, s)
	}
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

var plurals = map[string]string{
	"virtualservices": "VirtualService", "rules": "Rule", "authorizationpolicies": "AuthorizationPolicy",
	"requestauthentications": "RequestAuthentication", "ingresses": "Ingress", "routegroups": "RouteGroup",
	"services": "Service", "configmaps": "ConfigMap", "gateways": "Gateway",
}

func (c *fakeCluster) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	state, parts := parts[0], parts[1:]
	if parts[0] == "api" { // the group without a name
		parts = slices.Insert(parts, 1, "")
	}
	if r.Method != http.MethodGet && (r.Method != http.MethodPatch || r.URL.Query().Get("dryRun") != "All") {
		c.mu.Lock()
		c.asked = append(c.asked, r.Method+" "+r.URL.String())
		c.mu.Unlock()
	}
	switch {
	case state == "slow":
		<-r.Context().Done()
	case state == "broken":
		connection, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_, _ = io.WriteString(connection, "HTTP/1.1 200 OK\r\nContent-Length: 900\r\nContent-Type: application/json\r\n\r\n{")
			_ = connection.Close()
		}
	case state == "unauthorized":
		status(w, 401, "Unauthorized", "Unauthorized", "")
	case len(parts) == 3 && state == "no-crd" && (parts[1] == "oathkeeper.ory.sh" || parts[1] == "zalando.org"):
		status(w, 404, "NotFound", "the server could not find the requested resource", "")
	case len(parts) == 3:
		c.discover(w, parts[1])
	case len(parts) <= 6:
		c.list(w, state, parts)
	case r.Method == http.MethodGet:
		c.get(w, state, parts)
	default:
		c.apply(w, r, state, parts)
	}
}

func status(w http.ResponseWriter, code int, reason, message, kind string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"apiVersion": "v1", "kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": message,
		"details": map[string]any{"kind": kind, "name": "x"},
	})
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func (c *fakeCluster) discover(w http.ResponseWriter, group string) {
	var resources []any
	for plural, kind := range plurals {
		if kinds.Written(group, kind) || group == "" && (kind == "Service" || kind == "ConfigMap") || group == "networking.istio.io" && kind == "Gateway" {
			resources = append(resources, map[string]any{"name": plural, "kind": kind, "namespaced": true, "verbs": []string{"get", "list", "patch"}})
		}
	}
	answer(w, map[string]any{"apiVersion": "v1", "kind": "APIResourceList", "groupVersion": group, "resources": resources})
}

// list answers for .../apis/GROUP/VERSION[/namespaces/NS]/PLURAL.
func (c *fakeCluster) list(w http.ResponseWriter, state string, parts []string) {
	if state == "unlistable" || state == "forbidden" {
		status(w, 403, "Forbidden", `rules is forbidden: User "u" cannot list resource "rules"`, "rules")
		return
	}
	if state == "no-ingress" && parts[len(parts)-1] == "ingresses" {
		status(w, 403, "Forbidden", `ingresses is forbidden: User "u" cannot list resource "ingresses"`, "ingresses")
		return
	}
	pattern := strings.ToLower(plurals[parts[len(parts)-1]]) + "-*.json"
	if len(parts) == 6 {
		pattern = strings.ToLower(plurals[parts[5]]) + "-" + parts[4] + "-*.json"
	}
	files, _ := filepath.Glob(filepath.Join(c.objects, pattern))
	items := []any{}
	for _, f := range files {
		if o := c.read(f, parts); o != nil {
			items = append(items, o)
		}
	}
	answer(w, map[string]any{"apiVersion": parts[1] + "/" + parts[2], "kind": "List", "metadata": map[string]any{}, "items": items})
}

func (c *fakeCluster) read(file string, parts []string) map[string]any {
	data, err := os.ReadFile(file)
	var o map[string]any
	if err != nil || json.Unmarshal(data, &o) != nil {
		return nil
	}
	o["apiVersion"] = strings.TrimPrefix(parts[1]+"/"+parts[2], "/")
	return o
}

func (c *fakeCluster) stored(parts []string) map[string]any {
	return c.read(filepath.Join(c.objects, strings.ToLower(plurals[parts[5]])+"-"+parts[4]+"-"+parts[6]+".json"), parts)
}

func (c *fakeCluster) get(w http.ResponseWriter, state string, parts []string) {
	switch o := c.stored(parts); {
	case state == "forbidden":
		status(w, 403, "Forbidden", `rules is forbidden: User "u" cannot get resource "rules"`, parts[5])
	case state == "failing":
		status(w, 500, "InternalError", "etcd is not well", parts[5])
	case o == nil:
		status(w, 404, "NotFound", parts[5]+` "`+parts[6]+`" not found`, parts[5])
	default:
		answer(w, o)
	}
}

// apply returns the applied object, with what a server adds.
func (c *fakeCluster) apply(w http.ResponseWriter, r *http.Request, state string, parts []string) {
	body, _ := io.ReadAll(r.Body)
	var o map[string]any
	if json.Unmarshal(body, &o) != nil {
		status(w, 400, "BadRequest", "not JSON", parts[5])
		return
	}
	switch state {
	case "no-namespace":
		status(w, 404, "NotFound", `namespaces "`+parts[4]+`" not found`, "namespaces")
	case "refused":
		status(w, 403, "Forbidden", `admission webhook "validation.istio.io" denied the request: configuration is invalid`, parts[5])
	case "conflict":
		status(w, 409, "Conflict", "the object has been modified", parts[5])
	default:
		meta, _ := o["metadata"].(map[string]any)
		meta["uid"], meta["generation"], meta["managedFields"] = "u", 2, []any{map[string]any{"manager": "kgw"}}
		o["status"] = map[string]any{}
		answer(w, o)
	}
}
