package cluster

import (
	"context"
	"maps"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
)

// The API server writes defaults into objects of CustomResourceDefinitions, so that a live object has fields
// that nobody named. The schema of the server shows without a dry run that an object is as wanted
// (https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#defaulting).

// schemas are those of one group and version, asked for once.
type schemas struct {
	once   sync.Once
	byKind map[string]map[string]any
}

// isDefaulted reports whether the object is live as wanted but for defaults that the
// schema of its kind has. If the schema cannot be read or has other forms of defaults,
// it returns false.
func (c *Client) isDefaulted(ctx context.Context, at location, object, live map[string]any) bool {
	want, err := normalize(object)
	if err != nil || live == nil || !hasAll(want, live) {
		return false
	}
	schema := c.schemaOf(ctx, at)
	return schema != nil && addDefaults(schema, want, "metadata") && isAlready(want, live)
}

// hasAll reports whether live has all that is wanted with its value, and maybe
// more fields. Anything else is not a default.
func hasAll(want, live any) bool {
	switch w := want.(type) {
	case map[string]any:
		have, ok := live.(map[string]any)
		if !ok {
			return false
		}
		for key, value := range w {
			if inner, there := have[key]; !there || !hasAll(value, inner) {
				return false
			}
		}
		return true
	case []any:
		have, ok := live.([]any)
		if !ok || len(have) != len(w) {
			return false
		}
		for i := range w {
			if !hasAll(w[i], have[i]) {
				return false
			}
		}
		return true
	}
	return want == live
}

// schemaOf returns the schema of a kind, as the server publishes it; nil where it
// does not.
func (c *Client) schemaOf(ctx context.Context, at location) map[string]any {
	c.mu.Lock()
	s := c.schemas[at.kind.APIVersion]
	if s == nil {
		s = &schemas{}
		c.schemas[at.kind.APIVersion] = s
	}
	c.mu.Unlock()
	s.once.Do(func() { s.byKind = c.readSchemas(ctx, at) })
	return s.byKind[at.kind.Kind]
}

func (c *Client) readSchemas(ctx context.Context, at location) map[string]map[string]any {
	document, err := c.ask(ctx, func() *rest.Request { return c.rest.Get().AbsPath("/openapi/v3/" + strings.Join(at.prefix, "/")) })
	if err != nil {
		return nil
	}
	components, _ := document["components"].(map[string]any)
	all, _ := components["schemas"].(map[string]any)
	out := map[string]map[string]any{}
	for _, value := range all {
		schema, _ := value.(map[string]any)
		kinds, _ := schema["x-kubernetes-group-version-kind"].([]any)
		for _, k := range kinds {
			kind, _ := k.(map[string]any)
			group, version, name := field(kind, "group"), field(kind, "version"), field(kind, "kind")
			if strings.TrimPrefix(group+"/"+version, "/") == at.kind.APIVersion {
				out[name] = schema
			}
		}
	}
	return out
}

// addDefaults adds the defaults of a schema to a value, as the API server does: those
// of the fields of every object that is there. except is a field that is left alone.
// It reports false for a schema that refers to others: those are of kinds that are
// compiled into the server, where what is called a default need not be one.
func addDefaults(schema map[string]any, value any, except string) bool {
	if schema["$ref"] != nil || schema["allOf"] != nil {
		return false
	}
	switch v := value.(type) {
	case map[string]any:
		properties, _ := schema["properties"].(map[string]any)
		for key, p := range properties {
			property, _ := p.(map[string]any)
			if d, has := property["default"]; has && v[key] == nil && key != except {
				v[key] = runtime.DeepCopyJSONValue(d)
			}
		}
		others, _ := schema["additionalProperties"].(map[string]any)
		for key := range maps.Clone(v) {
			below, named := properties[key].(map[string]any)
			if !named {
				below = others
			}
			if key != except && below != nil && !addDefaults(below, v[key], "") {
				return false
			}
		}
	case []any:
		items, _ := schema["items"].(map[string]any)
		for i := range v {
			if items != nil && !addDefaults(items, v[i], "") {
				return false
			}
		}
	}
	return true
}
