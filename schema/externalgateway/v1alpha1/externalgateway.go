// Package v1alpha1 is Kyma's ExternalGateway: a domain of a customer, for which
// its controller makes an Istio Gateway.
//
// It takes a document's YAML and returns findings. Nothing is compiled: the
// resource stays with its controller. It must not know any other kind.
package v1alpha1

import (
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
)

// Group is the API group of ExternalGateway.
const Group = "gateway.kyma-project.io"

var (
	text   = &shape.Type{Kind: shape.String}
	domain = &shape.Pattern{Expr: `^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`, Means: "a domain in lower case, with or without a wildcard in front"}
	label  = &shape.Pattern{Expr: `^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`, Means: "a name of lower-case letters, digits and \"-\""}
)

// Type describes the documents of this version, as Kyma's
// CustomResourceDefinition of release 3.10 does.
var Type = shape.Resource(Group+"/v1alpha1", "ExternalGateway", "A domain of a customer (Kyma ExternalGateway).",
	shape.Field{Name: "spec", Required: true, Type: &shape.Type{Kind: shape.Object, Fields: []shape.Field{
		{Name: "externalDomain", Required: true, Type: &shape.Type{Kind: shape.String, MaxLen: 255, Pattern: domain, Doc: "The customer's domain."}},
		{Name: "internalDomain", Required: true, Type: &shape.Type{Kind: shape.Object, Doc: "Where requests arrive in the cluster.", Fields: []shape.Field{
			{Name: "kymaSubdomain", Required: true, Type: &shape.Type{Kind: shape.String, MaxLen: 63, Pattern: label, Doc: "Label in front of the cluster's domain."}},
		}}},
		{Name: "caSecretRef", Required: true, Type: &shape.Type{Kind: shape.Object, Doc: "Secret with the authority that signed the clients' certificates.", Fields: []shape.Field{
			{Name: "name", Type: text.Saying("Name of the Secret.")}, {Name: "namespace", Type: text.Saying("Its namespace.")},
		}}},
		{Name: "region", Required: true, Type: &shape.Type{Kind: shape.String, Doc: "Region of the gateway in front."}},
		{Name: "regionsConfigMap", Required: true, Type: &shape.Type{Kind: shape.String, MinLen: 1, MaxLen: 253, Pattern: label, Doc: "ConfigMap with the regions."}},
		{Name: "includeExtGatewayClientCert", Type: &shape.Type{Kind: shape.Boolean, Default: "false", Doc: "Whether the client's certificate is put into headers."}},
	}}})

// ExternalGateway is a decoded document; what link needs of it is read by
// package kube.
type ExternalGateway struct{}

// Decode reads a document.
func Decode(*source.Document, *source.Node) *ExternalGateway { return &ExternalGateway{} }

// Check finds nothing that Type does not.
func (*ExternalGateway) Check(*ir.Settings) diag.List { return nil }

// Lift returns no gateway: the resource is left to its controller.
func (*ExternalGateway) Lift(*ir.Settings) (*ir.Gateway, diag.List) { return nil, nil }
