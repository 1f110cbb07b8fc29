// Package hydra writes OAuth2Clients as Ory Hydra's admin API accepts them
// (https://www.ory.sh/docs/hydra/reference/api#tag/oAuth2/operation/createOAuth2Client).
//
// It takes the spec of each client, and returns JSON. Secrets are not part of an
// OAuth2Client, and Hydra makes them. It must not know hydra-maester's cluster.
package hydra

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

// Client is one OAuth2Client.
type Client struct {
	Namespace, Name string
	Spec            source.Object
	Origin          source.Ref
}

// fields are the fields of a spec with Hydra's names for them, in the order in
// which they are written.
var fields = [][2]string{
	{"clientName", "client_name"},
	{"grantTypes", "grant_types"},
	{"responseTypes", "response_types"},
	{"", "scope"},
	{"audience", "audience"},
	{"redirectUris", "redirect_uris"},
	{"requestUris", "request_uris"},
	{"postLogoutRedirectUris", "post_logout_redirect_uris"},
	{"allowedCorsOrigins", "allowed_cors_origins"},
	{"tokenEndpointAuthMethod", "token_endpoint_auth_method"},
	{"tokenEndpointAuthSigningAlg", "token_endpoint_auth_signing_alg"},
	{"requestObjectSigningAlg", "request_object_signing_alg"},
	{"accessTokenStrategy", "access_token_strategy"},
	{"subjectType", "subject_type"},
	{"sectorIdentifierUri", "sector_identifier_uri"},
	{"skipConsent", "skip_consent"},
	{"skipLogoutConsent", "skip_logout_consent"},
	{"frontChannelLogoutSessionRequired", "frontchannel_logout_session_required"},
	{"frontChannelLogoutURI", "frontchannel_logout_uri"},
	{"backChannelLogoutSessionRequired", "backchannel_logout_session_required"},
	{"backChannelLogoutURI", "backchannel_logout_uri"},
	{"jwksUri", "jwks_uri"},
	{"logoUri", "logo_uri"},
	{"clientUri", "client_uri"},
	{"policyUri", "policy_uri"},
	{"tosUri", "tos_uri"},
	{"clientSecretExpiresAt", "client_secret_expires_at"},
	{"contacts", "contacts"},
	{"metadata", "metadata"},
}

// JSON returns a list of all clients, sorted by owner.
func JSON(clients []Client) []byte {
	clients = slices.Clone(clients)
	slices.SortFunc(clients, func(a, b Client) int { return strings.Compare(a.owner(), b.owner()) })
	list := make([]any, len(clients))
	for i := range clients {
		list[i] = clients[i].value()
	}
	return append(manifest.AppendJSON(nil, list, 0), '\n')
}

// owner is how hydra-maester marks what it registered.
func (c *Client) owner() string { return c.Name + "/" + c.Namespace }

func (c *Client) value() source.Object {
	out := source.Object{{Key: "owner", Value: c.owner()}}
	for _, f := range fields {
		if f[0] == "" {
			out = append(out, source.Member{Key: f[1], Value: c.scope()})
			continue
		}
		if v, ok := c.Spec.Get(f[0]); ok && v != nil {
			out = append(out, source.Member{Key: f[1], Value: v})
		}
	}
	lifespans, _ := c.Spec.Get("tokenLifespans")
	if o, ok := lifespans.(source.Object); ok {
		out = append(out, o...)
	}
	return out
}

// scope joins the scopes as hydra-maester does: those of scopeArray come first.
func (c *Client) scope() string {
	var all []string
	list, _ := c.Spec.Get("scopeArray")
	elements, _ := list.([]any)
	for _, e := range elements {
		if s, ok := e.(string); ok {
			all = append(all, s)
		}
	}
	if s, _ := c.Spec.Get("scope"); s != nil {
		text, _ := s.(string)
		all = append(all, strings.Fields(text)...)
	}
	return strings.Join(all, " ")
}
