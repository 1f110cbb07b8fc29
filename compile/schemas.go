package compile

import (
	"fmt"
	"hash/crc32"

	"github.com/kgw-dev/kgw/internal/source"
)

// SchemaCheck is which documents are also checked against the JSON Schema of their
// kind. The check finds nothing about inputs: it is a second opinion on the decoder,
// and if the two disagree the mistake is in kgw.
type SchemaCheck uint8

// The choices, from few documents to all.
const (
	// SchemaRefused are those that the decoder refuses.
	SchemaRefused SchemaCheck = iota
	// SchemaSome are also all others where there are not more than
	// schemaDocuments, and else one in schemaShare, chosen by their text.
	SchemaSome
	// SchemaAll are all.
	SchemaAll
)

const (
	schemaDocuments = 1000
	schemaShare     = 16
)

// needsSchemaCheck reports whether a document that the decoder accepts is checked
// against its JSON Schema.
func (r *run) needsSchemaCheck(doc *source.Document) bool {
	switch r.options.Schema {
	case SchemaAll:
		return true
	case SchemaSome:
		sum := crc32.Update(crc32.ChecksumIEEE(doc.Text()), crc32.IEEETable, []byte(doc.Item()))
		return r.documents <= schemaDocuments || sum%schemaShare == 0
	case SchemaRefused:
	}
	return false
}

// compareWithSchema compares the decoder with the JSON Schema of the kind.
func (u *unit) compareWithSchema(root *source.Node, refused bool) {
	v, err := u.kind.Validator()
	if err != nil {
		u.disagreed = err.Error()
		return
	}
	if wrong := v.Validate(source.Value(root)); (len(wrong) > 0) != refused {
		u.disagreed = fmt.Sprintf("%s:%d: decoder and JSON Schema of %s disagree: %v", u.doc.File.Name, u.doc.Line(), u.kind.Name(), wrong)
	}
}
