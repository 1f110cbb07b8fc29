package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/lock"
	"github.com/kgw-dev/kgw/internal/source"
)

// lockFile returns the path of the lock: beside kgw.yaml, or in the working
// directory without one.
func (a *app) lockFile(c *config.Config) string {
	dir := a.dir
	if c.File != "" {
		dir = filepath.Dir(a.abs(c.File))
	}
	return filepath.Join(dir, lock.FileName)
}

// readLock reads the lock. It returns nil if there is none. Faults of its form are
// reported and end the run, like those of the configuration.
func (a *app) readLock(f *inputFlags, c *config.Config, paths []string) (*lock.Lock, error) {
	file := a.lockFile(c)
	if _, err := os.Lstat(file); errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // no lock is not a fault
	}
	data, err := f.bounds.Settings().ReadFile(file, source.MaxSettingsBytes)
	if err != nil {
		if err := a.badInput(f, diag.List{diag.FromProblem(*source.Unread(a.display(file), err))}); err != nil {
			return nil, err
		}
		return nil, &exitError{exitInput, errors.New("the names that are kept cannot be read")}
	}
	l, found := lock.Parse(a.display(file), data)
	if err := a.reportConfiguration(lock.FileName, found, f); err != nil {
		return nil, err
	}
	l.File = file
	for i := range l.Entries {
		l.Entries[i].Covered = a.isCovered(filepath.Join(filepath.Dir(file), filepath.FromSlash(l.Entries[i].File)), paths)
	}
	return l, nil
}

// isCovered reports whether a file is among those that the paths name, or would
// be if it were there.
func (a *app) isCovered(file string, paths []string) bool {
	return slices.ContainsFunc(paths, func(p string) bool {
		rel, err := filepath.Rel(a.abs(p), file)
		return err == nil && (rel == "." || filepath.IsLocal(rel))
	})
}

// lockedFile names the file of a resource in the lock: relative to it, with
// slashes; "" for a resource that is not in a file of its directory or below.
func (a *app) lockedFile(lockFile, name string) string {
	rel, err := filepath.Rel(filepath.Dir(lockFile), a.abs(filepath.FromSlash(name)))
	if err != nil || !filepath.IsLocal(rel) || strings.HasPrefix(name, "<") {
		return ""
	}
	return filepath.ToSlash(rel)
}
