package migrate

import (
	"slices"

	"github.com/kgw-dev/kgw/internal/edit"
	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/source"
)

// Place identifies a document before and after a migration: neither the name
// of its file nor its place in it changes.
type Place struct {
	File  string
	Index int
	Item  string
}

// PlaceOf is the place of a document of either side.
func PlaceOf(d *source.Document) Place { return Place{d.File.Name, d.Index, d.Position()} }

// Before returns all inputs as they were, for the compiler: documents that are
// moved have the version and the spec that they truly had. An Api stays one.
func (r *Result) Before() []*source.File {
	out := make([]*source.File, len(r.parts))
	parallel.Each(len(out), func(i int) { out[i] = r.parts[i].before() })
	return out
}

// After returns all inputs as they become.
func (r *Result) After() []*source.File {
	out := make([]*source.File, len(r.Files))
	for i, f := range r.Files {
		if out[i] = f.File; f.After != nil {
			out[i] = &source.File{Name: f.Name, Data: f.After}
		}
	}
	return out
}

// before is the file with the documents that its resources truly were.
func (f *fileMigration) before() *source.File {
	if !slices.ContainsFunc(f.documents, func(d Document) bool { return d.Outcome == Moved && d.restored }) {
		return f.file
	}
	data := f.file.Data
	var changes []edit.Change
	for _, t := range f.tops {
		w := composer{ours: f.isOwn, documents: f.documents[t.first:], pick: func(d *Document) any {
			if d.Outcome == Moved && d.restored {
				return d.Before
			}
			return nil
		}}
		want := w.compose(t.doc, t.root)
		if want == nil {
			continue
		}
		if made, err := edit.Rewrite(t.doc, want); err == nil {
			changes = append(changes, made...)
		}
	}
	data, err := edit.Apply(data, changes)
	if err != nil {
		return f.file
	}
	return &source.File{Name: f.file.Name, Data: data}
}

// composer returns the value that a YAML document is to have, of what is picked
// for the resources in it.
type composer struct {
	ours      func(apiVersion, kind string) bool
	documents []Document // those in it, in order
	next      int
	pick      func(*Document) any
	head      func(list source.Object) source.Object
}

// compose returns the value of a resource or a List, or nil where nothing is
// picked.
func (c *composer) compose(d *source.Document, root *source.Node) any {
	if c.ours(d.APIVersion, d.Kind) {
		c.next++
		return c.pick(&c.documents[c.next-1])
	}
	items, isList := d.Items(root)
	if !isList {
		return nil
	}
	old, _ := source.Value(root).(source.Object)
	list, _ := old.Get("items")
	out, changed := slices.Clone(list.([]any)), false
	for i, item := range items {
		node, _ := item.Outline()
		if v := c.compose(item, node); v != nil {
			out[i], changed = v, true
		}
	}
	switch {
	case !changed:
		return nil
	case c.head == nil:
		return withValue(old, "items", out)
	}
	return c.head(withValue(old, "items", out))
}
