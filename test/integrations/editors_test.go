package integrations_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// described is an exported schema, as far as the test needs it.
type described struct {
	Title      string
	Properties map[string]struct{ Enum []string }
}

func exported(t *testing.T, dir string) map[string]described {
	t.Helper()
	kgw(t, dir, "schema", "export", "--dir", "schemas", "--layout", "flat").ok(t)
	files, err := filepath.Glob(filepath.Join(dir, "schemas", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]described{}
	for _, file := range files {
		var d described
		if err := json.Unmarshal([]byte(read(t, file)), &d); err != nil {
			t.Fatal(err)
		}
		if name := filepath.Base(file); name != "all.json" {
			out[name] = d
		}
	}
	if len(out) < 9 {
		t.Fatalf("only %d schemas", len(out))
	}
	return out
}

const modeline = "# yaml-language-server: $schema="

// TestEditorsKnowEveryKind: with a modeline that names an exported schema, the one
// of its kind or the one of all, the server reports a field that does not exist at
// its place, and offers those that do.
func TestEditorsKnowEveryKind(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := startYAMLServer(t, dir)
	for file, d := range exported(t, dir) {
		for _, schema := range []string{file, "all.json"} {
			head := modeline + "schemas/" + schema + "\napiVersion: " + d.Properties["apiVersion"].Enum[0] + "\nkind: " + d.Properties["kind"].Enum[0] + "\n"
			name := strings.TrimSuffix(file, ".json") + "-with-" + strings.TrimSuffix(schema, ".json")
			t.Run(name, func(t *testing.T) {
				found := s.open(t, name+".yaml", head+"nonsense: 1\n")
				if !slices.ContainsFunc(found, func(x diagnostic) bool { return strings.Contains(x.Message, "nonsense") && x.Range.Start.Line == 3 }) {
					t.Errorf("the unknown field is not reported: %+v", found)
				}
				s.open(t, name+"-empty.yaml", head+"\n")
				offered := s.complete(t, name+"-empty.yaml", position{Line: 3})
				for _, field := range slices.Sorted(maps.Keys(d.Properties)) {
					if field != "apiVersion" && field != "kind" && !slices.Contains(offered, field) {
						t.Errorf("%s is not offered: %q", field, offered)
					}
				}
			})
		}
	}
}

// TestEditorsAcceptExamples: what kgw accepts, the editor accepts.
func TestEditorsAcceptExamples(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := startYAMLServer(t, dir)
	exported(t, dir)
	files, err := filepath.Glob(filepath.Join(root, "examples", "*", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, file := range files {
		example := filepath.Base(filepath.Dir(file))
		if !strings.Contains(example, "refused") {
			texts[example+"-"+filepath.Base(file)] = modeline + "schemas/all.json\n" + read(t, file)
		}
	}
	if len(texts) < 20 {
		t.Errorf("only %d files", len(texts))
	}
	for name, found := range s.openAll(t, texts) {
		if len(found) > 0 {
			t.Errorf("%s: %+v", name, found)
		}
	}
}

// TestEditorsOfThePage follows docs/integrations/editors.md: values inside a
// spec, and the kgw.yaml that kgw init writes.
func TestEditorsOfThePage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := startYAMLServer(t, dir)
	page(t, dir, "editors.md", nil, "kgw")
	text := read(t, filepath.Join(dir, "shop.yaml"))
	if found := s.open(t, "shop.yaml", text); len(found) > 0 {
		t.Errorf("the page's own file: %+v", found)
	}
	bad := strings.Replace(text, "methods: [GET]", "methods: [GETT]", 1)
	if found := s.open(t, "bad.yaml", bad); len(found) != 1 || !strings.Contains(found[0].Message, "GET") {
		t.Errorf("a wrong method: %+v", found)
	}
	lines := strings.Split(text, "\n")
	at := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, "rules:") })
	s.open(t, "open.yaml", strings.Join(lines[:at+1], "\n")+"\n    - \n")
	if offered := s.complete(t, "open.yaml", position{Line: at + 1, Character: 6}); !slices.Contains(offered, "path") || !slices.Contains(offered, "methods") {
		t.Errorf("in a rule are offered %q", offered)
	}
	config, err := os.ReadFile(filepath.Join(dir, "kgw.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if found := s.open(t, "kgw.yaml", string(config)); len(found) > 0 {
		t.Errorf("the kgw.yaml that init writes: %+v", found)
	}
	if found := s.open(t, "wrong/kgw.yaml", strings.Replace(string(config), "$schema=", "$schema=../", 1)+"\ncompat: lax\n"); len(found) != 1 {
		t.Errorf("a wrong value in kgw.yaml: %+v", found)
	}
}
