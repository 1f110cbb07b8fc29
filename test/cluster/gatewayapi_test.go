package cluster

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/definition"
	"github.com/kgw-dev/kgw/internal/source"
)

// admitted asks the server with a dry run, and returns its words where it
// refuses the object.
func admitted(object map[string]any) string {
	if err := server.Admit(object); err != nil {
		return err.Error()
	}
	return ""
}

// spellMessage returns the words of the server in which line breaks and quotes are as JSON
// has them.
func spellMessage(words string) string {
	quoted, _ := json.Marshal(words)
	return strings.Trim(string(quoted), `"`)
}

// TestAdmitsGatewayAPI holds what kgw says that the API server refuses to the
// server, in its words, and the cases to the rules of the definitions: there is
// one for every rule.
func TestAdmitsGatewayAPI(t *testing.T) {
	space := namespace(t)
	text, err := os.ReadFile("../../internal/definition/testdata/admission.txtar")
	if err != nil {
		t.Fatal(err)
	}
	cases := regexp.MustCompile(`(?m)^-- (.*) --\n# (.*)\n`).FindAllSubmatchIndex(text, -1)
	refused := map[string]bool{}
	for i, c := range cases {
		end := len(text)
		if i+1 < len(cases) {
			end = cases[i+1][0]
		}
		name, want, doc := string(text[c[2]:c[3]]), string(text[c[4]:c[5]]), text[c[1]:end]
		object := documents(t, string(doc))[0]
		object["metadata"].(map[string]any)["namespace"] = space
		got := admitted(object)
		switch {
		case want == "admitted" && got != "":
			t.Errorf("%s: refused: %s", name, got)
		case want != "admitted" && !strings.Contains(got, spellMessage(want)):
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
		refused[want] = true
	}
	rules := 0
	for _, rule := range rulesOfDefinitions(t) {
		rules++
		if !refused[rule] {
			t.Errorf("no case is refused for the rule %q", rule)
		}
	}
	t.Logf("%d cases, %d rules of the definitions", len(cases), rules)
	if rules < 50 || len(cases) < 100 {
		t.Errorf("%d cases, %d rules", len(cases), rules)
	}
}

// unreachable are rules that a pattern or a list type refuses before them, and
// those about fields of Gateways that kgw neither reads nor writes.
var unreachable = regexp.MustCompile(`^type must be one of \['Exact'|^Listener name must be unique|^Port for TLS configuration|^(IPAddress|Hostname) value|^Annotation keys|^Label keys|^If specified, the (annotation|label) key`)

// rulesOfDefinitions returns the words of the rules in CEL of the specs of HTTPRoute
// and Gateway.
func rulesOfDefinitions(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, name := range []string{"httproutes", "gateways"} {
		crd, err := server.Do("GET", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/"+name+".gateway.networking.k8s.io", nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range crd["spec"].(map[string]any)["versions"].([]any) {
			schema := v.(map[string]any)["schema"].(map[string]any)["openAPIV3Schema"].(map[string]any)
			out = append(out, messages(schema["properties"].(map[string]any)["spec"])...)
		}
	}
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), unreachable.MatchString)
}

// messages returns those of all rules below a schema.
func messages(schema any) []string {
	var out []string
	switch x := schema.(type) {
	case []any:
		for _, e := range x {
			out = append(out, messages(e)...)
		}
	case map[string]any:
		rules, _ := x["x-kubernetes-validations"].([]any)
		for _, r := range rules {
			out = append(out, r.(map[string]any)["message"].(string))
		}
		for key, e := range x {
			if key != "x-kubernetes-validations" {
				out = append(out, messages(e)...)
			}
		}
	}
	return out
}

// TestAdmitsWrittenRoutes asks the server about every HTTPRoute, ReferenceGrant
// and Gateway that the examples, the goldens, the measured inputs and the corpus
// are compiled to, and what kgw itself says that the server refuses of them.
func TestAdmitsWrittenRoutes(t *testing.T) {
	r := newRepository(t, map[string]string{"kgw.yaml": config + "compat: controller\ndomains: {default: example.com}\nrules: {KGW305: warning}\n"})
	asked := map[string]int{}
	ask := func(from string, objects []map[string]any) {
		for _, o := range objects {
			if version, _ := o["apiVersion"].(string); !strings.HasPrefix(version, "gateway.networking.k8s.io/") {
				continue
			}
			o["metadata"].(map[string]any)["namespace"] = r.namespace // those of other tests are there already
			if problem := admitted(o); problem != "" {
				t.Errorf("%s: %s", from, problem)
			}
			if why, path := refused(o); why != "" {
				t.Errorf("%s: kgw says that %s is refused: %s", from, path, why)
			}
			asked[o["kind"].(string)]++
		}
	}
	for _, pattern := range []string{"../../examples/*/kgw.yaml", "../../../shared/conformance/apirule/*.kgw.yaml"} {
		configs, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, config := range configs {
			inputs := []string{filepath.Dir(config)}
			if strings.Contains(pattern, "conformance") {
				inputs = yamlFiles(t, strings.TrimSuffix(config, ".kgw.yaml"))
			}
			for _, in := range inputs {
				for _, args := range [][]string{{"--route-api", "gateway-api"}, {"--emit", "gateway"}} {
					got := r.kgw(append([]string{"build", "-o", "json", "-c", absolute(t, config), absolute(t, in)}, args...)...)
					if got.code == 0 && got.stdout != "" {
						ask(in, fromJSON(t, got.stdout))
					}
				}
			}
		}
	}
	if _, err := os.Stat("../../../shared/corpus"); err == nil {
		for _, file := range yamlFiles(t, "../../../shared/corpus/APIRule", "../../../shared/corpus/FabricGateway") {
			if got := r.kgw("build", "-o", "json", "-c", filepath.Join(r.dir, "kgw.yaml"), "--route-api", "gateway-api", absolute(t, file)); got.code == 0 {
				ask(file, fromJSON(t, got.stdout))
			}
		}
	}
	for _, golden := range goldens(t) {
		ask(golden.name, golden.objects)
	}
	t.Log(asked)
	for _, kind := range []string{"HTTPRoute", "ReferenceGrant", "Gateway"} {
		if asked[kind] == 0 {
			t.Errorf("no %s was asked about", kind)
		}
	}
}

// golden is a file of expected objects.
type golden struct {
	name    string
	objects []map[string]any
}

// goldens reads the objects that the tests of package httproute expect.
func goldens(t *testing.T) []golden {
	t.Helper()
	files, err := filepath.Glob("../../compile/httproute/testdata/*.golden")
	if err != nil {
		t.Fatal(err)
	}
	var out []golden
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, objects, _ := strings.Cut(string(text), "\n---\n") // after the findings
		out = append(out, golden{file, documents(t, objects)})
	}
	return out
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	out, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// refused returns why, according to kgw, the server refuses an object, and where.
func refused(object map[string]any) (why, path string) {
	kind, _ := object["kind"].(string)
	return definition.Refused(kind, source.Field(source.NodeOf(source.ObjectOf(object)), "spec"))
}
