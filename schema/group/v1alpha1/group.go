// Package v1alpha1 is Kyma's Group: a group of users that an identity provider
// knows.
//
// It takes a document's YAML and returns findings and a group. Nothing is
// compiled. It must not know any other kind.
package v1alpha1

import (
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
)

// Group is the API group of Group.
const Group = "authentication.kyma-project.io"

// Type describes the documents of this version, as Kyma's
// CustomResourceDefinition does; a Group without spec, which that lets pass, is
// refused.
var Type = shape.Resource(Group+"/v1alpha1", "Group", "A group of users of an identity provider (Kyma Group).",
	shape.Field{Name: "spec", Required: true, Type: &shape.Type{Kind: shape.Object, Fields: []shape.Field{
		{Name: "name", Required: true, Type: &shape.Type{Kind: shape.String, MinLen: 1, MaxLen: 64, Doc: "Name of the group at the provider."}},
		{Name: "idpName", Required: true, Type: &shape.Type{Kind: shape.String, MinLen: 1, MaxLen: 32, Doc: "Name of the provider."}},
		{Name: "description", Type: &shape.Type{Kind: shape.String, MaxLen: 256, Doc: "What the group is for."}},
	}}})

// Resource is a decoded document.
type Resource struct{ group ir.Group }

// Decode reads a document. It is tolerant: what Type refuses is left empty.
func Decode(doc *source.Document, root *source.Node) *Resource {
	spec := source.Field(root, "spec")
	return &Resource{group: ir.Group{
		Origin: source.Ref{Doc: doc}, ID: doc.Name,
		Name: source.Text(source.Field(spec, "name")), Provider: source.Text(source.Field(spec, "idpName")),
	}}
}

// Check finds nothing that Type does not.
func (g *Resource) Check(*ir.Settings) diag.List { return nil }

// Lift returns no gateway: a group is a companion.
func (g *Resource) Lift(*ir.Settings) (*ir.Gateway, diag.List) { return nil, nil }

// Companion returns the group.
func (g *Resource) Companion() ir.Companion { return &g.group }
