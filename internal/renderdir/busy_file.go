package renderdir

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// lockFile locks a file in place of a directory, for systems that lock no
// directories. The file is in the directory for temporary files, so that
// nothing is left in a tree that is checked in: it keeps out processes of one
// user. The error is ErrBusy where another has it.
func lockFile(dir string) (unlock func(), err error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		abs = real
	}
	sum := sha256.Sum256([]byte(abs))
	lock := flock.New(filepath.Join(os.TempDir(), "kgw-"+hex.EncodeToString(sum[:16])+".lock"))
	locked, err := lock.TryLock()
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		return func() {}, nil // the system knows no locks
	case err != nil:
		return nil, err
	case !locked:
		return nil, ErrBusy
	}
	return func() { _ = lock.Unlock() }, nil
}
