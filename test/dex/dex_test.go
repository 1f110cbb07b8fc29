package dex

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/dexidp/dex/server"
	"github.com/dexidp/dex/storage"
	"github.com/dexidp/dex/storage/memory"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/sirupsen/logrus"
	"golang.org/x/crypto/bcrypt"
	"sigs.k8s.io/yaml"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/source"
)

const password = "correct horse"

const inputs = `apiVersion: v1
kind: Secret
metadata: {name: ann, namespace: kyma-system, labels: {dex-user-config: "true"}}
stringData: {email: Ann@example.com, username: ann, hash: %q}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: dex-overrides, namespace: kyma-installer}
data:
  connectors: |
    - type: github
      id: github
      name: GitHub
      config: {clientID: $GITHUB_ID, clientSecret: $GITHUB_SECRET, redirectURI: "https://dex.example.com/callback", orgs: [{name: my-org, teams: [a]}]}
    - {type: ldap, id: ldap, name: LDAP, config: {host: "ldap.example.com:636", bindPW: $PW, userSearch: {baseDN: "dc=x", username: uid, idAttr: uid, emailAttr: mail}}}
    - {type: gitlab, id: lab, name: Lab, config: {clientID: a, clientSecret: $GITHUB_SECRET, redirectURI: "https://dex.example.com/callback"}}
`

// fragment is the output of kgw as Dex's own cmd/dex reads it.
type fragment struct {
	EnablePasswordDB bool `json:"enablePasswordDB"`
	Connectors       []struct {
		Type, ID, Name string
		Config         json.RawMessage
	}
	StaticPasswords []struct{ Email, Hash, Username, UserID string }
}

// emitted returns what kgw build --emit dex writes for a text.
func emitted(t *testing.T, text string) *fragment {
	t.Helper()
	file, problem := source.NewFile("dex.yaml", []byte(text))
	if problem != nil {
		t.Fatal(problem.Message)
	}
	r := compile.Run(compile.Input{Files: []*source.File{file}}, compile.Options{EmitFile: config.EmitDex})
	if len(r.Files) != 1 || len(r.Findings) > 0 && r.Findings[0].Code != "KGW255" {
		t.Fatalf("%d files: %+v", len(r.Files), r.Findings)
	}
	out := &fragment{}
	if err := yaml.UnmarshalStrict(r.Files[0].Data, out); err != nil {
		t.Fatalf("%v\n%s", err, r.Files[0].Data)
	}
	return out
}

// TestDexStarts starts Dex with the users and connectors, and logs in as a user.
func TestDexStarts(t *testing.T) {
	hash, err := bcrypt.GenerateFromPassword([]byte(password), 10)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GITHUB_ID", "id")
	f := emitted(t, fmt.Sprintf(inputs, hash))
	if !f.EnablePasswordDB || len(f.Connectors) != 3 || len(f.StaticPasswords) != 1 {
		t.Fatalf("%+v", f)
	}
	issuer := start(t, f)
	for secret, want := range map[string]int{password: http.StatusSeeOther, "another": http.StatusOK} {
		if got := login(t, issuer, "ann@example.com", secret); got != want {
			t.Errorf("a login with %q is answered with %d, want %d", secret, got, want)
		}
	}
}

// start serves Dex with the fragment and its database of passwords.
func start(t *testing.T, f *fragment) string {
	t.Helper()
	log := logrus.New()
	log.Out = io.Discard
	var passwords []storage.Password
	for _, p := range f.StaticPasswords {
		if _, err := bcrypt.Cost([]byte(p.Hash)); err != nil {
			t.Fatal(err)
		}
		passwords = append(passwords, storage.Password{Email: p.Email, Hash: []byte(p.Hash), Username: p.Username, UserID: p.UserID})
	}
	connectors := []storage.Connector{{ID: server.LocalConnector, Type: server.LocalConnector, Name: "Email"}}
	for _, c := range f.Connectors {
		make, known := server.ConnectorsConfig[c.Type]
		if !known {
			t.Fatalf("Dex has no connector %q", c.Type)
		}
		of := make()
		if err := json.Unmarshal([]byte(os.ExpandEnv(string(c.Config))), of); err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(of)
		if err != nil {
			t.Fatal(err)
		}
		connectors = append(connectors, storage.Connector{ID: c.ID, Type: c.Type, Name: c.Name, Config: data})
	}
	s := storage.WithStaticPasswords(memory.New(log), passwords, log)
	s = storage.WithStaticClients(storage.WithStaticConnectors(s, connectors), []storage.Client{{ID: "web", RedirectURIs: []string{"https://web.example.com/"}}})
	var handler http.Handler
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(web.Close)
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/dexidp/dex").Output()
	if err != nil {
		t.Fatal(err)
	}
	// Each connector is opened when Dex starts.
	handler, err = server.NewServer(ctx, server.Config{
		Issuer: web.URL, Storage: s, Logger: log, SkipApprovalScreen: true, PrometheusRegistry: prometheus.NewRegistry(),
		Web: server.WebConfig{Dir: strings.TrimSpace(string(dir)) + "/web"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return web.URL
}

// login returns the status that a login form is answered with.
func login(t *testing.T, issuer, email, secret string) int {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	query := url.Values{"client_id": {"web"}, "redirect_uri": {"https://web.example.com/"}, "response_type": {"code"}, "scope": {"openid"}}
	page, err := client.Get(issuer + "/auth?" + query.Encode())
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(page.Body)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(text), "/auth/local?req=")
	if !ok {
		t.Fatalf("%s: no login by password:\n%s", page.Status, text)
	}
	id, _, _ := strings.Cut(rest, `"`)
	answer, err := client.PostForm(issuer+"/auth/local?req="+id, url.Values{"login": {email}, "password": {secret}})
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode
}
