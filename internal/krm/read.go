package krm

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// Read reads a ResourceList from YAML or JSON. The findings tell why there is
// none, with places in a file of that name; then the list is nil.
func Read(name string, data []byte) (*List, diag.List) {
	file, problem := source.NewFile(name, unixBreaks(data))
	if problem != nil {
		return nil, diag.List{diag.FromProblem(*problem)}
	}
	if list := pieces(file); list != nil {
		return list, nil
	}
	return whole(file)
}

// whole reads a list as one document.
func whole(file *source.File) (*List, diag.List) {
	docs, problems := source.Split(file)
	if len(problems) > 0 {
		return nil, diag.List{diag.FromProblem(problems[0])}
	}
	if len(docs) != 1 {
		f := diag.Finding{Code: diag.BadLength, Message: fmt.Sprintf("standard input holds %d documents, not one ResourceList", len(docs)), Help: wanted}
		f.Span = source.Span{File: file.Name, Line: 1, Column: 1, EndLine: 1, EndColumn: 1}
		return nil, diag.List{f}
	}
	root, problem := docs[0].Outline()
	if problem != nil {
		return nil, diag.List{diag.FromProblem(*problem)}
	}
	r := &reader{doc: docs[0], root: root, lines: strings.SplitAfter(string(docs[0].Text()), "\n")}
	list := r.list()
	if len(r.refused) > 0 {
		return nil, r.refused
	}
	return list, nil
}

const wanted = "give it one document of apiVersion config.kubernetes.io/v1 and kind ResourceList, as kustomize and kpt do"

// unixBreaks ends every line with a line feed, which is what YAML makes of its
// line breaks anyway.
func unixBreaks(data []byte) []byte {
	if bytes.IndexByte(data, '\r') < 0 {
		return data
	}
	return bytes.ReplaceAll(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
}

// reader is the state of one Read.
type reader struct {
	doc     *source.Document
	root    *source.Node
	lines   []string // of the document, with their breaks
	refused diag.List
	found   diag.List
}

func (r *reader) refuse(code diag.Code, path, help, format string, args ...any) {
	r.refused.Add(diag.Finding{Code: code, At: source.Ref{Doc: r.doc, Path: path}, Message: fmt.Sprintf(format, args...), Help: help})
}

func (r *reader) list() *List {
	if r.root == nil || r.root.Kind != yaml.MappingNode {
		r.refuse(diag.WrongType, "", wanted, "standard input is not a ResourceList")
		return nil
	}
	r.head()
	out := &List{APIVersion: source.Text(source.Field(r.root, "apiVersion"))}
	if items := r.field("items"); items == nil {
		if len(r.refused) == 0 {
			r.refuse(diag.MissingField, "items", "write items: [] where there are none", "the ResourceList has no items")
		}
	} else {
		out.Items = r.items(items)
	}
	if n := r.field("functionConfig"); n != nil && n.Kind == yaml.MappingNode {
		out.Config = r.config(n)
	} else if n != nil && n.Kind != yaml.ScalarNode {
		r.refuse(diag.WrongType, "functionConfig", "", "the functionConfig is not an object")
	}
	if n := r.field("results"); n != nil {
		out.Results = r.results(n)
	}
	out.Found = r.found
	return out
}

// head checks apiVersion and kind, and that no field is given twice.
func (r *reader) head() {
	seen := map[string]bool{}
	for _, key := range source.Keys(r.root) {
		if seen[key] {
			r.refuse(diag.DuplicateKey, key, "keep one of the two", "key %q of the ResourceList is given twice", key)
		}
		seen[key] = true
	}
	version, kind := source.Text(source.Field(r.root, "apiVersion")), source.Text(source.Field(r.root, "kind"))
	switch {
	case kind != Kind:
		r.refuse(diag.NotAllowed, "kind", wanted, "standard input is not a ResourceList: its kind is %q", kind)
	case !slices.Contains(Versions(), version):
		r.refuse(diag.UnknownVersion, "apiVersion", "use "+strings.Join(Versions(), " or "), "apiVersion %q of the ResourceList is not known", version)
	}
}

// field returns the value of a field, or nil.
func (r *reader) field(name string) *source.Node {
	n := source.Field(r.root, name)
	if n != nil && n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func (r *reader) items(seq *source.Node) []*Item {
	if seq.Kind == yaml.ScalarNode && seq.ShortTag() == "!!null" {
		return nil
	}
	if seq.Kind != yaml.SequenceNode {
		r.refuse(diag.WrongType, "items", "", "the items of the ResourceList are not a list")
		return nil
	}
	out := make([]*Item, 0, len(seq.Content))
	cuts := r.cutItems(seq)
	for i, n := range seq.Content {
		if n.Kind == yaml.AliasNode {
			n = n.Alias
		}
		if n.Kind != yaml.MappingNode {
			r.refuse(diag.WrongType, source.JoinIndex("items", i), "every item is a resource with apiVersion and kind", "item %d of the ResourceList is not an object", i)
			continue
		}
		var c *cut
		if i < len(cuts) {
			c = &cuts[i]
		}
		out = append(out, r.item(n, c, source.JoinIndex("items", i), i))
	}
	return out
}

func (r *reader) config(n *source.Node) *Item {
	return r.item(n, r.cutValue("functionConfig", n), "functionConfig", -1)
}

// item makes an item of a node: of its own lines where these alone mean the
// same, else of its value.
func (r *reader) item(n *source.Node, c *cut, name string, position int) *Item {
	item := &Item{Position: position}
	if c != nil {
		item.lead, item.text = c.lead, c.text
	}
	root := alone(item.text)
	if root == nil || !equal(root, n) {
		item.lead = nil
		item.text = r.written(n)
		root = alone(item.text)
	} else if aliases(n) {
		r.expand(n)
	}
	item.root = root
	item.finish(name)
	return item
}

// finish reads of the item's tree what it says of itself, and drops it.
func (i *Item) finish(name string) {
	i.APIVersion, i.Kind, i.Namespace, i.Name = source.Head(i.root)
	i.place(source.Field(source.Field(i.root, "metadata"), "annotations"))
	text := append(slices.Clone(i.lead), withoutInjected(i.root, i.text)...)
	i.File = &source.File{Name: i.display(name), Data: text}
	i.root = nil
}

// place reads where the item comes from.
func (i *Item) place(annotations *source.Node) {
	first := func(keys ...string) string {
		for _, k := range keys {
			if n := source.Field(annotations, k); n != nil && n.Kind == yaml.ScalarNode && n.Value != "" {
				return n.Value
			}
		}
		return ""
	}
	i.Path = strings.ReplaceAll(first(PathAnnotation, LegacyPathAnnotation), `\`, "/")
	if _, err := fmt.Sscanf(first(IndexAnnotation, LegacyIndexAnnotation), "%d", &i.Index); err != nil || i.Index < 0 {
		i.Index = 0
	}
}

// display names the item in findings: by its file, else by what it is.
func (i *Item) display(name string) string {
	switch {
	case i.Path == "" && i.Name != "" && i.Position >= 0:
		return fmt.Sprintf("%s (%s %s)", name, i.Kind, strings.TrimPrefix(i.Namespace+"/"+i.Name, "/"))
	case i.Path == "":
		return name
	case i.Index > 0:
		return fmt.Sprintf("%s[%d]", i.Path, i.Index)
	}
	return i.Path
}

func (r *reader) results(n *source.Node) []any {
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" {
		return nil
	}
	root, _ := r.doc.Expand(n)
	values, ok := any(nil), false
	if root != nil {
		values = source.Value(root)
	}
	list, ok := values.([]any)
	if !ok {
		r.refuse(diag.WrongType, "results", "", "the results of the ResourceList are not a list")
	}
	return list
}
