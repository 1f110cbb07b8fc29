package ir

import "github.com/kgw-dev/kgw/internal/source"

// Access says who may send a request: no Deny holds and at least one Grant
// does. The first Grant that admits decides the rate limit.
type Access struct {
	Deny []Principal
	// Restricted with no Grant admits nobody.
	Restricted bool
	Grants     []Grant
	// Denied answers those whom a Deny names, Refused those who are nobody's
	// Who; nil leaves both to the proxy.
	Denied, Refused *Respond
}

// Grant admits those who are Who and bring the Proof with the Scopes and one
// of the Aud.
type Grant struct {
	Origin source.Ref
	// Who is nil for anyone.
	Who Principal
	// Proof is what the grant means, for analysis.
	Proof Authenticator
	// Verbatim is the handler as written, for the target that has it.
	Verbatim *Handler
	// Scopes must all be there; Aud too.
	Scopes, Aud []string
	Limit       *RateLimit
	// Exempt admits also those whom a Deny names.
	Exempt bool
}

// Principal is a group of callers.
//
//sumtype:decl
type Principal interface{ principal() }

// Services are callers known by service identifiers.
type Services struct {
	IDs []string
	// Claim is where their tokens carry the identifier, Realm the realm that
	// token information puts them in.
	Claim, Realm string
}

// Employees are people: all of them, or those listed.
type Employees struct {
	All bool
	IDs []string
	// Marked demands of those listed that their tokens also say that they are
	// people's.
	Marked bool
	// Claim is where their tokens carry the identifier, Mark the claim that
	// marks them as people's, Realm their realm in token information.
	Claim, Realm string
	Mark         Claim
}

// Claim is a claim of a token and its value.
type Claim struct{ Name, Value string }

func (Services) principal()  {}
func (Employees) principal() {}

// Authenticator is what a caller must bring.
//
//sumtype:decl
type Authenticator interface{ authenticator() }

// None demands nothing and is known to the proxy as an open route.
type None struct{}

// Passthru demands nothing and lets every method through where nothing else
// enforces them.
type Passthru struct{}

// JWT demands a token of one of the issuers.
type JWT struct{ Issuers []Issuer }

// Issuer is one issuer of tokens and where they may be in a request.
type Issuer struct {
	Origin                source.Ref
	Setting               string // of kgw.yaml that has it; "" where the author wrote it
	Issuer, JWKS          string
	FromHeaders           []TokenHeader
	FromParams            []string
	NilHeaders, NilParams bool // the list was absent, not empty
}

// TokenHeader is a header that carries a token after a prefix.
type TokenHeader struct{ Name, Prefix string }

// TokenInfo demands a token that a token information service vouches for.
type TokenInfo struct{ Realms []string }

// External asks external authorizers; Then holds afterwards, if not nil.
type External struct {
	Providers []Provider
	Then      *JWT
}

// Provider is a named external authorizer.
type Provider struct {
	Origin source.Ref
	Name   string
}

// ByHandler is decided by an authentication handler with a configuration of
// its own.
type ByHandler struct{ Handler Handler }

func (None) authenticator()      {}
func (Passthru) authenticator()  {}
func (JWT) authenticator()       {}
func (TokenInfo) authenticator() {}
func (External) authenticator()  {}
func (ByHandler) authenticator() {}

// Handler is a named handler and its configuration as written.
type Handler struct {
	Origin source.Ref
	Name   string
	// Config is nil when absent, and an empty object when written as {}.
	Config source.Object
}

// RateLimit bounds the requests of one caller.
type RateLimit struct {
	Group  string
	Count  int
	Period string // "1s", "1m" or "1h"
	// Exceeded answers what is over the limit; nil leaves it to the proxy.
	Exceeded *Respond
}
