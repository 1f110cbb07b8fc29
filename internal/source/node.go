package source

import (
	"maps"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// NodeOf returns a tree for a value of Objects, lists and scalars, the inverse
// of Value. Its nodes have no places.
func NodeOf(v any) *Node { return (*Nodes)(nil).Of(v) }

// Nodes makes the trees of NodeOf for many values. Equal texts, keys above all, are one
// node in them, so that nobody may change the trees. A nil Nodes makes each node anew.
type Nodes struct{ texts map[string]*Node }

// NewNodes returns a Nodes that has made none yet.
func NewNodes() *Nodes { return &Nodes{texts: map[string]*Node{}} }

// Of returns a tree for a value.
func (n *Nodes) Of(v any) *Node {
	switch x := v.(type) {
	case Object:
		out := &Node{Kind: mapping, Tag: "!!map", Content: make([]*Node, 0, 2*len(x))}
		for _, m := range x {
			out.Content = append(out.Content, n.text(m.Key), n.Of(m.Value))
		}
		return out
	case []any:
		out := &Node{Kind: sequence, Tag: "!!seq", Content: make([]*Node, 0, len(x))}
		for _, e := range x {
			out.Content = append(out.Content, n.Of(e))
		}
		return out
	case bool:
		if x {
			return &Node{Kind: scalar, Tag: "!!bool", Value: "true"}
		}
		return &Node{Kind: scalar, Tag: "!!bool", Value: "false"}
	case Number:
		return &Node{Kind: scalar, Tag: numberTag(string(x)), Value: string(x)}
	case string:
		return n.text(x)
	default:
		return &Node{Kind: scalar, Tag: "!!null", Value: "null"}
	}
}

// text returns the node of a text.
func (n *Nodes) text(s string) *Node {
	if n != nil && n.texts[s] != nil {
		return n.texts[s]
	}
	out := &Node{Kind: scalar, Tag: "!!str", Value: s, Style: yaml.DoubleQuotedStyle}
	if n != nil {
		n.texts[s] = out
	}
	return out
}

func numberTag(s string) string {
	for _, c := range s {
		if c == '.' || c == 'e' || c == 'E' {
			return "!!float"
		}
	}
	return "!!int"
}

// ListOf returns texts as a list of values. It is never nil.
func ListOf(texts []string) []any {
	out := make([]any, len(texts))
	for i, t := range texts {
		out[i] = t
	}
	return out
}

// ObjectOf returns a decoded JSON object as an Object, keys sorted.
func ObjectOf(m map[string]any) Object {
	o, _ := valueOf(m).(Object)
	return o
}

func valueOf(v any) any {
	switch x := v.(type) {
	case map[string]any:
		o := make(Object, 0, len(x))
		for _, k := range slices.Sorted(maps.Keys(x)) {
			o = append(o, Member{Key: k, Value: valueOf(x[k])})
		}
		return o
	case []any:
		out := make([]any, len(x))
		for i := range x {
			out[i] = valueOf(x[i])
		}
		return out
	case float64:
		return Number(strconv.FormatFloat(x, 'f', -1, 64))
	case int:
		return Number(strconv.Itoa(x))
	case int64:
		return Number(strconv.FormatInt(x, 10))
	}
	return v
}

// Plain returns a value of Objects, lists and scalars as encoding/json has
// them: maps and lists, numbers as the function returns them. It copies what it
// changes.
func Plain(v any, number func(Number) any) any {
	switch x := v.(type) {
	case Object:
		m := make(map[string]any, len(x))
		for _, e := range x {
			m[e.Key] = Plain(e.Value, number)
		}
		return m
	case []any:
		out := make([]any, len(x))
		for i := range x {
			out[i] = Plain(x[i], number)
		}
		return out
	case Number:
		return number(x)
	}
	return v
}
