package apirule

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/diag"
)

// TestAuthorizationThatOpens: one that demands nothing is reported where others
// demand something, and not where it is the only one.
func TestAuthorizationThatOpens(t *testing.T) {
	scoped, aimed, open := Authorization{Scopes: []string{"a"}}, Authorization{Aud: []string{"b"}}, Authorization{}
	for _, c := range []struct {
		all  []Authorization
		want int
	}{
		{[]Authorization{scoped, open}, 1},
		{[]Authorization{open, aimed}, 1},
		{[]Authorization{scoped, aimed}, 0},
		{[]Authorization{open}, 0},
	} {
		var found diag.List
		(&JWT{Defined: true, Authorizations: c.all}).CheckAuthorizations("", &found)
		if len(found) != c.want || c.want > 0 && (found[0].Code != diag.BadJWTConfig || found[0].Severity != diag.Warning) {
			t.Errorf("%v: %v", c.all, found)
		}
	}
}
