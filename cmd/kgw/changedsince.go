package main

import (
	"errors"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/compile/touched"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/gitref"
	"github.com/kgw-dev/kgw/internal/renderdir"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
)

// maxChanged is the number of changed files above which everything is read.
const maxChanged = 200

// touchedInputs returns the inputs that changes since a git ref can affect. Nil
// means everything: if that is not certain, or if nothing has changed, as in a
// checkout that is to be checked as a whole.
func (a *app) touchedInputs(f *validateFlags, in *compile.Input, o *compile.Options, paths []string) (*touched.Inputs, error) {
	ref, isGit := strings.CutPrefix(f.changedSince, "git:")
	switch {
	case !isGit || ref == "":
		return nil, usage("--changed-since must be git:REF, not %q", f.changedSince)
	case slices.Contains(paths, "-"):
		return nil, usage("standard input has no other state in git")
	case f.fix || f.watch || f.status != "" || f.newSince != "":
		return nil, usage("--changed-since does not go with --fix, --watch, --status and --new-since")
	}
	tree, err := gitref.Open(a.context(), a.dir, ref)
	if errors.Is(err, gitref.ErrNoRef) && ref == "HEAD" {
		return nil, nil //nolint:nilnil // before the first commit: everything
	}
	if err != nil {
		return nil, gitFault("--changed-since", ref, err)
	}
	if paths, err = a.insideRepository(tree, a.pathsOf(o, paths)); err != nil {
		return nil, err
	}
	c := &changedSince{app: a, tree: tree, in: in, inputs: map[string]*source.File{}, data: gitref.Contents{}}
	if !c.placeInputs() {
		return nil, nil //nolint:nilnil // everything
	}
	named := make([]string, len(paths))
	for i, p := range paths {
		named[i] = path.Join(tree.Prefix, filepath.ToSlash(p))
	}
	changed, tracked, err := tree.Changed(a.context(), c.data, func(file string) bool { return isNeeded(file, named) }, maxChanged)
	if errors.Is(err, gitref.ErrTooMany) {
		return nil, nil //nolint:nilnil // everything
	}
	if err != nil {
		return nil, gitFault("--changed-since", ref, err)
	}
	if changes, ok := c.inputChanges(changed, paths); ok && len(changes) > 0 && c.sameSettings(o, tracked) {
		return touched.Find(*in, *o, changes), nil
	}
	return nil, nil //nolint:nilnil // everything
}

// changedSince compares the inputs with a tree.
type changedSince struct {
	*app
	tree   *gitref.Tree
	in     *compile.Input
	inputs map[string]*source.File // by their paths from the root of the repository
	data   gitref.Contents         // of the inputs
}

// repositoryPath returns a path from the root of the repository, "" for one outside.
func (c *changedSince) repositoryPath(name string) string {
	rel, err := filepath.Rel(c.dir, c.abs(filepath.FromSlash(name)))
	if err != nil {
		return ""
	}
	if p := path.Join(c.tree.Prefix, filepath.ToSlash(rel)); filepath.IsLocal(p) {
		return p
	}
	return ""
}

// name returns the name of an input at a path from the root of the repository.
func (c *changedSince) name(p string) string {
	if f := c.inputs[p]; f != nil {
		return f.Name
	}
	rel, err := filepath.Rel(filepath.FromSlash(c.tree.Prefix), filepath.FromSlash(p))
	if err != nil {
		return p
	}
	return c.display(filepath.Join(c.dir, rel))
}

// placeInputs finds the places of the inputs in the repository. It returns false if an
// input is outside of it, or made by a program.
func (c *changedSince) placeInputs() bool {
	for _, f := range c.in.Files {
		p := c.repositoryPath(f.Name)
		if p == "" || f.Rendered || c.inputs[p] != nil {
			return false
		}
		c.inputs[p], c.data[p] = f, f.Data
	}
	return true
}

// inputChanges returns the changes of inputs. Ok is false if another file changed
// that may decide which files are inputs, or how they are read.
func (c *changedSince) inputChanges(changed []gitref.Changed, paths []string) (out []touched.Change, ok bool) {
	written := c.writtenFiles("", paths)
	for _, file := range changed {
		f := c.inputs[file.Path]
		if f == nil && c.isAside(&file, written) {
			continue
		}
		if f == nil && !file.Gone {
			return nil, false
		}
		change := touched.Change{Now: f}
		if file.Before != nil {
			before, problem := source.NewFile(c.name(file.Path), file.Before)
			if problem != nil {
				return nil, false
			}
			change.Before = before
		}
		out = append(out, change)
	}
	return out, true
}

// isAside reports whether a file that is not an input does not affect the inputs:
// kgw wrote it, it is the record of a directory without inputs, or it never
// contained a resource.
func (c *changedSince) isAside(file *gitref.Changed, written func(string) bool) bool {
	dir, name := path.Split(file.Path)
	switch {
	case written(filepath.Join(c.tree.Top, filepath.FromSlash(file.Path))):
		return true
	case name == renderdir.RecordName:
		for p := range c.inputs {
			if strings.HasPrefix(p, dir) {
				return false
			}
		}
		return true
	}
	return source.IsManifestName(name) && name != config.FileName && !schema.Sieve.May(file.Before)
}

// sameSettings reports whether the tree has all configurations of the run, and all
// files that say what is ignored.
func (c *changedSince) sameSettings(o *compile.Options, tracked map[string]bool) bool {
	configs := []*config.Config{o.Config}
	for _, one := range o.Scopes {
		configs = append(configs, one)
	}
	for _, one := range configs {
		for _, s := range one.Sources {
			if !tracked[c.repositoryPath(s.Name)] {
				return false
			}
		}
	}
	dirs := map[string]bool{}
	for p := range c.inputs {
		for p = path.Dir(p); !dirs[p]; p = path.Dir(p) {
			dirs[p] = true
		}
	}
	for dir := range dirs {
		for _, name := range []string{".gitignore", ".kgwignore", config.FileName} {
			p := path.Join(dir, name)
			if _, err := os.Lstat(filepath.Join(c.tree.Top, filepath.FromSlash(p))); err == nil && !tracked[p] {
				return false
			}
		}
	}
	return true
}
