package krm

import (
	"fmt"

	"go.yaml.in/yaml/v3"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// Documents makes a list of documents: the first file holds the functionConfig,
// the second one the items. The findings say why there is none; then the list
// is nil.
func Documents(config, items *source.File) (*List, diag.List) {
	out, found := &List{APIVersion: Versions()[0]}, diag.List(nil)
	configs, problems := itemsOf(config, "functionConfig")
	found = append(found, problems...)
	if len(configs) != 1 && len(found) == 0 {
		f := diag.Finding{Code: diag.BadLength, Message: fmt.Sprintf("a functionConfig is one document, not %d", len(configs))}
		f.Span = source.Span{File: config.Name, Line: 1, Column: 1, EndLine: 1, EndColumn: 1}
		found.Add(f)
	}
	out.Items, problems = itemsOf(items, "items")
	if found = append(found, problems...); len(found) > 0 {
		return nil, found
	}
	out.Config = configs[0]
	out.Config.Position, out.Config.File.Name = -1, config.Name
	return out, nil
}

// itemsOf makes items of the documents of a file.
func itemsOf(file *source.File, name string) ([]*Item, diag.List) {
	docs, problems := source.Split(file)
	var found diag.List
	for _, p := range problems {
		found.Add(diag.FromProblem(p))
	}
	var out []*Item
	for _, d := range docs {
		root, problem := d.Outline()
		switch {
		case problem != nil:
			found.Add(diag.FromProblem(*problem))
		case root == nil:
		case root.Kind != yaml.MappingNode:
			found.Add(diag.Finding{Code: diag.WrongType, At: source.Ref{Doc: d}, Message: "the document is not an object"})
		default:
			node, wrong := document(d, root)
			if found = append(found, wrong...); !node.IsNil() {
				out = append(out, newItem(node, source.JoinIndex(name, len(out)), len(out)))
			}
		}
	}
	return out, found
}

// document returns a document as kyaml reads it, with the comments before and
// after its root. Where there are aliases, or escapes of JSON that kyaml does not
// read, it is the root alone. The findings say why there is none.
func document(d *source.Document, root *source.Node) (*kyaml.RNode, diag.List) {
	if hasAliases(root) {
		out, found := expandAliases(d, root)
		return kyaml.NewRNode(out), found
	}
	if node, err := kyaml.Parse(string(unixBreaks(d.Verbatim(nil)))); err == nil {
		return node, nil
	}
	return kyaml.NewRNode(root), nil
}

// WriteDocuments writes entries as documents, for callers that do not speak the
// protocol. Results have no place among them.
func WriteDocuments(entries []Entry) []byte {
	var b []byte
	for i := range entries {
		b = append(b, "---\n"...)
		if e := &entries[i]; e.Object == nil {
			b = append(b, printNode(e.Item.node, indentation(e.Item.node))...)
		} else {
			b = e.Object.AppendYAML(b)
		}
	}
	return b
}
