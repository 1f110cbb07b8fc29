package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/source"
)

func TestOutputLimit(t *testing.T) {
	for text, want := range map[string]int{
		"": 32 << 20, "limits: {output: 5000}\n": 5000, "limits: {output: '5000'}\n": 5000,
		"limits: {output: 512Ki}\n": 512 << 10, "limits: {output: 2Gi}\n": 2 << 30,
	} {
		c, found := Parse("kgw.yaml", []byte("apiVersion: kgw.dev/v1alpha1\nkind: Config\n"+text))
		if got := c.OutputLimit(0); got != want || len(found) > 0 {
			t.Errorf("%q: %d, want %d (%v)", text, got, want, found)
		}
	}
	if got := Default().OutputLimit(10 << 20); got != 320<<20 {
		t.Errorf("%d for 10 MiB that are read", got)
	}
	for _, text := range []string{"0", "-1", "1k", "5 Mi", "1.5", "true"} {
		if _, found := Parse("kgw.yaml", []byte("apiVersion: kgw.dev/v1alpha1\nkind: Config\nlimits: {output: "+text+"}\n")); len(found) == 0 {
			t.Errorf("%s is a limit", text)
		}
	}
}

func TestNearerLimit(t *testing.T) {
	for _, c := range []struct {
		above, own string
		want       int
		told       bool
	}{
		{"limits: {output: 1Mi}\n", "", 1 << 20, false},
		{"limits: {output: 1Mi}\n", "limits: {output: 1Ki}\n", 1 << 10, false},
		{"limits: {output: 1Mi}\n", "limits: {output: 2Mi}\n", 1 << 20, true},
		{"limits: {output: 1Gi}\n", "limits: {output: 512Mi}\n", 512 << 20, false},
		{"namespace: a\n", "limits: {output: 1Gi}\n", 32 << 20, true},
	} {
		got, told := nearest(t, c.above, c.own+"namespace: web\n")
		if got.OutputLimit(0) != c.want || (len(told) > 0) != c.told {
			t.Errorf("%q below %q: %d, want %d: %v", c.own, c.above, got.OutputLimit(0), c.want, told)
		}
	}
}

// TestSearchEnds looks for configurations up to the top of a repository, and
// beyond that of a submodule.
func TestSearchEnds(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"kgw.yaml", "repo/kgw.yaml", "repo/team/kgw.yaml", "repo/module/kgw.yaml", "tree/kgw.yaml"} {
		write(name, "apiVersion: kgw.dev/v1alpha1\nkind: Config\n")
	}
	write("repo/.git/HEAD", "ref: refs/heads/main\n")
	write("repo/module/.git", "gitdir: ../.git/modules/module\n")
	write("tree/.git", "gitdir: "+root+"/repo/.git/worktrees/tree\n")
	for dir, want := range map[string]string{
		"repo/team": "repo/team/kgw.yaml repo/kgw.yaml", "repo/module": "repo/module/kgw.yaml repo/kgw.yaml",
		"tree": "tree/kgw.yaml", ".": "kgw.yaml",
	} {
		var got []string
		for _, file := range FindAll(filepath.Join(root, dir), source.Bounds{}) {
			if rel, err := filepath.Rel(root, file); err == nil && filepath.IsLocal(rel) {
				got = append(got, filepath.ToSlash(rel))
			}
		}
		if !slices.Equal(got, strings.Fields(want)) {
			t.Errorf("%s: %v, want %s", dir, got, want)
		}
	}
}

// TestFindUnsaved: a kgw.yaml that an editor has not written yet is found and read.
func TestFindUnsaved(t *testing.T) {
	dir := source.RealPath(t.TempDir())
	file := filepath.Join(dir, FileName)
	bounds := source.Bounds{Unsaved: map[string][]byte{file: []byte("apiVersion: kgw.dev/v1alpha1\nkind: Config\nnamespace: web\n")}}
	if got := Find(dir, bounds); got != file {
		t.Errorf("found %q", got)
	}
	if c, found := ReadNearest(dir, filepath.Base, bounds); c.Namespace != "web" || len(found) > 0 {
		t.Errorf("read %q with %v", c.Namespace, found)
	}
	if got := Find(dir, source.Bounds{}); got != "" {
		t.Errorf("found %q, which is not there", got)
	}
}
