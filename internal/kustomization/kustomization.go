// Package kustomization reads the files that make directories kustomizations, for
// what kustomize does to the resources that kgw reads beside them
// (https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/).
package kustomization

import (
	"path/filepath"
	"regexp"
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
)

// File is a kustomization. Its paths are absolute.
type File struct {
	// Name is the file's in findings, and Dir its directory.
	Name, Dir string
	// Namespace is the namespace that it sets, as it is written; "" for none.
	Namespace string
	// Resources are the files and directories that it reads resources and
	// components from.
	Resources []string
	// Patches are what it changes in resources, in the order of the fields.
	Patches []Patch
}

// Patch changes resources: a patch in the narrow sense, or a replacement.
type Patch struct {
	// Path is the file that has it; "" for one that is written in the kustomization,
	// which has Text.
	Path, Text string
	// Targets are what it is for, where it says so beside its text.
	Targets []Target
	// At is the entry in the kustomization.
	At source.Ref
}

// Target names the resources that a patch is for. Both texts are whole regular
// expressions; "" matches everything.
type Target struct{ Group, Kind string }

// Read reads a kustomization that is at dir; nil for what cannot be read, which
// is for kustomize to report. Paths that are URLs are left out.
func Read(name, dir string, data []byte) *File {
	file, problem := source.NewFile(name, data)
	if problem != nil {
		return nil
	}
	docs, _ := source.Split(file)
	if len(docs) == 0 {
		return nil
	}
	root, _ := docs[0].Parse()
	k := &File{Name: name, Dir: dir, Namespace: source.Text(source.Field(root, "namespace"))}
	for _, field := range []string{"resources", "bases", "components"} {
		for _, part := range source.Texts(source.Field(root, field)) {
			if path := k.local(part); path != "" {
				k.Resources = append(k.Resources, path)
			}
		}
	}
	for _, field := range []string{"patches", "patchesStrategicMerge", "patchesJson6902", "replacements"} {
		for i, entry := range source.Elements(source.Field(root, field)) {
			p := k.patch(entry)
			p.At = source.Ref{Doc: docs[0], Path: source.JoinIndex(field, i)}
			k.Patches = append(k.Patches, p)
		}
	}
	return k
}

// local returns the absolute path of a file or directory; "" for a URL.
func (k *File) local(part string) string {
	if part == "" || strings.Contains(part, "://") {
		return ""
	}
	return filepath.Join(k.Dir, filepath.FromSlash(part))
}

// patch reads an entry of a list of patches: a path or a text, or a mapping with
// one of them and what it is for.
func (k *File) patch(entry *source.Node) Patch {
	if text := source.Text(entry); strings.ContainsAny(text, "\n:{") {
		return Patch{Text: text}
	} else if text != "" {
		return Patch{Path: k.local(text)}
	}
	p := Patch{Path: k.local(source.Text(source.Field(entry, "path"))), Text: source.Text(source.Field(entry, "patch"))}
	if target := source.Field(entry, "target"); target != nil {
		p.Targets = append(p.Targets, targetOf(target))
	}
	for _, to := range source.Elements(source.Field(entry, "targets")) {
		p.Targets = append(p.Targets, targetOf(source.Field(to, "select")))
	}
	return p
}

func targetOf(n *source.Node) Target {
	return Target{Group: source.Text(source.Field(n, "group")), Kind: source.Text(source.Field(n, "kind"))}
}

// Matches reports whether the target can be a resource of the group and kind. An
// expression that cannot be read matches everything.
func (t Target) Matches(group, kind string) bool {
	return matchesWhole(t.Group, group) && matchesWhole(t.Kind, kind)
}

func matchesWhole(expression, text string) bool {
	if expression == "" {
		return true
	}
	re, err := regexp.Compile("^(?:" + expression + ")$")
	return err != nil || re.MatchString(text)
}

// Lists reports whether the kustomization reads resources from a file, by itself
// or from a directory above it.
func (k *File) Lists(path string) bool {
	for _, part := range k.Resources {
		if rel, err := filepath.Rel(part, path); err == nil && filepath.IsLocal(rel) {
			return true
		}
	}
	return false
}
