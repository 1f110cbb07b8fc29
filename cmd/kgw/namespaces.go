package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/source"
)

// kustomization is a file of kustomize that sets a namespace.
type kustomization struct {
	file, dir string // file as findings name it, dir absolute
	namespace string
	// parts are the files and directories that it reads resources from,
	// absolute.
	parts []string
}

// findLater finds out which files are part of a kustomization that sets a
// namespace after kgw: the nearest one above a file, and those among the inputs
// that list it or a directory above it. walked are the kustomizations of the
// walk.
func (s *scopes) findLater(files []*source.File, walked []string) map[string]compile.Later {
	if s.flags.namespace != "" {
		return nil
	}
	read, listing := map[string]*kustomization{}, []*kustomization{}
	for _, name := range walked {
		if k := s.readKustomization(name, read); k != nil && k.namespace != "" {
			listing = append(listing, k)
		}
	}
	out, nearest := map[string]compile.Later{}, map[string]*kustomization{}
	for _, file := range files {
		if strings.HasPrefix(file.Name, "<") || file.Rendered {
			continue
		}
		path := s.abs(filepath.FromSlash(file.Name))
		k := s.nearestKustomization(filepath.Dir(path), nearest, read)
		if k == nil || k.namespace == "" {
			i := slices.IndexFunc(listing, func(k *kustomization) bool { return k.listsPath(path) })
			if i < 0 {
				continue
			}
			k = listing[i]
		}
		out[file.Name] = compile.Later{
			Namespace: k.namespace, By: k.file, Help: fmt.Sprintf("write \"namespace: %s\" in kgw.yaml, or pass -n %s", k.namespace, k.namespace),
		}
	}
	return out
}

// listsPath reports whether a kustomization lists a file or a directory above it.
func (k *kustomization) listsPath(path string) bool {
	return slices.ContainsFunc(k.parts, func(part string) bool {
		rel, err := filepath.Rel(part, path)
		return err == nil && filepath.IsLocal(rel)
	})
}

// nearestKustomization returns the kustomization in a directory or above it, up to
// the top of the repository; nil where there is none. known has those of other
// directories.
func (s *scopes) nearestKustomization(dir string, known, read map[string]*kustomization) *kustomization {
	if k, ok := known[dir]; ok {
		return k
	}
	var k *kustomization
	for _, name := range source.KustomizationNames {
		if k == nil && s.isFile(filepath.Join(dir, name)) {
			k = s.readKustomization(s.display(filepath.Join(dir, name)), read)
		}
	}
	if _, err := os.Lstat(filepath.Join(dir, ".git")); k == nil && err != nil && dir != filepath.Dir(dir) {
		k = s.nearestKustomization(filepath.Dir(dir), known, read)
	}
	known[dir] = k
	return k
}

// readKustomization reads a file of kustomize; nil for one that cannot be read,
// which is for kustomize to report.
func (a *app) readKustomization(name string, read map[string]*kustomization) *kustomization {
	if k, ok := read[name]; ok {
		return k
	}
	read[name] = nil
	data, err := source.Bounds{Unsaved: a.unsaved}.ReadFile(a.abs(filepath.FromSlash(name)), source.MaxSettingsBytes)
	if err != nil {
		return nil
	}
	file, problem := source.NewFile(name, data)
	if problem != nil {
		return nil
	}
	docs, _ := source.Split(file)
	if len(docs) == 0 {
		return nil
	}
	root, _ := docs[0].Parse()
	k := &kustomization{file: name, dir: filepath.Dir(a.abs(filepath.FromSlash(name)))}
	if namespace := source.Text(source.Field(root, "namespace")); validNamespace(namespace) {
		k.namespace = namespace
	}
	for _, field := range []string{"resources", "bases", "components"} {
		for _, part := range source.Texts(source.Field(root, field)) {
			if !strings.Contains(part, "://") && part != "" {
				k.parts = append(k.parts, filepath.Join(k.dir, filepath.FromSlash(part)))
			}
		}
	}
	read[name] = k
	return k
}

// outerNamespace returns the namespace of the kustomization that the function
// runs in: the one in the working directory, where kustomize runs functions.
// Where it names none, the caller of the function may set one, and the function
// cannot know.
func (f *function) outerNamespace(o *compile.Options) {
	for _, name := range source.KustomizationNames {
		if k := f.readKustomization(name, map[string]*kustomization{}); k != nil && k.namespace != "" {
			o.Outer = k.namespace
			return
		}
	}
	o.Later = map[string]compile.Later{"": {By: "kustomize or kpt", Help: "write the namespace in the document, or \"namespace\" in the functionConfig or in kgw.yaml"}}
}
