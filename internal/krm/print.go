package krm

import (
	"slices"

	"sigs.k8s.io/kustomize/kyaml/kio/kioutil"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

// withoutInjected returns a node without the annotations that an orchestrator
// adds.
func withoutInjected(node *kyaml.RNode) *kyaml.RNode {
	keys := source.Keys(source.Field(source.Field(node.YNode(), "metadata"), "annotations"))
	keys = slices.DeleteFunc(keys, func(key string) bool { return !slices.Contains(injected(), key) })
	if len(keys) == 0 {
		return node
	}
	node = node.Copy()
	for _, key := range keys {
		_ = node.PipeE(kyaml.ClearAnnotation(key)) // an error means that annotations are not a mapping: there is nothing to clear
	}
	_ = kyaml.ClearEmptyAnnotations(node) // the same
	return node
}

// printNode prints a node as kyaml does. Where that text does not mean what the
// node does, which the library gets wrong for rare scalars and comments, it
// prints the value alone.
func printNode(node *kyaml.RNode, as *kyaml.EncoderOptions) []byte {
	text, err := kyaml.MarshalWithOptions(node.Document(), as)
	if err == nil && sameTrees(parseText(text), node.YNode()) {
		return text
	}
	return manifest.AppendYAMLValue(nil, source.Value(node.YNode()))
}

// indentation is how the author indents lists, as far as an orchestrator says so.
func indentation(node *kyaml.RNode) *kyaml.EncoderOptions {
	style := node.GetAnnotations(kioutil.SeqIndentAnnotation)[kioutil.SeqIndentAnnotation]
	return &kyaml.EncoderOptions{SeqIndent: kyaml.SequenceIndentStyle(style)}
}

// parseText parses a text that is one document; nil where it is not one.
func parseText(text []byte) *source.Node {
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

// sameTrees reports whether two trees mean the same as they are written: aliases
// are compared by name.
func sameTrees(a, b *source.Node) bool {
	if a == nil || a.Kind != b.Kind || a.ShortTag() != b.ShortTag() || a.Value != b.Value || a.Anchor != b.Anchor {
		return false
	}
	return slices.EqualFunc(a.Content, b.Content, sameTrees)
}
