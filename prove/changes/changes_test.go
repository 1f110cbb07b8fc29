package changes

import (
	"testing"

	"github.com/kgw-dev/kgw/prove/classes"
)

// TestWhatMatters: a move that leaves who gets through, and where to, says so, and
// one that does not never does.
func TestWhatMatters(t *testing.T) {
	preflight := Change{Kind: classes.Exposed, Before: classes.NoRoute, Methods: []string{"OPTIONS"}}
	beyond, more, open := preflight, preflight, preflight
	beyond.AnyMethod, more.Methods, open.Before = true, []string{"GET", "OPTIONS"}, "jwt"
	if preflight.Matters() {
		t.Error("OPTIONS for preflights matters")
	}
	for _, c := range []Change{beyond, more, open} {
		if !c.Matters() {
			t.Errorf("%v does not matter", c)
		}
	}
	beside := map[classes.Kind]bool{classes.Internal: true, classes.Headers: true, classes.Timeout: true, classes.Added: true, classes.Status: true}
	for _, kind := range classes.Kinds() {
		if c := (Change{Kind: kind}); c.Matters() == beside[kind] {
			t.Errorf("%s matters: %v", kind, c.Matters())
		}
	}
}
