// Package v1alpha1 is Kyma's APIGateway: the settings of the API Gateway module.
//
// It takes a document's YAML and returns findings and the objects of the module.
// Nothing is compiled. It must not know any other kind.
package v1alpha1

import (
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
)

// Group is the API group of APIGateway.
const Group = "operator.kyma-project.io"

// Type describes the documents of this version, as Kyma's
// CustomResourceDefinition of release 3.10 does.
var Type = shape.Resource(Group+"/v1alpha1", "APIGateway", "Settings of Kyma's API Gateway module (Kyma APIGateway).",
	shape.Field{Name: "spec", Type: &shape.Type{Kind: shape.Object, Fields: []shape.Field{
		{Name: "enableKymaGateway", Type: &shape.Type{Kind: shape.Boolean, Doc: "Whether the Gateway kyma-system/kyma-gateway is made."}},
		{Name: "networkPoliciesEnabled", Type: &shape.Type{Kind: shape.Boolean, Doc: "Whether network policies are made."}},
	}}})

// APIGateway is a decoded document.
type APIGateway struct{ module ir.Module }

// Decode reads a document.
func Decode(doc *source.Document, root *source.Node) *APIGateway {
	made, said := source.Bool(source.Field(source.Field(root, "spec"), "enableKymaGateway"))
	return &APIGateway{ir.Module{Origin: source.Ref{Doc: doc}, NoGateway: said && !made}}
}

// Check finds nothing that Type does not.
func (*APIGateway) Check(*ir.Settings) diag.List { return nil }

// Lift returns no gateway: the settings are a companion.
func (*APIGateway) Lift(*ir.Settings) (*ir.Gateway, diag.List) { return nil, nil }

// Companion returns what the module makes.
func (a *APIGateway) Companion() ir.Companion { return &a.module }
