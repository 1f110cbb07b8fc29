package manifest

// RouteGroup is the spec of zalando.org RouteGroup, as far as kgw writes it.
type RouteGroup struct {
	Hosts           []string           `json:"hosts"`
	Backends        []RouteBackend     `json:"backends"`
	DefaultBackends []BackendReference `json:"defaultBackends"`
	Routes          []GroupRoute       `json:"routes"`
}

// RouteBackend is a named backend: a Service, or "shunt".
type RouteBackend struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	ServiceName string `json:"serviceName,omitempty"`
	ServicePort uint32 `json:"servicePort,omitempty"`
}

// BackendReference names a backend and its share of the traffic.
type BackendReference struct {
	BackendName string `json:"backendName"`
	Weight      *int   `json:"weight,omitempty"`
}

// GroupRoute is one route of a RouteGroup. Without Backends it has the default
// ones.
type GroupRoute struct {
	Path        string             `json:"path,omitempty"`
	PathSubtree string             `json:"pathSubtree,omitempty"`
	Methods     []string           `json:"methods,omitempty"`
	Predicates  []string           `json:"predicates,omitempty"`
	Filters     []string           `json:"filters,omitempty"`
	Backends    []BackendReference `json:"backends,omitempty"`
}
