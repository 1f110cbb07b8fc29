package manifest

import (
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
)

// VirtualService is the spec of networking.istio.io VirtualService, as far as
// kgw writes it.
type VirtualService struct {
	Gateways []string    `json:"gateways,omitempty"`
	Hosts    []string    `json:"hosts"`
	HTTP     []HTTPEntry `json:"http,omitempty"`
}

// HTTPEntry is one entry of a VirtualService's http list.
type HTTPEntry struct {
	Name           string             `json:"name,omitempty"`
	Match          []HTTPMatch        `json:"match,omitempty"`
	Route          []RouteDestination `json:"route,omitempty"`
	DirectResponse *DirectResponse    `json:"directResponse,omitempty"`
	CorsPolicy     *CorsPolicy        `json:"corsPolicy,omitempty"`
	Headers        *Headers           `json:"headers,omitempty"`
	Timeout        string             `json:"timeout,omitempty"`
}

// HTTPMatch is one condition of a route.
type HTTPMatch struct {
	URI     *StringMatch            `json:"uri,omitempty"`
	Scheme  *StringMatch            `json:"scheme,omitempty"`
	Method  *StringMatch            `json:"method,omitempty"`
	Headers map[string]*StringMatch `json:"headers,omitempty"`
}

// StringMatch compares a text; one field is set.
type StringMatch struct {
	Exact  string `json:"exact,omitempty"`
	Prefix string `json:"prefix,omitempty"`
	Regex  string `json:"regex,omitempty"`
}

// RouteDestination is a share of a route's traffic.
type RouteDestination struct {
	Destination Destination `json:"destination"`
	Weight      int32       `json:"weight,omitempty"`
	Headers     *Headers    `json:"headers,omitempty"`
}

// Destination is a service and a port.
type Destination struct {
	Host string `json:"host"`
	Port Port   `json:"port"`
}

// Port is a port number.
type Port struct {
	Number uint32 `json:"number"`
}

// DirectResponse answers without an upstream.
type DirectResponse struct {
	Status int           `json:"status"`
	Body   *ResponseBody `json:"body,omitempty"`
}

// ResponseBody is the body of a DirectResponse.
type ResponseBody struct {
	String string `json:"string"`
}

// CorsPolicy is what browsers may do.
type CorsPolicy struct {
	AllowOrigins     []StringMatch `json:"allowOrigins,omitempty"`
	AllowMethods     []string      `json:"allowMethods,omitempty"`
	AllowHeaders     []string      `json:"allowHeaders,omitempty"`
	ExposeHeaders    []string      `json:"exposeHeaders,omitempty"`
	AllowCredentials *bool         `json:"allowCredentials,omitempty"`
	MaxAge           string        `json:"maxAge,omitempty"`
}

// Headers are changes to the headers of requests and responses.
type Headers struct {
	Request  *HeaderOperations `json:"request,omitempty"`
	Response *HeaderOperations `json:"response,omitempty"`
}

// HeaderOperations are changes to headers. An empty one is written as {}.
type HeaderOperations struct {
	Set    map[string]string `json:"set,omitempty"`
	Add    map[string]string `json:"add,omitempty"`
	Remove []string          `json:"remove,omitempty"`
}

// Selector chooses pods by labels; nil MatchLabels is all of a namespace.
type Selector struct {
	MatchLabels map[string]string `json:"matchLabels,omitempty"`
}

// AuthorizationPolicy is the spec of security.istio.io AuthorizationPolicy.
type AuthorizationPolicy struct {
	Selector *Selector    `json:"selector,omitempty"`
	Action   string       `json:"action,omitempty"`
	Provider *Provider    `json:"provider,omitempty"`
	Rules    []PolicyRule `json:"rules,omitempty"`
}

// Provider names an external authorizer of the mesh configuration.
type Provider struct {
	Name string `json:"name"`
}

// PolicyRule is one rule of an AuthorizationPolicy: all of its parts hold.
type PolicyRule struct {
	From []PolicyFrom `json:"from,omitempty"`
	To   []PolicyTo   `json:"to,omitempty"`
	When []Condition  `json:"when,omitempty"`
}

// PolicyFrom is a source of requests.
type PolicyFrom struct {
	Source PolicySource `json:"source"`
}

// PolicySource lists who may send: workload identities, token identities.
type PolicySource struct {
	Principals        []string `json:"principals,omitempty"`
	NotPrincipals     []string `json:"notPrincipals,omitempty"`
	RequestPrincipals []string `json:"requestPrincipals,omitempty"`
}

// PolicyTo is a class of requests.
type PolicyTo struct {
	Operation *Operation `json:"operation,omitempty"`
}

// Operation describes requests.
type Operation struct {
	Hosts    []string `json:"hosts,omitempty"`
	Methods  []string `json:"methods,omitempty"`
	Paths    []string `json:"paths,omitempty"`
	NotPaths []string `json:"notPaths,omitempty"`
}

// Condition is a condition on an attribute of the request.
type Condition struct {
	Key       string   `json:"key"`
	Values    []string `json:"values,omitempty"`
	NotValues []string `json:"notValues,omitempty"`
}

// RequestAuthentication is the spec of security.istio.io
// RequestAuthentication.
type RequestAuthentication struct {
	Selector *Selector `json:"selector,omitempty"`
	JWTRules []JWTRule `json:"jwtRules,omitempty"`
}

// JWTRule is one issuer of tokens.
type JWTRule struct {
	Issuer               string      `json:"issuer"`
	JWKSURI              string      `json:"jwksUri,omitempty"`
	FromHeaders          []JWTHeader `json:"fromHeaders,omitempty"`
	FromParams           []string    `json:"fromParams,omitempty"`
	ForwardOriginalToken bool        `json:"forwardOriginalToken,omitempty"`
}

// JWTHeader is a header that carries a token.
type JWTHeader struct {
	Name   string `json:"name"`
	Prefix string `json:"prefix,omitempty"`
}

// IsAuthority reports whether setting a header sets the host of the request.
func IsAuthority(name string) bool {
	return strings.EqualFold(name, ":authority") || strings.EqualFold(name, "host")
}

// GatewayRefs spells the names of Istio Gateways that a VirtualService in a
// namespace has as "namespace/name"; "mesh" stays
// (https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService).
func GatewayRefs(list []string, namespace string) []string {
	var out []string
	for _, ref := range list {
		space, name, both := strings.Cut(ref, "/")
		switch {
		case ref == "mesh":
		case both && space == ".":
			ref = namespace + "/" + name
		case both:
		case strings.Contains(ref, "."):
			labels := strings.SplitN(ref, ".", 3)
			ref = labels[1] + "/" + labels[0]
		default:
			ref = namespace + "/" + ref
		}
		out = append(out, ref)
	}
	return out
}

// Apart reports whether two conditions on one text of a VirtualService and of its
// delegate exclude each other, as istiod has it (pilot/pkg/model,
// stringMatchConflict).
func Apart(outer, inner *source.Node) bool {
	text := func(n *source.Node, kind string) (string, bool) {
		v := source.Field(n, kind)
		return source.Text(v), v != nil
	}
	if outer == nil || inner == nil {
		return false
	}
	if _, regex := text(outer, "regex"); regex {
		return true
	}
	if _, regex := text(inner, "regex"); regex {
		return true
	}
	exact, isExact := text(outer, "exact")
	prefix, isPrefix := text(outer, "prefix")
	innerExact, hasExact := text(inner, "exact")
	innerPrefix, hasPrefix := text(inner, "prefix")
	switch {
	case isExact && hasExact:
		return exact != innerExact
	case isExact && hasPrefix:
		return true
	case isPrefix && hasExact:
		return !strings.HasPrefix(innerExact, prefix)
	case isPrefix && hasPrefix:
		return !strings.HasPrefix(innerPrefix, prefix)
	}
	return false
}
