package main

import (
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/recorded"
	"github.com/kgw-dev/kgw/internal/source"
)

// readConsumersAtRef reads the files that the configurations of a git ref name:
// from the ref, or from the work tree if the ref does not have them.
func (a *app) readConsumersAtRef(f *gateFlags, past *pastState, s *gated, prefix string) error {
	var names []string
	for _, c := range s.wasConfigs {
		for _, one := range c.ConsumerFiles() {
			names = append(names, path.Join(past.tree.Prefix, one.File))
		}
	}
	if len(names) == 0 {
		return nil
	}
	if err := past.tree.Write(past.context(), past.pastRoot, func(file string) bool { return slices.Contains(names, file) }); err != nil {
		return gitFault("--against", strings.TrimPrefix(f.against, "git:"), err)
	}
	s.consumers.Read(s.wasConfigs, prefix, func(name string) ([]byte, error) {
		data, err := source.Bounds{}.ReadNamed(past.abs(filepath.FromSlash(name)), recorded.MaxBytes)
		if errors.Is(err, fs.ErrNotExist) {
			return a.readCalls(f, name)
		}
		return data, err
	})
	return nil
}

// readCalls reads a file of recorded calls from the work tree.
func (a *app) readCalls(f *gateFlags, name string) ([]byte, error) {
	bounds := source.Bounds{FollowLinks: f.bounds.FollowLinks}
	return bounds.ReadNamed(a.abs(filepath.FromSlash(name)), recorded.MaxBytes)
}
