package manifest

import "github.com/kgw-dev/kgw/internal/source"

// SizeOf returns about how many bytes a value of a configuration has as YAML
// in a manifest, without writing it.
func SizeOf(v any) int {
	const line = 14 // the indentation of a line, its break, and quotes
	n := 0
	switch v := v.(type) {
	case source.Object:
		for i := range v {
			n += line + len(v[i].Key) + SizeOf(v[i].Value)
		}
	case []any:
		for _, e := range v {
			n += line + SizeOf(e)
		}
	case string:
		n = len(v)
	default:
		n = len("false")
	}
	return n
}

// SizeOfTexts returns about how many bytes a list of texts has as YAML in a
// manifest.
func SizeOfTexts(list []string) int {
	const item = 16 // the indentation of an item, its dash and its break
	n := 0
	for _, s := range list {
		n += item + len(s)
	}
	return n
}

// SizeOfLabels returns about how many bytes labels have as YAML in a manifest.
func SizeOfLabels(labels map[string]string) int {
	n := 0
	for k, v := range labels {
		n += SizeOfLabel(k, v)
	}
	return n
}

// SizeOfLabel returns about how many bytes one of them has.
func SizeOfLabel(key, value string) int { return len("    : \n") + len(key) + len(value) }
