package dex

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

func user(email, name, hash string) *ir.StaticUser {
	return &ir.StaticUser{Email: email, Name: name, Hash: hash}
}

// TestUsers holds which users are written: those with an address, a name and a
// hash, sorted by address.
func TestUsers(t *testing.T) {
	for name, c := range map[string]struct {
		users []*ir.StaticUser
		want  []string
	}{
		"none":             {nil, nil},
		"whole":            {[]*ir.StaticUser{user("a@example.com", "a", "$2a$10$h")}, []string{"a@example.com"}},
		"without address":  {[]*ir.StaticUser{user("", "a", "$2a$10$h")}, nil},
		"without name":     {[]*ir.StaticUser{user("a@example.com", "", "$2a$10$h")}, nil},
		"without hash":     {[]*ir.StaticUser{user("a@example.com", "a", "")}, nil},
		"sorted":           {[]*ir.StaticUser{user("c@example.com", "a", "$2a$10$h"), user("B@example.com", "b", "$2a$10$h"), user("a@example.com", "c", "$2a$10$h")}, []string{"a@example.com", "B@example.com", "c@example.com"}},
		"one bad of three": {[]*ir.StaticUser{user("c@example.com", "a", "$2a$10$h"), user("b@example.com", "b", ""), user("a@example.com", "c", "$2a$10$h")}, []string{"a@example.com", "c@example.com"}},
	} {
		t.Run(name, func(t *testing.T) {
			text := string(YAML(nil, c.users))
			var got []string
			for line := range strings.Lines(text) {
				if _, email, ok := strings.Cut(strings.TrimSpace(line), "email: "); ok {
					got = append(got, strings.Trim(email, `"'`))
				}
			}
			if strings.Join(got, " ") != strings.Join(c.want, " ") {
				t.Errorf("users %q, want %q", got, c.want)
			}
			if enabled := strings.Contains(text, "enablePasswordDB: true"); enabled != (c.want != nil) {
				t.Errorf("passwords are enabled: %t", enabled)
			}
		})
	}
}

// TestOrderOfUsers holds that the order of users does not matter, and that the
// list of the caller stays as it is.
func TestOrderOfUsers(t *testing.T) {
	a, b := user("a@example.com", "a", "$2a$10$h"), user("b@example.com", "b", "$2a$10$h")
	given := []*ir.StaticUser{b, a}
	if x, y := string(YAML(nil, given)), string(YAML(nil, []*ir.StaticUser{a, b})); x != y || x == "" {
		t.Errorf("%s\nand\n%s", x, y)
	}
	if given[0] != b {
		t.Error("the list of the caller was sorted")
	}
}

// TestUserID holds what makes a user the same one: the address alone, in any
// spelling.
func TestUserID(t *testing.T) {
	id := userID(user("Ada@Example.com", "ada", "$2a$10$h"))
	if other := userID(user("ada@example.com", "lovelace", "$2a$10$i")); other != id {
		t.Errorf("another spelling is another user: %s and %s", id, other)
	}
	if other := userID(user("ada@example.org", "ada", "$2a$10$h")); other == id {
		t.Error("another address is the same user")
	}
	if len(id) != 32 {
		t.Errorf("%d characters", len(id))
	}
}

// TestConnectors holds which connectors and which issuer are written.
func TestConnectors(t *testing.T) {
	config := func(issuer string, connectors ...ir.Connector) *ir.DexConfig {
		return &ir.DexConfig{Issuer: issuer, Connectors: connectors}
	}
	oidc := ir.Connector{Type: "oidc", ID: "one", Name: "One", Config: source.Object{{Key: "issuer", Value: "https://i.example.com"}}}
	bare := ir.Connector{Type: "saml", ID: "two", Name: "Two"}
	leak := ir.Connector{Type: "github", ID: "three", Name: "Three", Leaks: true}
	const one = "connectors:\n- type: oidc\n  id: one\n  name: One\n  config:\n    issuer: https://i.example.com\n"
	for name, c := range map[string]struct {
		configs []*ir.DexConfig
		want    string
	}{
		"none":                       {nil, ""},
		"issuer alone":               {[]*ir.DexConfig{config("https://dex.example.com")}, ""},
		"connector":                  {[]*ir.DexConfig{config("", oidc)}, one},
		"connector without config":   {[]*ir.DexConfig{config("", bare)}, "connectors:\n- type: saml\n  id: two\n  name: Two\n"},
		"connector with a secret":    {[]*ir.DexConfig{config("", leak)}, ""},
		"one with a secret of two":   {[]*ir.DexConfig{config("", leak, oidc)}, one},
		"issuer":                     {[]*ir.DexConfig{config("https://dex.example.com", oidc)}, "issuer: https://dex.example.com\n" + one},
		"the first issuer":           {[]*ir.DexConfig{config("https://a.example.com", oidc), config("https://b.example.com")}, "issuer: https://a.example.com\n" + one},
		"the first that is known":    {[]*ir.DexConfig{config("", oidc), config("https://b.example.com")}, "issuer: https://b.example.com\n" + one},
		"connectors in their order":  {[]*ir.DexConfig{config("", oidc), config("", bare)}, one + "- type: saml\n  id: two\n  name: Two\n"},
		"and in the order they have": {[]*ir.DexConfig{config("", bare, oidc)}, "connectors:\n- type: saml\n  id: two\n  name: Two\n" + strings.TrimPrefix(one, "connectors:\n")},
	} {
		t.Run(name, func(t *testing.T) {
			if got := string(YAML(c.configs, nil)); got != c.want {
				t.Errorf("\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}
