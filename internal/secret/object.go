package secret

import "strings"

// Object returns a copy of an object, as encoding/json has it, with its secrets
// masked.
func Object(o map[string]any) map[string]any {
	kind, _ := o["kind"].(string)
	out, _ := masker{kind: kind}.maskValue("", "", o).(map[string]any)
	return out
}

// Under returns a copy of the value of a field, or of an element of the list
// that the field holds, with its secrets masked. kind is that of the object.
func Under(kind, field string, v any) any { return masker{kind: kind}.maskValue("", field, v) }

// Field returns the name under which the value of a field is masked: a field of
// a group of secrets, and of all of a Secret, is a secret whatever its name.
// path is that of the object that has the field, with dots; holder is the field
// that holds the object.
func Field(kind, path, holder, name string) string {
	switch {
	case isWhollySecret(kind, path) || Key(holder):
		return "secret"
	case name == "cookie" && (holder == "token_from" || holder == "tokenFrom"):
		return "" // the name of a cookie
	}
	return name
}

// Opaque reports whether an object or a list in a field is one secret as a
// whole, its keys too: where a single secret is expected.
func Opaque(field string) bool { return Key(field) && !isGroup(field) }

// Apart marks two masked values that differ though they look the same.
func Apart(b, a any) (before, after any) {
	x, okX := b.(string)
	y, okY := a.(string)
	if okX && okY && x == y {
		return x + " (before)", y + " (after)"
	}
	return b, a
}

type masker struct{ kind string }

func (m masker) maskValue(path, key string, v any) any {
	switch x := v.(type) {
	case map[string]any:
		if Opaque(key) && len(x) > 0 {
			return Hidden
		}
		out := make(map[string]any, len(x))
		for k := range x {
			out[k] = m.maskValue(strings.TrimPrefix(path+"."+k, "."), Field(m.kind, path, key, k), x[k])
		}
		return out
	case []any:
		out := make([]any, len(x))
		for i := range x {
			out[i] = m.maskValue(path+"[]", key, x[i])
		}
		return out
	case string:
		if Key(key) && x != "" && !isTemplate(x) {
			return Hidden
		}
		return Text(x)
	case nil, bool:
		return v
	}
	if Key(key) {
		return Hidden
	}
	return v
}
