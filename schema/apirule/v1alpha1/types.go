// Package v1alpha1 is the first version of Kyma's APIRule, which writes one
// VirtualService and Oathkeeper Rules.
//
// It takes a document's YAML and returns the model with findings: decode, check,
// lift. The behaviour is that of kyma-incubator/api-gateway at d0bb588
// (2021-07). It must not know other versions or any target.
package v1alpha1

import (
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/apirule"
)

// APIVersion is the version's full name.
const APIVersion = apirule.Group + "/v1alpha1"

// APIRule is a decoded document.
type APIRule struct {
	doc                    *source.Document
	labels                 map[string]string
	host, service, gateway string
	port                   uint32
	rules                  []rule
}

type rule struct {
	at         source.Ref
	path       string
	methods    []string
	strategies []ir.Handler
	mutators   []ir.Handler
}

// Type describes the documents of this version.
var Type = shape.Resource(APIVersion, "APIRule", "Exposes a Service outside the cluster (Kyma APIRule, version v1alpha1).",
	shape.Field{Name: "spec", Required: true, Type: &shape.Type{Kind: shape.Object, Hints: map[string]string{
		"host":       "in v1alpha1 the host is in spec.service.host",
		"hosts":      "v2 has hosts; in v1alpha1 write spec.service.host",
		"timeout":    "v1beta1 and later have timeout",
		"corsPolicy": "v1beta1 and later have corsPolicy",
	}, Fields: []shape.Field{
		{Name: "gateway", Required: true, Type: &shape.Type{Kind: shape.String, Doc: "Istio Gateway, as a dotted name.", Pattern: &shape.Pattern{
			Expr:  `^(?:[_a-z0-9](?:[_a-z0-9-]+[a-z0-9])?\.)+(?:[a-z](?:[a-z0-9-]+[a-z0-9])?)?$`,
			Means: "a dotted gateway name", Example: "kyma-gateway.kyma-system.svc.cluster.local",
		}}},
		{Name: "service", Required: true, Type: &shape.Type{
			Kind: shape.Object, Doc: "The Service that is exposed, and the host under which it is.",
			Hints: map[string]string{"namespace": "v1beta1 and later have service.namespace; in v1alpha1 the Service is in the APIRule's namespace"},
			Fields: []shape.Field{
				{Name: "name", Required: true, Type: &shape.Type{Kind: shape.String, Doc: "Name of the Service, in the APIRule's namespace."}},
				{Name: "port", Required: true, Type: apirule.Port()},
				{Name: "host", Required: true, Type: &shape.Type{Kind: shape.String, MinLen: 3, MaxLen: 256, Pattern: apirule.HostPattern, Doc: "Public host; without a dot, the default domain is added."}},
				{Name: "external", Type: &shape.Type{Kind: shape.Boolean, Doc: "Has no effect."}},
			},
		}},
		{Name: "rules", Required: true, Type: &shape.Type{Kind: shape.List, MinLen: 1, Doc: "Access rules, in order.", Elem: &shape.Type{
			Kind: shape.Object, Hints: map[string]string{
				"service": "v1beta1 and later have a service for each rule",
				"timeout": "v1beta1 and later have timeout",
			}, Fields: []shape.Field{
				{Name: "path", Required: true, Type: &shape.Type{Kind: shape.String, Pattern: apirule.PathPattern, Doc: "Path as a regular expression."}},
				{Name: "methods", Required: true, Type: &shape.Type{Kind: shape.List, MinLen: 1, Elem: &shape.Type{Kind: shape.String}, Doc: "HTTP methods of the rule.", Absent: "list the methods that are meant, such as methods: [GET, POST]: they were optional until November 2020"}},
				{Name: "accessStrategies", Required: true, Type: apirule.Handlers("Oathkeeper authenticators, or allow.", 1)},
				{Name: "mutators", Type: apirule.Handlers("Oathkeeper mutators.", 0)},
			},
		}}},
	}}})

// Decode reads a document. It is tolerant: what Type refuses is left empty.
func Decode(doc *source.Document, root *source.Node) *APIRule {
	spec := source.Field(root, "spec")
	service := source.Field(spec, "service")
	at := source.Ref{Doc: doc, Path: "spec.rules"}
	a := &APIRule{
		doc:     doc,
		labels:  source.TextMap(source.Field(source.Field(root, "metadata"), "labels")),
		gateway: source.Text(source.Field(spec, "gateway")),
		host:    source.Text(source.Field(service, "host")),
		service: source.Text(source.Field(service, "name")),
		port:    uint32(source.Int(source.Field(service, "port"))),
	}
	for i, n := range source.Elements(source.Field(spec, "rules")) {
		r := rule{at: at.Elem(i), path: source.Text(source.Field(n, "path")), methods: source.Texts(source.Field(n, "methods"))}
		r.strategies = apirule.DecodeHandlers(source.Field(n, "accessStrategies"), r.at.At("accessStrategies"))
		r.mutators = apirule.DecodeHandlers(source.Field(n, "mutators"), r.at.At("mutators"))
		a.rules = append(a.rules, r)
	}
	return a
}
