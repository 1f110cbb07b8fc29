package prove_test

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/prove/classes"
)

// TestAuthorizersCount: an external authorizer that comes or goes is a change of
// who gets in, never "no change".
func TestAuthorizersCount(t *testing.T) {
	open := newer(`{path: "/a", methods: [GET], noAuth: true}`)
	asked := newer(`{path: "/a", methods: [GET], extAuth: {authorizers: [one]}}`)
	other := newer(`{path: "/a", methods: [GET], extAuth: {authorizers: [two]}}`)
	for name, c := range map[string]struct{ before, after string }{
		"goes": {asked, open}, "comes": {open, asked}, "is another one": {asked, other},
	} {
		conf := config.Default()
		conf.Known.Providers = []string{"one", "two"}
		_, was, r1 := simulated(t, c.before, conf)
		_, is, r2 := simulated(t, c.after, conf)
		r := classes.Compare(was.Side(r1), is.Side(r2))
		if !r.Has(classes.Exposed, classes.Tightened, classes.Unknown) {
			t.Errorf("an authorizer that %s: %v, %d unchanged", name, r.Changes, r.Unchanged)
		}
	}
}
