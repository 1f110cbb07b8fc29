// Package v1beta1 is the second version of Kyma's APIRule. A setting of the
// cluster decides who enforces it: Oathkeeper, or Istio with Oathkeeper for
// what Istio cannot check.
//
// It takes a document's YAML and returns the model with findings: decode, check,
// lift. The behaviour is that of the controller of kyma-project/api-gateway in
// the release that the settings name. It must not know other versions or any
// target.
package v1beta1

import (
	"time"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/apirule"
)

// APIVersion is the version's full name.
const APIVersion = apirule.Group + "/v1beta1"

// APIRule is a decoded document.
type APIRule struct {
	doc           *source.Document
	host, gateway string
	service       *apirule.Service
	cors          *ir.CORS
	corsNode      bool
	origins       *source.Node // allowOrigins is checked key by key
	timeout       int64
	rules         []rule
}

type rule struct {
	at         source.Ref
	path       string
	methods    []string
	service    *apirule.Service
	timeout    int64
	strategies []ir.Handler
	mutators   []ir.Handler
}

// Type describes the documents of this version.
var Type = shape.Resource(APIVersion, "APIRule", "Exposes Services outside the cluster (Kyma APIRule, version v1beta1).",
	shape.Field{Name: "spec", Required: true, Type: &shape.Type{Kind: shape.Object, Hints: map[string]string{
		"hosts":           "v2 has hosts; in v1beta1 write host",
		"externalGateway": "v2 has externalGateway; v1beta1 has gateway only",
	}, Fields: []shape.Field{
		{Name: "host", Required: true, Type: &shape.Type{Kind: shape.String, MinLen: 3, MaxLen: 256, Pattern: apirule.HostPattern, Doc: "Public host; without a dot, the default domain is added."}},
		{Name: "gateway", Required: true, Type: &shape.Type{Kind: shape.String, Doc: "Istio Gateway, as namespace/name or as a dotted name.", Pattern: &shape.Pattern{
			Expr:  `^[0-9a-z-_]+(\/[0-9a-z-_]+|(\.[0-9a-z-_]+)*)$`,
			Means: "a gateway reference", Example: "kyma-system/kyma-gateway",
		}}},
		{Name: "service", Type: apirule.ServiceType("Service of all rules that name none.")},
		{Name: "corsPolicy", Type: apirule.CORSType(&shape.Type{Kind: shape.String, Pattern: shape.GoDuration, Doc: "How long browsers may cache the answer."})},
		{Name: "timeout", Type: apirule.Timeout()},
		{Name: "rules", Required: true, Type: &shape.Type{Kind: shape.List, MinLen: 1, Doc: "Access rules, in order.", Elem: &shape.Type{
			Kind: shape.Object, Hints: map[string]string{
				"jwt":     "v2 has jwt; in v1beta1 write accessStrategies with handler: jwt",
				"noAuth":  "v2 has noAuth; in v1beta1 write accessStrategies: [{handler: no_auth}]",
				"extAuth": "v2 has extAuth; v1beta1 has no external authorizers",
				"request": "v2 has request; in v1beta1 write mutators",
			}, Fields: []shape.Field{
				{Name: "path", Required: true, Type: &shape.Type{Kind: shape.String, Pattern: apirule.PathPattern, Doc: "Path as a regular expression."}},
				{Name: "methods", Required: true, Type: apirule.MethodList()},
				{Name: "service", Type: apirule.ServiceType("Service of this rule.")},
				{Name: "timeout", Type: apirule.Timeout()},
				{Name: "accessStrategies", Required: true, Type: apirule.Handlers("Who may send requests: Oathkeeper authenticators, allow, or no_auth.", 1)},
				{Name: "mutators", Type: apirule.Handlers("How requests are changed on the way: Oathkeeper mutators.", 0)},
			},
		}}},
	}}})

// Decode reads a document. It is tolerant: what Type refuses is left empty.
func Decode(doc *source.Document, root *source.Node) *APIRule {
	spec := source.Field(root, "spec")
	ref := source.Ref{Doc: doc, Path: "spec"}
	cors := source.Field(spec, "corsPolicy")
	a := &APIRule{
		doc:      doc,
		host:     source.Text(source.Field(spec, "host")),
		gateway:  source.Text(source.Field(spec, "gateway")),
		service:  apirule.DecodeService(source.Field(spec, "service"), ref),
		cors:     apirule.DecodeCORS(cors, maxAge),
		corsNode: cors != nil,
		origins:  cors,
		timeout:  source.Int(source.Field(spec, "timeout")),
	}
	for i, n := range source.Elements(source.Field(spec, "rules")) {
		a.rules = append(a.rules, decodeRule(n, ref.At("rules").Elem(i)))
	}
	return a
}

func decodeRule(n *source.Node, at source.Ref) rule {
	return rule{
		at:         at,
		path:       source.Text(source.Field(n, "path")),
		methods:    source.Texts(source.Field(n, "methods")),
		service:    apirule.DecodeService(source.Field(n, "service"), at),
		timeout:    source.Int(source.Field(n, "timeout")),
		strategies: apirule.DecodeHandlers(source.Field(n, "accessStrategies"), at.At("accessStrategies")),
		mutators:   apirule.DecodeHandlers(source.Field(n, "mutators"), at.At("mutators")),
	}
}

func maxAge(n *source.Node) *time.Duration {
	d, err := time.ParseDuration(source.Text(n))
	if err != nil {
		return nil
	}
	return &d
}

// Document returns the document that was decoded.
func (a *APIRule) Document() *source.Document { return a.doc }
