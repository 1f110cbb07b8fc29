package shape

// JSONSchema returns the type as a JSON Schema (draft 7) in plain values: maps,
// lists, strings, numbers and booleans. It accepts exactly what Check accepts.
func (t *Type) JSONSchema() map[string]any {
	s := map[string]any{}
	if t.Doc != "" {
		s["description"] = t.Doc
	}
	switch t.Kind {
	case Object:
		t.objectSchema(s)
	case Map:
		s["additionalProperties"] = t.Elem.JSONSchema()
		setLength(s, t, "minProperties", "maxProperties")
	case List:
		s["items"] = t.Elem.JSONSchema()
		setLength(s, t, "minItems", "maxItems")
	case String:
		setLength(s, t, "minLength", "maxLength")
		if t.Pattern != nil {
			s["pattern"] = t.Pattern.Expr
		}
		if len(t.Enum) > 0 {
			s["enum"] = t.enumSchema()
		}
	case Integer, Number:
		setBounds(s, t)
	case StringOrList:
		list := (&Type{Kind: List, Elem: t.Elem, MinLen: t.MinLen, MaxLen: t.MaxLen}).JSONSchema()
		one := []any{t.Elem.JSONSchema(), list}
		if t.Nullable {
			one = append(one, map[string]any{"type": "null"})
		}
		s["anyOf"] = one
	case StringOrInteger:
		setBounds(s, t)
		if t.Pattern != nil {
			s["pattern"] = t.Pattern.Expr // of a text
		}
	}
	if types := t.typeNames(); types != nil {
		s["type"] = types
	}
	return s
}

func (t *Type) enumSchema() []any {
	var out []any
	for _, e := range t.Enum {
		out = append(out, e)
	}
	if t.Nullable {
		out = append(out, nil)
	}
	return out
}

var jsonNames = [...][]any{
	Any: nil, Object: {"object"}, Map: {"object"}, List: {"array"}, String: {"string"}, Integer: {"integer"},
	Number: {"number"}, Boolean: {"boolean"}, StringOrInteger: {"string", "integer"}, StringOrList: {"string", "array"},
}

func (t *Type) typeNames() any {
	names := jsonNames[t.Kind]
	if len(names) == 0 {
		return nil
	}
	if t.Nullable {
		names = append(names[:len(names):len(names)], "null")
	}
	if len(names) == 1 {
		return names[0]
	}
	return names
}

// setFields sets the properties of an Object, each as the function spells it,
// and which of them are required.
func (t *Type) setFields(s map[string]any, spell func(*Type) map[string]any) {
	properties := map[string]any{}
	var required []any
	for _, f := range t.Fields {
		properties[f.Name] = spell(f.Type)
		if f.Required {
			required = append(required, f.Name)
		}
	}
	if len(properties) > 0 {
		s["properties"] = properties
	}
	if len(required) > 0 {
		s["required"] = required
	}
}

func (t *Type) objectSchema(s map[string]any) {
	t.setFields(s, (*Type).JSONSchema)
	if !t.Open {
		s["additionalProperties"] = false
	}
	switch e := t.ExactlyOne; {
	case e != nil && t.Nullable: // null has all fields that are required
		s["if"], s["then"] = map[string]any{"type": "object"}, map[string]any{"oneOf": e.schema()}
	case e != nil:
		s["oneOf"] = e.schema()
	}
	if t.AtLeastOne != nil {
		s["anyOf"] = (&ExactlyOne{Fields: t.AtLeastOne}).schema()
	}
}

func (e *ExactlyOne) schema() []any {
	var out []any
	for _, f := range e.Fields {
		out = append(out, map[string]any{"required": []any{f}})
	}
	for _, f := range e.True {
		out = append(out, map[string]any{"required": []any{f}, "properties": map[string]any{f: map[string]any{"enum": []any{true}}}})
	}
	return out
}

func setLength(s map[string]any, t *Type, minName, maxName string) {
	if t.MinLen > 0 {
		s[minName] = t.MinLen
	}
	if t.MaxLen > 0 {
		s[maxName] = t.MaxLen
	}
}

func setBounds(s map[string]any, t *Type) {
	if t.Min != nil {
		s["minimum"] = *t.Min
	}
	if t.Max != nil {
		s["maximum"] = *t.Max
	}
}
