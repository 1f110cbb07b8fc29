package source

import "strings"

// Items returns the items of a List document (kind List, or the typed form that
// kubectl get -o yaml prints) as documents of their own, and whether root is a
// List. root must be expanded. Items share the List's text and tree; their
// field paths start at the item.
func (d *Document) Items(root *Node) ([]*Document, bool) {
	items := child(root, Step{key: "items", index: -1}).value
	if items == nil || items.Kind != sequence || !strings.HasSuffix(d.Kind, "List") {
		return nil, false
	}
	docs := make([]*Document, 0, len(items.Content))
	for i, n := range items.Content {
		item := &Document{File: d.File, Index: d.Index, line: d.line, text: d.text, odd: d.odd, from: d.from, item: JoinIndex(JoinKey(d.item, "items"), i), root: n}
		item.APIVersion, item.Kind, item.Namespace, item.Name = Head(n)
		docs = append(docs, item)
	}
	return docs, true
}

// Resources parses the document and returns it with its head read, or where it is
// a List its items, those of Lists among them too; none if it cannot be parsed.
func (d *Document) Resources() ([]*Document, []Problem) {
	root, problems := d.Parse()
	if root == nil {
		return nil, problems
	}
	d.APIVersion, d.Kind, d.Namespace, d.Name = Head(root)
	items, isList := d.Items(root)
	if !isList {
		return []*Document{d}, problems
	}
	var out []*Document
	for _, item := range items {
		inner, more := item.Resources()
		out, problems = append(out, inner...), append(problems, more...)
	}
	return out, problems
}

// First returns the line of the file on which the resource starts: that of the
// document's text, or of the item inside its List.
func (d *Document) First() int {
	if d.item == "" || d.root == nil {
		return d.line
	}
	return d.line + d.root.Line - 1
}
