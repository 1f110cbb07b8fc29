// Package krm is the protocol of KRM functions: a ResourceList in, a
// ResourceList out.
//
// It reads a ResourceList, makes of each item a file of its own to compile, and
// writes items, objects and results back. Items are nodes of kyaml, the library
// of kustomize and kpt: an item that is kept is printed as these print it, with
// its comments. The package must not know what the function does.
//
// The list itself is a type of this package. framework.ResourceList with
// framework.Execute (kyaml 0.21) removes the results of earlier functions, accepts
// any apiVersion, takes one of two fields "items" in silence, and names no place
// where an item is not an object.
//
// https://github.com/kubernetes-sigs/kustomize/blob/master/cmd/config/docs/api-conventions/functions-spec.md
package krm

import (
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/kustomize/kyaml/kio/kioutil"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// Kind is the kind of the document that functions exchange.
const Kind = kio.ResourceListKind

// Versions lists the versions of ResourceList that are read, the newest first.
// The output has the version of the input.
func Versions() []string {
	return []string{kio.ResourceListAPIVersion, "config.kubernetes.io/v1beta1"}
}

// Annotations that older orchestrators set, and newer ones still set in addition
// to their replacements.
const (
	legacyPath  = string(kioutil.LegacyPathAnnotation)  //nolint:staticcheck // see above
	legacyIndex = string(kioutil.LegacyIndexAnnotation) //nolint:staticcheck // see above
	legacyID    = string(kioutil.LegacyIdAnnotation)    //nolint:staticcheck // see above
)

// injected returns the annotations that are not the author's: an orchestrator
// sets them before it calls a function and removes them afterwards.
func injected() []string {
	return []string{
		kioutil.PathAnnotation, legacyPath, kioutil.IndexAnnotation, legacyIndex,
		kioutil.IdAnnotation, legacyID, kioutil.SeqIndentAnnotation,
		kioutil.InternalAnnotationsMigrationResourceIDAnnotation,
		"kustomize.config.k8s.io/id", // https://github.com/kubernetes-sigs/kustomize/blob/master/api/internal/utils/annotations.go
	}
}

// List is a ResourceList.
type List struct {
	APIVersion string
	Items      []*Item
	// Config is the functionConfig, or nil.
	Config *Item
	// Results are those of earlier functions, as plain values.
	Results []any
	// Found is what is wrong with items that could be read all the same.
	Found diag.List
}

// Item is one resource of the list.
type Item struct {
	APIVersion, Kind, Namespace, Name string
	// Path and Index say which document of which file the item is, as far as
	// the orchestrator says so; Path has slashes and may be empty.
	Path  string
	Index int
	// Position is the item's place in the list, -1 for the functionConfig.
	Position int
	// File is the item alone, to be compiled: as kyaml prints it, without the
	// annotations that an orchestrator adds.
	File *source.File

	node *kyaml.RNode // without aliases
}

// Same reports whether two items are one resource.
func (i *Item) Same(o *Item) bool {
	return i.APIVersion == o.APIVersion && i.Kind == o.Kind && i.Namespace == o.Namespace && i.Name == o.Name
}

// Without returns the members of an item that is a List as items of their own,
// except those that drop names.
func (i *Item) Without(drop func(*Item) bool) []*Item {
	var out []*Item
	for _, n := range source.Elements(source.Field(i.node.YNode(), "items")) {
		m := &Item{node: kyaml.NewRNode(n)}
		if m.APIVersion, m.Kind, m.Namespace, m.Name = source.Head(n); !drop(m) {
			out = append(out, m)
		}
	}
	return out
}

// newItem makes an item of a node without aliases. The name is that of its file
// where the item does not say which file it is from.
func newItem(node *kyaml.RNode, name string, position int) *Item {
	i := &Item{node: node, Position: position}
	i.APIVersion, i.Kind, i.Namespace, i.Name = source.Head(node.YNode())
	path, index, _ := kioutil.GetFileAnnotations(node) // its error is always nil
	i.Path = strings.ReplaceAll(path, `\`, "/")
	if n, err := strconv.Atoi(index); err == nil && n > 0 {
		i.Index = n
	}
	i.File = &source.File{Name: i.display(name), Data: printNode(withoutInjected(node), indentation(node))}
	return i
}

// display names the item in findings: by its file, else by what it is.
func (i *Item) display(name string) string {
	switch {
	case i.Path == "" && i.Name != "" && i.Position >= 0:
		return name + " (" + i.Kind + " " + strings.TrimPrefix(i.Namespace+"/"+i.Name, "/") + ")"
	case i.Path == "":
		return name
	case i.Index > 0:
		return i.Path + "[" + strconv.Itoa(i.Index) + "]"
	}
	return i.Path
}
