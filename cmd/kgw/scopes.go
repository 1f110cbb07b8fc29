package main

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// newScopes prepares the search for the configuration of each file, where c is
// that of the run.
func (a *app) newScopes(f *inputFlags, c *config.Config) *scopes {
	return &scopes{
		app: a, flags: f, root: c, named: cmp.Or(f.config, a.getenv("KGW_CONFIG")) != "",
		byFile: map[string]*config.Config{c.File: c}, files: map[string]string{}, known: map[string]*config.Config{}, finished: map[*config.Config]bool{},
		used: map[string]bool{}, elsewhere: map[string]bool{}, charts: map[*source.File]*config.Config{},
	}
}

// assign finds the configuration of each file, and leaves out files of other
// environments.
func (s *scopes) assign(in *compile.Input, o *compile.Options) error {
	o.Scopes = map[string]*config.Config{}
	var kept []*source.File
	for _, file := range in.Files {
		own, skip, err := s.root, false, error(nil)
		if !strings.HasPrefix(file.Name, "<") || s.named {
			own, skip, err = s.configOf(s.abs(filepath.FromSlash(file.Name)))
		}
		if err != nil {
			return err
		}
		if skip {
			continue
		}
		if chart := s.charts[file]; chart != nil {
			own = chart
		}
		if own != s.root {
			o.Scopes[file.Name] = own
		}
		kept = append(kept, file)
	}
	in.Files = kept
	if !s.named {
		if err := s.reportConfiguration("the configuration", s.reportUnused(in.Files), s.flags); err != nil {
			return err
		}
	}
	return unchosenError(s.elsewhere)
}

// configOf returns the configuration of a file: the nearest kgw.yaml above it, with
// the overrides that name it, or the one that is named for the run. skip reports
// that the file belongs to other environments.
func (s *scopes) configOf(path string) (own *config.Config, skip bool, err error) {
	own = s.root
	if !s.named {
		if own, err = s.nearest(filepath.Dir(path)); err != nil {
			return nil, false, err
		}
	}
	s.noteUse(own, path)
	if others := own.Elsewhere(path); len(others) > 0 {
		for _, env := range others {
			s.elsewhere[env] = s.elsewhere[env] || own.Env == ""
		}
		return own, true, nil
	}
	base := own
	own, found := own.For(path, s.known)
	if own != base && !s.finished[own] {
		s.finished[own] = true
		if err := s.applyOverrides(s.flags, own, found); err != nil {
			return nil, false, err
		}
	}
	return own, false, nil
}

// noteUse notes that a configuration applies to a file.
func (s *scopes) noteUse(c *config.Config, path string) {
	if filepath.Base(path) == config.FileName {
		return
	}
	s.inputs = true
	for _, file := range c.From() {
		s.used[s.abs(filepath.FromSlash(file))] = true
	}
}

// reportUnused reports configurations below the paths that hold for none of the
// files, where there are others.
func (s *scopes) reportUnused(files []*source.File) diag.List {
	var found diag.List
	if !s.inputs {
		return nil
	}
	for _, f := range files {
		path := s.abs(filepath.FromSlash(f.Name))
		if filepath.Base(path) != config.FileName || !f.Walked || s.used[path] {
			continue
		}
		found.Add(diag.Finding{
			Code: diag.ConfigUnused, Span: source.Span{File: f.Name, Line: 1, Column: 1, EndLine: 1, EndColumn: 1},
			Message: "no input falls under this configuration: it holds for nothing",
			Help:    "it holds for files beside it and below it that have no nearer kgw.yaml: move it above them, let theirs extend it, or remove it",
		})
	}
	return found
}

// unchosenError returns the error for files that belong to environments where the run
// has chosen none.
func unchosenError(environments map[string]bool) error {
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
	named    bool                      // one configuration is named for the run
	byFile   map[string]*config.Config // by the kgw.yaml
	files    map[string]string         // the kgw.yaml of each directory, "" for none
	known    map[string]*config.Config // with overrides
	finished map[*config.Config]bool   // those of known that have the flags over them
	used     map[string]bool           // files of configurations that hold for an input
	inputs   bool                      // there is one
	// elsewhere are the environments that files belong to exclusively. The value is
	// true if no environment is chosen in the file's configuration.
	elsewhere map[string]bool
	charts    map[*source.File]*config.Config // of what charts were rendered to
}

// nearest returns the configuration of the files of a directory.
func (s *scopes) nearest(dir string) (*config.Config, error) {
	file, known := s.files[dir]
	if !known {
		file = config.Find(dir, s.flags.bounds)
		s.files[dir] = file
	}
	if file == "" || s.byFile[file] != nil {
		return cmp.Or(s.byFile[file], s.root), nil
	}
	c, found := config.ReadNearest(dir, s.display, s.flags.bounds.Settings())
	env := cmp.Or(s.flags.env, s.getenv("KGW_ENV"))
	if slices.Contains(c.EnvironmentNames(), env) {
		in, more, err := c.In(env)
		if err != nil {
			return nil, err
		}
		c, found = in, append(found, more...)
	}
	if err := s.applyOverrides(s.flags, c, found); err != nil {
		return nil, fmt.Errorf("%s: %w", s.display(file), err)
	}
	s.byFile[file] = c
	return c, nil
}
