// Package krm is the protocol of KRM functions: a ResourceList in, a
// ResourceList out.
//
// It takes the bytes of a ResourceList and gives its items, each as a file of
// its own to compile, and writes items, objects and results back. An item that
// is kept is written as it was read, comments and quotes included. The package
// must not know what the function does.
//
// https://github.com/kubernetes-sigs/kustomize/blob/master/cmd/config/docs/api-conventions/functions-spec.md
package krm

import (
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// Kind is the kind of the document that functions exchange, and Versions are
// its versions, the newest first.
const Kind = "ResourceList"

// Versions lists the versions of ResourceList that are read. What is written
// has the version of what was read.
func Versions() []string {
	return []string{"config.kubernetes.io/v1", "config.kubernetes.io/v1beta1"}
}

// Annotations that carry the place of an item. Orchestrators set them; a
// function reads them, and sets the first two on what it makes.
const (
	PathAnnotation        = "internal.config.kubernetes.io/path"
	LegacyPathAnnotation  = "config.kubernetes.io/path"
	IndexAnnotation       = "internal.config.kubernetes.io/index"
	LegacyIndexAnnotation = "config.kubernetes.io/index"
)

// injected are annotations that are not the author's: an orchestrator puts
// them in front of a function and takes them away behind it.
var injected = map[string]bool{
	PathAnnotation: true, LegacyPathAnnotation: true, IndexAnnotation: true, LegacyIndexAnnotation: true,
	"internal.config.kubernetes.io/id": true, "config.k8s.io/id": true, "kustomize.config.k8s.io/id": true,
	"internal.config.kubernetes.io/seqindent":                         true,
	"internal.config.kubernetes.io/annotations-migration-resource-id": true,
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
	// the orchestrator tells; Path has slashes and may be empty.
	Path  string
	Index int
	// Position is the item's place in the list, -1 for the functionConfig.
	Position int
	// File is the item alone, to be compiled. Lines count from its first one,
	// without the annotations that an orchestrator adds.
	File *source.File

	text []byte // as it is written back, without indentation
	lead []byte // comments in front of it
	root *source.Node
}

// Same tells whether two items are one resource.
func (i *Item) Same(o *Item) bool {
	return i.APIVersion == o.APIVersion && i.Kind == o.Kind && i.Namespace == o.Namespace && i.Name == o.Name
}

// Without gives the members of an item that is a List, less those that drop
// names, as items of their own.
func (i *Item) Without(drop func(*Item) bool) []*Item {
	docs, _ := source.Split(i.File)
	if len(docs) != 1 {
		return nil
	}
	root, _ := docs[0].Parse()
	docs[0].Kind = i.Kind
	members, _ := docs[0].Items(root)
	var out []*Item
	for _, d := range members {
		m := &Item{APIVersion: d.APIVersion, Kind: d.Kind, Namespace: d.Namespace, Name: d.Name, text: d.Verbatim(nil)}
		if !drop(m) {
			out = append(out, m)
		}
	}
	return out
}
