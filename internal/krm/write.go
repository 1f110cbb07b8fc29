package krm

import (
	"bytes"
	"maps"
	"strconv"

	"sigs.k8s.io/kustomize/kyaml/fn/framework"
	"sigs.k8s.io/kustomize/kyaml/kio/kioutil"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

// Entry is an item of the list to write: one that was read, or a new object.
type Entry struct {
	Item   *Item
	Object *manifest.Object
	// Path is the file that a new object is for, unless Item, which it
	// replaces, has one.
	Path string
}

// Keep makes entries of items that stay.
func Keep(items []*Item) []Entry {
	out := make([]Entry, len(items))
	for i := range items {
		out[i].Item = items[i]
	}
	return out
}

// Write writes a ResourceList with these entries, the list's functionConfig,
// and results after those that the list has, none of them twice.
func (l *List) Write(entries []Entry, results framework.Results) []byte {
	var b []byte
	b = append(b, "apiVersion: "+l.APIVersion+"\nkind: "+Kind+"\nitems:"...)
	if len(entries) == 0 {
		b = append(b, " []"...)
	}
	b = append(b, '\n')
	var scratch []byte
	for i := range entries {
		if e := &entries[i]; e.Object == nil {
			b = e.Item.append(b)
		} else {
			scratch = e.withPlace().AppendYAML(scratch[:0])
			b = appendIndented(b, "- ", scratch)
		}
	}
	if l.Config != nil {
		b = appendIndented(append(b, "functionConfig:\n"...), "  ", printNode(l.Config.node, indentation(l.Config.node)))
	}
	return l.appendResults(b, results)
}

func (l *List) appendResults(b []byte, results framework.Results) []byte {
	if len(l.Results)+len(results) == 0 {
		return b
	}
	b = append(b, "results:\n"...)
	seen := map[string]bool{}
	add := func(v any, earlier bool) {
		text := manifest.AppendYAMLValue(nil, []any{v})
		if earlier || !seen[string(text)] {
			b = append(b, text...)
		}
		seen[string(text)] = true
	}
	for _, v := range l.Results {
		add(v, true)
	}
	for _, r := range results {
		add(value(r), false)
	}
	return b
}

// value returns a result as plain values.
func value(r *framework.Result) any {
	text, err := kyaml.Marshal(r)
	if err != nil {
		panic(err) // only values of types that kgw does not put there fail
	}
	return source.Value(parseText(text))
}

// withPlace returns the new object with the annotations that say where it
// belongs.
func (e *Entry) withPlace() *manifest.Object {
	path, index := e.Path, "0"
	if e.Item != nil && e.Item.Path != "" {
		path, index = e.Item.Path, strconv.Itoa(e.Item.Index)
	}
	o := *e.Object
	o.Meta.Annotations = maps.Clone(o.Meta.Annotations)
	if o.Meta.Annotations == nil {
		o.Meta.Annotations = map[string]string{}
	}
	for _, key := range []string{kioutil.PathAnnotation, legacyPath} {
		o.Meta.Annotations[key] = path
	}
	for _, key := range []string{kioutil.IndexAnnotation, legacyIndex} {
		o.Meta.Annotations[key] = index
	}
	return &o
}

// append appends the item as an element of a list. Its head comment is before the
// dash, the comments of its first key after it: orchestrators distinguish the
// two, and repeat a comment that has moved.
func (i *Item) append(b []byte) []byte {
	root := *i.node.YNode()
	if root.HeadComment != "" {
		b = append(append(b, root.HeadComment...), '\n')
		root.HeadComment = ""
	}
	return appendIndented(b, "- ", printNode(kyaml.NewRNode(&root), indentation(i.node)))
}

// appendIndented appends a text, its first line behind the start, and the
// others below it.
func appendIndented(b []byte, start string, text []byte) []byte {
	first := true
	for line := range bytes.Lines(text) {
		switch {
		case first:
			b = append(b, start...)
		case len(line) > 1:
			b = append(b, "  "...)
		}
		first = false
		b = append(b, line...)
	}
	return b
}
