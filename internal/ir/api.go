package ir

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
)

// API is what the description of an API (OpenAPI) says of it. Gateways are held
// against it.
type API struct {
	Origin source.Ref
	// Title is for messages.
	Title string
	// Hosts are where it is published, instead of those that servers name.
	Hosts []string
	// Servers are where the API is, as the description says.
	Servers []APIServer
	// Operations come by path and method.
	Operations []Operation
}

// APIServer is one place of an API: a host, and the path that all paths begin
// with.
type APIServer struct {
	Origin source.Ref
	// Host is "" where the description leaves it to who publishes it.
	Host string
	// Base begins with a slash and does not end with one; "" is the root.
	Base string
}

// Operation is what a client may ask of an API: one method of one path.
type Operation struct {
	// Origin is the method, Security what says who may send it.
	Origin, Security source.Ref
	Method           string
	// Path is the template as written, below the base path of a server.
	Path string
	// Servers are those of the API, or the operation's own.
	Servers []APIServer
	// Allowed are the alternatives of what a caller brings; one is enough.
	Allowed []Credentials
	// Named says of callers by name who may send it; nil where nobody is named.
	// What Allowed demands is demanded of them too, except of employees.
	Named *Access
}

// Credentials are what one alternative of an operation demands, all of it.
type Credentials struct {
	// Token demands a bearer token with the Scopes.
	Token  bool
	Scopes []string
	// Issuers are those of the token, as far as they are said: all of them.
	Issuers []string
	// Others name schemes that a gateway does not check: API keys, passwords
	// and client certificates.
	Others []string
}

// None reports whether nothing is demanded.
func (c *Credentials) None() bool { return !c.Token && len(c.Others) == 0 }

// HostNames lists the hosts that the API is published on: Hosts, or those that
// its servers and the operations' own name.
func (a *API) HostNames() []string {
	if len(a.Hosts) > 0 {
		return a.Hosts
	}
	var out []string
	add := func(servers []APIServer) {
		for _, s := range servers {
			if s.Host != "" && !slices.Contains(out, s.Host) {
				out = append(out, s.Host)
			}
		}
	}
	add(a.Servers)
	for i := range a.Operations {
		add(a.Operations[i].Servers)
	}
	return out
}

// At returns the places of the operation on a host, by its servers or by the
// hosts that the API is published on. Servers of which none names a host are on all
// of them.
func (a *API) At(o *Operation, host string) []APIServer {
	anywhere := len(a.Hosts) > 0 || !slices.ContainsFunc(o.Servers, func(s APIServer) bool { return s.Host != "" })
	var out []APIServer
	for _, s := range o.Servers {
		if s.Host == host || anywhere {
			out = append(out, s)
		}
	}
	return out
}

// Matches is the set of paths of the operation below a server: a parameter is
// one or more characters of a segment
// (https://spec.openapis.org/oas/v3.1.1.html#path-templating). Stars in the path are
// those of a FabricGateway where the description has its keys.
func (o *Operation) Matches(s *APIServer) pathlang.Path {
	if o.Named != nil && strings.Contains(o.Path, "*") {
		return pathlang.Path{Lang: pathlang.Fabric, Text: s.Base + o.Path}
	}
	return pathlang.OpenAPI(s.Base + o.Path)
}
