package renderdir

import (
	"errors"
	"testing"
)

// TestLockFile holds the lock of systems that lock no directories to what Lock
// promises: it runs here too.
func TestLockFile(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	dir := t.TempDir()
	unlock, err := lockFile(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lockFile(dir + "/."); !errors.Is(err, ErrBusy) {
		t.Errorf("a second run has the lock: %v", err)
	}
	other, err := lockFile(t.TempDir())
	if err != nil {
		t.Errorf("another directory is locked: %v", err)
	} else {
		other()
	}
	unlock()
	again, err := lockFile(dir)
	if err != nil {
		t.Fatal(err)
	}
	again()
}
