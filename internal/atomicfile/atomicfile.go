// Package atomicfile replaces files whole or not at all.
//
// It takes a path and bytes. A reader sees the old content or the new, never a
// part, even after a crash of the machine: Oathkeeper, for one, reads a
// truncated file as no rules.
package atomicfile

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
)

// pattern matches the names of files that are not in their places yet.
const pattern = ".kgw-*"

var leftover = regexp.MustCompile(`^\.kgw-[0-9]+$`)

// IsLeftover reports whether a name is one that a run uses for a file that is
// not in its place yet. Such a file was left by a run that was killed, unless a
// run is in progress.
func IsLeftover(name string) bool { return leftover.MatchString(name) }

// Write replaces the file at path by one with the data, mode 0644 or that of
// the file it replaces. On an error the old file is untouched.
func Write(path string, data []byte) (err error) {
	mode := os.FileMode(0o644)
	if info, statErr := os.Lstat(path); statErr == nil && info.Mode().IsRegular() {
		mode = info.Mode().Perm()
	}
	f, err := os.CreateTemp(filepath.Dir(path), pattern)
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
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(path))
}

// SyncDir makes the names of a directory last. Windows has no such operation.
func SyncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
