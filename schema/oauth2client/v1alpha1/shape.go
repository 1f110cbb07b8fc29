// Package v1alpha1 is Ory Hydra's OAuth2Client, as hydra-maester reads it: a
// client that may ask for tokens.
//
// It takes a document's YAML and returns findings and a client, which the
// scopes that gateways demand are checked against. Nothing is compiled: the
// resource is for hydra-maester. It must not know any other kind.
package v1alpha1

import (
	"strings"

	"github.com/kgw-dev/kgw/internal/shape"
)

// Group is the API group of OAuth2Client.
const Group = "hydra.ory.sh"

// Patterns of the CustomResourceDefinition. Those of scope and secretName are
// not anchored there and refuse nothing; here they are.
var (
	url      = &shape.Pattern{Expr: `^$|^https?://.*`, Means: "a URL that begins with http:// or https://"}
	redirect = &shape.Pattern{Expr: `\w+:/?/?[^\s]+`, Means: "a URI with a scheme"}
	scopes   = &shape.Pattern{Expr: `^[a-zA-Z0-9.*:_/-]+( [a-zA-Z0-9.*:_/-]+)*$`, Means: "scopes, with one space between two"}
	scope    = &shape.Pattern{Expr: `^[a-zA-Z0-9.*:_/-]+$`, Means: "a scope without spaces"}
	secret   = &shape.Pattern{Expr: `^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`, Means: "the name of a Secret"}
	duration = &shape.Pattern{Expr: `[0-9]+(ns|us|ms|s|m|h)`, Means: "a duration, as 30m"}
	protocol = &shape.Pattern{Expr: `^$|https?|off`, Means: "http, https or off"}
	path     = &shape.Pattern{Expr: `^$|^/.*`, Means: "a path that begins with a slash"}
)

// Type describes the documents of this version, as the CustomResourceDefinition
// of hydra-maester of 2024 does; scope or scopeArray is demanded, as there is no
// client without scopes in the releases before.
var Type = shape.Resource(Group+"/v1alpha1", "OAuth2Client", "A client of Ory Hydra (hydra-maester OAuth2Client).",
	shape.Field{Name: "spec", Required: true, Type: &shape.Type{Kind: shape.Object, AtLeastOne: []string{"scope", "scopeArray"}, Fields: []shape.Field{
		{Name: "grantTypes", Required: true, Type: &shape.Type{Kind: shape.List, MinLen: 1, MaxLen: 4, Doc: "How the client gets tokens.", Elem: oneOf("client_credentials", "authorization_code", "implicit", "refresh_token")}},
		{Name: "secretName", Required: true, Type: &shape.Type{Kind: shape.String, MinLen: 1, MaxLen: 253, Pattern: secret, Doc: "Secret with the client's credentials."}},
		{Name: "responseTypes", Type: &shape.Type{
			Kind: shape.List, MinLen: 1, MaxLen: 3, Doc: "What the authorization endpoint answers with.",
			Elem: oneOf("id_token", "code", "token", "code token", "code id_token", "id_token token", "code id_token token"),
		}},
		{Name: "scope", Type: matching(scopes, "Scopes, with a space between two.")},
		{Name: "scopeArray", Type: &shape.Type{Kind: shape.List, Doc: "Scopes.", Elem: matching(scope, "")}},
		{Name: "redirectUris", Type: uris("Where the authorization endpoint may send the browser.")},
		{Name: "requestUris", Type: uris("Where request objects may be fetched from.")},
		{Name: "postLogoutRedirectUris", Type: uris("Where the browser may be sent after a logout.")},
		{Name: "allowedCorsOrigins", Type: uris("Origins that may call the token endpoint.")},
		{Name: "audience", Type: texts("Audiences that tokens may be for.")},
		{Name: "clientName", Type: text("Name that is shown to users.")},
		{Name: "contacts", Type: texts("Ways to reach who owns the client.")},
		{Name: "metadata", Type: &shape.Type{Kind: shape.Map, Nullable: true, Elem: &shape.Type{Kind: shape.Any}, Doc: "Anything."}},
		{Name: "tokenEndpointAuthMethod", Type: oneOf("client_secret_basic", "client_secret_post", "private_key_jwt", "none").Saying("How the client proves who it is at the token endpoint.")},
		{Name: "tokenEndpointAuthSigningAlg", Type: text("Algorithm of the client's assertions.")},
		{Name: "requestObjectSigningAlg", Type: text("Algorithm of request objects.")},
		{Name: "tokenLifespans", Type: lifespans()},
		{Name: "hydraAdmin", Type: &shape.Type{Kind: shape.Object, Doc: "Another Hydra than the controller's.", Fields: []shape.Field{
			{Name: "url", Type: &shape.Type{Kind: shape.String, MaxLen: 256, Pattern: url, Doc: "Its address."}},
			{Name: "port", Type: &shape.Type{Kind: shape.Integer, Max: shape.Int(65535), Doc: "Its port."}},
			{Name: "endpoint", Type: matching(path, "Path of its clients.")},
			{Name: "forwardedProto", Type: matching(protocol, "Value of X-Forwarded-Proto in the controller's requests.")},
		}}},
		{Name: "deletionPolicy", Type: oneOf("delete", "orphan").Saying("What becomes of the client when the resource is deleted.")},
		{Name: "accessTokenStrategy", Type: oneOf("jwt", "opaque").Saying("What access tokens are.")},
		{Name: "subjectType", Type: oneOf("public", "pairwise").Saying("Whether all clients see the same subject of a user.")},
		{Name: "skipConsent", Type: boolean("Whether users are not asked for their consent.")},
		{Name: "skipLogoutConsent", Type: boolean("Whether users are not asked before a logout.")},
		{Name: "frontChannelLogoutSessionRequired", Type: boolean("Whether frontChannelLogoutURI is called with the issuer and the session.")},
		{Name: "backChannelLogoutSessionRequired", Type: boolean("Whether backChannelLogoutURI is sent the session.")},
		{Name: "frontChannelLogoutURI", Type: matching(url, "Where the browser tells the client of a logout.")},
		{Name: "backChannelLogoutURI", Type: matching(url, "Where Hydra tells the client of a logout.")},
		{Name: "jwksUri", Type: matching(url, "Keys of a client with private_key_jwt.")},
		{Name: "logoUri", Type: matching(url, "Logo that is shown to users.")},
		{Name: "clientUri", Type: matching(url, "Page about the client.")},
		{Name: "policyUri", Type: matching(url, "Page that says what becomes of users' data.")},
		{Name: "tosUri", Type: matching(url, "Terms of service.")},
		{Name: "sectorIdentifierUri", Type: matching(url, "Addresses of clients that see the same subject of a user.")},
		{Name: "clientSecretExpiresAt", Type: &shape.Type{Kind: shape.Integer, Min: shape.Int(0), Doc: "When the secret expires, in seconds since 1970; 0: never."}},
	}}})

func text(doc string) *shape.Type { return &shape.Type{Kind: shape.String, Doc: doc} }

func texts(doc string) *shape.Type {
	return &shape.Type{Kind: shape.List, Elem: &shape.Type{Kind: shape.String}, Doc: doc}
}

func boolean(doc string) *shape.Type {
	return &shape.Type{Kind: shape.Boolean, Default: "false", Doc: doc}
}

func oneOf(values ...string) *shape.Type { return &shape.Type{Kind: shape.String, Enum: values} }

func matching(p *shape.Pattern, doc string) *shape.Type {
	return &shape.Type{Kind: shape.String, Pattern: p, Doc: doc}
}

func uris(doc string) *shape.Type {
	return &shape.Type{Kind: shape.List, Doc: doc, Elem: matching(redirect, "")}
}

// lifespans describes how long tokens of each grant live.
func lifespans() *shape.Type {
	t := &shape.Type{Kind: shape.Object, Doc: "How long tokens live."}
	for _, name := range []string{
		"authorization_code_grant_access_token_lifespan", "authorization_code_grant_id_token_lifespan", "authorization_code_grant_refresh_token_lifespan",
		"client_credentials_grant_access_token_lifespan", "implicit_grant_access_token_lifespan", "implicit_grant_id_token_lifespan",
		"jwt_bearer_grant_access_token_lifespan", "refresh_token_grant_access_token_lifespan", "refresh_token_grant_id_token_lifespan",
		"refresh_token_grant_refresh_token_lifespan",
	} {
		t.Fields = append(t.Fields, shape.Field{Name: name, Type: matching(duration, "How long "+lifespan(name)+" lives.")})
	}
	return t
}

// lifespan says in words which token a field of the lifespans is about.
func lifespan(field string) string {
	grant, token, _ := strings.Cut(strings.TrimSuffix(field, "_token_lifespan"), "_grant_")
	article := map[string]string{"access": "an", "id": "an", "refresh": "a"}[token]
	return article + " " + token + " token of the grant " + grant
}
