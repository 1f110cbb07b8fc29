package manifest

// Ingress is the spec of networking.k8s.io Ingress, as far as kgw writes it.
type Ingress struct {
	Rules []IngressRule `json:"rules"`
}

// IngressRule is one host and its backends.
type IngressRule struct {
	Host string      `json:"host"`
	HTTP IngressHTTP `json:"http"`
}

// IngressHTTP lists the backends of a host.
type IngressHTTP struct {
	Paths []IngressPath `json:"paths"`
}

// IngressPath is one backend. It has no path: annotations match.
type IngressPath struct {
	PathType string         `json:"pathType"`
	Backend  IngressBackend `json:"backend"`
}

// IngressBackend is a Service and a port.
type IngressBackend struct {
	Service IngressService `json:"service"`
}

// IngressService names a Service and one of its ports.
type IngressService struct {
	Name string      `json:"name"`
	Port ServicePort `json:"port"`
}

// ServicePort is a port by name or by number.
type ServicePort struct {
	Name   string `json:"name,omitempty"`
	Number uint32 `json:"number,omitempty"`
}
