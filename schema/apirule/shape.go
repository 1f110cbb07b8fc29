// Package apirule holds what several versions of Kyma's APIRule share: shapes
// of fields, readers of access strategies, CORS policies and JWT settings, and
// the checks that their controllers make alike.
//
// It takes YAML nodes and returns parts of the model with findings. It must not
// know any version: the packages below it do.
package apirule

import "github.com/kgw-dev/kgw/internal/shape"

// Group is the API group of all versions.
const Group = "gateway.kyma-project.io"

// HostPattern is the pattern of hosts in v1alpha1 and v1beta1. The stray "["
// in its last class is upstream's.
var HostPattern = &shape.Pattern{
	Expr:  `^([a-zA-Z0-9][a-zA-Z0-9-_]*\.)*[a-zA-Z0-9]*[a-zA-Z0-9-_]*[[a-zA-Z0-9]+$`,
	Means: "a host name", Example: "shop.example.com", Remedy: legacyHostRemedy,
}

// PathPattern is the pattern of paths in v1alpha1 and v1beta1. It constrains
// only the first character.
var PathPattern = &shape.Pattern{
	Expr:  `^([0-9a-zA-Z./*()?!\\_-]+)`,
	Means: "a path", Example: "/orders/.*",
}

// TemplatePattern is the pattern of paths in v2alpha1 and v2.
var TemplatePattern = &shape.Pattern{
	Expr:  `^((\/([A-Za-z0-9-._~!$&'()+,;=:@]|%[0-9a-fA-F]{2})*)|(\/\{\*{1,2}\}))+$|^\/\*$`,
	Means: "a path: exact, with {*} or {**} as whole segments, or /*", Example: "/orders/{**}", Remedy: TemplateRemedy,
}

// Methods are the HTTP methods that v1beta1 and later allow.
var Methods = []string{"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"}

// Handlers describes access strategies and mutators: a handler's name and a
// free configuration.
func Handlers(doc string, minItems int) *shape.Type {
	return &shape.Type{Kind: shape.List, Doc: doc, MinLen: minItems, Elem: &shape.Type{Kind: shape.Object, Hints: map[string]string{
		"name": "write handler", "type": "write handler", "strategy": "write handler",
	}, Fields: []shape.Field{
		{Name: "handler", Required: true, Type: &shape.Type{Kind: shape.String, Doc: "Name of the handler."}},
		{Name: "config", Type: &shape.Type{Kind: shape.Map, Elem: &shape.Type{Kind: shape.Any}, Nullable: true, Doc: "Configuration of the handler; its keys are the handler's."}},
	}}}
}

// Port describes a port number.
func Port() *shape.Type {
	return &shape.Type{Kind: shape.Integer, Min: shape.Int(1), Max: shape.Int(65535), Doc: "Port of the Service."}
}

// ServiceType describes a reference to a Service, as v1beta1 and later have
// it.
func ServiceType(doc string) *shape.Type {
	return &shape.Type{Kind: shape.Object, Doc: doc, Like: "{name: shop, port: 80}", Fields: []shape.Field{
		{Name: "name", Required: true, Type: &shape.Type{Kind: shape.String, Doc: "Name of the Service."}},
		{Name: "port", Required: true, Type: Port()},
		{Name: "namespace", Type: &shape.Type{Kind: shape.String, Pattern: shape.DNSLabel, Doc: "Namespace of the Service."}},
		{Name: "external", Type: &shape.Type{Kind: shape.Boolean, Doc: "Has no effect."}},
	}}
}

// Timeout describes a timeout in seconds.
func Timeout() *shape.Type {
	return &shape.Type{Kind: shape.Integer, Min: shape.Int(1), Max: shape.Int(3900), Doc: "Timeout of a request, in seconds.", Default: "180"}
}

// MethodList describes the methods of a rule.
func MethodList() *shape.Type {
	return &shape.Type{Kind: shape.List, MinLen: 1, Doc: "HTTP methods of the rule.", Elem: &shape.Type{Kind: shape.String, Enum: Methods}}
}

// CORSType describes a CORS policy; versions differ in how maxAge is written.
func CORSType(maxAge *shape.Type) *shape.Type {
	texts := func(doc string) *shape.Type {
		return &shape.Type{Kind: shape.List, Elem: &shape.Type{Kind: shape.String}, Doc: doc}
	}
	return &shape.Type{Kind: shape.Object, Doc: "What browsers may do across origins.", Fields: []shape.Field{
		{Name: "allowHeaders", Type: texts("Request headers that are allowed.")},
		{Name: "allowMethods", Type: texts("Methods that are allowed.")},
		{Name: "allowOrigins", Type: &shape.Type{
			Kind: shape.List, Doc: "Origins that are allowed: exact, prefix or regex.",
			Elem: &shape.Type{Kind: shape.Map, Elem: &shape.Type{Kind: shape.String}, Like: "{exact: https://www.example.com}", LikeStar: "{regex: .*}"},
		}},
		{Name: "allowCredentials", Type: &shape.Type{Kind: shape.Boolean, Doc: "Whether credentials are allowed."}},
		{Name: "exposeHeaders", Type: texts("Response headers that are exposed.")},
		{Name: "maxAge", Type: maxAge},
	}}
}
