package main

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// canaries are secrets as they are in what kgw reads; none may be printed.
var canaries = map[string]string{
	"client_secret":  "canary-client-secret",
	"old secret":     "canary-old-secret-of-another-length",
	"password":       "canary-password",
	"api key":        "canary-api-key",
	"token":          "eyJhbGciOiJub25lIn0.eyJjYW5hcnkiOiJqd3QifQ.canaryjwtsignature",
	"bearer":         "canary-bearer-credentials",
	"basic":          base64.StdEncoding.EncodeToString([]byte("user:canary-basic")),
	"url":            "canary-in-url",
	"cookie":         "canary-cookie",
	"in the input":   "canary-in-input",
	"annotation":     "canary-annotation",
	"last applied":   "canary-last-applied",
	"kubeconfig":     "canary-kubeconfig-token",
	"query":          "canary-query",
	"pasted into it": "canary-unknown-field",
}

const secretInput = `apiVersion: gateway.kyma-project.io/v1beta1
kind: APIRule
metadata: {name: shop, namespace: web}
spec:
  host: shop.example.com
  gateway: kyma-system/kyma-gateway
  service: {name: shop, port: 80}
  rules:
  - path: /orders
    methods: [GET]
    accessStrategies:
    - handler: oauth2_introspection
      config:
        introspection_url: https://user:CANARY[url]@login.example.com/introspect?client_secret=CANARY[query]
        introspection_request_headers: {Authorization: "Bearer CANARY[bearer]", X-Api-Key: "CANARY[api key]"}
        pre_authorization: {client_id: me, client_secret: "CANARY[client_secret]", token_url: https://login.example.com/token, enabled: true}
    mutators:
    - handler: header
      config: {headers: {Authorization: "Basic CANARY[basic]", X-Token: "CANARY[token]"}}
    - handler: cookie
      config: {cookies: {session: "CANARY[cookie]"}}
`

const secretLive = `apiVersion: v1
kind: List
items:
- apiVersion: oathkeeper.ory.sh/v1alpha1
  kind: Rule
  metadata:
    name: NAME
    namespace: web
    labels: {apirule.gateway.kyma-project.io/v1beta1: shop.web}
    annotations:
      example.com/password: "CANARY[annotation]"
      kubectl.kubernetes.io/last-applied-configuration: '{"metadata": {"annotations": {"example.com/password": "CANARY[last applied]"}}}'
  spec:
    match: {url: "<http|https>://shop.example.com</orders>", methods: [GET]}
    upstream: {url: "http://admin:CANARY[password]@shop.web.svc.cluster.local:80"}
    authenticators:
    - handler: oauth2_introspection
      config:
        introspection_url: https://login.example.com/introspect
        pre_authorization: {client_id: me, client_secret: "CANARY[old secret]", token_url: https://login.example.com/token, enabled: true}
    authorizer: {handler: allow}
`

const secretBroken = `apiVersion: gateway.kyma-project.io/v1beta1
kind: APIRule
metadata: {name: broken, namespace: web}
spec:
  host: b.example.com
  gateway: kyma-system/kyma-gateway
  service: {name: shop, port: 80}
  rules:
  - path: /orders
    methods: [GET]
    accessStrategies:
    - handler: oauth2_introspection
      config: {pre_authorization: {client_id: me, client_secret: "CANARY[in the input]", enabled: nonsense, password: "CANARY[pasted into it]"}}
    token: CANARY[token]
`

func planted(text string) string {
	for name, secret := range canaries {
		text = strings.ReplaceAll(text, "CANARY["+name+"]", secret)
	}
	return text
}

// TestNoSecretIsPrinted looks for planted secrets in every output of diff and
// adopt: formats, files, summaries, what an external differ is given, and
// findings about an input and a cluster.
func TestNoSecretIsPrinted(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(planted(text)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("shop.yaml", secretInput)
	write("broken.yaml", secretBroken)
	built := withEnvironment(dir, "build", "shop.yaml")
	name := between(t, built.Stdout, "kind: Rule\nmetadata:\n  name: ", "\n")
	write("live.yaml", strings.Replace(secretLive, "NAME", name, 1))
	write("random.yaml", strings.Replace(secretLive, "NAME", "shop-x7k2p", 1))
	t.Setenv("KUBECONFIG", startCluster(t, filepath.Join(dir, "cluster")))
	t.Setenv("GITHUB_ACTIONS", "true")
	t.Setenv("GITHUB_STEP_SUMMARY", filepath.Join(dir, "summary.md"))
	shown := 0
	for _, sides := range [][]string{{"--live", "live.yaml"}, {"--live", "random.yaml", "--prune"}, {"--against", "live.yaml"}, {}, {"--context", "unauthorized"}, {"--context", "refused"}} {
		for _, format := range [][]string{{}, {"-U", "99"}, {"--summary"}, {"--format", "json"}, {"--format", "github"}, {"--format", "markdown"}} {
			args := append(append([]string{"diff", "shop.yaml", "broken.yaml"}, sides...), format...)
			r := withEnvironment(dir, args...)
			shown += strings.Count(r.Stdout, "***")
			noCanary(t, strings.Join(args, " "), r.Stdout+r.Stderr)
		}
	}
	r := withEnvironment(dir, "adopt", "shop.yaml", "broken.yaml", "--live", "random.yaml")
	noCanary(t, "adopt", r.Stdout+r.Stderr)
	t.Setenv("KUBECTL_EXTERNAL_DIFF", "diff -r -u -N")
	r = withEnvironment(dir, "diff", "shop.yaml", "--live", "live.yaml")
	noCanary(t, "external", r.Stdout+r.Stderr)
	summary, err := os.ReadFile(filepath.Join(dir, "summary.md"))
	if err != nil {
		t.Fatal(err)
	}
	noCanary(t, "job summary", string(summary))
	if shown < 50 {
		t.Errorf("only %d secrets are shown as ***", shown)
	}
}

// TestChangedSecretsShow: that a secret is another one is a difference, though
// neither is shown.
func TestChangedSecretsShow(t *testing.T) {
	dir := t.TempDir()
	for file, text := range map[string]string{"a": "same", "b": "another, longer one", "c": "same"} {
		rule := "apiVersion: oathkeeper.ory.sh/v1alpha1\nkind: Rule\nmetadata: {name: x, namespace: web}\n" +
			"spec:\n  match: {url: \"http://web.example.com/a\", methods: [GET]}\n  upstream: {url: \"http://web\"}\n  authorizer: {handler: allow}\n" +
			"  mutators: [{handler: noop}]\n  authenticators:\n  - handler: oauth2_introspection\n    config:\n      introspection_url: http://hydra/introspect\n" +
			"      pre_authorization: {enabled: true, client_id: a, token_url: \"http://hydra/token\", client_secret: \"" + text + "\"}\n"
		if err := os.Mkdir(filepath.Join(dir, file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, file, "rule.yaml"), []byte(rule), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r := withEnvironment(dir, "diff", "a", "--against", "b")
	if r.Code != exitDifferent || !strings.Contains(r.Stdout, "-        client_secret: '*** (before)'") || !strings.Contains(r.Stdout, "+        client_secret: '*** (after)'") {
		t.Errorf("exit %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	if r := withEnvironment(dir, "diff", "a", "--against", "c"); r.Code != exitClean {
		t.Errorf("exit %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
}

// withEnvironment runs a command with the environment of the process.
func withEnvironment(dir string, args ...string) ran {
	var out, errs bytes.Buffer
	a := &app{stdin: strings.NewReader(""), stdout: &out, stderr: &errs, getenv: os.Getenv, dir: dir}
	code := a.run(append([]string{"kgw"}, args...))
	return ran{code, out.String(), errs.String()}
}

func noCanary(t *testing.T, what, out string) {
	t.Helper()
	for name, secret := range canaries {
		if strings.Contains(out, secret) {
			t.Errorf("%s prints the secret %q:\n%s", what, name, lineWith(out, secret))
		}
	}
	for _, part := range []string{"canary", "eyJhbGciOi"} {
		if strings.Contains(out, part) {
			t.Errorf("%s prints a part of a secret:\n%s", what, lineWith(out, part))
		}
	}
}

func lineWith(text, part string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, part) {
			return line
		}
	}
	return ""
}

func between(t *testing.T, text, before, after string) string {
	t.Helper()
	_, rest, found := strings.Cut(text, before)
	if !found {
		t.Fatalf("no %q in\n%s", before, text)
	}
	out, _, _ := strings.Cut(rest, after)
	return out
}
