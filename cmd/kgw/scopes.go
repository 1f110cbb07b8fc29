package main

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/source"
)

// scopes finds the configuration of each file: the nearest kgw.yaml above it,
// with the overrides that name it, and leaves out files of other environments.
// A configuration that is named for the run holds for every file.
func (a *app) scopes(f *inputFlags, c *config.Config, in *compile.Input, o *compile.Options) error {
	named := cmp.Or(f.config, a.getenv("KGW_CONFIG")) != ""
	s := &scopes{app: a, flags: f, root: c, byFile: map[string]*config.Config{c.File: c}, known: map[string]*config.Config{}, finished: map[*config.Config]bool{}}
	o.Scopes = map[string]*config.Config{}
	var kept []*source.File
	elsewhere := map[string]bool{}
	for _, file := range in.Files {
		path := a.abs(filepath.FromSlash(file.Name))
		own := c
		if !named && !strings.HasPrefix(file.Name, "<") {
			var err error
			if own, err = s.nearest(filepath.Dir(path)); err != nil {
				return err
			}
		}
		if others := own.Elsewhere(path); len(others) > 0 {
			for _, env := range others {
				elsewhere[env] = elsewhere[env] || own.Env == ""
			}
			continue
		}
		base := own
		own, found := own.For(path, s.known)
		if own != base && !s.finished[own] {
			s.finished[own] = true
			if err := a.complete(f, own, found); err != nil {
				return err
			}
		}
		if own != c {
			o.Scopes[file.Name] = own
		}
		kept = append(kept, file)
	}
	in.Files = kept
	return unchosen(elsewhere)
}

// unchosen is the error for files that belong to environments where the run
// has chosen none.
func unchosen(environments map[string]bool) error {
	var names []string
	for env, open := range environments {
		if open {
			names = append(names, env)
		}
	}
	if len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	return usage("the inputs hold files of the environments %s: choose one with --env or KGW_ENV", strings.Join(names, ", "))
}

// scopes are the configurations of a run, each read once.
type scopes struct {
	*app
	flags    *inputFlags
	root     *config.Config
	byFile   map[string]*config.Config // by the kgw.yaml
	known    map[string]*config.Config // with overrides
	finished map[*config.Config]bool   // those of known that have the flags over them
}

// nearest returns the configuration of the files of a directory.
func (s *scopes) nearest(dir string) (*config.Config, error) {
	file := config.Find(dir)
	if file == "" || s.byFile[file] != nil {
		return cmp.Or(s.byFile[file], s.root), nil
	}
	c, found := config.ReadNearest(dir, s.display, source.Bounds{FollowLinks: s.flags.bounds.FollowLinks})
	env := cmp.Or(s.flags.env, s.getenv("KGW_ENV"))
	if slices.Contains(c.EnvironmentNames(), env) {
		in, more, err := c.In(env)
		if err != nil {
			return nil, err
		}
		c, found = in, append(found, more...)
	}
	if err := s.complete(s.flags, c, found); err != nil {
		return nil, fmt.Errorf("%s: %w", s.display(file), err)
	}
	s.byFile[file] = c
	return c, nil
}
