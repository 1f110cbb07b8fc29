//go:build !unix

package renderdir

import "os"

// lockDir does nothing where directories cannot be locked.
func lockDir(*os.File) error { return nil }
