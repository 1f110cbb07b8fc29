package gatewayapi

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/host"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// sameToPolicies reports whether no policy distinguishes two identities: the
// policies stay the same when the identities are swapped, and no condition on
// namespaces or on a part of a name holds for only one of them. A request then gets
// through with either identity, or with neither.
func (c *converter) sameToPolicies(a, b string) bool {
	if a == b || len(c.policies) == 0 {
		return true
	}
	in, other := namespaceOf(a), namespaceOf(b)
	var was, is []string
	for _, m := range c.policies {
		if in != other && (m.Namespace == in || m.Namespace == other) {
			return false // it may be for the pods of one of the two gateways
		}
		if m.Kind != "AuthorizationPolicy" {
			continue
		}
		spec := m.Spec()
		for _, key := range []string{"serviceAccounts", "notServiceAccounts"} {
			if hasField(spec, key) {
				return false
			}
		}
		swap := func(text string) string {
			switch text {
			case a:
				return b
			case b:
				return a
			}
			return text
		}
		if slices.ContainsFunc(texts(spec), func(t string) bool {
			return distinguishes(t, a, b) || in != other && distinguishes(t, in, other) && t != a && t != b
		}) {
			return false
		}
		was = append(was, statements(m, func(text string) string { return text })...)
		is = append(is, statements(m, swap)...)
	}
	slices.Sort(was)
	slices.Sort(is)
	return slices.Equal(slices.Compact(was), slices.Compact(is))
}

// namespaceOf returns the namespace of an identity in the mesh.
func namespaceOf(identity string) string {
	if parts := strings.Split(identity, "/"); len(parts) == 5 {
		return parts[2]
	}
	return ""
}

// distinguishes reports whether a text matches one of two values and not the
// other, except as a whole identity.
func distinguishes(text, a, b string) bool {
	holds := func(value string) bool {
		stem, wild := strings.CutSuffix(text, "*")
		return wild && strings.HasPrefix(value, stem) || host.Match(text, value)
	}
	if strings.Contains(a, "/") && (text == a || text == b) {
		return false
	}
	return holds(a) != holds(b)
}

// statements returns what a policy says, rule by rule. It does not matter which of
// the policies of one action for the same pods has a rule.
func statements(m *simulate.Manifest, swap func(string) string) []string {
	spec := m.Spec()
	head := []any{m.Namespace}
	for _, key := range source.Keys(spec) {
		if key != "rules" {
			head = append(head, key, canonical(source.Field(spec, key), swap))
		}
	}
	metadata := source.Field(m.Root, "metadata")
	head = append(head, canonical(source.Field(metadata, "annotations"), swap))
	say := func(rule any) string {
		text, _ := json.Marshal([]any{head, rule})
		return string(text)
	}
	rules := source.Elements(source.Field(spec, "rules"))
	if len(rules) == 0 {
		return []string{say(nil)}
	}
	var out []string
	for _, r := range rules {
		out = append(out, say([]any{canonical(r, swap)}))
	}
	return out
}

// canonical returns a value whose lists, which are sets in policies, are in one order,
// with each element once.
func canonical(n *source.Node, swap func(string) string) any {
	if elements := source.Elements(n); elements != nil {
		var list []string
		for _, e := range elements {
			text, _ := json.Marshal(canonical(e, swap))
			list = append(list, string(text))
		}
		slices.Sort(list)
		return slices.Compact(list)
	}
	if keys := source.Keys(n); len(keys) > 0 {
		out := map[string]any{}
		for _, key := range keys {
			out[key] = canonical(source.Field(n, key), swap)
		}
		return out
	}
	if n == nil {
		return nil
	}
	if text, ok := source.Scalar(n).(string); ok {
		return swap(text)
	}
	return source.Value(n)
}

// texts returns all scalars below a node.
func texts(n *source.Node) []string {
	var out []string
	for _, e := range source.Elements(n) {
		out = append(out, texts(e)...)
	}
	for _, key := range source.Keys(n) {
		out = append(out, texts(source.Field(n, key))...)
	}
	if text := source.Text(n); text != "" {
		out = append(out, text)
	}
	return out
}

// hasField reports whether a field of a name is anywhere below a node.
func hasField(n *source.Node, field string) bool {
	return slices.ContainsFunc(source.Elements(n), func(e *source.Node) bool { return hasField(e, field) }) ||
		slices.ContainsFunc(source.Keys(n), func(key string) bool { return key == field || hasField(source.Field(n, key), field) })
}
