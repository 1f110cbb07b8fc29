package krm

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/source"
)

// Read reads a ResourceList from YAML or JSON. The findings say why there is
// none, with places in a file of that name; then the list is nil.
func Read(name string, data []byte) (*List, diag.List) {
	file, problem := source.NewFile(name, unixBreaks(data))
	if problem != nil {
		return nil, diag.List{diag.FromProblem(*problem)}
	}
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
	r := &reader{doc: docs[0], root: root}
	list := r.list()
	if len(r.refused) > 0 {
		return nil, r.refused
	}
	return list, nil
}

const wanted = "give it one document of apiVersion config.kubernetes.io/v1 and kind ResourceList, as kustomize and kpt do"

// unixBreaks ends every line with a line feed, which is what YAML makes of its
// line breaks anyway; kyaml reads a carriage return after a comment as a line.
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
	r.checkHead()
	out := &List{APIVersion: source.Text(source.Field(r.root, "apiVersion"))}
	if items := r.field("items"); items == nil {
		if len(r.refused) == 0 {
			r.refuse(diag.MissingField, "items", "write items: [] where there are none", "the ResourceList has no items")
		}
	} else {
		out.Items = r.items(items)
	}
	if n := r.field("functionConfig"); n != nil && n.Kind == yaml.MappingNode {
		out.Config = r.item(n, "functionConfig", -1)
	} else if n != nil && n.Kind != yaml.ScalarNode {
		r.refuse(diag.WrongType, "functionConfig", "", "the functionConfig is not an object")
	}
	if n := r.field("results"); n != nil {
		out.Results = r.results(n)
	}
	out.Found = r.found
	return out
}

// checkHead checks apiVersion and kind, and that no field is given twice.
func (r *reader) checkHead() {
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
func (r *reader) field(name string) *source.Node { return resolveAlias(source.Field(r.root, name)) }

// resolveAlias returns what an alias refers to, and other nodes as they are.
func resolveAlias(n *source.Node) *source.Node {
	if n != nil && n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func isNull(n *source.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

func (r *reader) items(seq *source.Node) []*Item {
	if isNull(seq) {
		return nil
	}
	if seq.Kind != yaml.SequenceNode {
		r.refuse(diag.WrongType, "items", "", "the items of the ResourceList are not a list")
		return nil
	}
	nodes := make([]*source.Node, len(seq.Content))
	for i, n := range seq.Content {
		if nodes[i] = r.expandNode(resolveAlias(n)); nodes[i] != nil && nodes[i].Kind != yaml.MappingNode {
			r.refuse(diag.WrongType, source.JoinIndex("items", i), "every item is a resource with apiVersion and kind", "item %d of the ResourceList is not an object", i)
		}
	}
	if len(r.refused) > 0 {
		return nil
	}
	out := make([]*Item, len(nodes))
	parallel.Each(len(out), func(i int) { out[i] = newItem(kyaml.NewRNode(nodes[i]), source.JoinIndex("items", i), i) })
	return out
}

func (r *reader) item(n *source.Node, name string, position int) *Item {
	if n = r.expandNode(n); n == nil {
		return nil
	}
	return newItem(kyaml.NewRNode(n), name, position)
}

// expandNode adds what is wrong with the aliases of a node to the findings: the
// list is refused where it is nil.
func (r *reader) expandNode(n *source.Node) *source.Node {
	out, found := expandAliases(r.doc, n)
	if out == nil {
		r.refused = append(r.refused, found...)
	} else {
		r.found = append(r.found, found...)
	}
	return out
}

// expandAliases returns a node with its aliases replaced by their values: an
// item is read alone, without the anchors of other items. It returns nil for an
// alias that contains itself or refers to too much, and the findings say so.
// The last of equal keys next to aliases is kept, and reported.
func expandAliases(d *source.Document, n *source.Node) (*source.Node, diag.List) {
	if n == nil || !hasAliases(n) {
		return n, nil
	}
	out, problems := d.Expand(n)
	var found diag.List
	for _, p := range problems {
		if p.Kind != source.Ambiguous {
			found.Add(diag.FromProblem(p))
		}
	}
	return out, found
}

// hasAliases reports whether there are aliases below a node.
func hasAliases(n *source.Node) bool {
	return n.Kind == yaml.AliasNode || slices.ContainsFunc(n.Content, hasAliases)
}

func (r *reader) results(n *source.Node) []any {
	if isNull(n) {
		return nil
	}
	if n = r.expandNode(n); n == nil {
		return nil
	}
	list, ok := source.Value(n).([]any)
	if !ok {
		r.refuse(diag.WrongType, "results", "", "the results of the ResourceList are not a list")
	}
	return list
}
