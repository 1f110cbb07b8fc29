package manifest

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/kgw-dev/kgw/internal/source"
)

// AppendYAML appends the object as one YAML document, without a separator.
// Fields are in the order of their structs, map keys sorted; lists are not
// indented below their key, as kubectl prints them.
func (o *Object) AppendYAML(b []byte) []byte {
	w := yamlWriter{b: b}
	w.field(0, "apiVersion", reflect.ValueOf(o.APIVersion))
	w.field(0, "kind", reflect.ValueOf(o.Kind))
	w.field(0, "metadata", reflect.ValueOf(&o.Meta))
	if o.Spec != nil {
		w.field(0, "spec", reflect.ValueOf(o.Spec))
	}
	if o.Data != nil {
		w.writeData(o.Data)
	}
	for _, m := range o.Body {
		w.field(0, m.Key, reflect.ValueOf(m.Value))
	}
	return w.b
}

// writeData appends the data of a ConfigMap: files as literal blocks, so that
// people can read them.
func (w *yamlWriter) writeData(files map[string]string) {
	w.b = append(w.b, "data:\n"...)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		text := files[name]
		if !isLiteral(text) {
			w.field(2, name, reflect.ValueOf(text))
			continue
		}
		w.b = append(appendScalar(append(w.b, "  "...), name), ": |\n"...)
		for line := range strings.Lines(text) {
			w.b = append(append(w.b, "    "...), line...)
		}
	}
}

// isLiteral reports whether a text can be a literal block that begins with its
// first character: it ends with one line break and has no line that is empty or
// begins or ends with white space where that would have a meaning.
func isLiteral(text string) bool {
	if !strings.HasSuffix(text, "\n") || strings.HasPrefix(text, " ") || strings.Contains(text, "\n\n") || strings.HasPrefix(text, "\n") {
		return false
	}
	return !strings.ContainsFunc(text, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }) && !strings.Contains(text, " \n")
}

// AppendYAMLValue appends any value of the kinds that Objects hold as one YAML
// document.
func AppendYAMLValue(b []byte, v any) []byte {
	w := yamlWriter{b: b}
	value := reflect.ValueOf(v)
	if !hasEntries(value) {
		w.inline(value)
		return append(w.b, '\n')
	}
	w.block(0, value)
	return w.b
}

type yamlWriter struct {
	b    []byte
	keys []string // of the map of texts that is written
}

// column is one printed field of a struct.
type column struct {
	name      string
	index     int
	omitEmpty bool
}

var columns sync.Map // reflect.Type to []column

func columnsOf(t reflect.Type) []column {
	if c, ok := columns.Load(t); ok {
		return c.([]column)
	}
	var out []column
	for i := range t.NumField() {
		name, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name != "" && name != "-" {
			out = append(out, column{name: name, index: i, omitEmpty: options == "omitempty"})
		}
	}
	columns.Store(t, out)
	return out
}

var (
	objectType = reflect.TypeFor[source.Object]()
	numberType = reflect.TypeFor[source.Number]()
	textsType  = reflect.TypeFor[map[string]string]()
)

// isEmpty reports whether a field marked omitempty is left out. An empty object
// that is there is kept: config: {} is not the same as no config.
func isEmpty(v reflect.Value) bool {
	if v.Type() == objectType {
		return v.IsNil()
	}
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		return v.Len() == 0
	case reflect.Interface, reflect.Pointer:
		return v.IsNil()
	}
	return v.IsZero()
}

// hasEntries reports whether a value is a block: others are on the line of their
// key.
func hasEntries(v reflect.Value) bool {
	if v = held(v); !v.IsValid() {
		return false
	}
	switch v.Kind() {
	case reflect.Struct:
		return slices.ContainsFunc(columnsOf(v.Type()), func(c column) bool { return !c.omitEmpty || !isEmpty(v.Field(c.index)) })
	case reflect.Slice, reflect.Map:
		return v.Len() > 0
	}
	return false
}

func (w *yamlWriter) indent(n int) {
	for range n {
		w.b = append(w.b, ' ')
	}
}

// field writes "key: value" with what follows it.
func (w *yamlWriter) field(indent int, key string, v reflect.Value) {
	w.indent(indent)
	w.key(indent, key, v)
}

func (w *yamlWriter) key(indent int, key string, v reflect.Value) {
	v = held(v)
	long := w.name(indent, key)
	if !hasEntries(v) {
		w.b = append(w.b, ' ')
		w.inline(v)
		w.b = append(w.b, '\n')
		return
	}
	w.b = append(w.b, '\n')
	if long || v.Kind() != reflect.Slice || v.Type() == objectType {
		indent += 2
	}
	w.block(indent, v)
}

// name writes a key and its colon, and reports whether the key is on a line of its
// own.
func (w *yamlWriter) name(indent int, key string) (long bool) {
	start := len(w.b)
	w.b = appendScalar(w.b, key)
	if long = len(w.b)-start > maxKey; long {
		w.b = append(slices.Insert(w.b, start, '?', ' '), '\n')
		w.indent(indent)
	}
	w.b = append(w.b, ':')
	return long
}

// maxKey is how long a key may be that is on the line of its colon (YAML
// 1.2, 7.4.2).
const maxKey = 1024

// block writes the entries of a struct, map, object or list, each on its own
// lines.
func (w *yamlWriter) block(indent int, v reflect.Value) {
	v = held(v)
	if v.Kind() == reflect.Slice && v.Type() != objectType {
		for i := range v.Len() {
			w.indent(indent)
			w.b = append(w.b, '-', ' ')
			w.element(indent, v.Index(i))
		}
		return
	}
	w.entries(indent, v, false)
}

// entries writes the entries of a struct, map or object; the first one is
// behind what is already on the line when inline is set.
func (w *yamlWriter) entries(indent int, v reflect.Value, inline bool) {
	next := func() {
		if !inline {
			w.indent(indent)
		}
		inline = false
	}
	put := func(key string, f reflect.Value) {
		next()
		w.key(indent, key, f)
	}
	switch {
	case v.Type() == objectType:
		for _, m := range v.Interface().(source.Object) {
			put(m.Key, reflect.ValueOf(m.Value))
		}
	case v.Kind() == reflect.Struct:
		for _, c := range columnsOf(v.Type()) {
			if f := v.Field(c.index); !c.omitEmpty || !isEmpty(f) {
				put(c.name, f)
			}
		}
	case v.Type() == textsType:
		texts := v.Interface().(map[string]string)
		w.keys = slices.AppendSeq(w.keys[:0], maps.Keys(texts))
		slices.Sort(w.keys)
		for _, k := range w.keys {
			next()
			w.name(indent, k)
			w.b = append(appendScalar(append(w.b, ' '), texts[k]), '\n')
		}
	default:
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		for _, k := range keys {
			put(k.String(), v.MapIndex(k))
		}
	}
}

// element writes a list's element behind its dash.
func (w *yamlWriter) element(indent int, v reflect.Value) {
	v = held(v)
	switch {
	case !hasEntries(v):
		w.inline(v)
		w.b = append(w.b, '\n')
	case v.Kind() == reflect.Slice && v.Type() != objectType:
		w.b = append(w.b, '-', ' ')
		w.element(indent+2, v.Index(0))
		for i := 1; i < v.Len(); i++ {
			w.indent(indent + 2)
			w.b = append(w.b, '-', ' ')
			w.element(indent+2, v.Index(i))
		}
	default:
		w.entries(indent+2, v, true)
	}
}

// inline writes a value that is on the line of its key.
func (w *yamlWriter) inline(v reflect.Value) {
	if !v.IsValid() {
		w.b = append(w.b, "null"...)
		return
	}
	if v.Type() == numberType {
		w.b = appendNumber(w.b, v.String())
		return
	}
	switch v.Kind() {
	case reflect.String:
		w.b = appendScalar(w.b, v.String())
	case reflect.Bool:
		w.b = strconv.AppendBool(w.b, v.Bool())
	case reflect.Int, reflect.Int32, reflect.Int64:
		w.b = strconv.AppendInt(w.b, v.Int(), 10)
	case reflect.Uint32, reflect.Uint64:
		w.b = strconv.AppendUint(w.b, v.Uint(), 10)
	case reflect.Float64:
		w.b = appendNumber(w.b, strconv.FormatFloat(v.Float(), 'g', -1, 64))
	case reflect.Slice:
		if v.Type() != objectType {
			w.b = append(w.b, "[]"...)
			return
		}
		w.b = append(w.b, "{}"...)
	default:
		w.b = append(w.b, "{}"...)
	}
}
