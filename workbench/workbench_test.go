package workbench_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/workbench"
)

const head = "apiVersion: kgw.dev/v1alpha1\nkind: Config\n"

const shop = `apiVersion: gateway.kyma-project.io/v1beta1
kind: APIRule
metadata: {name: shop, namespace: store}
spec:
  host: shop.example.com
  gateway: kyma-system/kyma-gateway
  service: {name: shop, port: 80}
  rules:
  - {path: /orders, methods: [GET], accessStrategies: [{handler: noop}]}
---
apiVersion: v1
kind: Service
metadata: {name: shop, namespace: store}
spec: {selector: {app: shop}, ports: [{port: 80}]}
`

// asked opens the files at a desk and returns the answers of the questions.
func asked(t *testing.T, files map[string]string, env string, questions ...string) []string {
	t.Helper()
	text, err := json.Marshal(files)
	if err != nil {
		t.Fatal(err)
	}
	d := &workbench.Desk{}
	out := []string{string(d.Open(string(text), env))}
	for _, q := range questions {
		out = append(out, string(d.Ask(q)))
	}
	for _, a := range out {
		if !json.Valid([]byte(a)) {
			t.Errorf("the answer is no JSON: %s", a)
		}
	}
	return out
}

func TestDeskAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		question string
		want     []string
	}{
		"manifests":        {`{"ask":"build"}`, []string{`"faulty":false`, `kind: VirtualService`, `"objects":`}},
		"findings":         {`{"ask":"validate"}`, []string{`"findings":`, `KGW`, `"shown":[`, `^^^`}},
		"a trace":          {`{"ask":"trace","request":{"method":"GET","url":"https://shop.example.com/orders"}}`, []string{`"status":200`, `"steps":[`, `"line":9`, `The request reaches`}},
		"a refusal":        {`{"ask":"trace","request":{"method":"GET","url":"https://shop.example.com/none"}}`, []string{`"status":404`}},
		"the move":         {`{"ask":"migrate","to":"v2"}`, []string{`apiVersion: gateway.kyma-project.io/v2`, `"patch":"--- a/shop.yaml`, `"changes":`}},
		"who may call":     {`{"ask":"report"}`, []string{`"hosts":[{"host":"shop.example.com"`, `"access":"public"`}},
		"no version":       {`{"ask":"migrate","to":"v3"}`, []string{`{"error":"the version must be`}},
		"no URL":           {`{"ask":"trace","request":{"method":"GET","url":"shop"}}`, []string{`{"error":"the URL must begin`}},
		"a false header":   {`{"ask":"trace","request":{"method":"GET","url":"https://a.test/","headers":["x"]}}`, []string{`{"error":"a header must be`}},
		"claims of a list": {`{"ask":"trace","request":{"method":"GET","url":"https://a.test/","token":"jwt","claims":"[]"}}`, []string{`{"error":"the claims are not a JSON object`}},
		"no claims":        {`{"ask":"trace","request":{"method":"GET","url":"https://a.test/","token":"jwt","claims":"null","scopes":"a"}}`, []string{`{"error":"the claims are not a JSON object`}},
		"a false token":    {`{"ask":"trace","request":{"method":"GET","url":"https://a.test/","token":"magic"}}`, []string{`{"error":"the token must be`}},
		"a false caller":   {`{"ask":"trace","request":{"method":"GET","url":"https://a.test/","from":"a/b/c"}}`, []string{`{"error":"the caller must be`}},
		"no question":      {`{"ask":"delete"}`, []string{`{"error":"there is no question`}},
		"no JSON":          {`{`, []string{`{"error":"the question cannot be read`}},
	} {
		got := asked(t, map[string]string{"shop.yaml": shop, "README.md": "# no input"}, "", c.question)
		if got[0] != `{"ready":true}` {
			t.Errorf("%s: the files are answered with %s", name, got[0])
		}
		for _, want := range c.want {
			if !strings.Contains(got[1], want) {
				t.Errorf("%s: no %q in %s", name, want, got[1])
			}
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		files     map[string]string
		env, want string
	}{
		"what extends another":       {map[string]string{"kgw.yaml": head + "extends: ../base.yaml\n"}, "", `which is not read here`},
		"a configuration further in": {map[string]string{"a/kgw.yaml": ""}, "", `only the kgw.yaml of the directory itself`},
		"an environment of none":     {map[string]string{"kgw.yaml": head + "targets: {}\n"}, "prod", `there is no environment`},
		"a setting that is none":     {map[string]string{"kgw.yaml": head + "colour: red\n"}, "", `"ready":false,"report"`},
		"files of environments":      {map[string]string{"kgw.yaml": head + "environments: {prod: {inputs: [prod]}}\n", "prod/a.yaml": shop}, "", `choose one`},
	} {
		got := asked(t, c.files, c.env, `{"ask":"build"}`)
		if !strings.Contains(got[0], c.want) {
			t.Errorf("%s: no %q in %s", name, c.want, got[0])
		}
		if want := `{"error":"there are no files to ask about"}`; got[1] != want {
			t.Errorf("%s: a question is answered with %s", name, got[1])
		}
	}
}

// TestEnvironment: the settings of the environment hold, and files of others are left
// out.
func TestEnvironment(t *testing.T) {
	files := map[string]string{
		"kgw.yaml":    head + "environments: {prod: {inputs: [prod]}, dev: {inputs: [dev]}}\noverrides: [{paths: [prod], namespace: elsewhere}]\n",
		"prod/a.yaml": strings.ReplaceAll(shop, ", namespace: store", ""), "dev/a.yaml": shop,
	}
	got := asked(t, files, "prod", `{"ask":"build"}`)[1]
	if !strings.Contains(got, "namespace: elsewhere") || strings.Contains(got, "namespace: store") {
		t.Errorf("not what prod has: %s", got)
	}
}

// TestSecretsAreMasked: what the answers quote of the files has no secrets in it.
func TestSecretsAreMasked(t *testing.T) {
	files := map[string]string{"shop.yaml": shop, "secret.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: shop, namespace: store}\nstringData: {password: correct-horse-battery}\n"}
	questions := []string{`{"ask":"validate"}`, `{"ask":"migrate","to":"v2"}`, `{"ask":"trace","request":{"method":"GET","url":"https://shop.example.com/correct-horse-battery"}}`}
	for _, a := range asked(t, files, "", questions...) {
		if strings.Contains(a, "correct-horse") {
			t.Errorf("a secret: %s", a)
		}
	}
}
