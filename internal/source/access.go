package source

import (
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// Field returns the value of a key of a mapping, or nil. Like all the readers
// below it is tolerant: any node may be nil or of another kind.
func Field(n *Node, key string) *Node {
	if n == nil || n.Kind != mapping {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// IsScalar reports whether n is neither a mapping nor a list.
func IsScalar(n *Node) bool { return n != nil && n.Kind == scalar }

// IsNull reports whether n is a null that is written, not one that is absent.
func IsNull(n *Node) bool { return IsScalar(n) && Scalar(n) == nil }

// IsList reports whether n is a list.
func IsList(n *Node) bool { return n != nil && n.Kind == sequence }

// Elements returns the elements of a list, or nil.
func Elements(n *Node) []*Node {
	if n == nil || n.Kind != sequence {
		return nil
	}
	return n.Content
}

// Text returns the value of a scalar that is text, or "".
func Text(n *Node) string {
	if n == nil || n.Kind != scalar {
		return ""
	}
	if text, ok := PlainText(n); ok {
		return text
	}
	s, _ := Scalar(n).(string)
	return s
}

// Texts returns the texts of a list, or nil when there is no list.
func Texts(n *Node) []string {
	elements := Elements(n)
	if elements == nil {
		return nil
	}
	out := make([]string, len(elements))
	for i, e := range elements {
		out[i] = Text(e)
	}
	return out
}

// Int returns the value of an integer, or 0.
func Int(n *Node) int64 {
	if n == nil || n.Kind != scalar {
		return 0
	}
	text, _ := Scalar(n).(Number)
	if i, err := strconv.ParseInt(string(text), 10, 64); err == nil {
		return i
	}
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil || f != float64(int64(f)) {
		return 0
	}
	return int64(f)
}

// Bool returns the value of a boolean, and whether n is one.
func Bool(n *Node) (value, ok bool) {
	if n == nil || n.Kind != scalar {
		return false, false
	}
	value, ok = Scalar(n).(bool)
	return value, ok
}

// TextMap returns the text values of a mapping by key, or nil.
func TextMap(n *Node) map[string]string {
	if n == nil || n.Kind != mapping || len(n.Content) == 0 {
		return nil
	}
	out := make(map[string]string, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		out[n.Content[i].Value] = Text(n.Content[i+1])
	}
	return out
}

// MapWithin reports whether all entries of one map are in another, such as the labels
// of a selector in those of a pod.
func MapWithin(few, many map[string]string) bool {
	for k, v := range few {
		if have, ok := many[k]; !ok || have != v {
			return false
		}
	}
	return true
}

// Keys returns the keys of a mapping in order.
func Keys(n *Node) []string {
	if n == nil || n.Kind != mapping {
		return nil
	}
	out := make([]string, 0, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		out = append(out, n.Content[i].Value)
	}
	return out
}

// Without returns a mapping without some of its keys; nodes are shared.
func Without(n *Node, keys ...string) *Node {
	if n == nil || n.Kind != mapping {
		return n
	}
	out := *n
	out.Content = nil
	for i := 0; i+1 < len(n.Content); i += 2 {
		if !slices.Contains(keys, n.Content[i].Value) {
			out.Content = append(out.Content, n.Content[i], n.Content[i+1])
		}
	}
	return &out
}

// WithoutNulls returns a tree without the fields that are null, as the API server
// keeps objects: elements that are null are left, and so is everything below a field
// of the name kept. Nodes are shared; a tree without such a field is itself.
func WithoutNulls(n *Node, kept string) *Node {
	if n == nil || n.Kind == scalar {
		return n
	}
	step := 1
	if n.Kind == mapping {
		step = 2 // keys are before the values
	}
	var out []*Node
	for i := 0; i+step <= len(n.Content); i += step {
		value := n.Content[i+step-1]
		changed := value
		switch {
		case step == 2 && n.Content[i].Value == kept:
		case step == 2 && IsNull(value):
			changed = nil
		default:
			changed = WithoutNulls(value, kept)
		}
		if changed != value && out == nil {
			out = append(make([]*Node, 0, len(n.Content)), n.Content[:i]...)
		}
		if out != nil && changed != nil {
			out = append(append(out, n.Content[i:i+step-1]...), changed)
		}
	}
	if out == nil {
		return n
	}
	copied := *n
	copied.Content = out
	return &copied
}

// With returns a mapping with one more key; nodes are shared.
func With(n *Node, key string, value *Node) *Node {
	out := *n
	out.Content = append(slices.Clip(n.Content), &Node{Kind: scalar, Tag: "!!str", Value: key}, value)
	return &out
}

// InBrackets reports whether a list or a mapping is written in brackets or
// braces.
func InBrackets(n *Node) bool { return n != nil && n.Style&yaml.FlowStyle != 0 }
