package manifest

// HTTPRoute is the spec of gateway.networking.k8s.io HTTPRoute, as far as kgw
// writes it.
type HTTPRoute struct {
	ParentRefs []ParentRef `json:"parentRefs,omitempty"`
	Hostnames  []string    `json:"hostnames,omitempty"`
	Rules      []RouteRule `json:"rules,omitempty"`
}

// ParentRef names the Gateway, or the ListenerSet, that a route belongs to, and
// one of its listeners.
type ParentRef struct {
	Kind        string `json:"kind,omitempty"`
	Name        string `json:"name"`
	Namespace   string `json:"namespace,omitempty"`
	SectionName string `json:"sectionName,omitempty"`
}

// RouteRule is one rule of an HTTPRoute: what any of its matches has goes
// through its filters to its backends. Without backends it answers 500.
type RouteRule struct {
	Matches     []RouteMatch   `json:"matches,omitempty"`
	Filters     []RouteFilter  `json:"filters,omitempty"`
	BackendRefs []BackendRef   `json:"backendRefs,omitempty"`
	Timeouts    *RouteTimeouts `json:"timeouts,omitempty"`
}

// RouteMatch is a condition: all of its parts hold.
type RouteMatch struct {
	Path        PathMatch    `json:"path"`
	Method      string       `json:"method,omitempty"`
	Headers     []ValueMatch `json:"headers,omitempty"`
	QueryParams []ValueMatch `json:"queryParams,omitempty"`
}

// ValueMatch is a condition on a header or a parameter of the query: Type is
// "RegularExpression", or "" for a value that is compared as it is.
type ValueMatch struct {
	Type  string `json:"type,omitempty"`
	Name  string `json:"name"`
	Value string `json:"value"`
}

// PathMatch is a condition on a path: Type is "Exact", "PathPrefix" or
// "RegularExpression".
type PathMatch struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

// HeaderValue is a header with the value that it has or gets.
type HeaderValue struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// RouteFilter changes requests or responses; the field that Type names is set.
type RouteFilter struct {
	Type                   string          `json:"type"`
	RequestHeaderModifier  *HeaderModifier `json:"requestHeaderModifier,omitempty"`
	ResponseHeaderModifier *HeaderModifier `json:"responseHeaderModifier,omitempty"`
	CORS                   *RouteCORS      `json:"cors,omitempty"`
	RequestRedirect        *RouteRedirect  `json:"requestRedirect,omitempty"`
	URLRewrite             *URLRewrite     `json:"urlRewrite,omitempty"`
	RequestMirror          *RequestMirror  `json:"requestMirror,omitempty"`
}

// RouteRedirect answers with another place. A zero field is that of the
// request, a zero StatusCode 302.
type RouteRedirect struct {
	Scheme     string        `json:"scheme,omitempty"`
	Hostname   string        `json:"hostname,omitempty"`
	Path       *PathModifier `json:"path,omitempty"`
	Port       uint32        `json:"port,omitempty"`
	StatusCode int           `json:"statusCode,omitempty"`
}

// URLRewrite changes the host and the path that the backend gets.
type URLRewrite struct {
	Hostname string        `json:"hostname,omitempty"`
	Path     *PathModifier `json:"path,omitempty"`
}

// PathModifier changes a path: Type is "ReplaceFullPath" or
// "ReplacePrefixMatch", and the field of that name is set.
type PathModifier struct {
	Type               string `json:"type"`
	ReplaceFullPath    string `json:"replaceFullPath,omitempty"`
	ReplacePrefixMatch string `json:"replacePrefixMatch,omitempty"`
}

// RequestMirror sends copies of requests to a Service: of all, or of a fraction
// of them.
type RequestMirror struct {
	BackendRef BackendRef `json:"backendRef"`
	Fraction   *Fraction  `json:"fraction,omitempty"`
}

// Fraction is Numerator of Denominator.
type Fraction struct {
	Numerator   int32 `json:"numerator"`
	Denominator int32 `json:"denominator"`
}

// HeaderModifier are changes to headers.
type HeaderModifier struct {
	Set    []HeaderValue `json:"set,omitempty"`
	Add    []HeaderValue `json:"add,omitempty"`
	Remove []string      `json:"remove,omitempty"`
}

// RouteCORS is what browsers may do. MaxAge is in seconds.
type RouteCORS struct {
	AllowOrigins     []string `json:"allowOrigins,omitempty"`
	AllowMethods     []string `json:"allowMethods,omitempty"`
	AllowHeaders     []string `json:"allowHeaders,omitempty"`
	ExposeHeaders    []string `json:"exposeHeaders,omitempty"`
	AllowCredentials bool     `json:"allowCredentials,omitempty"`
	MaxAge           int32    `json:"maxAge"`
}

// BackendRef is a Service and its share of the traffic.
type BackendRef struct {
	Name      string `json:"name"`
	Namespace string `json:"namespace,omitempty"`
	Port      uint32 `json:"port"`
	Weight    *int32 `json:"weight,omitempty"`
}

// RouteTimeouts bound a request, as a Gateway API duration.
type RouteTimeouts struct {
	Request string `json:"request"`
}

// ReferenceGrant is the spec of gateway.networking.k8s.io ReferenceGrant: what
// objects of other namespaces may refer to here.
type ReferenceGrant struct {
	From []GrantFrom `json:"from"`
	To   []GrantTo   `json:"to"`
}

// GrantFrom is a kind of objects in a namespace.
type GrantFrom struct {
	Group     string `json:"group"`
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
}

// GrantTo is one object. Group is written though it is empty.
type GrantTo struct {
	Group string `json:"group"`
	Kind  string `json:"kind"`
	Name  string `json:"name"`
}
