package secret

import "reflect"

// Shown returns a copy of a value as it may be shown: secrets are masked in every
// text that JSON shows of it, at any depth. A text in a map counts as the value of
// the field of its key, such as a header. Only a field with the tag `secret:"none"`
// is left as it is: a name or place of the inputs, or a word of kgw. The value and
// what JSON does not show of it are not touched.
func Shown[T any](b *Book, v T) T {
	out := reflect.New(reflect.TypeFor[T]()).Elem()
	out.Set(reflect.ValueOf(&v).Elem())
	b.mask(out, "")
	return out.Interface().(T) //nolint:forcetypeassert // it was made as one
}

// plainText is the type of texts; others that are strings are words of kgw.
var plainText = reflect.TypeFor[string]()

// mask masks the texts of a value that can be set. What it points to is copied.
func (b *Book) mask(v reflect.Value, key string) {
	switch v.Kind() {
	case reflect.String:
		if v.Type() == plainText {
			v.SetString(b.maskField(key, v.String()))
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			v.Set(b.masked(v, key))
		}
	case reflect.Slice:
		if v.IsNil() {
			return
		}
		list := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(list, v)
		for i := range list.Len() {
			b.mask(list.Index(i), key)
		}
		v.Set(list)
	case reflect.Array:
		for i := range v.Len() {
			b.mask(v.Index(i), key)
		}
	case reflect.Map:
		b.maskMap(v)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Tag.Get("json") != "-" && f.Tag.Get("secret") != "none" {
				b.mask(v.Field(i), key)
			}
		}
	default: // numbers and the like
	}
}

// masked returns what a pointer or an interface holds, copied and masked.
func (b *Book) masked(v reflect.Value, key string) reflect.Value {
	out := reflect.New(v.Elem().Type())
	out.Elem().Set(v.Elem())
	b.mask(out.Elem(), key)
	if v.Kind() == reflect.Pointer {
		return out
	}
	return out.Elem()
}

func (b *Book) maskMap(v reflect.Value) {
	if v.IsNil() {
		return
	}
	out := reflect.MakeMapWithSize(v.Type(), v.Len())
	for entries := v.MapRange(); entries.Next(); {
		key := ""
		if entries.Key().Type() == plainText {
			key = entries.Key().String()
		}
		value := reflect.New(v.Type().Elem()).Elem()
		value.Set(entries.Value())
		b.mask(value, key)
		out.SetMapIndex(entries.Key(), value)
	}
	v.Set(out)
}

// maskField masks a text that is the value of a field, whose name says that it is a
// secret or not; "" is no field.
func (b *Book) maskField(field, s string) string {
	if field != "" {
		if shown, isText := Under("", field, s).(string); isText {
			s = shown
		}
	}
	return b.Text(s)
}
