package handlers_test

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/handlers"
	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/internal/shape"
)

// TestSecretsAreMasked holds the fields that the schemas mark as secrets and
// those that are masked to each other.
func TestSecretsAreMasked(t *testing.T) {
	marked := 0
	var walk func(path, holder string, typ *shape.Type)
	walk = func(path, holder string, typ *shape.Type) {
		for _, f := range typ.Fields {
			at := path + "." + f.Name
			under := secret.Field("", path, holder, f.Name)
			hidden := f.Type.Kind != shape.Boolean && secret.Key(under)
			if hidden != f.Type.Secret {
				t.Errorf("%s: marked %v, masked %v", at, f.Type.Secret, hidden)
			}
			if f.Type.Secret {
				marked++
				var v any = "canary"
				if f.Type.Kind == shape.Map {
					v = map[string]any{"any": "canary"}
				}
				for _, wrong := range []any{v, []any{v}, []any{[]any{v}}, map[string]any{"any": v}} {
					if got := secret.Under("", f.Name, wrong); holds(got, "canary") {
						t.Errorf("%s shows %v", at, got)
					}
				}
			}
			walk(at, under, f.Type)
		}
	}
	for _, kind := range []*handlers.Kind{handlers.Authenticators, handlers.Authorizers, handlers.Mutators, handlers.ErrorHandlers} {
		for name, typ := range kind.Handlers {
			if typ != nil {
				walk(kind.Name+" "+name, "", typ)
			}
		}
	}
	if marked < 4 {
		t.Errorf("%d fields are marked", marked)
	}
}

// holds reports whether a text is in a value, as a key or otherwise.
func holds(v any, text string) bool {
	switch x := v.(type) {
	case map[string]any:
		for k, e := range x {
			if k == text || holds(e, text) {
				return true
			}
		}
	case []any:
		for _, e := range x {
			if holds(e, text) {
				return true
			}
		}
	case string:
		return x == text
	}
	return false
}
