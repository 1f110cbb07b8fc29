package istio

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	istio "istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/schema/collections"
	"istio.io/istio/pkg/config/schema/gvk"
	"sigs.k8s.io/yaml"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

// object is a document as data.
type object = map[string]any

func text(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(data)
}

// file puts documents into one file in memory.
func file(t testing.TB, docs ...object) compile.Input {
	t.Helper()
	lines := make([]string, len(docs))
	for i := range docs {
		lines[i] = text(docs[i])
	}
	f, problem := source.NewFile("in.yaml", []byte(strings.Join(lines, "\n---\n")))
	if problem != nil {
		t.Fatal(problem.Message)
	}
	return compile.Input{Files: []*source.File{f}}
}

// directory loads a directory as kgw does.
func directory(t testing.TB, dir string) compile.Input {
	t.Helper()
	loader := source.Loader{Dir: dir}
	files, problems := loader.Load([]string{"."})
	return compile.Input{Files: files, Problems: problems}
}

// configuration reads a kgw.yaml; without one it gives the defaults.
func configuration(t testing.TB, name string) *config.Config {
	t.Helper()
	if _, err := os.Stat(name); err != nil {
		return config.Default()
	}
	c, found := config.Read(name, filepath.Base(name), source.Bounds{})
	if len(found) > 0 {
		t.Fatal(name, found)
	}
	return c
}

// errorsOf returns the findings that withhold a resource.
func errorsOf(found diag.List) diag.List {
	var out diag.List
	for i := range found {
		if found[i].Severity == diag.Error {
			out = append(out, found[i])
		}
	}
	return out
}

// checked are the kinds that Istio's webhook judges.
var checked = map[string]istio.GroupVersionKind{
	"VirtualService": gvk.VirtualService, "AuthorizationPolicy": gvk.AuthorizationPolicy, "RequestAuthentication": gvk.RequestAuthentication,
}

// received returns what istiod gets of a manifest that kgw writes. Fields that its
// kind does not have are an error.
func received(o *manifest.Object) (istio.Config, error) {
	var whole struct {
		Spec json.RawMessage `json:"spec"`
	}
	data, err := yaml.YAMLToJSON(o.AppendYAML(nil))
	if err == nil {
		err = json.Unmarshal(data, &whole)
	}
	if err != nil {
		return istio.Config{}, err
	}
	return decoded(checked[o.Kind], o.Meta.Namespace, o.Meta.Name, whole.Spec)
}

func decoded(kind istio.GroupVersionKind, namespace, name string, spec []byte) (istio.Config, error) {
	c := istio.Config{Meta: istio.Meta{GroupVersionKind: kind, Name: name, Namespace: namespace, Domain: "cluster.local"}}
	schema, _ := collections.Pilot.FindByGroupVersionKind(kind)
	message, err := schema.NewInstance()
	if err != nil {
		return c, err
	}
	c.Spec = message
	err = istio.ApplyJSONStrict(message, string(spec))
	return c, err
}

// refusal returns why Istio's webhook refuses one of the objects, "" if it accepts
// them all.
func refusal(t testing.TB, objects []manifest.Object) string {
	t.Helper()
	for i := range objects {
		if _, ours := checked[objects[i].Kind]; !ours {
			continue
		}
		c, err := received(&objects[i])
		if err == nil {
			schema, _ := collections.Pilot.FindByGroupVersionKind(c.GroupVersionKind)
			_, err = schema.ValidateConfig(c)
		}
		if err != nil {
			return objects[i].Kind + ": " + err.Error()
		}
	}
	return ""
}

// one loads one file.
func one(t testing.TB, name string) compile.Input {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	f, problem := source.NewFile(filepath.Base(name), data)
	if problem != nil {
		return compile.Input{Problems: []source.Problem{*problem}}
	}
	return compile.Input{Files: []*source.File{f}}
}
