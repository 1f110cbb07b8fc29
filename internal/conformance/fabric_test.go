package conformance

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// TestFabricCases compiles every measured FabricGateway: valid ones compile to the
// wanted Ingresses, with the exact annotations, and the others are refused.
func TestFabricCases(t *testing.T) { fabricCases(t, shared(t, "conformance", "fabric"), 50) }

// TestOwnFabricCases does the same with those of the repository.
func TestOwnFabricCases(t *testing.T) { fabricCases(t, filepath.Join(own, "fabric"), 20) }

// fabricCases compiles the cases of a folder, at least so many.
func fabricCases(t *testing.T, dir string, least int) {
	t.Helper()
	ins := glob(t, dir, "*.in.yaml")
	if len(ins) < least {
		t.Fatalf("only %d cases", len(ins))
	}
	for _, in := range ins {
		base := strings.TrimSuffix(in, ".in.yaml")
		t.Run(filepath.Base(base), func(t *testing.T) {
			result := compileFabric(t, in, base+".kgw.yaml")
			if want, err := os.ReadFile(base + ".fail.txt"); err == nil {
				if result.Findings.Max() != diag.Error {
					t.Errorf("it is accepted, but %s", want)
				}
				return
			}
			if result.Findings.Max() == diag.Error {
				t.Fatalf("it is refused: %v", result.Findings)
			}
			want, err := os.ReadFile(base + ".want.yaml")
			if err != nil {
				t.Fatal(err)
			}
			var text []byte
			for i := range result.Objects {
				text = result.Objects[i].AppendYAML(append(text, "\n---\n"...))
			}
			if d := cmp.Diff(ingresses(t, want), ingresses(t, text)); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

func compileFabric(t *testing.T, in, configFile string) *compile.Result {
	t.Helper()
	c := config.Default()
	if data, err := os.ReadFile(configFile); err == nil {
		var found diag.List
		if c, found = config.Parse("kgw.yaml", data); len(found) > 0 {
			t.Fatal(found)
		}
	}
	data, err := os.ReadFile(in)
	if err != nil {
		t.Fatal(err)
	}
	f, problem := source.NewFile(filepath.Base(in), data)
	if problem != nil {
		t.Fatal(problem)
	}
	return compile.Run(compile.Input{Files: []*source.File{f}}, compile.Options{Config: c})
}

// ingresses reads objects by name, weights as numbers.
func ingresses(t *testing.T, data []byte) map[string]map[string]any {
	t.Helper()
	out := map[string]map[string]any{}
	for _, text := range bytes.Split(append([]byte("\n"), data...), []byte("\n---")) {
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		var o map[string]any
		if err := yaml.UnmarshalStrict(text, &o); err != nil {
			t.Fatalf("cannot read the objects: %v\n%s", err, text)
		}
		meta := o["metadata"].(map[string]any)
		if a, ok := meta["annotations"].(map[string]any); ok && a["zalando.org/backend-weights"] != nil {
			var weights map[string]float64
			if err := json.Unmarshal([]byte(a["zalando.org/backend-weights"].(string)), &weights); err != nil {
				t.Fatal(err)
			}
			a["zalando.org/backend-weights"] = weights
		}
		name := meta["name"].(string)
		if out[name] != nil {
			t.Fatalf("%s is there twice", name)
		}
		out[name] = o
	}
	return out
}

// fabricReasons are why a FabricGateway of the corpus may be refused.
var fabricReasons = map[diag.Code]string{
	diag.UnknownField:     "a key that is not in the schema",
	diag.MissingField:     "a required field is absent",
	diag.BadLength:        "an empty map of paths or verbs",
	diag.NotAllowed:       "a value that the definition does not allow",
	diag.BadName:          "no name",
	diag.BadFormat:        "a name that no object can have",
	diag.AlmostKind:       "the kind of a test of the operator's",
	diag.BadWildcard:      "** elsewhere than at the end",
	diag.NoBackend:        "no Service and no StackSet",
	diag.TwoBackends:      "both Services and a StackSet",
	diag.SamePath:         "two paths that match the same requests",
	diag.RepeatedHost:     "one host twice",
	diag.FilterNotAllowed: "a filter that is not on the allow-list",
}

// TestFabricCorpus compiles every FabricGateway that was found: each compiles to
// Ingresses or has a finding with a place, and is refused only for a reason above.
func TestFabricCorpus(t *testing.T) {
	fabricCorpus(t, glob(t, shared(t, "corpus", "FabricGateway"), "*", "*.yaml"), 40, 20)
}

// TestOwnFabricCorpus does the same with the documents of the repository.
func TestOwnFabricCorpus(t *testing.T) {
	fabricCorpus(t, glob(t, ownCorpus, "FabricGateway", "*.yaml"), 5, 1)
}

// fabricCorpus compiles at least so many files, of which at least so many compile.
func fabricCorpus(t *testing.T, files []string, least, leastCompiled int) {
	t.Helper()
	if len(files) < least {
		t.Fatalf("only %d files", len(files))
	}
	counts := map[string]int{}
	for _, in := range files {
		result := compileFabric(t, in, "")
		if len(result.Objects) == 0 && len(result.Findings) == 0 {
			t.Errorf("%s gives nothing and says nothing", filepath.Base(in))
		}
		if len(result.Objects) > 0 {
			counts["compiled"]++
		}
		for _, f := range result.Findings {
			if f.Span.Line == 0 {
				t.Errorf("%s: %s has no place", filepath.Base(in), f.Code)
			}
			if f.Severity != diag.Error {
				continue
			}
			reason, known := fabricReasons[f.Code]
			if !known {
				t.Errorf("%s: %s: %s", filepath.Base(in), f.Code, f.Message)
			}
			counts[reason]++
		}
	}
	t.Logf("%d files: %v", len(files), counts)
	if counts["compiled"] < leastCompiled {
		t.Errorf("only %d of %d compile", counts["compiled"], len(files))
	}
}
