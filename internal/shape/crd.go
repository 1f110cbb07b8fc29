package shape

import "strings"

// OpenAPI returns the type as the openAPIV3Schema of a CustomResourceDefinition
// (apiextensions.k8s.io/v1, structural): unknown fields are pruned there, not
// refused, and cross-field rules are CEL.
func (t *Type) OpenAPI() map[string]any {
	s := map[string]any{}
	if t.Doc != "" {
		s["description"] = t.Doc
	}
	if t.Nullable {
		s["nullable"] = true
	}
	switch t.Kind {
	case Any, StringOrList: // a structural schema has one type for a value
		s["x-kubernetes-preserve-unknown-fields"] = true
		return s
	case StringOrInteger:
		s["x-kubernetes-int-or-string"] = true
		return s
	case Object:
		t.objectOpenAPI(s)
	case Map:
		s["additionalProperties"] = t.Elem.OpenAPI()
		setLength(s, t, "minProperties", "maxProperties")
	case List:
		s["items"] = t.Elem.OpenAPI()
		setLength(s, t, "minItems", "maxItems")
	case String:
		t.stringOpenAPI(s)
	case Integer, Number:
		setBounds(s, t)
	}
	s["type"] = jsonNames[t.Kind][0]
	return s
}

func (t *Type) stringOpenAPI(s map[string]any) {
	setLength(s, t, "minLength", "maxLength")
	if len(t.Enum) > 0 {
		s["enum"] = t.enumSchema()
	}
	if t.Pattern == nil {
		return
	}
	if !t.Pattern.CEL {
		s["pattern"] = t.Pattern.Expr
		return
	}
	s["x-kubernetes-validations"] = []any{map[string]any{
		"rule":    "self.matches('" + strings.ReplaceAll(t.Pattern.Expr, `\`, `\\`) + "')",
		"message": t.Pattern.Message,
	}}
}

func (t *Type) objectOpenAPI(s map[string]any) {
	t.setFields(s, (*Type).OpenAPI)
	if t.Open {
		s["x-kubernetes-preserve-unknown-fields"] = true
	}
	if t.AtLeastOne != nil {
		rule := "has(self." + strings.Join(t.AtLeastOne, ") || has(self.") + ")"
		message := "At least one of '" + strings.Join(t.AtLeastOne, "' or '") + "' must be set"
		s["x-kubernetes-validations"] = []any{map[string]any{"rule": rule, "message": message}}
	}
	if e := t.ExactlyOne; e != nil {
		var terms []string
		for _, f := range e.Fields {
			terms = append(terms, "(has(self."+f+")?1:0)")
		}
		for _, f := range e.True {
			terms = append(terms, "((has(self."+f+")&&self."+f+"==true)?1:0)")
		}
		s["x-kubernetes-validations"] = []any{map[string]any{"rule": "(" + strings.Join(terms, "+") + ")==1", "message": e.Message}}
	}
}
