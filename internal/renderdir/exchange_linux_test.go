package renderdir_test

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// TestExchange exchanges a directory of kgw alone, and no other: one with a file
// of somebody else stays the same directory, and so does the working directory.
func TestExchange(t *testing.T) {
	top := t.TempDir()
	one, two := filepath.Join(top, "one"), filepath.Join(top, "two")
	apply(t, one, files{"a.yaml": "1"})
	apply(t, two, files{"a.yaml": "1"})
	if err := unix.Renameat2(unix.AT_FDCWD, one, unix.AT_FDCWD, two, unix.RENAME_EXCHANGE); err != nil {
		t.Skip("the file system exchanges no directories")
	}
	exchanged := func(dir, data string) bool {
		before, err := os.Stat(dir)
		if err != nil {
			t.Fatal(err)
		}
		apply(t, dir, files{"a.yaml": data, "b.yaml": "b"})
		after, err := os.Stat(dir)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, after.Mode(), before.Mode())
		equal(t, left(t, dir), []string(nil))
		equal(t, visible(t, dir), files{"a.yaml": data, "b.yaml": "b"})
		return !os.SameFile(before, after)
	}
	if err := os.Chmod(one, 0o770); err != nil {
		t.Fatal(err)
	}
	equal(t, exchanged(one, "2"), true)
	t.Chdir(one)
	equal(t, exchanged(one, "3"), false)
	put(t, two, "README.md", "by hand\n")
	equal(t, exchanged(two, "2"), false)
}
