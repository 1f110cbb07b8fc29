package ir

import "github.com/kgw-dev/kgw/internal/source"

// Action is where a request ends.
//
//sumtype:decl
type Action interface{ action() }

// Forward sends the request to upstreams; with no To, to the host's own.
type Forward struct{ To []Upstream }

// Respond answers without an upstream.
type Respond struct {
	Status  int
	Headers map[string]string
	Body    string
}

func (Forward) action() {}
func (Respond) action() {}

// Upstream is a Service that requests are sent to.
type Upstream struct {
	Origin          source.Ref
	Namespace, Name string
	Port            Port
	// Weight is the share of traffic, where several upstreams share it.
	Weight *float64
	// Selector is the pod selector of the Service; nil until link has found
	// it, and a pointer to nil when the Service has none.
	Selector *map[string]string
	// SelectorAt is where the selector is said, PortAt the number of a named port.
	SelectorAt, PortAt Said
	// External is the name that the Service refers to, "" if it has pods of its
	// own or is not known.
	External string
}

// Host returns the cluster-local name of the Service.
func (u Upstream) Host() string {
	return u.Name + "." + u.Namespace + ".svc.cluster.local"
}

// Port is a port as the author wrote it: a number, or a name. Link adds the
// number of a name where it is known.
type Port struct {
	Number uint32
	Name   string
}

// Filter changes a request or a response on the way.
//
//sumtype:decl
type Filter interface{ filter() }

// ForwardedHost sets x-forwarded-host to the gateway's first host, or to the
// request's own for a wildcard.
type ForwardedHost struct{}

// SetRequestHeaders sets headers of the request.
type SetRequestHeaders struct{ Headers map[string]string }

// SetRequestCookies sets the request's Cookie header.
type SetRequestCookies struct{ Cookies map[string]string }

// RemoveResponseHeaders removes headers of the response. If it is present and
// empty, the author's controller writes an empty list.
type RemoveResponseHeaders struct{ Names []string }

// Compress compresses responses of one content type.
type Compress struct {
	Factor   int
	Encoding string
}

// Mutate hands the request to a mutation handler.
type Mutate struct{ Handler Handler }

// Native is text for one engine that kgw passes on.
type Native struct {
	Origin       source.Ref
	Engine, Text string
}

// ForwardIdentity names the sender of the request to the upstream in a header.
type ForwardIdentity struct {
	Header string
	Fields []string
}

// TraceRequest adds an identifier for logs and traces to each request that has
// none.
type TraceRequest struct{}

// Audit logs who sent each request.
type Audit struct{}

func (ForwardedHost) filter()         {}
func (SetRequestHeaders) filter()     {}
func (SetRequestCookies) filter()     {}
func (RemoveResponseHeaders) filter() {}
func (Compress) filter()              {}
func (Mutate) filter()                {}
func (Native) filter()                {}
func (ForwardIdentity) filter()       {}
func (TraceRequest) filter()          {}
func (Audit) filter()                 {}
