package skipper

import (
	"testing"

	"github.com/kgw-dev/kgw/simulate"
)

// TestCredentialsOfMany: a request is refused without a password or a login; a
// symbolic one may have them, so that no comparison misses whom a route
// lets in.
func TestCredentialsOfMany(t *testing.T) {
	for filter, proof := range map[string]string{`basicAuth("/f")`: "basicAuth", `oauthOidcAnyClaims("https://i.test", "a", "b", "https://h/cb", "c", "d")`: "oidc", `oauthGrant()`: "oauthGrant"} {
		e := engineOf(t, groupOf(`/p||`+filter+`|s`))
		r := &simulate.Request{Method: "GET", Scheme: "https", Host: "h", Target: "/p"}
		if d := e.Decide(r, nil); d.Passed() {
			t.Errorf("%s: a caller without anything gets through", filter)
		}
		r.Free = simulate.AnyHeader
		if d := e.Decide(r, nil); !d.Passed() || len(d.Proofs) != 1 || d.Proofs[0] != proof {
			t.Errorf("%s: %+v", filter, d)
		}
	}
}
