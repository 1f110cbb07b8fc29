package renderdir

import (
	"errors"
	"os"
)

// ErrBusy reports that another process writes to the directory.
var ErrBusy = errors.New("another kgw writes to this directory at the moment: run one after the other")

// Lock keeps other processes from writing to a directory, which is created
// where it is absent, until unlock is called or the process ends. It is
// acquired before Compare, so that the compared state is still there when it is
// applied. The error is ErrBusy where another process has it.
func Lock(dir string) (unlock func(), err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	for range attempts {
		f, err := os.Open(dir)
		if err != nil {
			return nil, err
		}
		release, err := lockDir(f)
		if err != nil {
			f.Close()
			return nil, err
		}
		if isAt(f, dir) {
			return func() { f.Close(); release() }, nil
		}
		f.Close() // the directory was exchanged before it was locked
		release()
	}
	return nil, ErrBusy
}

const attempts = 100

// isAt reports whether an open directory is the one that a path names.
func isAt(f *os.File, dir string) bool {
	opened, err := f.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(dir)
	return err == nil && os.SameFile(opened, named)
}
