package gitref

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestUncommitted asks about a file of every state; programs that the
// repository's configuration names do not run.
func TestUncommitted(t *testing.T) {
	r := newRepository(t)
	files := Contents{}
	put := func(name, text string) {
		file := filepath.Join(r.dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		files[file] = []byte(text)
	}
	r.git("", "config", "filter.mark.clean", "touch "+r.mark)
	put("same.yaml", "a: 1\n")
	put("dir/breaks.yaml", "a: 1\nb: 2\n")
	put("changed.yaml", "a: 1\n")
	put("staged.yaml", "a: 1\n")
	put(".gitignore", "ignored.yaml\n")
	r.git("", "add", ".")
	r.git("", "commit", "-q", "-m", "first")
	put("dir/breaks.yaml", "a: 1\r\nb: 2\r\n")
	put("changed.yaml", "a: 2\n")
	put("staged.yaml", "a: 2\n")
	r.git("", "add", "staged.yaml")
	put("new.yaml", "a: 1\n")
	put("ignored.yaml", "a: 1\n")
	put(".gitattributes", "* filter=mark\n")
	outside := filepath.Join(t.TempDir(), "outside.yaml")
	files[outside] = nil

	found, err := Uncommitted(t.Context(), files)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, name := range slices.Sorted(maps.Keys(found)) {
		got = append(got, filepath.Base(name))
	}
	slices.Sort(got)
	want := []string{".gitattributes", "changed.yaml", "ignored.yaml", "new.yaml", "outside.yaml", "staged.yaml"}
	if !slices.Equal(got, want) {
		t.Errorf("not committed: %q, want %q", got, want)
	}
	if _, err := os.Stat(r.mark); err == nil {
		t.Error("a program of the repository's configuration ran")
	}
}
