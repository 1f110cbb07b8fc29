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
	Path    PathMatch     `json:"path"`
	Method  string        `json:"method,omitempty"`
	Headers []HeaderValue `json:"headers,omitempty"`
}

// PathMatch is a condition on a path: Type is "Exact" or "RegularExpression".
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
}

// HeaderModifier are changes to headers.
type HeaderModifier struct {
	Set    []HeaderValue `json:"set,omitempty"`
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
