//go:build unix

package renderdir

import (
	"errors"
	"os"
	"syscall"
)

// lockDir locks a directory for one process, as long as the file is open.
func lockDir(dir *os.File) (unlock func(), err error) {
	err = syscall.Flock(int(dir.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	switch {
	case errors.Is(err, syscall.EWOULDBLOCK):
		return nil, ErrBusy
	case errors.Is(err, syscall.ENOTSUP), errors.Is(err, syscall.ENOSYS):
		err = nil // the file system knows no locks
	}
	return func() {}, err
}
