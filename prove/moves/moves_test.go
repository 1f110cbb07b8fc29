package moves

import (
	"testing"

	"github.com/kgw-dev/kgw/prove/changes"
	"github.com/kgw-dev/kgw/prove/classes"
)

// TestAsterisks: what is refused for a "*" in the path is counted apart, unless the
// path is about it.
func TestAsterisks(t *testing.T) {
	m := &Moves{}
	star := changes.Change{Kind: classes.Tightened, Path: "/.*", Witness: changes.Witness{URL: "https://a.test/*"}}
	meant, open, plain := star, star, star
	meant.Path, open.Kind, plain.Witness.URL = `/a\*`, classes.Exposed, "https://a.test/x"
	if out := m.settled([]changes.Change{star, meant, open, plain}); len(out) != 3 || m.Asterisks != 1 {
		t.Errorf("%d are left out, and %v said", m.Asterisks, out)
	}
}
