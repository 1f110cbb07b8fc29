package openapi

import (
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
)

// Fields of the objects that say what is published and who may call it
// (https://spec.openapis.org/oas/v3.2.0.html#schema). One that is not among them is
// not passed over: it may be a misspelt "security".
var (
	rootFields = []string{
		"openapi", "$self", "info", "jsonSchemaDialect", "servers", "paths", "webhooks", "components", "security", "tags", "externalDocs",
	}
	// pathFields are the fields of a path that are not operations.
	pathFields = []string{"$ref", "summary", "description", "servers", "parameters", "additionalOperations"}
	// operationFields are those of a path that are. TRACE and QUERY are among them.
	operationFields = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace", "query"}
	fieldsOfOne     = []string{
		"tags", "summary", "description", "externalDocs", "operationId", "parameters", "requestBody", "responses", "callbacks", "deprecated", "security", "servers",
	}
)

// isPathField reports whether a path may have a field. x-fabric keys are those of
// operations and of the document.
func isPathField(key string) bool {
	return strings.HasPrefix(key, "x-") && !isFabric(key) || slices.Contains(pathFields, key) || slices.Contains(operationFields, key)
}

func helpPath(key string) string {
	if isFabric(key) {
		return "write it in each operation"
	}
	return "operations are " + strings.Join(operationFields, ", ") + ", in lower case"
}

// helpFields is the remedy for a field that is not among some.
func helpFields(key string, fields []string) string {
	if near := shape.Nearest(key, fields); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "remove it, or begin its name with x-"
}

// reportField reports an unread field.
func (r *reader) reportField(at source.Ref, message, help string) {
	at.Key = true
	r.found.Add(diag.Finding{Code: diag.APIUnreadable, At: at, Message: message, Help: help})
}

// checkFields reports fields of the document and of paths that would be passed over:
// an operation whose method is misspelt is one that nothing is compared with.
func (r *reader) checkFields() {
	for _, key := range source.Keys(r.root) {
		if !strings.HasPrefix(key, "x-") && !slices.Contains(rootFields, key) {
			r.reportField(r.origin.At(key), fmt.Sprintf("%q is not a field of an OpenAPI document", key), helpFields(key, rootFields))
		}
	}
	paths := source.Field(r.root, "paths")
	for _, p := range source.Keys(paths) {
		for _, key := range source.Keys(source.Field(paths, p)) {
			if !isPathField(key) {
				r.reportField(r.origin.At("paths", p, key), fmt.Sprintf("%q is not a field of a path", key), helpPath(key))
			}
		}
	}
}

// checkOperation reports fields of an operation that would be passed over, also of one
// behind a reference.
func (r *reader) checkOperation(at source.Ref, o *openapi3.Operation) {
	for _, key := range sortedKeys(o.Extensions) {
		if !strings.HasPrefix(key, "x-") && !slices.Contains(fieldsOfOne, key) {
			r.reportField(at.At(key), fmt.Sprintf("%q is not a field of an operation", key), helpFields(key, fieldsOfOne))
		}
	}
}
