package ir

import (
	"time"

	"github.com/kgw-dev/kgw/internal/source"
)

// Companion is a resource other than a gateway that gateways are checked against.
//
// sumtype:decl
type Companion interface{ companion() }

// Client is who may ask an OAuth2 server for tokens, and for which.
type Client struct {
	Origin source.Ref
	Name   Name
	// Grants are the ways in which it gets tokens ("client_credentials"), and
	// ResponseTypes what is answered to a browser ("code token").
	Grants, ResponseTypes []string
	// Scopes and Audiences are those that its tokens can have.
	Scopes    []Scope
	Audiences []string
	// Secret is the Secret that holds its credentials, and NoSecret reports
	// that there is no secret among them.
	Secret   Name
	NoSecret bool
}

// Scope is a scope and where a client asks for it.
type Scope struct {
	Origin source.Ref
	Text   string
}

// Preset names an identity provider: its issuer and where its keys are.
type Preset struct {
	Origin       source.Ref
	Name         string
	Issuer, JWKS string
}

// Group is a group of an identity provider, by its name at the provider.
type Group struct {
	Origin             source.Ref
	Name, Provider, ID string // ID is the resource's own name
}

// Certificate is what is known of a TLS certificate; the key is not.
type Certificate struct {
	Origin source.Ref
	// Kind is that of the object that says so, and Names where it says for which
	// hosts.
	Kind  string
	Names source.Ref
	// Secret is where the certificate is kept.
	Secret Name
	// Hosts are the names that it is valid for; "*." is one label.
	Hosts []string
	// From and Until are the dates between which it holds; zero where they are
	// not known.
	From, Until time.Time
	// Hidden: what is in the Secret is not known, as of one that is encrypted.
	Hidden bool
	// Key: the Secret has a key too.
	Key bool
}

// Bindings says who has which roles.
type Bindings struct {
	Origin source.Ref
	Bound  []Bound
}

// Bound are those that have a role, in a namespace or, with "", in the cluster.
type Bound struct {
	Role, Namespace string
	Groups, Users   []Subject
}

// Subject is a group or a user.
type Subject struct {
	Origin source.Ref
	Name   string
}

// PodLimit limits the requests to pods, by a controller of its own.
type PodLimit struct {
	Origin source.Ref
	Name   Name
	Labels map[string]string
}

// Module is what the settings of Kyma's API Gateway module say.
type Module struct {
	Origin source.Ref
	// NoGateway: the Gateway that every cluster has by default is not made.
	NoGateway bool
}

// StaticUser is a user that Dex knows by a password.
type StaticUser struct {
	Origin source.Ref
	// Email, Name and Hash, which is a bcrypt hash, are "" where they are not
	// known.
	Email, Name, Hash string
}

// DexConfig is what is known of the configuration of a Dex.
type DexConfig struct {
	Origin source.Ref
	// Issuer is "" where it is not known.
	Issuer     string
	Connectors []Connector
}

// Connector is how Dex reaches an identity provider.
type Connector struct {
	Type, ID, Name string
	Config         source.Object
	// Orgs are those that a connector of type github admits; nil is any.
	Orgs []Org
	// Leaks reports that there is a secret in Config.
	Leaks bool
}

// Org is an organisation of GitHub and the teams of it that are admitted; nil
// is any.
type Org struct {
	Name  string
	Teams []string
}

// ClientSecret is the Secret of an OAuth2 client, by the names of its keys.
type ClientSecret struct {
	Origin source.Ref
	Keys   []string
}

func (*StaticUser) companion()  {}
func (*DexConfig) companion()   {}
func (*PodLimit) companion()    {}
func (*Module) companion()      {}
func (*Bindings) companion()    {}
func (*Certificate) companion() {}
func (*Client) companion()      {}
func (*Preset) companion()      {}
func (*Group) companion()       {}
