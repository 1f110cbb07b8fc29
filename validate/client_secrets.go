package validate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
)

// The keys under which hydra-maester reads the credentials of a client: those
// of releases since 2023, and those before. CLIENT_ID_KEY and
// CLIENT_SECRET_KEY of its environment name others.
var secretKeys = [][2]string{{"CLIENT_ID", "CLIENT_SECRET"}, {"client_id", "client_secret"}}

// checkClientSecrets reports Secrets among the inputs that do not have the keys under which
// hydra-maester reads a client's credentials: it does not register such a client.
func checkClientSecrets(v *View, found *diag.List) {
	var sets [][]string
	for _, keys := range secretKeys {
		set := []string{cmp.Or(v.Policy.SecretKeys[0], keys[0]), cmp.Or(v.Policy.SecretKeys[1], keys[1])}
		if len(sets) == 0 || !slices.Equal(sets[0], set) {
			sets = append(sets, set)
		}
	}
	for _, c := range v.Clients {
		s := v.Secrets[c.Secret]
		if s == nil || slices.ContainsFunc(sets, func(keys []string) bool { return hasKeys(s, c, keys) }) {
			continue
		}
		have := quoted(s.Keys)
		if have == "" {
			have = "no keys"
		}
		found.Add(diag.Finding{
			Code: diag.ClientSecretKeys, At: s.Origin.At("metadata", "name"),
			Message: fmt.Sprintf("the Secret of the client %s has %s, and hydra-maester reads %s: the client is not registered", c.Name, have, neededKeys(c, sets)),
			Help:    "rename the keys, or set oauth2.secretKeys in kgw.yaml to the names that hydra-maester is configured with",
			Related: []diag.Related{{At: c.Origin.At("spec", "secretName"), Message: "the client"}},
		})
	}
}

// keysOf returns the keys that a client needs.
func keysOf(c *ir.Client, keys []string) []string {
	if c.NoSecret {
		return keys[:1]
	}
	return keys
}

func hasKeys(s *ir.ClientSecret, c *ir.Client, keys []string) bool {
	return !slices.ContainsFunc(keysOf(c, keys), func(k string) bool { return !slices.Contains(s.Keys, k) })
}

func neededKeys(c *ir.Client, sets [][]string) string {
	var out []string
	for _, keys := range sets {
		out = append(out, strings.Join(keysOf(c, keys), " and "))
	}
	return strings.Join(out, ", before 2023 ")
}
