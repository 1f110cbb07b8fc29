package why_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/compile/compiletest"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/why"
)

// run is a compiled archive.
type run struct {
	result  *compile.Result
	options compile.Options
	objects []why.Object
}

func compiled(t *testing.T, archive *txtar.Archive) *run {
	t.Helper()
	for _, f := range archive.Files {
		if f.Name == config.FileName {
			if _, found := config.Parse(f.Name, f.Data); len(found) > 0 {
				return &run{}
			}
		}
	}
	in, o := compiletest.Load(t, archive, "strict")
	o.Origins, o.Status = true, false
	r := &run{result: compile.Run(in, o), options: o}
	r.objects = why.Objects(r.result, &r.options, nil)
	return r
}

// values are the leaves of everything that a run wrote, by object and path.
func (r *run) values() map[string]map[string]string {
	out := map[string]map[string]string{}
	for i := range r.objects {
		leaves := map[string]string{}
		for _, l := range r.objects[i].Leaves {
			leaves[l.Path] = text(l.Value)
		}
		out[r.objects[i].ID()] = leaves
	}
	return out
}

func text(v any) string { return string(manifest.AppendYAMLValue(nil, v)) }

// archives are the cases of all emitters, those of this package, which have what
// those lack, and the examples.
func archives(t *testing.T) map[string]*txtar.Archive {
	t.Helper()
	out := map[string]*txtar.Archive{}
	own, _ := filepath.Glob("testdata/*.txtar")
	files, err := filepath.Glob("../compile/*/testdata/*.txtar")
	if err != nil || len(files) == 0 || len(own) == 0 {
		t.Fatal("no cases", err)
	}
	files = append(files, own...)
	for _, f := range files {
		archive, err := txtar.ParseFile(f)
		if err != nil {
			t.Fatal(err)
		}
		out[strings.TrimPrefix(filepath.ToSlash(f), "../compile/")] = archive
	}
	examples, err := filepath.Glob("../examples/*/kgw.yaml")
	if err != nil || len(examples) == 0 {
		t.Fatal("no examples", err)
	}
	for _, f := range examples {
		out["examples/"+filepath.Base(filepath.Dir(f))] = example(t, filepath.Dir(f))
	}
	return out
}

// example is a folder of the examples as an archive.
func example(t *testing.T, dir string) *txtar.Archive {
	t.Helper()
	out := &txtar.Archive{}
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		out.Files = append(out.Files, txtar.File{Name: filepath.Base(f), Data: data})
	}
	return out
}

// TestEveryLeafHasAnOrigin: a line of a table covers each leaf of each object of
// all goldens and examples, and names something that is in a file, a setting, or
// a default, unless the rule alone makes the value.
func TestEveryLeafHasAnOrigin(t *testing.T) {
	used := map[string]bool{}
	for name, archive := range archives(t) {
		r := compiled(t, archive)
		if n := len(r.result.Objects); len(r.objects) != n {
			t.Errorf("%s: %d of %d objects are explained", name, len(r.objects), n)
		}
		for i := range r.objects {
			o := &r.objects[i]
			if len(o.Leaves) == 0 {
				t.Errorf("%s: %s has no leaves", name, o.ID())
			}
			for j := range o.Leaves {
				l := &o.Leaves[j]
				used[l.Docs] = true
				if l.Rule == "" {
					t.Errorf("%s: no line of the table of %s covers %s", name, o.Kind, l.Path)
				}
				for _, s := range l.From {
					if s.Kind == why.Input && !exists(s) {
						t.Errorf("%s: %s %s is said to come from %s, and there is no such field", name, o.ID(), l.Path, s.Field)
					}
				}
			}
		}
	}
	for _, k := range compile.Translations() {
		for _, l := range k.Lines {
			if !used[why.Page+"#"+why.Anchor(k.Kind, l.Pattern)] {
				t.Errorf("no golden has a leaf for the line %s %s", k.Kind, l.Pattern)
			}
		}
	}
}

// exists reports whether a source is a field of its document.
func exists(s why.Source) bool { return s.Ref.Doc.Locator().Has(s.Ref.Path) }
