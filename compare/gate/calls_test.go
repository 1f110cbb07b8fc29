package gate

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/recorded"
	"github.com/kgw-dev/kgw/simulate"
)

// TestCallsWithoutToken holds that a call that is known to bring no token does not hide
// one of which that is not known.
func TestCallsWithoutToken(t *testing.T) {
	r := simulate.Request{Method: "GET", Scheme: "https", Host: "a.test", Target: "/x"}
	c := &consumer{seen: map[string]bool{}}
	c.add(&recorded.File{Calls: []recorded.Call{{Request: r, Token: true}, {Request: r}, {Request: r}}}, "f")
	if len(c.calls) != 2 {
		t.Errorf("%d calls are kept, not 2", len(c.calls))
	}
}
