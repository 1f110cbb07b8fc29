// Package secretdata reads the values of a Secret as the API server decodes
// them.
//
// It takes a document's YAML. Values go to the package that asks for them, and
// no finding has one. It must not know what Secrets are for.
package secretdata

import (
	"encoding/base64"
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
)

// Secret is a Secret.
type Secret struct {
	doc  *source.Document
	root *source.Node
}

// Of returns the Secret that a document is.
func Of(doc *source.Document, root *source.Node) *Secret { return &Secret{doc, root} }

// Encrypted reports whether the document is encrypted by SOPS: its values are
// texts of the form ENC[...].
func (s *Secret) Encrypted() bool { return source.Field(s.root, "sops") != nil }

// Keys returns the keys that the Secret has, in the order of the document.
func (s *Secret) Keys() []string {
	return append(source.Keys(source.Field(s.root, "data")), source.Keys(source.Field(s.root, "stringData"))...)
}

// Has reports whether the Secret has a key.
func (s *Secret) Has(key string) bool {
	return source.Field(source.Field(s.root, "stringData"), key) != nil || source.Field(source.Field(s.root, "data"), key) != nil
}

// Value returns the value of a key: that of stringData, else that of data,
// decoded. It is nil where the Secret does not have the key or is encrypted. ok
// is false where the value is not base64, which the API server refuses.
func (s *Secret) Value(key string) (value []byte, ok bool) {
	if n := source.Field(source.Field(s.root, "stringData"), key); n != nil {
		return []byte(n.Value), true
	}
	n := source.Field(source.Field(s.root, "data"), key)
	if n == nil || s.Encrypted() {
		return nil, true
	}
	out, err := base64.StdEncoding.DecodeString(strings.NewReplacer("\n", "", "\r", "").Replace(n.Value))
	if err != nil {
		return nil, false
	}
	return out, true
}

// At returns the place of a key, or that of the data where there is none.
func (s *Secret) At(key string) source.Ref {
	if source.Field(source.Field(s.root, "stringData"), key) != nil {
		return source.Ref{Doc: s.doc}.At("stringData", key)
	}
	if source.Field(source.Field(s.root, "data"), key) != nil {
		return source.Ref{Doc: s.doc}.At("data", key)
	}
	return source.Ref{Doc: s.doc, Path: "kind"}
}
