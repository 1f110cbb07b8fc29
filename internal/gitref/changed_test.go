package gitref

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestChanged asks about a file of every state: those whose contents are given and
// those that are wanted.
func TestChanged(t *testing.T) {
	r := newRepository(t)
	put := func(name, text string) {
		file := filepath.Join(r.dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r.git("", "config", "filter.mark.clean", "touch "+r.mark)
	for _, name := range []string{"same.yaml", "dir/breaks.yaml", "changed.yaml", "gone.yaml", "kgw.yaml", "other.txt"} {
		put(name, "a: 1\nb: 2\n")
	}
	r.git("", "add", ".")
	r.git("", "commit", "-q", "-m", "first")
	put("kgw.yaml", "c: 3\n")
	put("other.txt", "c: 3\n")
	put(".gitattributes", "* filter=mark\n")
	if err := os.Remove(filepath.Join(r.dir, "gone.yaml")); err != nil {
		t.Fatal(err)
	}
	tree, err := Open(t.Context(), r.dir, "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	given := Contents{"same.yaml": []byte("a: 1\nb: 2\n"), "dir/breaks.yaml": []byte("a: 1\r\nb: 2\r\n"), "changed.yaml": []byte("a: 2\n"), "new.yaml": []byte("a: 1\n")}
	want := func(name string) bool { return filepath.Ext(name) == ".yaml" }
	changed, tracked, err := tree.Changed(t.Context(), given, want, 4)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range changed {
		got = append(got, fmt.Sprintf("%s %q %v", c.Path, c.Before, c.Gone))
	}
	slices.Sort(got)
	expected := []string{`changed.yaml "a: 1\nb: 2\n" false`, `gone.yaml "a: 1\nb: 2\n" true`, `kgw.yaml "a: 1\nb: 2\n" false`, `new.yaml "" false`}
	if !slices.Equal(got, expected) {
		t.Errorf("changed: %q, want %q", got, expected)
	}
	if !tracked["other.txt"] || tracked["new.yaml"] {
		t.Errorf("tracked: %v", tracked)
	}
	if _, _, err := tree.Changed(t.Context(), given, want, 3); !errors.Is(err, ErrTooMany) {
		t.Errorf("of more than three: %v", err)
	}
	if _, err := os.Stat(r.mark); err == nil {
		t.Error("a program of the repository's configuration ran")
	}
}
