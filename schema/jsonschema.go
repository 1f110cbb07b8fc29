package schema

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"sync"

	"github.com/xeipuuv/gojsonschema"

	"github.com/kgw-dev/kgw/internal/source"
)

// Validator checks values against a JSON Schema. Only this type uses a JSON
// Schema library, so that another can replace it.
type Validator interface {
	// Validate returns what is wrong with a value of Objects, lists and
	// scalars, as "path: message", sorted; nothing when it is valid.
	Validate(v any) []string
}

// NewValidator compiles a JSON Schema (draft 7) in plain values. A reference
// that is not inside the schema is refused: nothing is ever fetched.
func NewValidator(schema map[string]any) (Validator, error) {
	if ref := remoteRef(schema); ref != "" {
		return nil, fmt.Errorf("the schema refers to %q, which is not part of it", ref)
	}
	compiled, err := gojsonschema.NewSchema(gojsonschema.NewGoLoader(schema))
	if err != nil {
		return nil, fmt.Errorf("cannot compile the JSON Schema: %w", err)
	}
	return validator{compiled}, nil
}

// remoteRef returns the first $ref that leads out of the schema, or "".
func remoteRef(v any) string {
	switch x := v.(type) {
	case map[string]any:
		if ref, ok := x["$ref"].(string); ok && !strings.HasPrefix(ref, "#") {
			return ref
		}
		for _, e := range x {
			if ref := remoteRef(e); ref != "" {
				return ref
			}
		}
	case []any:
		for _, e := range x {
			if ref := remoteRef(e); ref != "" {
				return ref
			}
		}
	}
	return ""
}

type validator struct{ schema *gojsonschema.Schema }

// Validate implements Validator.
func (v validator) Validate(value any) []string {
	result, err := v.schema.Validate(gojsonschema.NewRawLoader(source.Plain(value, func(n source.Number) any { return json.Number(n) })))
	if err != nil {
		return []string{err.Error()}
	}
	var out []string
	for _, e := range result.Errors() {
		out = append(out, e.Field()+": "+e.Description())
	}
	sort.Strings(out)
	return out
}

var validators sync.Map // name of a kind to Validator

// Validator returns the JSON Schema validator of the kind, compiled once.
func (k *Kind) Validator() (Validator, error) {
	if v, ok := validators.Load(k.Name()); ok {
		return v.(Validator), nil
	}
	v, err := NewValidator(k.JSONSchema())
	if err != nil {
		return nil, err
	}
	validators.Store(k.Name(), v)
	return v, nil
}

// JSONSchema returns the JSON Schema of the kind.
func (k *Kind) JSONSchema() map[string]any {
	s := k.Type.JSONSchema()
	s["$schema"] = "http://json-schema.org/draft-07/schema#"
	s["title"] = k.Name()
	return s
}
