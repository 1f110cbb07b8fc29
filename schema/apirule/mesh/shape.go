// Package mesh is the dialect that APIRule v2alpha1 and v2 share: paths with
// templates, and access enforced by Istio.
//
// It takes a document's YAML and returns the model with findings: decode, check,
// lift. The behaviour is that of kyma-project/api-gateway 3.10.0, which treats
// both versions alike. It must not know any target.
package mesh

import (
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/schema/apirule"
)

// Type describes the documents of a version of the dialect.
func Type(apiVersion, version string) *shape.Type {
	return shape.Resource(apiVersion, "APIRule", "Exposes Services outside the cluster (Kyma APIRule, version "+version+").",
		shape.Field{Name: "spec", Required: true, Type: &shape.Type{Kind: shape.Object, Hints: map[string]string{
			"host": "write hosts, a list with one host",
		}, Fields: []shape.Field{
			{Name: "hosts", Required: true, Type: &shape.Type{
				Kind: shape.List, MinLen: 1, MaxLen: 1, Doc: "The public host: a full name, a short label that the Gateway's domain completes, or a wildcard.",
				Elem: &shape.Type{Kind: shape.String, MaxLen: 255, Pattern: hostPattern},
			}},
			{Name: "gateway", Type: reference("Istio Gateway, as namespace/name.", "Gateway must be in the namespace/name format")},
			{Name: "externalGateway", Type: reference("ExternalGateway, as namespace/name.", "ExternalGateway must be in the namespace/name format")},
			{Name: "service", Type: apirule.ServiceType("Service of all rules that name none.")},
			{Name: "corsPolicy", Type: apirule.CORSType(&shape.Type{Kind: shape.Integer, Min: shape.Int(1), Doc: "How many seconds browsers may cache the answer."})},
			{Name: "timeout", Type: apirule.Timeout()},
			{Name: "rules", Required: true, Type: &shape.Type{Kind: shape.List, MinLen: 1, Doc: "Access rules; the first that matches a request holds.", Elem: ruleType()}},
		}}})
}

var hostPattern = &shape.Pattern{
	Expr:  `^(?:\*\.(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]{2,63}|(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?:(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*(?:\.[a-z0-9]{2,63}))?)$`,
	Means: "a host: a lower-case full name, a short label, or a wildcard such as *.example.com", Example: "shop.example.com", Remedy: apirule.HostRemedy,
	CEL: true,
	Message: "Host must be a lowercase RFC 1123 label (must consist of lowercase alphanumeric characters or '-', and must start and end with an lowercase alphanumeric character), " +
		"a fully qualified domain name, or a wildcard domain name (e.g. *.local.kyma.dev)",
}

func reference(doc, message string) *shape.Type {
	return &shape.Type{Kind: shape.String, MaxLen: 127, Doc: doc, Pattern: &shape.Pattern{
		Expr:    `^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?/([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)$`,
		Means:   "a reference of the form namespace/name",
		Example: "kyma-system/kyma-gateway", Remedy: apirule.GatewayRemedy,
		CEL:     true,
		Message: message,
	}}
}

func ruleType() *shape.Type {
	texts := &shape.Type{Kind: shape.Map, Elem: &shape.Type{Kind: shape.String}}
	return &shape.Type{
		Kind:       shape.Object,
		ExactlyOne: &shape.ExactlyOne{Fields: []string{"extAuth", "jwt"}, True: []string{"noAuth"}, Message: "exactly one of noAuth, jwt and extAuth must be set"},
		Hints: map[string]string{
			"accessStrategies": "v2 has noAuth, jwt and extAuth in place of access strategies",
			"jwtAuth":          "write jwt",
			"mutators":         "v2 has request.headers and request.cookies in place of mutators",
		},
		Fields: []shape.Field{
			{Name: "path", Required: true, Type: &shape.Type{Kind: shape.String, Doc: "Path: exact, with {*} for one segment and {**} for any rest, or /* for every path.", Pattern: apirule.TemplatePattern}},
			{Name: "methods", Required: true, Type: apirule.MethodList()},
			{Name: "service", Type: apirule.ServiceType("Service of this rule.")},
			{Name: "timeout", Type: apirule.Timeout()},
			{Name: "noAuth", Type: &shape.Type{Kind: shape.Boolean, Nullable: true, Doc: "true: anybody may send requests."}},
			{Name: "jwt", Type: jwtType("Who may send requests: bearers of a token.")},
			{Name: "extAuth", Type: &shape.Type{Kind: shape.Object, Like: "{authorizers: [oauth2-proxy]}", Doc: "Who may send requests: external authorizers decide.", Fields: []shape.Field{
				{Name: "authorizers", Required: true, Type: &shape.Type{Kind: shape.List, MinLen: 1, Elem: &shape.Type{Kind: shape.String}, Doc: "Names of authorizers in the mesh configuration."}},
				{Name: "restrictions", Type: jwtType("Tokens that are demanded besides.")},
			}}},
			{Name: "request", Type: &shape.Type{Kind: shape.Object, Doc: "How requests are changed on the way.", Fields: []shape.Field{
				{Name: "headers", Type: texts.Saying("Request headers that are set, by their names.")},
				{Name: "cookies", Type: texts.Saying("Cookies that are set, by their names.")},
			}}},
		},
	}
}

func jwtType(doc string) *shape.Type {
	texts := &shape.Type{Kind: shape.List, Elem: &shape.Type{Kind: shape.String}}
	object := func(fields ...shape.Field) *shape.Type { return &shape.Type{Kind: shape.Object, Fields: fields} }
	text := &shape.Type{Kind: shape.String}
	const like = "{authentications: [{issuer: https://login.example.com, jwksUri: https://login.example.com/keys}]}"
	return &shape.Type{Kind: shape.Object, Doc: doc, Like: like, Fields: []shape.Field{
		{Name: "authentications", Type: &shape.Type{Kind: shape.List, Doc: "Issuers whose tokens are accepted.", Elem: object(
			shape.Field{Name: "issuer", Required: true, Type: text.Saying("Issuer, as in the tokens' iss claim.")},
			shape.Field{Name: "jwksUri", Required: true, Type: text.Saying("Address of the issuer's key set.")},
			shape.Field{Name: "fromHeaders", Type: &shape.Type{Kind: shape.List, Doc: "Headers that may carry the token. Without fromHeaders and fromParams: Authorization.", Elem: object(
				shape.Field{Name: "name", Required: true, Type: text.Saying("Name of the header.")},
				shape.Field{Name: "prefix", Type: text.Saying("Text before the token, such as \"Bearer \".")})}},
			shape.Field{Name: "fromParams", Type: texts.Saying("Query parameters that may carry the token.")})}},
		{Name: "authorizations", Type: &shape.Type{Kind: shape.List, Doc: "Alternatives of scopes and audiences that are demanded.", Elem: object(
			shape.Field{Name: "requiredScopes", Type: texts.Saying("Scopes that a token must have, all of them.")},
			shape.Field{Name: "audiences", Type: texts.Saying("Audiences that a token must be for, all of them.")})}},
	}}
}
