//go:build !unix

package renderdir

import "os"

// lockDir locks a directory for one process until unlock is called.
func lockDir(dir *os.File) (unlock func(), err error) { return lockFile(dir.Name()) }
