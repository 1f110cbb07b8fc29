package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/handlers"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/schema"
)

// marked lists values of a type, each with a secret where the type has one.
func marked(t *shape.Type, secret string) []any {
	switch {
	case t == nil:
		return nil
	case t.Kind == shape.Map && t.Secret:
		return []any{map[string]any{"x-any": secret}}
	case t.Secret:
		return []any{secret}
	}
	var out []any
	for _, f := range t.Fields {
		for _, v := range marked(f.Type, secret) {
			out = append(out, map[string]any{f.Name: v})
		}
	}
	for _, v := range marked(t.Elem, secret) {
		if t.Kind == shape.List {
			out = append(out, []any{v})
		} else {
			out = append(out, map[string]any{"any": v})
		}
	}
	return out
}

// TestEveryMarkedSecretIsHidden writes a secret into each field that the schema
// of a handler marks as one, and runs every command: a field that is marked
// later is tried without another line here.
func TestEveryMarkedSecretIsHidden(t *testing.T) {
	const secret = "kanarienvogel-2b"
	tried := 0
	for _, kind := range []*handlers.Kind{handlers.Authenticators, handlers.Authorizers, handlers.Mutators, handlers.ErrorHandlers} {
		for name, config := range kind.Handlers {
			for _, value := range marked(config, secret) {
				tried++
				text, err := json.Marshal(map[string]any{"handler": name, "config": value})
				if err != nil {
					t.Fatal(err)
				}
				spec := fmt.Sprintf("%s: [%s]\n", kind.Group, text)
				if kind == handlers.Authorizers {
					spec = fmt.Sprintf("authorizer: %s\n", text)
				}
				input := ruleWith(strings.TrimSuffix(spec, "\n"))
				dir := secretDir(t, input, strings.ReplaceAll(input, secret, secret+"-old"))
				for _, c := range secretCommands() {
					if c.product {
						continue
					}
					if out := c.run(t, dir); strings.Contains(out, secret) {
						t.Errorf("%s %s: kgw %s shows it:\n%s", kind.Name, name, strings.Join(c.args, " "), lineWith(out, secret))
					}
				}
			}
		}
	}
	if tried < 4 {
		t.Errorf("%d fields are marked", tried)
	}
}

// TestOnlyHandlersMarkSecrets checks that no description of a kind marks a
// secret: TestEveryMarkedSecretIsHidden would not try it.
func TestOnlyHandlersMarkSecrets(t *testing.T) {
	for _, k := range schema.Kinds {
		if values := marked(k.Type, "x"); len(values) > 0 {
			t.Errorf("%s marks %v", k.Name(), values)
		}
	}
}
