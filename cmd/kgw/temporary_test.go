package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestTemporary removes what a signal would leave behind, with what is in it.
func TestTemporary(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	var dirs temporary
	one, err := dirs.make("kgw-one-*")
	if err != nil {
		t.Fatal(err)
	}
	two, err := dirs.make("kgw-two-*")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(two, "f"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	dirs.remove(one)
	dirs.removeAll()
	for _, d := range []string{one, two} {
		if _, err := os.Stat(d); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is left: %v", d, err)
		}
	}
	if _, err := dirs.make("kgw-three-*"); err == nil {
		t.Error("a directory is made after the end")
	}
}
