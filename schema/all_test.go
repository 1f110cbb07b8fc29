package schema

import (
	"encoding/json"
	"testing"

	"github.com/xeipuuv/gojsonschema"
)

// TestAll: the schema of all kinds judges a document as the schema of its kind
// does, and nothing else.
func TestAll(t *testing.T) {
	all, err := gojsonschema.NewSchema(gojsonschema.NewBytesLoader(All()))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range Descriptions() {
		for _, more := range []map[string]any{{}, {"nonsense": 1}, {"spec": map[string]any{}}, {"metadata": 1}} {
			doc := map[string]any{"apiVersion": d.APIVersion(), "kind": d.Kind, "metadata": map[string]any{"name": "a"}}
			for key, value := range more {
				doc[key] = value
			}
			text, _ := json.Marshal(doc)
			own, err := gojsonschema.Validate(gojsonschema.NewBytesLoader(d.JSON()), gojsonschema.NewBytesLoader(text))
			if err != nil {
				t.Fatal(err)
			}
			got, err := all.Validate(gojsonschema.NewBytesLoader(text))
			if err != nil {
				t.Fatal(err)
			}
			if got.Valid() != own.Valid() {
				t.Errorf("%s: all says %v, its own schema %v", text, got.Valid(), own.Valid())
			}
		}
	}
	other, err := all.Validate(gojsonschema.NewStringLoader(`{"apiVersion": "v1", "kind": "Service", "nonsense": 1}`))
	if err != nil || !other.Valid() {
		t.Errorf("another kind does not pass: %v %v", err, other.Errors())
	}
}
