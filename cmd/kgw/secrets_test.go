package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/exposure"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/testfile"
)

// secretFields are fields that hold secrets, by the schemas of handlers, the
// kinds of Kubernetes, and the forms of URLs. CANARY is the value.
var secretFields = map[string]string{
	"client_secret":  strategyWith("oauth2_introspection", "introspection_url: https://i.test/x\n        pre_authorization:\n          enabled: true\n          client_id: me\n          client_secret: CANARY\n          token_url: https://i.test/t"),
	"client of url":  strategyWith("oauth2_introspection", "introspection_url: \"https://me:CANARY@i.test/x\""),
	"query":          strategyWith("oauth2_introspection", "introspection_url: \"https://i.test/x?access_token=CANARY&y=1\""),
	"request header": strategyWith("oauth2_introspection", "introspection_url: https://i.test/x\n        introspection_request_headers:\n          X-Whatever: CANARY"),
	"bearer":         strategyWith("oauth2_introspection", "introspection_url: https://i.test/x\n        introspection_request_headers: {Authorization: \"Bearer CANARY\"}"),
	"token url":      strategyWith("oauth2_client_credentials", "token_url: \"https://me:CANARY@i.test/x\"\n        required_scope: x"),
	"session header": strategyWith("cookie_session", "check_session_url: https://i.test/x\n        additional_headers:\n          X-Api-Key: CANARY"),
	"unknown field":  strategyWith("jwt", "jwks_urls: [\"https://i.test/keys\"]\n        clientSecret: CANARY"),
	"no config":      strategyWith("noop", "password: CANARY"),
	"mutator header": mutatorWith("header", "headers:\n          Authorization: CANARY"),
	"mutator key":    mutatorWith("header", "headers:\n          X-Api-Key: CANARY"),
	"cookie":         mutatorWith("cookie", "cookies:\n          session: CANARY"),
	"hydrator":       mutatorWith("hydrator", "api:\n          url: https://i.test/h\n          auth:\n            basic:\n              username: me\n              password: CANARY"),
	"annotation":     strings.Replace(strategyWith("noop", "x: 1"), "name: shop\n", "name: shop\n  annotations:\n    example.com/api-token: CANARY\n", 1),
	"Rule":           ruleWith("authenticators:\n  - handler: oauth2_introspection\n    config:\n      introspection_url: https://i.test/x\n      pre_authorization:\n        client_secret: CANARY\n  authorizer:\n    handler: allow"),
	"Rule upstream":  strings.Replace(ruleWith("authorizer:\n    handler: deny"), "http://shop", "\"http://me:CANARY@shop", 1),
	"remote headers": ruleWith("authenticators: [{handler: noop}]\n  authorizer:\n    handler: remote_json\n    config:\n      remote: https://i.test/x\n      payload: \"{}\"\n      headers:\n        Authorization: CANARY"),
	"Secret data":    "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: web}\ndata:\n  anything: CANARY\n",
	"Secret string":  "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: web}\nstringData:\n  anything: CANARY\n",
	"TLS key":        "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: web}\ntype: kubernetes.io/tls\ndata:\n  tls.crt: QQ==\n  tls.key: CANARY\n",
	"TLS cert":       "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: web}\ntype: kubernetes.io/tls\nstringData:\n  tls.crt: CANARY\n  tls.key: x\n",
	"List":           "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: s, namespace: web}\n  stringData:\n    anything: CANARY\n",
	"OAuth2Client":   "apiVersion: hydra.ory.sh/v1alpha1\nkind: OAuth2Client\nmetadata: {name: c, namespace: web}\nspec:\n  grantTypes: [client_credentials]\n  clientSecret: CANARY\n",
	"client Secret":  "apiVersion: hydra.ory.sh/v1alpha1\nkind: OAuth2Client\nmetadata: {name: c, namespace: web}\nspec: {grantTypes: [client_credentials], scope: read, secretName: c}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: c, namespace: web}\nstringData:\n  client_id: a\n  clientSecret: CANARY\n",
	"Dex password":   "apiVersion: v1\nkind: Secret\nmetadata: {name: u, namespace: web, labels: {dex-user-config: \"true\"}}\nstringData:\n  email: ann@example.com\n  username: ann\n  password: CANARY\n",
	"Dex hash":       "apiVersion: v1\nkind: Secret\nmetadata: {name: u, namespace: web, labels: {dex-user-config: \"true\"}}\nstringData:\n  email: ann@example.com\n  username: ann\n  hash: CANARY\n",
	"Dex connector":  "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: dex-config, namespace: web}\ndata:\n  config.yaml: |\n    connectors:\n    - type: github\n      id: a\n      name: a\n      config:\n        clientSecret: CANARY\n        redirectURI: x\n",
	"ConfigMap":      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: web}\ndata:\n  x.yaml: |\n    client_secret: CANARY\n",
}

func strategyWith(handler, config string) string { return apiRuleWith(handler, config, "noop", "x: 1") }

func mutatorWith(handler, config string) string { return apiRuleWith("noop", "x: 1", handler, config) }

func apiRuleWith(strategy, strategyConfig, mutator, mutatorConfig string) string {
	return fmt.Sprintf(`apiVersion: gateway.kyma-project.io/v1beta1
kind: APIRule
metadata:
  name: shop
  namespace: web
spec:
  host: shop.example.com
  gateway: kyma-system/kyma-gateway
  service: {name: shop, port: 80}
  rules:
  - path: /orders
    methods: [GET]
    accessStrategies:
    - handler: %s
      config:
        %s
    mutators:
    - handler: %s
      config:
        %s
`, strategy, strategyConfig, mutator, mutatorConfig)
}

func ruleWith(spec string) string {
	return `apiVersion: oathkeeper.ory.sh/v1alpha1
kind: Rule
metadata:
  name: shop
  namespace: web
spec:
  match: {url: "<http|https>://shop.example.com</orders>", methods: [GET]}
  upstream:
    url: http://shop.web.svc.cluster.local:80
  ` + spec + "\n"
}

// wrongForms are ways to write the value of a secret, right and wrong. LINE is
// the line on which the field is.
var wrongForms = map[string]func(text, secret string) string{
	"plain":         func(text, s string) string { return strings.ReplaceAll(text, "CANARY", s) },
	"quoted":        quotedForm(`"`, `"`),
	"single quotes": quotedForm(`'`, `'`),
	"list":          quotedForm(`["`, `"]`),
	"map":           quotedForm(`{"`, `": {x: 1}}`),
	"map value":     quotedForm(`{x: "`, `"}`),
	"deep":          quotedForm(`[[{x: ["`, `"]}]]`),
	"unterminated":  quotedForm(`"`, ``),
	"two lines":     quotedForm("\"first\n          ", `"`),
	"block":         quotedForm("|\n              ", ``),
	"folded":        quotedForm(">-\n              ", ``),
	"anchor":        quotedForm(`&a "`, `"`),
	"tag":           quotedForm(`!!binary "`, `"`),
	"bad escape":    quotedForm(`"\q`, `"`),
	"next line":     quotedForm("\n              ", ``),
	"open flow":     quotedForm(`{x: "`, `"`),
	"comment":       quotedForm(`x # was `, ``),
	"tab": func(text, s string) string {
		return lineForm(text, s, func(l string) string { return strings.Replace(l, "  ", "\t", 1) })
	},
	"tab behind": func(text, s string) string {
		return lineForm(text, s, func(l string) string { return strings.Replace(l, ": ", ":\t", 1) })
	},
	"no blank": func(text, s string) string {
		return lineForm(text, s, func(l string) string { return strings.Replace(l, ": ", ":", 1) })
	},
	"twice": func(text, s string) string {
		return lineForm(text, s, func(l string) string { return l + "\n" + l + "2" })
	},
	"wrong indent": func(text, s string) string {
		return lineForm(text, s, func(l string) string { return l + "\n " + strings.TrimSpace(l) })
	},
	"broken after":  func(text, s string) string { return strings.ReplaceAll(text, "CANARY", s) + "x: [\n" },
	"broken before": func(text, s string) string { return "x: {\n" + strings.ReplaceAll(text, "CANARY", s) },
}

func quotedForm(before, after string) func(text, secret string) string {
	return func(text, secret string) string {
		text = strings.ReplaceAll(text, `"CANARY"`, "CANARY")
		return strings.ReplaceAll(text, "CANARY", before+secret+after)
	}
}

// lineForm changes the line on which the secret is.
func lineForm(text, secret string, change func(string) string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		if strings.Contains(l, "CANARY") {
			lines[i] = change(strings.ReplaceAll(l, "CANARY", secret))
		}
	}
	return strings.Join(lines, "\n")
}

// secretDir returns a directory with an input, with what it was before, and with a
// test file.
func secretDir(t *testing.T, input, was string) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range map[string]string{
		"in.yaml": input, "was/in.yaml": was,
		"x.kgw-test.yaml": "tests:\n- request: GET https://shop.example.com/orders\n  expect: {status: 200}\n",
	} {
		writeFile(t, filepath.Join(dir, name), data)
	}
	return dir
}

// writeFile writes a file, and the directories above it.
func writeFile(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestNoCommandShowsASecret writes each secret in each form and runs every
// command that reads it, in every format. What is a product, the manifests, the
// rewritten documents, is not looked at.
func TestNoCommandShowsASecret(t *testing.T) {
	const secret = "kanarienvogel-1a"
	n := 0
	for _, field := range slices.Sorted(maps.Keys(secretFields)) {
		for _, form := range slices.Sorted(maps.Keys(wrongForms)) {
			text, write := secretFields[field], wrongForms[form]
			if !strings.Contains(text, `: CANARY`) && !strings.Contains(text, "Bearer") && form != "plain" {
				continue // inside of a URL
			}
			if n++; testing.Short() && n%11 != 0 {
				continue
			}
			input := write(text, secret)
			dir := secretDir(t, input, strings.ReplaceAll(text, "CANARY", secret+"-old"))
			for _, c := range secretCommands() {
				out := c.run(t, dir)
				if strings.Contains(out, secret) {
					t.Errorf("%s as %s: kgw %s shows it:\n%s\ninput:\n%s", field, form, strings.Join(c.args, " "), lineWith(out, secret), input)
				}
			}
		}
	}
}

// TestNoGeneratorShowsASecret writes the secrets of clients and users in each
// form and emits everything: also the files and ConfigMaps have none of them.
func TestNoGeneratorShowsASecret(t *testing.T) {
	const secret = "kanarienvogel-1a"
	for _, field := range []string{"OAuth2Client", "client Secret", "Dex password", "Dex hash", "Dex connector", "TLS key"} {
		for form, write := range wrongForms {
			dir := t.TempDir()
			input := write(secretFields[field], secret)
			if err := os.WriteFile(filepath.Join(dir, "in.yaml"), []byte(input), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, list := range []string{"hydra", "dex", "hydra,dex,kyma-roles,admission-policy,gateway,oathkeeper-configmap"} {
				if r := execute(dir, "", "build", "in.yaml", "--emit", list, "--keep-going"); strings.Contains(r.Stdout+r.Stderr, secret) {
					t.Errorf("%s as %s: kgw build --emit %s shows it:\n%s\ninput:\n%s", field, form, list, lineWith(r.Stdout+r.Stderr, secret), input)
				}
			}
		}
	}
}

// TestOddSecrets writes secrets of odd characters, of many lines and of few
// characters where a text or another type is expected.
func TestOddSecrets(t *testing.T) {
	for _, secret := range []string{`kana"rien\\vogel'1`, "kanarien\nvogel-zwei", "kanarienvögel <&> 3", "%6bana rien=4&x", "k4n", "7350192", "0x1F2E3D4C"} {
		quoted := strconv.Quote(secret)
		for _, text := range []string{
			strategyWith("oauth2_introspection", "introspection_url: https://i.test/x\n        pre_authorization: {enabled: "+quoted+", client_secret: ["+quoted+"]}\n        clientSecret: "+quoted),
			strategyWith("jwt", "jwks_urls: ["+quoted+"]\n        token: "+quoted),
			strategyWith("noop", "password: "+quoted+"\n        secret: {"+quoted+": "+quoted+"}"),
			mutatorWith("hydrator", "api: {url: x, auth: {basic: {username: x, password: ["+quoted+"]}}}"),
			mutatorWith("cookie", "cookies: {a: ["+quoted+"], b: "+strings.Trim(quoted, `"`)+"}"),
		} {
			dir := t.TempDir()
			for name, data := range map[string]string{"in.yaml": text, "was/in.yaml": strings.ReplaceAll(text, quoted, `"x"`), "x.kgw-test.yaml": "tests:\n- request: GET https://shop.example.com/orders\n  expect: {status: 200}\n"} {
				path := filepath.Join(dir, name)
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for _, c := range secretCommands() {
				out := c.run(t, dir)
				whole := secret
				if len(secret) < 4 {
					whole = quoted // a shorter one is masked where it is quoted by itself
				}
				for _, part := range []string{whole, strings.TrimSuffix(quoted, "\"")[min(1, len(secret)/4):], "kana", "vogel", "vögel", "rien=4"} {
					if strings.Contains(out, part) && strings.Contains(secret, strings.Trim(part, `"`)) {
						t.Errorf("%q: kgw %s shows %q:\n%s", secret, strings.Join(c.args, " "), part, lineWith(out, part))
					}
				}
			}
		}
	}
}

type secretCommand struct {
	args    []string
	product bool // what is written to standard output is for machines
}

func secretCommands() []secretCommand {
	out := []secretCommand{
		{args: []string{"build", "in.yaml"}, product: true},
		{args: []string{"argocd", "generate", "in.yaml"}, product: true},
		{args: []string{"trace", "GET", "https://shop.example.com/orders", "in.yaml"}},
		{args: []string{"trace", "GET", "https://shop.example.com/orders", "in.yaml", "-o", "json"}},
		{args: []string{"build", "in.yaml", "--annotate"}, product: true},
		{args: []string{"why", "in.yaml:20", "."}},
		{args: []string{"why", "in.yaml:20", ".", "--format", "json"}},
		{args: []string{"migrate", "in.yaml", "-o", "yaml"}, product: true},
		{args: []string{"migrate", "in.yaml", "--diff", "--format", "json"}},
		{args: []string{"migrate", "in.yaml", "--assess", "--format", "markdown"}},
		{args: []string{"validate", "in.yaml", "--status"}},
		{args: []string{"diff", "in.yaml", "--live", "was"}},
	}
	for _, c := range []struct {
		formats []string
		args    []string
	}{
		{diag.Formats(), []string{"validate", "in.yaml"}},
		{reportFormats(), []string{"report", "in.yaml"}},
		{exposure.GraphFormats(), []string{"graph", "in.yaml"}},
		{diffFormats, []string{"diff", "in.yaml", "--against", "was"}},
		{diffFormats, []string{"diff", "in.yaml", "--against", "was", "--semantic"}},
		{diffFormats, []string{"gate", "in.yaml", "--against", "was"}},
		{testfile.Formats(), []string{"test", "in.yaml", "x.kgw-test.yaml"}},
	} {
		for _, format := range c.formats {
			c.args = append(c.args, "--format", format+"=out."+format)
		}
		out = append(out, secretCommand{args: c.args})
	}
	return out
}

// run runs the command and returns what it shows to people: what it prints, but
// for a product, and the reports that it writes to files, which must be JSON and
// XML where their formats are.
func (c *secretCommand) run(t *testing.T, dir string) string {
	t.Helper()
	r := execute(dir, "", c.args...)
	out := r.Stderr
	if !c.product {
		out += r.Stdout
	}
	files, err := filepath.Glob(filepath.Join(dir, "out.*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err == nil {
			err = os.Remove(file)
		}
		switch filepath.Ext(file) {
		case ".json", ".sarif", ".gitlab":
			if !json.Valid(data) {
				t.Errorf("kgw %s writes what is not JSON to %s:\n%s", strings.Join(c.args, " "), file, data)
			}
		case ".junit", ".checkstyle", ".svg":
			err = errors.Join(err, xml.Unmarshal(data, new(struct{})))
		}
		if err != nil {
			t.Errorf("kgw %s: %s: %v", strings.Join(c.args, " "), file, err)
		}
		out += string(data)
	}
	return out
}
