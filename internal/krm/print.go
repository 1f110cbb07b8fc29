package krm

import (
	"bytes"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

// rootOf returns the content of a document, and other nodes as they are.
func rootOf(node *source.Node) *source.Node {
	if node != nil && node.Kind == yaml.DocumentNode {
		return node.Content[0]
	}
	return node
}

// annotation returns the value of the first of these annotations that the node
// has; "" where it has none, or the value is null.
func annotation(node *source.Node, keys ...string) string {
	annotations := source.Field(source.Field(rootOf(node), "metadata"), "annotations")
	for _, key := range keys {
		if v := source.Field(annotations, key); v != nil && null(v) {
			return ""
		} else if v != nil {
			return v.Value
		}
	}
	return ""
}

// authored returns a node without the annotations that an orchestrator adds, and
// without a mapping that has no entries then.
func authored(node *source.Node) *source.Node {
	root := rootOf(node)
	metadata := source.Field(root, "metadata")
	annotations := source.Field(metadata, "annotations")
	if !slices.ContainsFunc(source.Keys(annotations), func(key string) bool { return slices.Contains(injected(), key) }) {
		return node
	}
	metadata = with(metadata, "annotations", source.Without(annotations, injected()...))
	root = with(root, "metadata", metadata)
	if node.Kind != yaml.DocumentNode {
		return root
	}
	document := *node
	document.Content = []*source.Node{root}
	return &document
}

// with returns a mapping with another value for a key that it has, or without
// the key where that value has no entries; the other nodes are shared.
func with(mapping *source.Node, key string, value *source.Node) *source.Node {
	if len(value.Content) == 0 {
		return source.Without(mapping, key)
	}
	out := *mapping
	out.Content = slices.Clone(mapping.Content)
	for i := 0; i+1 < len(out.Content); i += 2 {
		if out.Content[i].Value == key {
			out.Content[i+1] = value
		}
	}
	return &out
}

// printed prints a node as kustomize and kpt do. Where that text does not mean
// what the node does, which the library gets wrong for rare scalars and comments,
// it prints the value alone. Lists are indented as like says.
func printed(node, like *source.Node) []byte {
	text, err := encoded(node, annotation(like, seqIndent) == wide)
	if err == nil && same(parsed(text), rootOf(node)) {
		return text
	}
	return manifest.AppendYAMLValue(nil, source.Value(rootOf(node)))
}

// encoded encodes a node with the settings of kyaml, the library of kustomize and
// kpt (sigs.k8s.io/kustomize/kyaml/yaml, NewEncoderWithOptions).
func encoded(node *source.Node, wideLists bool) ([]byte, error) {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if !wideLists {
		e.CompactSeqIndent()
	}
	err := e.Encode(node)
	return b.Bytes(), err
}

// parsed parses a text that is one document; nil where it is not one.
func parsed(text []byte) *source.Node {
	docs, problems := source.Split(&source.File{Data: text})
	if len(problems) > 0 || len(docs) != 1 {
		return nil
	}
	root, problem := docs[0].Outline()
	if problem != nil {
		return nil
	}
	return root
}

// same reports whether two trees mean the same as they are written: aliases
// are compared by name.
func same(a, b *source.Node) bool {
	if a == nil || a.Kind != b.Kind || a.ShortTag() != b.ShortTag() || a.Value != b.Value || a.Anchor != b.Anchor {
		return false
	}
	return slices.EqualFunc(a.Content, b.Content, same)
}
