package atomicfile

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// TestWrite replaces a file with its mode, and leaves nothing beside it.
func TestWrite(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files have no such modes")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	check := func(want string, mode os.FileMode) {
		t.Helper()
		data, err := os.ReadFile(path)
		info, _ := os.Stat(path)
		if err != nil || string(data) != want || info.Mode().Perm() != mode {
			t.Errorf("%q %v %v", data, info.Mode(), err)
		}
		if entries, _ := os.ReadDir(dir); len(entries) != 1 {
			t.Errorf("beside it there is %v", entries)
		}
	}
	if err := Write(path, []byte("one")); err != nil {
		t.Fatal(err)
	}
	check("one", 0o644)
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Write(path, []byte("2")); err != nil {
		t.Fatal(err)
	}
	check("2", 0o600)
}

// TestWriteFails leaves the old file, and nothing beside it.
func TestWriteFails(t *testing.T) {
	dir := t.TempDir()
	if err := Write(filepath.Join(dir, "none", "f"), nil); err == nil {
		t.Error("a file is written where there is no directory")
	}
	held := filepath.Join(dir, "held")
	if err := os.MkdirAll(filepath.Join(held, "inside"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := Write(held, []byte("x")); err == nil {
		t.Error("a directory is replaced by a file")
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("a part is left: %v", entries)
	}
}

// TestReadersSeeOneFile: who has the old file open reads on in it.
func TestReadersSeeOneFile(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a file that is open cannot be replaced")
	}
	path := filepath.Join(t.TempDir(), "f")
	if err := Write(path, []byte("old")); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if err := Write(path, []byte("new text")); err != nil {
		t.Fatal(err)
	}
	data := make([]byte, 20)
	if n, _ := f.Read(data); string(data[:n]) != "old" {
		t.Errorf("it reads %q", data[:n])
	}
}

// TestLeftovers knows the names of what is not in its place yet.
func TestLeftovers(t *testing.T) {
	f, err := os.CreateTemp(t.TempDir(), pattern)
	if err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
	for name, want := range map[string]bool{filepath.Base(f.Name()): true, ".kgw-12": true, ".kgw-manifest": false, "kgw-12": false, ".kgw-12a": false, ".kgw-": false} {
		if IsLeftover(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
	if err := SyncDir(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a directory that is not there is made to last")
	}
}
