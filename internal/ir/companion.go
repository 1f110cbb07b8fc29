package ir

import "github.com/kgw-dev/kgw/internal/source"

// Companion is a resource beside the gateways that they are held against.
//
//sumtype:decl
type Companion interface{ companion() }

// Client is who may ask an OAuth2 server for tokens, and for which.
type Client struct {
	Origin source.Ref
	Name   Name
	// Grants are the ways in which it gets tokens ("client_credentials").
	Grants []string
	// Scopes and Audiences are those that its tokens can have.
	Scopes    []Scope
	Audiences []string
	// Secret is the Secret that holds its credentials.
	Secret Name
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

// Group is a group of an identity provider, by the name that the provider
// gives it.
type Group struct {
	Origin             source.Ref
	Name, Provider, ID string // ID is the resource's own name
}

func (*Client) companion() {}
func (*Preset) companion() {}
func (*Group) companion()  {}
