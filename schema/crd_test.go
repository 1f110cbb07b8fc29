package schema_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/kgw-dev/kgw/schema"
)

type object = map[string]any

func crdOf(t *testing.T, name string) object {
	t.Helper()
	found, _ := schema.Describe(name)
	text, err := schema.CRD(found)
	if err != nil {
		t.Fatal(err)
	}
	var out object
	if err := yaml.UnmarshalStrict(text, &out); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return out
}

func versionsOf(crd object) []object {
	var out []object
	for _, v := range crd["spec"].(object)["versions"].([]any) {
		out = append(out, v.(object))
	}
	return out
}

func TestCRDVersions(t *testing.T) {
	for name, want := range map[string]string{
		"APIRule":         "v1alpha1 v1beta1 v2alpha1 v2(stored)",
		"APIRule/v1beta1": "v1beta1(stored)",
		"Rule":            "v1alpha1(stored)",
	} {
		var got []string
		for _, v := range versionsOf(crdOf(t, name)) {
			text := fmt.Sprint(v["name"])
			if v["storage"] == true {
				text += "(stored)"
			}
			if v["served"] != true {
				t.Errorf("%s %s is not served", name, text)
			}
			if _, sub := v["subresources"]; sub == (name == "Rule") {
				t.Errorf("%s: status subresource: %v", name, sub)
			}
			got = append(got, text)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("versions of %s: %s, want %s", name, s, want)
		}
	}
}

func TestCRDOfConfiguration(t *testing.T) {
	found, _ := schema.Describe("config")
	if _, err := schema.CRD(found); err == nil {
		t.Error("the configuration has a CustomResourceDefinition")
	}
}

// TestCRDIsStructural holds every schema to the rules of structural schemas
// (kubernetes.io, "Specifying a structural schema").
func TestCRDIsStructural(t *testing.T) {
	for _, name := range []string{"APIRule", "Rule"} {
		for _, v := range versionsOf(crdOf(t, name)) {
			root := v["schema"].(object)["openAPIV3Schema"].(object)
			structural(t, name+"/"+fmt.Sprint(v["name"]), root)
			want := object{"type": "object"}
			if diff := cmp.Diff(want, root["properties"].(object)["metadata"]); diff != "" {
				t.Errorf("metadata may not be described:\n%s", diff)
			}
		}
	}
}

func structural(t *testing.T, at string, s object) {
	t.Helper()
	preserves := s["x-kubernetes-preserve-unknown-fields"] == true || s["x-kubernetes-int-or-string"] == true
	if _, typed := s["type"].(string); !typed && !preserves {
		t.Errorf("%s has no type", at)
	}
	for _, forbidden := range []string{"$ref", "oneOf", "definitions", "uniqueItems"} {
		if _, has := s[forbidden]; has {
			t.Errorf("%s has %s", at, forbidden)
		}
	}
	properties, _ := s["properties"].(object)
	for name, p := range properties {
		structural(t, at+"."+name, p.(object))
	}
	switch additional := s["additionalProperties"].(type) {
	case bool:
		t.Errorf("%s: additionalProperties is a boolean", at)
	case object:
		if properties != nil {
			t.Errorf("%s has properties and additionalProperties", at)
		}
		structural(t, at+".*", additional)
	}
	if items, ok := s["items"].(object); ok {
		structural(t, at+"[]", items)
	} else if s["type"] == "array" {
		t.Errorf("%s has no items", at)
	}
}

// published are the CustomResourceDefinitions of the controllers' own
// releases.
var published = []struct {
	file, version string
	kind          string
	// stricter are places where kgw's schema says more than the published one:
	// methods became required after Kyma 1.15 (2020-11), and a duration is a
	// format there, which the controller's decoder reads as Go does.
	stricter []string
}{
	{"apirules.gateway.kyma-project.io.v1alpha1-kyma1.15.yaml", "v1alpha1", "APIRule", []string{"spec.rules[]", "spec.rules[].methods"}},
	{"gateway.kyma-project.io_apirules.yaml", "v1beta1", "APIRule", []string{"spec.corsPolicy.maxAge"}},
	{"gateway.kyma-project.io_apirules.yaml", "v2alpha1", "APIRule", nil},
	{"gateway.kyma-project.io_apirules.yaml", "v2", "APIRule", nil},
	{"oathkeeper.ory.sh_rules.yaml", "v1alpha1", "Rule", nil},
}

func TestCRDAgreesWithPublished(t *testing.T) {
	for _, p := range published {
		t.Run(p.kind+"/"+p.version, func(t *testing.T) {
			text, err := os.ReadFile("../../shared/crds/" + p.file)
			if errors.Is(err, fs.ErrNotExist) {
				t.Skip("the published definitions are not here")
			}
			var theirs object
			if err == nil {
				err = yaml.Unmarshal(text, &theirs)
			}
			if err != nil {
				t.Fatal(err)
			}
			want, got := facts(specOf(t, theirs, p.version)), facts(specOf(t, crdOf(t, p.kind+"/"+p.version), p.version))
			for _, path := range p.stricter {
				want[path], got[path] = "", ""
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("published (-), kgw (+):\n%s", diff)
			}
		})
	}
}

// specOf finds the schema of spec in a definition of apiextensions v1 or
// v1beta1.
func specOf(t *testing.T, crd object, version string) object {
	t.Helper()
	spec := crd["spec"].(object)
	root, _ := spec["validation"].(object)
	if list, ok := spec["versions"].([]any); ok {
		for _, v := range list {
			if s, has := v.(object)["schema"].(object); has && v.(object)["name"] == version {
				root = s
			}
		}
	}
	if root == nil {
		t.Fatalf("there is no version %s", version)
	}
	return root["openAPIV3Schema"].(object)["properties"].(object)["spec"].(object)
}

// facts flattens a schema to what it demands of each place.
func facts(s object) map[string]string {
	out := map[string]string{}
	collect(out, "spec", s)
	return out
}

func collect(out map[string]string, at string, s object) {
	var text []string
	for _, key := range []string{"type", "pattern", "minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum", "enum"} {
		if v, ok := s[key]; ok {
			text = append(text, fmt.Sprintf("%s=%v", key, v))
		}
	}
	var required []string
	if list, ok := s["required"].([]any); ok {
		for _, r := range list {
			required = append(required, fmt.Sprint(r))
		}
		slices.Sort(required)
		text = append(text, fmt.Sprintf("required=%v", required))
	}
	rules, _ := s["x-kubernetes-validations"].([]any)
	for _, r := range rules {
		text = append(text, fmt.Sprintf("rule=%v", r.(object)["rule"]))
	}
	out[at] = strings.Join(text, " ")
	properties, _ := s["properties"].(object)
	for name, p := range properties {
		collect(out, at+"."+name, p.(object))
	}
	if items, ok := s["items"].(object); ok {
		collect(out, at+"[]", items)
	}
	// A free object is "additionalProperties: {preserve}" in kgw and "preserve"
	// in the published definitions.
	if more, ok := s["additionalProperties"].(object); ok && more["x-kubernetes-preserve-unknown-fields"] != true {
		collect(out, at+".*", more)
	}
}
