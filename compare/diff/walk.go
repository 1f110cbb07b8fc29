package diff

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/internal/source"
)

// walk visits two objects side by side and collects their differences. It returns
// both as they are shown: masked, and with lists in one order.
type walk struct {
	kind    string
	changes []Change
}

func newWalk(kind string) *walk { return &walk{kind: kind} }

// at is the current place of the walk: the field path as users see it, and as the
// tables spell it.
type at struct{ path, pattern string }

func (p at) key(k string) at {
	if p.pattern == "" {
		return at{source.JoinKey(p.path, k), k}
	}
	return at{source.JoinKey(p.path, k), p.pattern + "." + k}
}

func (p at) elem(i int) at { return at{source.JoinIndex(p.path, i), p.pattern + "[]"} }

// compareObjects compares two whole objects.
func (w *walk) compareObjects(b, a map[string]any) (before, after map[string]any) {
	return w.compareMaps(at{}, b, a, "")
}

// compareValues compares two values; key is the field that they, or the list
// that they are in, are the value of.
func (w *walk) compareValues(p at, b, a any, key string) (before, after any) {
	switch x := b.(type) {
	case map[string]any:
		if y, ok := a.(map[string]any); ok && !secret.Opaque(key) {
			return w.compareMaps(p, x, y, key)
		}
	case []any:
		if y, ok := a.([]any); ok {
			return w.compareLists(p, x, y, key)
		}
	}
	differ := !equalValues(b, a) && !sameDuration(key, b, a)
	before, after = secret.Under(w.kind, key, b), secret.Under(w.kind, key, a)
	if !differ {
		return after, after
	}
	before, after = secret.Apart(before, after)
	w.changes = append(w.changes, Change{Op: Changed, Path: p.path, Before: before, After: after})
	return before, after
}

func (w *walk) compareMaps(p at, b, a map[string]any, key string) (before, after map[string]any) {
	before, after = make(map[string]any, len(b)), make(map[string]any, len(a))
	keys := slices.Collect(maps.Keys(b))
	for k := range a {
		if _, both := b[k]; !both {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	for _, k := range keys {
		x, inB := b[k]
		y, inA := a[k]
		under := secret.Field(w.kind, p.pattern, key, k)
		switch {
		case inB && inA:
			before[k], after[k] = w.compareValues(p.key(k), x, y, under)
		case inB:
			before[k] = secret.Under(w.kind, under, x)
			w.changes = append(w.changes, Change{Op: Removed, Path: p.key(k).path, Before: before[k]})
		default:
			after[k] = secret.Under(w.kind, under, y)
			w.changes = append(w.changes, Change{Op: Added, Path: p.key(k).path, After: after[k]})
		}
	}
	return before, after
}

func (w *walk) compareLists(p at, b, a []any, key string) (before, after []any) {
	l := listAt(w.kind, p.pattern, b, a)
	of := match(w.kind, p.pattern+"[]", l, b, a)
	var moves map[int]bool
	if l.ordered {
		moves = movedElements(of)
	}
	before, after = make([]any, 0, len(b)), make([]any, 0, len(a))
	for _, r := range orderRows(of, len(b)) {
		switch {
		case r.a < 0:
			v := secret.Under(w.kind, key, b[r.b])
			before = append(before, v)
			w.changes = append(w.changes, Change{Op: Removed, Path: p.elem(r.b).path, Before: v})
		case r.b < 0:
			v := secret.Under(w.kind, key, a[r.a])
			after = append(after, v)
			w.changes = append(w.changes, Change{Op: Added, Path: p.elem(r.a).path, After: v})
		default:
			x, y := w.compareValues(p.elem(r.a), b[r.b], a[r.a], key)
			before, after = append(before, x), append(after, y)
			if moves[r.a] {
				w.changes = append(w.changes, Change{Op: Moved, Path: p.elem(r.a).path, From: r.b, To: r.a, What: elementName(y)})
			}
		}
	}
	return before, after
}

// elementName names an element of a list for people: the requests of a route, the
// name of a handler.
func elementName(v any) string {
	m, ok := v.(map[string]any)
	if !ok {
		if s := text(v); s != "" {
			return s
		}
		return spellValue(v)
	}
	for _, k := range []string{"name", "handler", "issuer", "host"} {
		if s := text(m[k]); s != "" {
			return s
		}
	}
	var parts []string
	matches, _ := m["match"].([]any)
	for _, e := range matches {
		one, _ := e.(map[string]any)
		parts = append(parts, strings.TrimSpace(condition(one["method"])+" "+condition(one["uri"])))
	}
	if len(parts) == 0 {
		return strconv.Quote(spellValue(v))
	}
	return strings.Join(parts, ", ")
}

// condition returns a string match of Istio as a text.
func condition(v any) string {
	m, _ := v.(map[string]any)
	for _, k := range []string{"exact", "prefix", "regex"} {
		if s := text(m[k]); s != "" {
			if k == "prefix" {
				s += "*"
			}
			return s
		}
	}
	return ""
}
