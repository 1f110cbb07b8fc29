package manifest

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
)

// Value returns the object as Objects, lists and scalars, fields in the order
// of the YAML form.
func (o *Object) Value() source.Object {
	out := source.Object{
		{Key: "apiVersion", Value: o.APIVersion},
		{Key: "kind", Value: o.Kind},
		{Key: "metadata", Value: plainValue(reflect.ValueOf(&o.Meta))},
	}
	if o.Spec != nil {
		out = append(out, source.Member{Key: "spec", Value: plainValue(reflect.ValueOf(o.Spec))})
	}
	if o.Data != nil {
		out = append(out, source.Member{Key: "data", Value: plainValue(reflect.ValueOf(o.Data))})
	}
	return append(out, o.Body...)
}

// held returns what pointers and interfaces hold; the zero value for nil.
func held(v reflect.Value) reflect.Value {
	for v.IsValid() && (v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface) {
		v = v.Elem()
	}
	return v
}

func plainValue(v reflect.Value) any {
	if v = held(v); !v.IsValid() {
		return nil
	}
	switch x := v.Interface().(type) {
	case source.Object, source.Number:
		return x
	}
	switch v.Kind() {
	case reflect.Struct:
		o := source.Object{}
		for _, c := range columnsOf(v.Type()) {
			if f := v.Field(c.index); !c.omitEmpty || !isEmpty(f) {
				o = append(o, source.Member{Key: c.name, Value: plainValue(f)})
			}
		}
		return o
	case reflect.Map:
		o := source.Object{}
		for _, k := range v.MapKeys() {
			o = append(o, source.Member{Key: k.String(), Value: plainValue(v.MapIndex(k))})
		}
		slices.SortFunc(o, func(a, b source.Member) int { return strings.Compare(a.Key, b.Key) })
		return o
	case reflect.Slice:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = plainValue(v.Index(i))
		}
		return list
	}
	return plainScalar(v)
}

func plainScalar(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Bool:
		return v.Bool()
	case reflect.Int, reflect.Int32, reflect.Int64:
		return source.Number(strconv.FormatInt(v.Int(), 10))
	case reflect.Uint32, reflect.Uint64:
		return source.Number(strconv.FormatUint(v.Uint(), 10))
	case reflect.Float64:
		return source.Number(strconv.FormatFloat(v.Float(), 'g', -1, 64))
	}
	return v.String()
}

// AppendJSON appends a value of Objects, lists and scalars as JSON, indented
// by two spaces for each level from indent on.
func AppendJSON(b []byte, v any, indent int) []byte {
	switch x := v.(type) {
	case source.Object:
		return appendJSONBlock(b, '{', '}', len(x), indent, func(b []byte, i int) []byte {
			b = append(appendQuoted(b, x[i].Key), ':', ' ')
			return AppendJSON(b, x[i].Value, indent+2)
		})
	case []any:
		return appendJSONBlock(b, '[', ']', len(x), indent, func(b []byte, i int) []byte {
			return AppendJSON(b, x[i], indent+2)
		})
	case bool:
		return strconv.AppendBool(b, x)
	case source.Number:
		return append(b, x...)
	case string:
		return appendQuoted(b, x)
	default:
		return append(b, "null"...)
	}
}

func appendJSONBlock(b []byte, left, right byte, n, indent int, element func([]byte, int) []byte) []byte {
	b = append(b, left)
	for i := range n {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(b, '\n'), strings.Repeat(" ", indent+2)...)
		b = element(b, i)
	}
	if n > 0 {
		b = append(append(b, '\n'), strings.Repeat(" ", indent)...)
	}
	return append(b, right)
}
