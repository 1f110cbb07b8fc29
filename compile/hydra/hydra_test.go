package hydra

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/source"
)

// TestFields holds Hydra's name for each field of an OAuth2Client: its own name
// is not known to Hydra, which would pass over it. Values are as they are.
func TestFields(t *testing.T) {
	for field, want := range map[string]string{
		"clientName": "client_name", "grantTypes": "grant_types", "responseTypes": "response_types", "audience": "audience",
		"redirectUris": "redirect_uris", "requestUris": "request_uris", "postLogoutRedirectUris": "post_logout_redirect_uris",
		"allowedCorsOrigins": "allowed_cors_origins", "tokenEndpointAuthMethod": "token_endpoint_auth_method",
		"tokenEndpointAuthSigningAlg": "token_endpoint_auth_signing_alg", "requestObjectSigningAlg": "request_object_signing_alg",
		"accessTokenStrategy": "access_token_strategy", "subjectType": "subject_type", "sectorIdentifierUri": "sector_identifier_uri",
		"skipConsent": "skip_consent", "skipLogoutConsent": "skip_logout_consent",
		"frontChannelLogoutSessionRequired": "frontchannel_logout_session_required", "frontChannelLogoutURI": "frontchannel_logout_uri",
		"backChannelLogoutSessionRequired": "backchannel_logout_session_required", "backChannelLogoutURI": "backchannel_logout_uri",
		"jwksUri": "jwks_uri", "logoUri": "logo_uri", "clientUri": "client_uri", "policyUri": "policy_uri", "tosUri": "tos_uri",
		"clientSecretExpiresAt": "client_secret_expires_at", "contacts": "contacts", "metadata": "metadata",
	} {
		for _, value := range []any{"text", true, false, source.Number("0"), []any{"a", "b"}, source.Object{{Key: "k", Value: "v"}}} {
			c := Client{Name: "c", Namespace: "n", Spec: source.Object{{Key: field, Value: value}}}
			out := c.value()
			if len(out) != 3 {
				t.Fatalf("%s: %v", field, out)
			}
			if _, ok := out.Get(want); !ok {
				t.Errorf("%s is not written as %s: %v", field, want, out)
			}
		}
		for name, spec := range map[string]source.Object{"null": {{Key: field}}, "absent": nil} {
			c := Client{Name: "c", Namespace: "n", Spec: spec}
			if out := c.value(); len(out) != 2 {
				t.Errorf("%s is %s: %v", field, name, out)
			}
		}
	}
}

// TestNotForHydra holds that fields which are for hydra-maester alone stay there.
func TestNotForHydra(t *testing.T) {
	c := Client{Name: "c", Namespace: "n", Spec: source.Object{
		{Key: "secretName", Value: "s"}, {Key: "deletionPolicy", Value: "delete"}, {Key: "hydraAdmin", Value: source.Object{{Key: "url", Value: "u"}}}, {Key: "scopeArray", Value: []any{"a"}},
	}}
	if out := c.value(); len(out) != 2 || out[0].Key != "owner" || out[0].Value != "c/n" || out[1].Key != "scope" || out[1].Value != "a" {
		t.Errorf("written: %v", out)
	}
}

func TestScopes(t *testing.T) {
	for name, c := range map[string]struct {
		spec source.Object
		want string
	}{
		"none":             {nil, ""},
		"text":             {source.Object{{Key: "scope", Value: "read write"}}, "read write"},
		"list":             {source.Object{{Key: "scopeArray", Value: []any{"read", "write"}}}, "read write"},
		"list before text": {source.Object{{Key: "scope", Value: "a b"}, {Key: "scopeArray", Value: []any{"z"}}}, "z a b"},
		"many spaces":      {source.Object{{Key: "scope", Value: " a \t b "}}, "a b"},
		"null":             {source.Object{{Key: "scope"}, {Key: "scopeArray"}}, ""},
		"of another type":  {source.Object{{Key: "scope", Value: true}, {Key: "scopeArray", Value: []any{source.Number("1"), "a"}}}, "a"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := (&Client{Spec: c.spec}).scope(); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// TestLifespans holds that the spans of tokens are written beside the other
// fields, where Hydra has them, under their own names.
func TestLifespans(t *testing.T) {
	c := Client{Name: "c", Namespace: "n", Spec: source.Object{{Key: "tokenLifespans", Value: source.Object{{Key: "implicit_grant_id_token_lifespan", Value: "1h"}}}}}
	if v, _ := c.value().Get("implicit_grant_id_token_lifespan"); v != "1h" {
		t.Errorf("written: %v", c.value())
	}
	c.Spec[0].Value = "1h"
	if out := c.value(); len(out) != 2 {
		t.Errorf("a text is written: %v", out)
	}
}

// TestOrderOfClients holds that clients are sorted by owner, whatever order they
// come in, and that the list of the caller stays as it is.
func TestOrderOfClients(t *testing.T) {
	a, b, c := Client{Namespace: "z", Name: "a"}, Client{Namespace: "a", Name: "b"}, Client{Namespace: "b", Name: "b"}
	want := string(JSON([]Client{a, b, c}))
	if strings.Index(want, "a/z") > strings.Index(want, "b/a") || strings.Index(want, "b/a") > strings.Index(want, "b/b") {
		t.Errorf("order: %s", want)
	}
	given := []Client{c, b, a}
	if got := string(JSON(given)); got != want {
		t.Errorf("another order of clients: %s\nwant %s", got, want)
	}
	if given[0].owner() != "b/b" {
		t.Error("the list of the caller was sorted")
	}
	var read []map[string]any
	if err := json.Unmarshal([]byte(want), &read); err != nil || len(read) != 3 {
		t.Errorf("%d clients, %v", len(read), err)
	}
	if got := string(JSON(nil)); strings.TrimSpace(got) != "[]" {
		t.Errorf("no clients: %q", got)
	}
}
