package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// ruleOf is an APIRule of which each case of TestWords changes a part.
const ruleOf = `apiVersion: gateway.kyma-project.io/v1beta1
kind: APIRule
metadata:
  name: shop
  namespace: web
spec:
  host: shop.example.test
  gateway: kyma-system/kyma-gateway
  service:
    name: shop
    port: 80
  rules:
    - path: /.*
      methods: [GET]
      accessStrategies:
        - handler: noop
`

// newRule is the same in v2.
const newRule = `apiVersion: gateway.kyma-project.io/v2
kind: APIRule
metadata: {name: shop, namespace: web}
spec:
  hosts: [shop.example.test]
  gateway: kyma-system/kyma-gateway
  service: {name: shop, port: 80}
  rules:
    - path: /*
      methods: [GET]
      noAuth: true
---
apiVersion: v1
kind: Service
metadata: {name: shop, namespace: web}
spec: {selector: {app: shop}, ports: [{port: 80}]}
`

// TestWords makes one mistake at a time: it is told once, where it is, in
// words that say how to mend it.
func TestWords(t *testing.T) {
	for _, c := range []struct{ name, text, old, with, want, help string }{
		{"star", ruleOf, "path: /.*", "path: *", `13:13: error[KGW103]: a value cannot begin with "*"`, `write it in quotes: "*"`},
		{"at sign", ruleOf, "path: /.*", "path: @a", `13:13: error[KGW103]: a value cannot begin with "@"`, `write it in quotes: "@a"`},
		{"percent", ruleOf, "path: /.*", "path: %a", `13:13: error[KGW103]: a value cannot begin with "%"`, `write it in quotes: "%a"`},
		{"star in braces", ruleOf, "path: /.*", "path: {**}", `13:13: error[KGW103]: a value cannot begin with "{"`, `write it in quotes: "{**}"`},
		{"star in a list", ruleOf, "[GET]", "[GET, *]", `14:22: error[KGW103]: a value cannot begin with "*"`, `write it in quotes: "*"`},
		{"tab", ruleOf, "    port: 80", "\tport: 80", `11:1: error[KGW104]: a tab is used for indentation`, "indent with spaces"},
		{"open quote", ruleOf, "host: shop", `host: "shop`, `7:9: error[KGW103]: the quotation mark is not closed`, `write " at the end`},
		{"open list", ruleOf, "[GET]", "[GET", `14:16: error[KGW103]: "[" is not closed`, `write "]"`},
		{"no space", ruleOf, "host: shop", "host:shop", `7:7: error[KGW103]: there is no space after the colon`, "write host: shop.example.test"},
		{"colon in a value", ruleOf, "host: shop.", "host: a: shop.", `7:9: error[KGW103]: a value has a colon with a space after it`, `write it in quotes: "a: shop.example.test"`},
		{"indentation", ruleOf, "  service:", " service:", `9:2: error[KGW103]: the indentation of this line, 1, is that of no line above`, "indent it like"},
		{"long dash", ruleOf, "- path", "– path", `13:5: error[KGW103]: "–" is not the dash`, `write "-"`},
		{"template", ruleOf, "spec:\n", "spec:\n  {{- if .Values.on }}\n", `7:3: error[KGW103]: this is a template and not YAML`, "--helm"},
		{"template as a value", ruleOf, "shop.example.test", "{{ .Values.host }}", `7:3: error[KGW130]: {{ .Values.host }} is a placeholder`, "--helm"},
		{"variable", ruleOf, "shop.example.test", "shop.${DOMAIN}", `7:9: error[KGW130]: ${DOMAIN} is a placeholder`, "--set-env"},
		{"angle brackets", ruleOf, "kyma-system/kyma-gateway", "<gateway>", `8:12: error[KGW130]: <gateway> is a placeholder`, "replace it"},
		{"words in braces", ruleOf, "name: shop\n    port", "name: {your Service}\n    port", `10:5: error[KGW130]: {your Service} is a placeholder`, "replace it"},
		{"curly quotes", ruleOf, "host: shop.example.test", "host: “shop.example.test”", `7:9: error[KGW205]`, `straight quotation marks: "shop.example.test"`},
		{"URL as host", ruleOf, "host: shop", "host: https://shop", `7:9: error[KGW205]`, "write the host alone, without the scheme and without a path: shop.example.test"},
		{"spec below metadata", ruleOf, "spec:", "  spec:", `6:3: error[KGW202]: "spec" is below "metadata"`, `indent "spec" less`},
		{"Spec", ruleOf, "spec:", "Spec:", `6:1: error[KGW201]: unknown field "Spec"`, `did you mean "spec"?`},
		{"handler", ruleOf, "noop", "oauth9", `16:20: error[KGW212]`, `use one of allow, no_auth`},
		{"a boolean", ruleOf, "noop", "no", `16:20: error[KGW203]: "handler" must be a string, not the boolean no`, "write it in quotes"},
		{"no space after a dash", ruleOf, "- path", "-path", `13:5: error[KGW103]: there is no space after the dash`, "write - path: /.*"},
		{"merge conflict", ruleOf, "spec:", "<<<<<<< HEAD\nspec:", `6:1: error[KGW103]: this is a mark of a merge conflict`, "settle the conflict"},
		{"no anchor", ruleOf, "  service:", "  <<: *defaults\n  service:", `9:7: error[KGW103]: nothing in the document has the anchor &defaults`, "in their own document only"},
		{"no-break space", ruleOf, "host: shop", "host:\u00a0shop", `7:8: error[KGW103]: the space after the colon is a no-break space`, "with a plain space"},
		{"two documents", ruleOf, "apiVersion", ruleOf + "apiVersion", `17:1: error[KGW105]: a second document begins here`, "write --- on a line of its own"},
		{"long dash in a list", ruleOf, "- handler", "– handler", `15:7: error[KGW203]: "accessStrategies" must be a list, not an object`, `the minus sign`},
		{"no dash", ruleOf, "- path", "  path", `12:3: error[KGW203]: "rules" must be a list, not an object`, `begin each element with "- "`},
		{"strategy as text", ruleOf, "- handler: noop", "- noop", `16:11: error[KGW203]: an element of "accessStrategies" must be an object`, "write it like {handler: noop}"},
		{"strategy as a key", ruleOf, "handler: noop", "noop:", `16:11: error[KGW201]: unknown field "noop"`, "write handler: noop"},
		{"no methods", newRule, "[GET]", "[\"*\"]", `10:17: error[KGW204]`, "no word means all of them"},
		{"text for true", newRule, "noAuth: true", "noAuth: \"true\"", `11:15: error[KGW203]`, "write true, without quotes"},
		{"jwt as a list", newRule, "noAuth: true", "jwt: [{issuer: a, jwksUri: b}]", `11:7: error[KGW203]`, "write it like {authentications: "},
		{"extAuth as text", newRule, "noAuth: true", "extAuth: proxy", `11:16: error[KGW203]`, "write it like {authorizers: "},
		{"seconds", ruleOf, "  rules:", "  timeout: 30s\n  rules:", `12:12: error[KGW203]`, "write the number of seconds: 30"},
		{"port by name", ruleOf, "port: 80", "port: http", `11:11: error[KGW203]`, "write a number, such as 80"},
		{"origin", ruleOf, "  rules:", "  corsPolicy: {allowOrigin: []}\n  rules:", `12:16: error[KGW201]`, `did you mean "allowOrigins"?`},
		{"gateway as an object", ruleOf, "kyma-system/kyma-gateway", "{name: a}", `8:3: error[KGW203]`, "write it like kyma-system/kyma-gateway"},
		{"service as text", ruleOf, "service:\n    name: shop\n    port: 80", "service: shop:80", `9:12: error[KGW203]`, "write it like {name: shop, port: 80}"},
		{"host as a list", ruleOf, "host: shop.example.test", "host: [shop.example.test]", `7:3: error[KGW203]`, "write it without a list: shop.example.test"},
		{"host as a block", ruleOf, "gateway: kyma", "gateway: |\n    kyma", `8:12: error[KGW205]`, "kyma-system/kyma-gateway"},
		{"wildcard", ruleOf, "host: shop", "host: \"*\" #", `7:9: error[KGW205]`, "no wildcards"},
		{"capitals", ruleOf, "name: shop\n  namespace", "name: My_Shop\n  namespace", `4:9: error[KGW209]`, "write my-shop"},
		{"no apiVersion", ruleOf, "apiVersion: gateway.kyma-project.io/v1beta1\n", "", `1:1: error[KGW113]`, "its fields are those of v1beta1: add apiVersion: gateway.kyma-project.io/v1beta1"},
		{"issuer of v2", ruleOf, "handler: noop", "handler: jwt\n          config: {jwks_urls: [\"https://a.test/k\"], issuer: \"https://a.test\"}", `17:53: error[KGW506]`, "trusted_issuers: [URL]"},
		{"path without a slash", ruleOf, "path: /.*", "path: orders", `13:13: warning[KGW351]`, `write "/orders"`},
		{"path as a URL", ruleOf, "path: /.*", "path: https://a.test/orders", `13:13: warning[KGW351]`, `write the path alone: "/orders"`},
		{"query", ruleOf, "path: /.*", "path: /orders?id=.*", `13:13: warning[KGW351]`, "write the path alone"},
		{"parameter", ruleOf, "path: /.*", "path: /orders/{id}", `13:13: warning[KGW351]`, "/orders/[^/]+"},
		{"colon parameter in v2", newRule, "path: /*", "path: /orders/:id", `9:13: warning[KGW351]`, "/orders/{*}"},
		{"namespace", ruleOf, "namespace: web", "namespace: \"My NS\"", `5:14: error[KGW209]`, "such as web"},
		{"field of v2", ruleOf, "accessStrategies:\n        - handler: noop", "noAuth: true", `15:7: error[KGW201]: unknown field "noAuth"`, "accessStrategies: [{handler: no_auth}]"},
		{"v1beta1 as v2", ruleOf, "io/v1beta1", "io/v2", `1:13: error[KGW131]`, "kgw migrate"},
		{"v2 as v1beta1", newRule, "io/v2", "io/v1beta1", `1:13: error[KGW131]: the document has the version v1beta1 and the fields of v2`, "write apiVersion: gateway.kyma-project.io/v2"},
		{"v1beta2", newRule, "io/v2", "io/v1beta2", `1:13: error[KGW111]: APIRule has no version "v1beta2"`, "its fields are those of v2: write apiVersion: gateway.kyma-project.io/v2"},
		{"foreign group", ruleOf, "gateway.kyma-project.io", "apps.test", `1:13: error[KGW112]: APIRule is a kind of group "gateway.kyma-project.io"`, "did you mean"},
		{"legacy gateway", newRule, "kyma-system/kyma-gateway", "kyma-gateway.kyma-system.svc.cluster.local", `6:12: error[KGW205]`, "write kyma-system/kyma-gateway"},
		{"star in v2", newRule, "path: /*", "path: /environments/*", `9:13: error[KGW205]`, "write the star in braces: /environments/{*}"},
		{"parameter in v2", newRule, "path: /*", "path: /environments/{id}/stores", `9:13: error[KGW205]`, "a parameter is written {*}: /environments/{*}/stores"},
		{"expression in v2", newRule, "path: /*", "path: /orders/.*", `9:13: error[KGW205]`, "regular expressions are of v1alpha1 and v1beta1"},
		{"jwtAuth", newRule, "noAuth: true", "jwtAuth: {}", `11:7: error[KGW201]: unknown field "jwtAuth"`, "write jwt"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(c.text, c.old, c.with, 1)
			if text == c.text {
				t.Fatal("the case changes nothing")
			}
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "in.yaml"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			got := execute(dir, "", "validate", "in.yaml", "--severity", "warning")
			if !strings.Contains(got.Stdout, "in.yaml:"+c.want) || !strings.Contains(got.Stdout, c.help) {
				t.Errorf("want %s\nhelp %s\ngot\n%s", c.want, c.help, got.Stdout)
			}
			if n := strings.Count(got.Stdout, "error[") + strings.Count(got.Stdout, "warning["); n != 1 {
				t.Errorf("%d findings, want 1:\n%s", n, got.Stdout)
			}
			for _, soup := range []string{"map[", "<nil>", "[[", "must match", "0x"} {
				if strings.Contains(got.Stdout, soup) {
					t.Errorf("the report has %q:\n%s", soup, got.Stdout)
				}
			}
		})
	}
}

// TestNearMisses holds that documents which are almost of a kind that kgw reads
// are told of, whoever's kind it is.
func TestNearMisses(t *testing.T) {
	for head, want := range map[string]string{
		"apiVersion: oathkeeper.ory.sh/v1beta1\nkind: Rule":               "KGW111",
		"apiVersion: oathkeeper.ory.sh/v1alpha1\nkind: Rules":             "KGW112",
		"apiVersion: oathkeeper.ory.ch/v1alpha1\nkind: Rule":              "KGW112",
		"apiVersion: networking.istio.io/v1beta1\nkind: VirtualServices":  "KGW112",
		"apiVersion: networking.istio.io/v2\nkind: VirtualService":        "KGW111",
		"apiVersion: security.istio.io/v1\nkind: AuthorisationPolicy":     "KGW112",
		"apiVersion: networking.istio.io/v1\nkind: ServiceEntry":          "",
		"apiVersion: networking.istio.io/v1\nkind: Sidecar":               "",
		"apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway":         "",
		"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy":           "",
		"apiVersion: apps/v1\nkind: Deployment":                           "",
		"apiVersion: serverless.kyma-project.io/v1alpha2\nkind: Functoin": "KGW112",
	} {
		got := execute(t.TempDir(), head+"\nmetadata: {name: a}\n", "validate", "-", "--allow-empty")
		if want == "" && got.Code != 0 || !strings.Contains(got.Stdout, want) {
			t.Errorf("%s: want %q, got\n%s", head, want, got.Stdout)
		}
	}
}

// TestWordsOfConfigurations makes one mistake at a time in kgw.yaml.
func TestWordsOfConfigurations(t *testing.T) {
	const head = "apiVersion: kgw.dev/v1alpha1\nkind: Config\n"
	for text, want := range map[string]string{
		"domains: {default: a.test}\n":                                       "add \"apiVersion\", such as apiVersion: kgw.dev/v1alpha1",
		head + "domains: a.test\n":                                           "write it like {default: kyma.example.com}",
		head + "domains: {default: 'https://a.test/'}\n":                     "write the domain alone: a.test",
		head + "domains: {default: '*.a.test'}\n":                            "write the domain alone: a.test",
		head + "known: {services: [{name: a, namespace: b, ports: [80]}]}\n": "write it like {port: 80}",
		head + "known: {gateways: [a/b]}\n":                                  "write it like {name: kyma-gateway, namespace: kyma-system",
		head + "rules: {KGW305: warn}\n":                                     "did you mean \"warning\"?",
		head + "rules: [KGW305]\n":                                           "write it like {KGW410: error}",
		head + "policy: {public: false}\n":                                   "use one of allow, deny",
		head + "kyma: 3.10\n":                                                "write it in quotes: \"3.10\"",
		head + "environments: [dev]\n":                                       "write it like {prod: ",
		head + "environments: {dev: {extends: a}}\n":                         "a setting of the top of the file",
		head + "extends: nowhere.yaml\n":                                     "nowhere.yaml, which this file extends: cannot read the file",
		"":                                                                   "kgw init write a commented one",
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "kgw.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		got := execute(dir, ruleOf, "validate", "-")
		if got.Code != exitUsage || !strings.Contains(got.Stderr, want) {
			t.Errorf("%q: exit %d, want %q in\n%s", text, got.Code, want, got.Stderr)
		}
	}
}

// TestWordsOfCommands makes one mistake at a time on the command line.
func TestWordsOfCommands(t *testing.T) {
	for line, want := range map[string]string{
		"biuld":                       `did you mean "build"?`,
		"lint a.yaml":                 "kgw validate reports what is wrong",
		"apply a.yaml":                "kubectl apply",
		"validate -x a.yaml":          "there is no flag -x: kgw validate --help lists the flags",
		"build --outputdir x":         "did you mean --output-dir?",
		"build --limit many":          `--limit must be a whole number, not "many"`,
		"build --helm=chart":          `--helm must be true or false, not "chart"`,
		"completion":                  "kgw completion takes 1 argument, not 0",
		"config a b":                  "kgw config takes at most 1 argument, not 2",
		"trace https://a.test/x .":    "say the method first: kgw trace GET https://a.test/x PATH",
		"trace GET a.test/x .":        "such as https://shop.example.com/orders",
		"build -o xml .":              "--output-dir writes into a directory",
		"migrate":                     "say what to migrate",
		"build . --domain http://a.b": "write the domain alone: a.b",
	} {
		got := execute(t.TempDir(), "", strings.Fields(line)...)
		if got.Code != exitUsage || !strings.Contains(got.Stderr, want) || strings.Contains(got.Stderr, "strconv") {
			t.Errorf("kgw %s: exit %d, want %q in\n%s", line, got.Code, want, got.Stderr)
		}
	}
}
