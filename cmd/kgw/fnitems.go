package main

import (
	"strings"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/krm"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/renderdir"
	"github.com/kgw-dev/kgw/internal/source"
)

// entries returns the items of the answer. Objects are at the
// position of the resource that they are written for; objects of other files come last. An item that
// an earlier run wrote is replaced at its own position.
func (f *function) entries(result *compile.Result) []krm.Entry {
	e := &entries{function: f, made: map[*source.File][]*manifest.Object{}, old: map[string]*manifest.Object{}}
	e.addObjects(result)
	for _, item := range f.items() {
		e.addItem(item)
	}
	for i := range result.Objects {
		e.object(&result.Objects[i])
	}
	return e.out
}

// entries builds the list of items.
type entries struct {
	*function
	made map[*source.File][]*manifest.Object // by the file they come from
	old  map[string]*manifest.Object         // the objects that replace an item
	done map[*manifest.Object]bool
	out  []krm.Entry
}

func (e *entries) addObjects(result *compile.Result) {
	e.done = map[*manifest.Object]bool{}
	byKey := map[string]*manifest.Object{}
	for i := range result.Objects {
		o := &result.Objects[i]
		byKey[o.Key()] = o
		if doc := o.Origin.Doc; doc != nil { // nil for an object that only settings ask for
			e.made[doc.File] = append(e.made[doc.File], o)
		}
	}
	for _, item := range e.items() {
		if o := byKey[e.key(item)]; o != nil {
			e.old[e.key(item)] = o
			e.done[o] = true
		}
	}
}

// key returns what identifies an item among objects.
func (e *entries) key(item *krm.Item) string {
	o := manifest.Object{APIVersion: item.APIVersion, Kind: item.Kind}
	o.Meta.Name, o.Meta.Namespace = item.Name, item.Namespace
	if item.Namespace == "" {
		o.Meta.Namespace = e.config.Namespace
	}
	return o.Key()
}

func (e *entries) addItem(item *krm.Item) {
	if o := e.old[e.key(item)]; o != nil {
		e.out = append(e.out, krm.Entry{Item: item, Object: o, Path: newObjectFile(o)})
		return
	}
	switch {
	case e.config.KeepInputs || e.role == generator:
		e.out = append(e.out, krm.Entry{Item: item})
	case isGateway(item):
	case strings.HasSuffix(item.Kind, "List") && len(e.made[item.File]) > 0:
		e.out = append(e.out, krm.Keep(item.Without(isGateway))...)
	default:
		e.out = append(e.out, krm.Entry{Item: item})
	}
	if e.role != generator {
		for _, o := range e.made[item.File] {
			e.object(o)
		}
	}
}

// object adds an object that is not there yet.
func (e *entries) object(o *manifest.Object) {
	if !e.done[o] {
		e.done[o] = true
		e.out = append(e.out, krm.Entry{Object: o, Path: newObjectFile(o)})
	}
}

// generated is the directory of the files for new objects.
const generated = "generated/"

// findEarlier finds the items that an earlier run made. They are replaced in their
// places.
func (f *function) findEarlier() func(*source.Document) bool {
	files := map[*source.File]bool{}
	for _, item := range f.items() {
		if strings.HasPrefix(item.Path, generated) {
			files[item.File] = true
		}
	}
	return func(d *source.Document) bool { return files[d.File] }
}

// newObjectFile returns the file for a new object.
func newObjectFile(o *manifest.Object) string {
	return generated + renderdir.FileName(o.Kind, o.Meta.Namespace, o.Meta.Name, ".yaml")
}
