// Package krm is the protocol of KRM functions: a ResourceList in, a
// ResourceList out.
//
// It reads a ResourceList, makes of each item a file of its own to compile, and
// writes items, objects and results back. An item that is kept is printed as
// kustomize and kpt print it, with its comments. The package must not know what
// the function does.
//
// https://github.com/kubernetes-sigs/kustomize/blob/master/cmd/config/docs/api-conventions/functions-spec.md
package krm

import (
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// Kind is the kind of the document that functions exchange.
const Kind = "ResourceList"

// Versions lists the versions of ResourceList that are read, the newest first.
// The output has the version of the input.
func Versions() []string {
	return []string{"config.kubernetes.io/v1", "config.kubernetes.io/v1beta1"}
}

// Annotations that orchestrators set. Older ones set the legacy ones, and newer ones
// still do.
//
// https://github.com/kubernetes-sigs/kustomize/blob/master/kyaml/kio/kioutil/kioutil.go
const (
	pathKey     = "internal.config.kubernetes.io/path"
	indexKey    = "internal.config.kubernetes.io/index"
	idKey       = "internal.config.kubernetes.io/id"
	seqIndent   = "internal.config.kubernetes.io/seqindent" // how lists are indented
	migrationID = "internal.config.kubernetes.io/annotations-migration-resource-id"
	legacyPath  = "config.kubernetes.io/path"
	legacyIndex = "config.kubernetes.io/index"
	legacyID    = "config.k8s.io/id"
)

// wide is the value of seqIndent for lists that are indented below their key.
const wide = "wide"

// injected returns the annotations that are not the author's: an orchestrator
// sets them before it calls a function and removes them afterwards.
func injected() []string {
	return []string{
		pathKey, legacyPath, indexKey, legacyIndex, idKey, legacyID, seqIndent, migrationID,
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
	// File is the item alone, to be compiled: as kustomize prints it, without the
	// annotations that an orchestrator adds.
	File *source.File

	node *source.Node // a document or its root, without aliases
}

// Same reports whether two items are one resource.
func (i *Item) Same(o *Item) bool {
	return i.APIVersion == o.APIVersion && i.Kind == o.Kind && i.Namespace == o.Namespace && i.Name == o.Name
}

// Without returns the members of an item that is a List as items of their own,
// except those that drop names.
func (i *Item) Without(drop func(*Item) bool) []*Item {
	var out []*Item
	for _, n := range source.Elements(source.Field(rootOf(i.node), "items")) {
		m := &Item{node: n}
		if m.APIVersion, m.Kind, m.Namespace, m.Name = source.Head(n); !drop(m) {
			out = append(out, m)
		}
	}
	return out
}

// newItem makes an item of a node without aliases. The name is that of its file
// where the item does not say which file it is from.
func newItem(node *source.Node, name string, position int) *Item {
	i := &Item{node: node, Position: position}
	i.APIVersion, i.Kind, i.Namespace, i.Name = source.Head(rootOf(node))
	i.Path = strings.ReplaceAll(annotation(node, pathKey, legacyPath), `\`, "/")
	if n, err := strconv.Atoi(annotation(node, indexKey, legacyIndex)); err == nil && n > 0 {
		i.Index = n
	}
	i.File = &source.File{Name: i.display(name), Data: printed(authored(node), node)}
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
