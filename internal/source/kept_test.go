package source

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// TestKept: a file that did not change is the same one, one that changed is read
// again, and one that changed just now is read each time; a text of an editor
// replaces its file, also of one that is not there.
func TestKept(t *testing.T) {
	dir := RealPath(t.TempDir())
	path := filepath.Join(dir, "a.yaml")
	put := func(text string, age time.Duration) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, time.Now(), time.Now().Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	kept := &Kept{}
	load := func(unsaved map[string][]byte) map[string]*File {
		l := &Loader{Dir: dir, Kept: kept, Bounds: Bounds{Unsaved: unsaved}}
		files, problems := l.Load([]string{"."})
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		out := map[string]*File{}
		for _, f := range files {
			out[f.Name] = f
		}
		return out
	}
	put("a: 1\n", time.Hour)
	first := load(nil)["a.yaml"]
	if load(nil)["a.yaml"] != first {
		t.Error("an old file is read again")
	}
	put("a: 2\n", time.Minute)
	if f := load(nil)["a.yaml"]; string(f.Data) != "a: 2\n" {
		t.Errorf("a changed file is %q", f.Data)
	}
	put("a: 3\n", 0)
	load(nil)
	put("a: 4\n", 0)
	if f := load(nil)["a.yaml"]; string(f.Data) != "a: 4\n" {
		t.Errorf("a file that changed twice at once is %q", f.Data)
	}
	unsaved := map[string][]byte{path: []byte("a: 5\n"), filepath.Join(dir, "new.yaml"): {}}
	with := load(unsaved)
	if string(with["a.yaml"].Data) != "a: 5\n" || with["new.yaml"] == nil {
		t.Errorf("the texts of an editor are not read: %v", with)
	}
	if load(unsaved)["a.yaml"] != with["a.yaml"] {
		t.Error("a text that did not change is read again")
	}
	if f := load(nil)["a.yaml"]; string(f.Data) != "a: 4\n" {
		t.Errorf("after the editor closed it, the file is %q", f.Data)
	}
}

// TestUnsavedInNewDirectories: the text of a file is read whose directories are not
// there yet, under its name, unless patterns exclude it or one of them.
func TestUnsavedInNewDirectories(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "there"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".kgwignore"), []byte("out/\nleft.yaml\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	unsaved := map[string][]byte{}
	for _, name := range []string{"a/b/new.yaml", "there/c/new.yaml", "a/out/new.yaml", "a/left.yaml", "a/notes.txt", "../beside/new.yaml"} {
		unsaved[RealPath(filepath.Join(dir, name))] = []byte("a: 1\n")
	}
	l := &Loader{Dir: dir, Bounds: Bounds{Unsaved: unsaved}}
	files, problems := l.Load([]string{"."})
	var names []string
	for _, f := range files {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	if want := []string{"a/b/new.yaml", "there/c/new.yaml"}; len(problems) > 0 || !slices.Equal(names, want) {
		t.Errorf("%q are read, want %q; %v", names, want, problems)
	}
}

// TestUnsavedNamed: a file that is named and is not there yet is read as an editor has
// it.
func TestUnsavedNamed(t *testing.T) {
	dir := RealPath(t.TempDir())
	l := &Loader{Dir: dir, Bounds: Bounds{Unsaved: map[string][]byte{filepath.Join(dir, "a.yaml"): []byte("a: 1\n")}}}
	files, problems := l.Load([]string{"a.yaml", "b.yaml"})
	if len(files) != 1 || string(files[0].Data) != "a: 1\n" || len(problems) != 1 || problems[0].File.Name != "b.yaml" {
		t.Errorf("read %v, with %v", files, problems)
	}
}
