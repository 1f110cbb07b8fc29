package source

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// TestOpenDirs: a directory that is held open leads out of its tree no more than the
// tree itself, and more directories than are held are opened too.
func TestOpenDirs(t *testing.T) {
	top, outside := t.TempDir(), t.TempDir()
	write := func(path string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(top, "a", "b", "in.yaml"))
	write(filepath.Join(outside, "out.yaml"))
	for link, to := range map[string]string{"a/b/out.yaml": filepath.Join(outside, "out.yaml"), "away": outside} {
		if err := os.Symlink(to, filepath.Join(top, link)); err != nil {
			t.Skip(err)
		}
	}
	dirs := &openDirs{}
	defer dirs.close()
	for rel, opens := range map[string]bool{"a/b/in.yaml": true, "a/b/none.yaml": false, "a/b/out.yaml": false, "away/out.yaml": false} {
		f, err := dirs.open(top, filepath.FromSlash(rel))
		if f.Close(); (err == nil) != opens {
			t.Errorf("%s: %v", rel, err)
		}
	}
	if len(dirs.roots) != 1 {
		t.Errorf("%d directories are held open, 1 has files", len(dirs.roots))
	}
	for i := range maxOpenDirs + 2 {
		rel := filepath.Join(strconv.Itoa(i), "in.yaml")
		write(filepath.Join(top, rel))
		f, err := dirs.open(top, rel)
		if f.Close(); err != nil {
			t.Errorf("%s: %v", rel, err)
		}
	}
	if len(dirs.roots) != maxOpenDirs {
		t.Errorf("%d directories are held open, at most %d may be", len(dirs.roots), maxOpenDirs)
	}
}
