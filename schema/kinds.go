// Package schema is the table of what kgw reads: each kind and version with
// its description and its decoder, and from the descriptions the JSON Schemas
// and CustomResourceDefinitions.
//
// It takes the head of a document and returns what the document is. It must not
// know targets.
package schema

import (
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
	apigateway "github.com/kgw-dev/kgw/schema/apigateway/v1alpha1"
	"github.com/kgw-dev/kgw/schema/apirule"
	"github.com/kgw-dev/kgw/schema/apirule/mesh"
	"github.com/kgw-dev/kgw/schema/apirule/v1alpha1"
	"github.com/kgw-dev/kgw/schema/apirule/v1beta1"
	"github.com/kgw-dev/kgw/schema/apirule/v2"
	"github.com/kgw-dev/kgw/schema/apirule/v2alpha1"
	externalgateway "github.com/kgw-dev/kgw/schema/externalgateway/v1alpha1"
	fabric "github.com/kgw-dev/kgw/schema/fabric/v1"
	group "github.com/kgw-dev/kgw/schema/group/v1alpha1"
	idppreset "github.com/kgw-dev/kgw/schema/idppreset/v1alpha1"
	oauth2client "github.com/kgw-dev/kgw/schema/oauth2client/v1alpha1"
	ratelimit "github.com/kgw-dev/kgw/schema/ratelimit/v1alpha1"
	rolebindings "github.com/kgw-dev/kgw/schema/rolebindings/v1alpha1"
)

// Resource is a decoded document of a kind that kgw compiles.
type Resource interface {
	// Check makes the checks that need no other document.
	Check(*ir.Settings) diag.List
	// Lift turns the document into the model. It returns a gateway also when
	// the document is at fault, as far as it can be read.
	Lift(*ir.Settings) (*ir.Gateway, diag.List)
}

// Companion is a Resource that gateways are held against; it has no gateway
// itself.
type Companion interface {
	Resource
	// Companion returns what the document says, also when it is at fault.
	Companion() ir.Companion
}

// Kind is one input kind in one version.
type Kind struct {
	Group, Version, Kind string
	Plural               string
	Type                 *shape.Type
	Decode               func(*source.Document, *source.Node) Resource
	// Target is where its gateways are compiled to by default; v1beta1's
	// depends on a setting (Handler).
	Target string
	// Uncompiled kinds are checked and left to their controllers.
	Uncompiled bool
	// Local kinds are kgw's own: no API server knows them, and a document is never
	// written through.
	Local bool
	// Prunes: the API server drops unknown fields, and the controller never sees
	// them.
	Prunes bool
	// Handler lets jwtHandler: istio replace Target.
	Handler bool
	// Fill writes identity providers into the rules of a document that name none
	// and returns how many those are; nil where the kind has no such rules.
	Fill func(root *source.Node, presets []*ir.Preset, istio bool) int
	// Strategies are the access strategies that its rules may name, where they have
	// such.
	Strategies []string
	// Places is where its documents have the parts of the model; nil for kinds
	// without a gateway.
	Places ir.Places
	// Status is the status that the resource's controller sets for the
	// failures it would report; nil when the kind has none. The gateway is what
	// the resource was lifted to.
	Status func(*ir.Gateway, []diag.Upstream, *ir.Settings) source.Object
}

// APIVersion returns the group and version as a document writes them.
func (k *Kind) APIVersion() string { return k.Group + "/" + k.Version }

// Name returns "Kind/version", as in commands.
func (k *Kind) Name() string { return k.Kind + "/" + k.Version }

// Kinds is the table of input kinds, oldest version first.
var Kinds = []Kind{
	{
		Group: apirule.Group, Version: "v1alpha1", Kind: "APIRule", Plural: "apirules", Prunes: true, Type: v1alpha1.Type, Places: v1alpha1.Places, Target: "oathkeeper", Status: v1alpha1.Status, Fill: apirule.FillStrategies, Strategies: v1alpha1.Strategies,
		Decode: func(d *source.Document, n *source.Node) Resource { return v1alpha1.Decode(d, n) },
	},
	{
		Group: apirule.Group, Version: "v1beta1", Kind: "APIRule", Plural: "apirules", Prunes: true, Type: v1beta1.Type, Places: v1beta1.Places, Target: "oathkeeper", Status: v1beta1.Status, Fill: apirule.FillStrategies, Handler: true, Strategies: v1beta1.Strategies,
		Decode: func(d *source.Document, n *source.Node) Resource { return v1beta1.Decode(d, n) },
	},
	{
		Group: apirule.Group, Version: "v2alpha1", Kind: "APIRule", Plural: "apirules", Prunes: true, Type: v2alpha1.Type, Places: mesh.Places, Target: "istio", Status: mesh.Status, Fill: apirule.FillAuthentications,
		Decode: func(d *source.Document, n *source.Node) Resource { return v2alpha1.Decode(d, n) },
	},
	{
		Group: apirule.Group, Version: "v2", Kind: "APIRule", Plural: "apirules", Prunes: true, Type: v2.Type, Places: mesh.Places, Target: "istio", Status: mesh.Status, Fill: apirule.FillAuthentications,
		Decode: func(d *source.Document, n *source.Node) Resource { return v2.Decode(d, n) },
	},
	{
		Group: ratelimit.Group, Version: "v1alpha1", Kind: "RateLimit", Plural: "ratelimits", Prunes: true, Type: ratelimit.Type, Uncompiled: true,
		Decode: func(d *source.Document, n *source.Node) Resource { return ratelimit.Decode(d, n) },
	},
	{
		Group: externalgateway.Group, Version: "v1alpha1", Kind: "ExternalGateway", Plural: "externalgateways", Prunes: true, Type: externalgateway.Type, Uncompiled: true,
		Decode: func(d *source.Document, n *source.Node) Resource { return externalgateway.Decode(d, n) },
	},
	{
		Group: apigateway.Group, Version: "v1alpha1", Kind: "APIGateway", Plural: "apigateways", Prunes: true, Type: apigateway.Type, Uncompiled: true,
		Decode: func(d *source.Document, n *source.Node) Resource { return apigateway.Decode(d, n) },
	},
	{
		Group: fabric.Group, Version: "v1", Kind: "FabricGateway", Plural: "fabricgateways", Type: fabric.Type, Places: fabric.Places, Target: "skipper",
		Decode: func(d *source.Document, n *source.Node) Resource { return fabric.Decode(d, n) },
	},
	{
		Group: oauth2client.Group, Version: "v1alpha1", Kind: "OAuth2Client", Plural: "oauth2clients", Type: oauth2client.Type, Uncompiled: true,
		Decode: func(d *source.Document, n *source.Node) Resource { return oauth2client.Decode(d, n) },
	},
	{
		Group: idppreset.Group, Version: "v1alpha1", Kind: "IDPPreset", Plural: "idppresets", Type: idppreset.Type, Uncompiled: true,
		Decode: func(d *source.Document, n *source.Node) Resource { return idppreset.Decode(d, n) },
	},
	{
		Group: group.Group, Version: "v1alpha1", Kind: "Group", Plural: "groups", Type: group.Type, Uncompiled: true,
		Decode: func(d *source.Document, n *source.Node) Resource { return group.Decode(d, n) },
	},
	{
		Group: rolebindings.Group, Version: "v1alpha1", Kind: "RoleBindings", Type: rolebindings.Type, Uncompiled: true, Local: true,
		Decode: func(d *source.Document, n *source.Node) Resource { return rolebindings.Decode(d, n) },
	},
}
