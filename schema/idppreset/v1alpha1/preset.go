// Package v1alpha1 is Kyma's IDPPreset: the issuer and the keys of an identity
// provider under a name.
//
// It takes a document's YAML and returns findings and a preset. Nothing is
// compiled: its controller was removed in 2022, and kgw reads presets where an
// annotation names them. It must not know any other kind.
package v1alpha1

import (
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
)

// Group is the API group of IDPPreset.
const Group = "authentication.kyma-project.io"

// Type describes the documents of this version, as Kyma's
// CustomResourceDefinition does. An early sample of the documentation has
// spec.name, which means nothing.
var Type = shape.Resource(Group+"/v1alpha1", "IDPPreset", "An identity provider under a name (Kyma IDPPreset).",
	shape.Field{Name: "spec", Required: true, Type: &shape.Type{Kind: shape.Object, Fields: []shape.Field{
		{Name: "issuer", Required: true, Type: &shape.Type{Kind: shape.String, MinLen: 1, Doc: "Issuer of the tokens."}},
		{Name: "jwksUri", Required: true, Type: &shape.Type{
			Kind: shape.String, MinLen: 1, Doc: "Where the keys of the issuer are.",
			Pattern: &shape.Pattern{Expr: `^(https?)://.+$`, Means: "a URL that begins with http:// or https://"},
		}},
		{Name: "name", Type: &shape.Type{Kind: shape.String, Doc: "Means nothing; the preset's name is metadata.name."}},
	}}})

// IDPPreset is a decoded document.
type IDPPreset struct{ preset ir.Preset }

// Decode reads a document. It is tolerant: what Type refuses is left empty.
func Decode(doc *source.Document, root *source.Node) *IDPPreset {
	spec := source.Field(root, "spec")
	return &IDPPreset{preset: ir.Preset{
		Origin: source.Ref{Doc: doc}, Name: doc.Name,
		Issuer: source.Text(source.Field(spec, "issuer")), JWKS: source.Text(source.Field(spec, "jwksUri")),
	}}
}

// Check finds nothing that Type does not.
func (p *IDPPreset) Check(*ir.Settings) diag.List { return nil }

// Lift returns no gateway: a preset is a companion.
func (p *IDPPreset) Lift(*ir.Settings) (*ir.Gateway, diag.List) { return nil, nil }

// Companion returns the preset.
func (p *IDPPreset) Companion() ir.Companion { return &p.preset }
