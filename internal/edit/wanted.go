package edit

import (
	"reflect"

	"go.yaml.in/yaml/v3"

	"github.com/kgw-dev/kgw/internal/source"
)

// Plain returns a wanted value without its From.
func Plain(want any) any { return strip(want) }

func strip(want any) any {
	switch v := want.(type) {
	case From:
		return strip(v.Value)
	case source.Object:
		out := make(source.Object, len(v))
		for i, m := range v {
			out[i] = source.Member{Key: m.Key, Value: strip(m.Value)}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = strip(v[i])
		}
		return out
	}
	return want
}

// Equal compares two values; the order of entries does not count.
func Equal(a, b any) bool { return equal(a, b) }

func equal(a, b any) bool {
	number := func(n source.Number) any { return n }
	return reflect.DeepEqual(source.Plain(a, number), source.Plain(b, number))
}

func isScalar(v any) bool {
	switch x := v.(type) {
	case source.Object:
		return len(x) == 0
	case []any:
		return len(x) == 0
	}
	return true
}

// valueOf is the value of a node whose aliases are not written out.
func valueOf(n *yaml.Node) any { return source.Value(resolve(n)) }

// resolve is a node with its aliases and merge keys written out.
func resolve(n *yaml.Node) *yaml.Node {
	switch n.Kind {
	case yaml.AliasNode:
		return resolve(n.Alias)
	case yaml.MappingNode:
		out := &yaml.Node{Kind: n.Kind, Tag: n.Tag}
		for _, e := range entriesOf(n) {
			out.Content = append(out.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.DoubleQuotedStyle, Value: e.key.Value}, resolve(e.value))
		}
		return out
	case yaml.SequenceNode:
		out := &yaml.Node{Kind: n.Kind, Tag: n.Tag}
		for _, c := range n.Content {
			out.Content = append(out.Content, resolve(c))
		}
		return out
	}
	return n
}

// entry is one entry of a mapping. merge is the "<<" that it comes from.
type entry struct {
	key, value *yaml.Node
	merge      *yaml.Node
}

// entriesOf lists the entries of a mapping, those of merge keys behind its own.
func entriesOf(n *yaml.Node) []entry {
	var own, merged []entry
	have := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Tag != "!!merge" {
			have[k.Value] = true
			own = append(own, entry{key: k, value: v})
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Tag != "!!merge" {
			continue
		}
		for _, from := range mergedFrom(v) {
			for _, e := range entriesOf(from) {
				if !have[e.key.Value] {
					have[e.key.Value] = true
					merged = append(merged, entry{key: e.key, value: e.value, merge: k})
				}
			}
		}
	}
	return append(own, merged...)
}

func mergedFrom(v *yaml.Node) []*yaml.Node {
	if v.Kind == yaml.AliasNode {
		v = v.Alias
	}
	switch v.Kind {
	case yaml.MappingNode:
		return []*yaml.Node{v}
	case yaml.SequenceNode:
		var out []*yaml.Node
		for _, c := range v.Content {
			out = append(out, mergedFrom(c)...)
		}
		return out
	}
	return nil
}
