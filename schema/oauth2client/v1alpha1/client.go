package v1alpha1

import (
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// OAuth2Client is a decoded document.
type OAuth2Client struct {
	client ir.Client
	// keys is set where the client proves itself with a key, and jwks is where
	// the key is.
	keys bool
	jwks string
}

// Decode reads a document. It is tolerant: what Type refuses is left empty.
func Decode(doc *source.Document, root *source.Node) *OAuth2Client {
	spec, at := source.Field(root, "spec"), source.Ref{Doc: doc, Path: "spec"}
	c := &OAuth2Client{client: ir.Client{
		Origin: source.Ref{Doc: doc}, Name: ir.Name{Namespace: doc.Namespace, Name: doc.Name},
		Grants: source.Texts(source.Field(spec, "grantTypes")), ResponseTypes: source.Texts(source.Field(spec, "responseTypes")), Audiences: source.Texts(source.Field(spec, "audience")),
		Secret: ir.Name{Namespace: doc.Namespace, Name: source.Text(source.Field(spec, "secretName"))},
	}}
	for i, text := range source.Texts(source.Field(spec, "scopeArray")) {
		c.client.Scopes = append(c.client.Scopes, ir.Scope{Origin: at.At("scopeArray").Elem(i), Text: text})
	}
	for _, text := range strings.Fields(source.Text(source.Field(spec, "scope"))) {
		c.client.Scopes = append(c.client.Scopes, ir.Scope{Origin: at.At("scope"), Text: text})
	}
	method := source.Text(source.Field(spec, "tokenEndpointAuthMethod"))
	c.keys = method == "private_key_jwt"
	c.client.NoSecret = c.keys || method == "none"
	c.jwks = source.Text(source.Field(spec, "jwksUri"))
	return c
}

// Check makes the checks of Hydra that need no other document.
func (c *OAuth2Client) Check(*ir.Settings) diag.List {
	var found diag.List
	spec := c.client.Origin.At("spec")
	if c.keys && c.jwks == "" {
		found.Add(diag.Finding{
			Code: diag.MissingField, At: spec.At("tokenEndpointAuthMethod"),
			Message: "private_key_jwt needs jwksUri: Hydra refuses the client without it", Help: "add jwksUri, where the client's public keys are",
		})
	}
	return found
}

// Lift returns no gateway: a client is a companion.
func (c *OAuth2Client) Lift(*ir.Settings) (*ir.Gateway, diag.List) { return nil, nil }

// Companion returns the client.
func (c *OAuth2Client) Companion() ir.Companion { return &c.client }
