// Package dex writes users with passwords and connectors as the part of Dex's configuration
// that has them (https://dexidp.io/docs/connectors/).
//
// It takes users and connectors and returns YAML. A user without a hash and a connector with
// a secret are left out. It must not know Secrets and ConfigMaps.
package dex

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

// YAML returns the issuer, the connectors in their order, and the users by
// their addresses; nil where there is none of these.
func YAML(configs []*ir.DexConfig, users []*ir.StaticUser) []byte {
	var out source.Object
	var connectors, passwords []any
	for _, c := range configs {
		if _, known := out.Get("issuer"); c.Issuer != "" && !known {
			out = append(out, source.Member{Key: "issuer", Value: c.Issuer})
		}
		for i := range c.Connectors {
			if k := &c.Connectors[i]; !k.Leaks {
				connectors = append(connectors, connector(k))
			}
		}
	}
	users = slices.Clone(users)
	slices.SortFunc(users, func(a, b *ir.StaticUser) int { return cmp.Compare(address(a), address(b)) })
	for _, u := range users {
		if u.Email != "" && u.Name != "" && u.Hash != "" {
			passwords = append(passwords, source.Object{
				{Key: "email", Value: u.Email}, {Key: "hash", Value: u.Hash}, {Key: "username", Value: u.Name}, {Key: "userID", Value: userID(u)},
			})
		}
	}
	if connectors != nil {
		out = append(out, source.Member{Key: "connectors", Value: connectors})
	}
	if passwords != nil {
		out = append(out, source.Member{Key: "enablePasswordDB", Value: true}, source.Member{Key: "staticPasswords", Value: passwords})
	}
	if connectors == nil && passwords == nil {
		return nil
	}
	return manifest.AppendYAMLValue(nil, out)
}

func address(u *ir.StaticUser) string { return strings.ToLower(u.Email) }

// userID identifies a user in the tokens of Dex. It depends on the address only:
// a random one, as Kyma's script made, is another user after each restart.
func userID(u *ir.StaticUser) string {
	sum := sha256.Sum256([]byte("dex\x00" + address(u)))
	return hex.EncodeToString(sum[:16])
}

func connector(c *ir.Connector) source.Object {
	out := source.Object{{Key: "type", Value: c.Type}, {Key: "id", Value: c.ID}, {Key: "name", Value: c.Name}}
	if c.Config != nil {
		out = append(out, source.Member{Key: "config", Value: c.Config})
	}
	return out
}
