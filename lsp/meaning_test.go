package lsp

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/handlers"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/schema"
)

// TestEveryFieldHasAMeaning: what an editor says of a field is what its description
// says; those that the API server fills in are left to Kubernetes.
func TestEveryFieldHasAMeaning(t *testing.T) {
	fields := 0
	var walk func(path string, typ *shape.Type)
	walk = func(path string, typ *shape.Type) {
		if typ == nil || typ == shape.Metadata {
			return
		}
		for _, f := range typ.Fields {
			if fields++; f.Type.Doc == "" && f.Name != "spec" {
				t.Errorf("%s.%s says nothing", path, f.Name)
			}
			walk(path+"."+f.Name, f.Type)
		}
		walk(path+"[]", typ.Elem)
	}
	for _, d := range schema.Descriptions() {
		for _, f := range d.Type.Fields {
			if f.Name != "apiVersion" && f.Name != "kind" && f.Name != "status" {
				walk(d.Name()+"."+f.Name, f.Type)
			}
		}
	}
	for _, k := range []*handlers.Kind{handlers.Authenticators, handlers.Authorizers, handlers.Mutators, handlers.ErrorHandlers} {
		for name, h := range k.Handlers {
			walk(name, h)
		}
	}
	if fields < 500 {
		t.Errorf("only %d fields", fields)
	}
}
