// Package atomicfile replaces files whole or not at all.
//
// It takes a path and bytes. A reader sees the old content or the new, never a
// part: Oathkeeper, for one, reads a truncated file as no rules.
package atomicfile

import (
	"os"
	"path/filepath"
)

// Write replaces the file at path by one with the data, mode 0644 or that of
// the file it replaces. On an error the old file is untouched.
func Write(path string, data []byte) (err error) {
	mode := os.FileMode(0o644)
	if info, statErr := os.Stat(path); statErr == nil {
		mode = info.Mode().Perm()
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".kgw-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(data); err == nil {
		err = f.Chmod(mode)
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
