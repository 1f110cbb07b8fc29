package compile

import (
	"fmt"
	"testing"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
)

// A kind whose decoder is that of another version is a mistake in kgw: what
// it accepts, the JSON Schema refuses.
func TestWhichDocumentsAreHeldAgainstTheirSchema(t *testing.T) {
	mistaken := *schema.Find("gateway.kyma-project.io/v2", "APIRule")
	if _, err := mistaken.Validator(); err != nil {
		t.Fatal(err)
	}
	mistaken.Type = schema.Find("gateway.kyma-project.io/v1beta1", "APIRule").Type
	for _, c := range []struct {
		mode        SchemaCheck
		of          int // documents of the run
		least, most int // of 1,600 that are held against their schema
	}{
		{SchemaRefused, 1, 0, 0},
		{SchemaSome, schemaDocuments, 1600, 1600},
		{SchemaSome, schemaDocuments + 1, 70, 130},
		{SchemaAll, schemaDocuments + 1, 1600, 1600},
	} {
		o := Options{Schema: c.mode}.WithDefaults()
		r := &run{options: &o, result: &Result{}, judge: match.NewJudge(), documents: c.of}
		r.fillSettings()
		asked, told := 0, 0
		for i := range 1600 {
			f := &source.File{Name: "a.yaml", Data: fmt.Appendf(nil, "apiVersion: gateway.kyma-project.io/v1beta1\nkind: APIRule\nmetadata: {name: a%d, namespace: b}\n"+
				"spec: {host: a.example.com, gateway: a/b, service: {name: a, port: 80}, rules: [{path: /, methods: [GET], accessStrategies: [{handler: allow}]}]}\n", i)}
			docs, _ := source.Split(f)
			root, _ := docs[0].Parse()
			u := &unit{doc: docs[0], kind: &mistaken}
			if r.decode(u, root); u.disagreed != "" {
				told++
			}
			if r.needsSchemaCheck(u.doc) {
				asked++
			}
		}
		if asked != told || asked < c.least || asked > c.most {
			t.Errorf("mode %d, %d documents: %d of 1600 are held against their schema and %d disagreements told, want %d to %d", c.mode, c.of, asked, told, c.least, c.most)
		}
	}
}
