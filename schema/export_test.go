package schema_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/sebdah/goldie/v2"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
)

func TestDescribe(t *testing.T) {
	for name, want := range map[string]string{
		"APIRule/v1beta1": "APIRule/v1beta1",
		"apirule/V1BETA1": "APIRule/v1beta1",
		"APIRule":         "APIRule/v1alpha1 APIRule/v1beta1 APIRule/v2alpha1 APIRule/v2",
		"Rule":            "Rule/v1alpha1",
		"config":          "config",
		"Config":          "config",
		"APIRul":          "? APIRule",
		"APIRule/v1beta2": "? APIRule/v1beta1",
		"Service":         "?",
	} {
		found, near := schema.Describe(name)
		var got []string
		for i := range found {
			got = append(got, found[i].Name())
		}
		text := strings.Join(got, " ")
		if found == nil {
			text = strings.TrimSpace("? " + near)
		}
		if text != want {
			t.Errorf("Describe(%q) = %q, want %q", name, text, want)
		}
	}
}

// TestJSON checks that each schema says what it is, is the same on every call
// and can be compiled.
func TestJSON(t *testing.T) {
	for _, d := range schema.Descriptions() {
		text := d.JSON()
		if diff := cmp.Diff(string(text), string(d.JSON())); diff != "" {
			t.Errorf("%s differs from call to call:\n%s", d.Name(), diff)
		}
		var s map[string]any
		if err := json.Unmarshal(text, &s); err != nil {
			t.Fatal(err)
		}
		if s["$schema"] != "http://json-schema.org/draft-07/schema#" || s["title"] == "" || s["description"] == "" {
			t.Errorf("%s: $schema %v, title %v, description %v", d.Name(), s["$schema"], s["title"], s["description"])
		}
		if strings.Contains(string(text), `\u003c`) {
			t.Errorf("%s escapes characters for HTML", d.Name())
		}
		if _, err := schema.NewValidator(s); err != nil {
			t.Errorf("%s: %v", d.Name(), err)
		}
	}
}

func TestJSONGolden(t *testing.T) {
	found, _ := schema.Describe("APIRule/v1alpha1")
	goldie.New(t, goldie.WithNameSuffix(".json")).Assert(t, "APIRule_v1alpha1", found[0].JSON())
}

func TestCRDGolden(t *testing.T) {
	found, _ := schema.Describe("Rule")
	text, err := schema.CRD(found)
	if err != nil {
		t.Fatal(err)
	}
	goldie.New(t, goldie.WithNameSuffix(".yaml")).Assert(t, "Rule_crd", text)
}

func TestFile(t *testing.T) {
	found, _ := schema.Describe("APIRule/v2")
	if got := found[0].File(schema.Kubeconform); got != "gateway.kyma-project.io/apirule_v2.json" {
		t.Error(got)
	}
	if got := found[0].File(schema.Flat); got != "apirule_v2.json" {
		t.Error(got)
	}
	seen := map[string]string{}
	for _, d := range schema.Descriptions() {
		for _, l := range []schema.Layout{schema.Kubeconform, schema.Flat} {
			key := string(l) + " " + d.File(l)
			if seen[key] != "" {
				t.Errorf("%s and %s have the same file %s", seen[key], d.Name(), key)
			}
			seen[key] = d.Name()
		}
	}
}

const rule = `apiVersion: oathkeeper.ory.sh/v1alpha1
kind: Rule
metadata: {name: a}
spec:
  upstream: {url: "http://a"}
  match: {url: "<http|https>://a</b>", methods: [GET]}
  authenticators: [{handler: jwt, config: {jwks_urls: [https://a]}}]
  authorizer: {handler: allow}
`

// TestRule holds the schema of Rule to documents.
func TestRule(t *testing.T) {
	found, _ := schema.Describe("Rule/v1alpha1")
	for name, edit := range map[string]*strings.Replacer{
		"":                         strings.NewReplacer(),
		`(root): match`:            strings.NewReplacer(`  match: {url: "<http|https>://a</b>", methods: [GET]}`+"\n", ""),
		`spec.upstream.url: `:      strings.NewReplacer("http://a", ""),
		`spec.authorizer: handler`: strings.NewReplacer("{handler: allow}", "{}"),
		`spec: Additional`:         strings.NewReplacer("authorizer:", "authoriser:"),
	} {
		f, _ := source.NewFile("rule.yaml", []byte(edit.Replace(rule)))
		docs, _ := source.Split(f)
		root, problems := docs[0].Parse()
		if problems != nil {
			t.Fatal(problems)
		}
		var s map[string]any
		if err := json.Unmarshal(found[0].JSON(), &s); err != nil {
			t.Fatal(err)
		}
		v, err := schema.NewValidator(s)
		if err != nil {
			t.Fatal(err)
		}
		wrong := v.Validate(source.Value(root))
		faults := found[0].Type.Check(root, source.Ref{Doc: docs[0]})
		if (name == "") != (len(wrong) == 0) || (name == "") != (len(faults) == 0) {
			t.Errorf("%q: schema %v, check %v", name, wrong, faults)
		}
	}
}
