package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/compare"
	"github.com/kgw-dev/kgw/compare/diff"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/gitref"
	"github.com/kgw-dev/kgw/internal/lock"
	"github.com/kgw-dev/kgw/internal/renderdir"
	"github.com/kgw-dev/kgw/internal/source"
)

// compileAtRef returns what the same paths compile to at a git ref, with the
// kgw.yaml of that ref.
func (a *app) compileAtRef(f *diffFlags, ref string, paths []string) (*compare.Side, error) {
	past, err := a.openRef(&f.inputFlags, ref, paths)
	defer past.remove()
	if err != nil {
		return nil, err
	}
	return past.compileRef(a, &past.flags, "git:"+ref, past.paths)
}

// pastState is the app in a temporary directory with the files of a git ref that
// the paths need. remove removes the directory. The work tree does not change.
type pastState struct {
	*app
	tree   *gitref.Tree
	flags  inputFlags
	paths  []string
	remove func()
}

// openRef reads what the paths need from a git ref. The state can be removed in
// any case.
func (a *app) openRef(f *inputFlags, ref string, paths []string) (*pastState, error) {
	past := &pastState{flags: *f, remove: func() {}}
	var err error
	if past.tree, err = gitref.Open(a.context(), a.dir, ref); err != nil {
		return past, gitFault("--against", ref, err)
	}
	if past.flags.config == "" {
		past.flags.config = a.getenv("KGW_CONFIG")
	}
	if past.paths, err = a.insideRepository(past.tree, paths); err != nil {
		return past, err
	}
	past.app, past.remove, err = a.checkOut(past.tree, past.paths, past.flags.config)
	if err != nil {
		return past, gitFault("--against", ref, err)
	}
	return past, nil
}

// compileRef compiles the paths that exist at the ref. now is the app in the work
// tree.
func (a *app) compileRef(now *app, flags *inputFlags, name string, paths []string) (*compare.Side, error) {
	paths = slices.DeleteFunc(slices.Clone(paths), func(p string) bool { return !a.exists(p) })
	if len(paths) == 0 {
		return &compare.Side{Name: name, Withheld: map[diff.Owner]bool{}}, nil
	}
	if flags.config != "" && !a.exists(flags.config) {
		flags.config = now.abs(flags.config) // a file that the ref does not have
	}
	in, o, err := a.load(flags, paths)
	if err != nil || o == nil {
		return nil, err
	}
	s := compare.Compile(name, in, *o)
	s.AddWritten()
	return s, nil
}

// gitFault returns the error for a ref that a flag names.
func gitFault(flag, ref string, err error) error {
	if errors.Is(err, gitref.ErrNoRef) {
		return usage("%s git:%s: %w", flag, ref, err)
	}
	return &exitError{exitInput, fmt.Errorf("cannot read git:%s: %w", ref, err)}
}

// insideRepository returns the paths relative to the working directory. All must be
// inside of the repository.
func (a *app) insideRepository(tree *gitref.Tree, paths []string) ([]string, error) {
	var out []string
	for _, p := range paths {
		rel := a.relativeTo(p)
		if len(rel) == 0 || !filepath.IsLocal(filepath.Join(filepath.FromSlash(tree.Prefix), rel[0])) {
			return nil, usage("%s is not in the repository %s", p, tree.Top)
		}
		out = append(out, rel[0])
	}
	return out, nil
}

// relativeTo returns a path relative to the working directory; none for none.
func (a *app) relativeTo(p string) []string {
	if p == "" {
		return nil
	}
	if rel, err := filepath.Rel(a.dir, a.abs(p)); err == nil {
		return []string{rel}
	}
	return nil
}

// checkOut returns the app in a temporary directory with the files of the tree that
// the paths, and the configuration if one is named, need. remove removes the
// directory.
func (a *app) checkOut(tree *gitref.Tree, paths []string, configuration string) (then *app, remove func(), err error) {
	root, err := a.temporaryDirs().make("kgw-git-*")
	if err != nil {
		return nil, func() {}, err
	}
	remove = func() { a.temporaryDirs().remove(root) }
	dir := filepath.Join(root, filepath.FromSlash(tree.Prefix))
	// .git ends the search for ignore files, as it does in the work tree.
	if err := errors.Join(os.Mkdir(filepath.Join(root, ".git"), 0o700), os.MkdirAll(dir, 0o700)); err != nil {
		return nil, remove, err
	}
	named := func(paths []string) []string {
		out := make([]string, len(paths))
		for i, p := range paths {
			out[i] = path.Join(tree.Prefix, filepath.ToSlash(p))
		}
		return out
	}
	there := *a
	there.dir, there.pastRoot = dir, root
	return &there, remove, writeNeeded(a.context(), tree, root, named(paths), named(a.relativeTo(configuration)))
}

// writeNeeded writes the files of the tree that the paths and the configurations
// need, and the configurations that those extend.
func writeNeeded(ctx context.Context, tree *gitref.Tree, root string, paths, configurations []string) error {
	named := append(slices.Clone(paths), configurations...)
	wanted := func(file string) bool { return isNeeded(file, named) }
	for range config.MaxExtends + 1 {
		var written []string // configurations
		err := tree.Write(ctx, root, func(file string) bool {
			if !wanted(file) {
				return false
			}
			if path.Base(file) == config.FileName || slices.Contains(configurations, file) {
				written = append(written, file)
			}
			return true
		})
		if err != nil {
			return err
		}
		if configurations = missingBases(root, written); len(configurations) == 0 {
			return nil
		}
		wanted = func(file string) bool { return slices.Contains(configurations, file) }
	}
	return nil
}

// missingBases returns the files that configurations extend and that are missing
// below root. All paths are relative to root, with slashes.
func missingBases(root string, configurations []string) []string {
	var out []string
	for _, file := range configurations {
		data, err := source.Bounds{}.ReadFile(filepath.Join(root, filepath.FromSlash(file)), source.MaxSettingsBytes)
		if err != nil {
			continue // the fault is reported where the configuration is read
		}
		c, _ := config.Parse(file, data)
		base := path.Join(path.Dir(file), c.Extends)
		if _, err := os.Lstat(filepath.Join(root, filepath.FromSlash(base))); c.Extends != "" && err != nil {
			out = append(out, base)
		}
	}
	return out
}

// isNeeded reports whether a file is, or may say something about, one of those
// that paths name.
func isNeeded(file string, paths []string) bool {
	aside := slices.Contains([]string{config.FileName, ".gitignore", ".kgwignore", renderdir.RecordName, lock.FileName}, path.Base(file))
	return slices.ContainsFunc(paths, func(p string) bool {
		if i := strings.IndexAny(p, "*?[{"); i >= 0 {
			p = path.Dir(p[:i] + "x")
		}
		above := path.Dir(file)
		return file == p || isBelow(file, p) && (aside || source.IsManifestName(file)) || aside && (above == "." || isBelow(p, above))
	})
}

// isBelow reports whether a slash path is the directory, or is in it.
func isBelow(file, dir string) bool {
	return dir == "." || file == dir || strings.HasPrefix(file, dir+"/")
}

// exists reports whether a path, or something that a pattern names, is there.
func (a *app) exists(p string) bool {
	if _, err := os.Stat(a.abs(p)); err == nil {
		return true
	}
	return (&source.Loader{Dir: a.dir}).Matches(p)
}
