package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/kustomization"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
)

// kustomizations are the kustomizations that affect the inputs of a run: those that
// its walk found, and those in the directories above its files.
type kustomizations struct {
	*app
	walked  []*kustomization.File
	read    map[string]*kustomization.File // by their names
	nearest map[string]*kustomization.File // by directories
}

// newKustomizations reads the kustomizations that a walk found.
func (a *app) newKustomizations(walked []string) *kustomizations {
	k := &kustomizations{app: a, read: map[string]*kustomization.File{}, nearest: map[string]*kustomization.File{}}
	for _, name := range walked {
		if file := k.readFile(name); file != nil {
			k.walked = append(k.walked, file)
		}
	}
	return k
}

// readFile reads a kustomization once; nil for one that cannot be read.
func (k *kustomizations) readFile(name string) *kustomization.File {
	file, ok := k.read[name]
	if !ok {
		file = k.readKustomization(name)
		k.read[name] = file
	}
	return file
}

// readKustomization reads a kustomization by its name in findings; nil for one that
// cannot be read.
func (a *app) readKustomization(name string) *kustomization.File {
	path := a.abs(filepath.FromSlash(name))
	data, err := source.Bounds{Unsaved: a.unsaved}.ReadFile(path, source.MaxSettingsBytes)
	if err != nil {
		return nil
	}
	return kustomization.Read(name, filepath.Dir(path), data)
}

// above returns the kustomization in a directory or above it, up to the top of the
// repository; nil where there is none.
func (k *kustomizations) above(dir string) *kustomization.File {
	if found, ok := k.nearest[dir]; ok {
		return found
	}
	var found *kustomization.File
	for _, name := range source.KustomizationNames {
		if found == nil && k.isFile(filepath.Join(dir, name)) {
			found = k.readFile(k.display(filepath.Join(dir, name)))
		}
	}
	if _, err := os.Lstat(filepath.Join(dir, ".git")); found == nil && err != nil && dir != filepath.Dir(dir) {
		found = k.above(filepath.Dir(dir))
	}
	k.nearest[dir] = found
	return found
}

// pathOf returns the absolute path of an input, "" for an input that is not a file
// of the user.
func (k *kustomizations) pathOf(file *source.File) string {
	if strings.HasPrefix(file.Name, "<") || file.Rendered {
		return ""
	}
	return k.abs(filepath.FromSlash(file.Name))
}

// findLater finds out which files are part of a kustomization that sets a
// namespace after kgw: the nearest one above a file, and those of the walk that
// list it or a directory above it.
func (k *kustomizations) findLater(files []*source.File) map[string]compile.Later {
	out := map[string]compile.Later{}
	for _, file := range files {
		path := k.pathOf(file)
		if path == "" {
			continue
		}
		by := k.above(filepath.Dir(path))
		if by == nil || !validNamespace(by.Namespace) {
			i := slices.IndexFunc(k.walked, func(w *kustomization.File) bool { return validNamespace(w.Namespace) && w.Lists(path) })
			if i < 0 {
				continue
			}
			by = k.walked[i]
		}
		out[file.Name] = compile.Later{
			Namespace: by.Namespace, By: by.Name, Help: fmt.Sprintf("write \"namespace: %s\" in kgw.yaml, or pass -n %s", by.Namespace, by.Namespace),
		}
	}
	return out
}

// removePatches leaves out files that are patches of kustomizations: they are
// parts of resources. It returns the kustomizations whose patches change
// gateway resources.
func (k *kustomizations) removePatches(in *compile.Input) []compile.Patched {
	for _, file := range in.Files {
		if path := k.pathOf(file); path != "" {
			k.above(filepath.Dir(path))
		}
	}
	using := slices.DeleteFunc(slices.Collect(maps.Values(k.read)), func(by *kustomization.File) bool { return by == nil })
	slices.SortFunc(using, func(a, b *kustomization.File) int { return strings.Compare(a.Name, b.Name) })
	patches := map[string][]byte{} // by paths; nil for a file that is not an input
	for _, by := range using {
		for i := range by.Patches {
			patches[by.Patches[i].Path] = nil
		}
	}
	in.Files = slices.DeleteFunc(in.Files, func(file *source.File) bool {
		path := k.pathOf(file)
		if _, ok := patches[path]; !ok || path == "" || slices.ContainsFunc(using, func(by *kustomization.File) bool { return slices.Contains(by.Resources, path) }) {
			return false
		}
		patches[path] = file.Data
		return true
	})
	var out []compile.Patched
	for _, by := range using {
		p := compile.Patched{Dir: k.display(by.Dir)}
		for i := range by.Patches {
			if patch := &by.Patches[i]; changesOurs(patch, patches[patch.Path]) {
				if p.Count++; p.Count == 1 {
					p.At = patch.At
				}
			}
		}
		if p.Count > 0 {
			out = append(out, p)
		}
	}
	return out
}

// ofEnvironment leaves out kustomizations of other environments than that of the
// run.
func (s *scopes) ofEnvironment(list []compile.Patched) ([]compile.Patched, error) {
	var out []compile.Patched
	for _, p := range list {
		_, skip, err := s.configOf(s.abs(filepath.FromSlash(p.At.Doc.File.Name)))
		if err != nil {
			return nil, err
		}
		if !skip {
			out = append(out, p)
		}
	}
	return out, nil
}

// changesOurs reports whether a patch changes gateway resources: it names one, or
// its target may be one. text is the text of its file.
func changesOurs(p *kustomization.Patch, text []byte) bool {
	return schema.Sieve.Names(text) || schema.Sieve.Names([]byte(p.Text)) || slices.ContainsFunc(p.Targets, func(t kustomization.Target) bool {
		return schema.Sieve.Names([]byte("kind: "+t.Kind)) || slices.ContainsFunc(schema.Kinds, func(k schema.Kind) bool { return t.Matches(k.Group, k.Kind) })
	})
}

// outerNamespace returns the namespace of the kustomization that the function runs
// in: the one in the working directory, where kustomize runs functions. If it names
// none, the caller of the function may set one, which the function cannot know.
func (f *function) outerNamespace(o *compile.Options) {
	for _, name := range source.KustomizationNames {
		if k := f.readKustomization(name); k != nil && validNamespace(k.Namespace) {
			o.Outer = k.Namespace
			return
		}
	}
	o.Later = map[string]compile.Later{"": {By: "kustomize or kpt", Help: "write the namespace in the document, or \"namespace\" in the functionConfig or in kgw.yaml"}}
}
