package cluster

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// rendering is one set of inputs and what kgw makes of it.
type rendering struct {
	paths   []string
	objects []map[string]any
}

// unserved are examples whose objects are not all on this server.
var unserved = map[string]bool{"access-rules": true, "companions": true}

// TestExamplesShowNoDifference applies what each example renders and compares
// the cluster with it.
func TestExamplesShowNoDifference(t *testing.T) {
	r := newRepository(t, nil)
	examples, err := filepath.Glob("../../examples/*/kgw.yaml")
	if err != nil || len(examples) < 20 {
		t.Fatalf("%d examples, %v", len(examples), err)
	}
	for _, config := range examples {
		example := filepath.Base(filepath.Dir(config))
		t.Run(example, func(t *testing.T) {
			r := &repository{t: t, dir: r.dir, user: r.user}
			dir, err := filepath.Abs(filepath.Dir(config))
			if err != nil {
				t.Fatal(err)
			}
			if refused := strings.HasSuffix(example, "-refused") || example == "overlapping-rules"; refused {
				t.Skip("shows what kgw refuses")
			}
			if unserved[example] {
				t.Skip("writes kinds that the server does not have, or files in the place of objects")
			}
			r.compare(rendering{[]string{dir}, r.render(dir)})
		})
	}
}

// compare applies what was rendered and compares the cluster with it. Kinds
// that the server does not know are not what is tested.
func (r *repository) compare(x rendering, args ...string) {
	r.t.Helper()
	for _, o := range x.objects {
		if o["kind"] == "RouteGroup" || o["kind"] == "StackSet" {
			r.t.Skip("the kind is not installed")
		}
	}
	namespaces(r.t, x.objects)
	apply(r.t, x.objects...)
	for _, mode := range []string{"--server-side=true", "--server-side=false"} {
		r.expect(0, append(append([]string{"diff", mode}, args...), x.paths...))
	}
}

// TestCorpusShowsNoDifference does the same with what other people wrote, as
// many files at once as do not write the same object.
func TestCorpusShowsNoDifference(t *testing.T) {
	corpus, err := filepath.Abs("../../../shared/corpus")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(corpus); err != nil {
		t.Skipf("the data is not there: %v", err)
	}
	r := newRepository(t, map[string]string{"kgw.yaml": config + "compat: controller\ndomains: {default: example.com}\nrules: {KGW305: warning} # they were not written for one cluster\n"})
	args := []string{"-c", filepath.Join(r.dir, "kgw.yaml")}
	var batches []rendering
	files, objects := 0, 0
	for _, file := range yamlFiles(t, filepath.Join(corpus, "APIRule"), filepath.Join(corpus, "FabricGateway")) {
		got := r.kgw(append(args, "build", "-o", "json", file)...)
		if got.code != 0 {
			continue // refused
		}
		rendered := fromJSON(t, got.stdout)
		if slices.ContainsFunc(rendered, unknownKind) {
			continue
		}
		files, objects = files+1, objects+len(rendered)
		batches = addTo(batches, file, rendered)
	}
	t.Logf("%d files, %d objects, %d batches", files, objects, len(batches))
	if files < 100 {
		t.Errorf("only %d files were rendered", files)
	}
	for _, batch := range batches {
		r.compare(batch, args...)
	}
}

func unknownKind(o map[string]any) bool {
	return o["kind"] == "RouteGroup" || o["kind"] == "StackSet"
}

// addTo puts a file into the first batch that has none of its objects.
func addTo(batches []rendering, file string, objects []map[string]any) []rendering {
	for i := range batches {
		if !slices.ContainsFunc(objects, func(o map[string]any) bool {
			return slices.ContainsFunc(batches[i].objects, func(other map[string]any) bool { return sameObject(o, other) })
		}) {
			batches[i].paths = append(batches[i].paths, file)
			batches[i].objects = append(batches[i].objects, objects...)
			return batches
		}
	}
	return append(batches, rendering{[]string{file}, objects})
}

func sameObject(a, b map[string]any) bool {
	in := func(o map[string]any) any { return o["metadata"].(map[string]any)["namespace"] }
	return a["kind"] == b["kind"] && nameOf(a) == nameOf(b) && in(a) == in(b)
}

func yamlFiles(t *testing.T, dirs ...string) []string {
	t.Helper()
	var files []string
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(file string, e fs.DirEntry, err error) error {
			if err == nil && !e.IsDir() && filepath.Ext(file) == ".yaml" {
				files = append(files, file)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// fromJSON reads what kgw build -o json prints: a List, or one object.
func fromJSON(t *testing.T, text string) []map[string]any {
	t.Helper()
	var list struct {
		Kind  string
		Items []map[string]any
	}
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		t.Fatal(err)
	}
	if list.Kind == "List" {
		return list.Items
	}
	var one map[string]any
	if err := json.Unmarshal([]byte(text), &one); err != nil {
		t.Fatal(err)
	}
	return []map[string]any{one}
}
