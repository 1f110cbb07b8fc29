package match

import (
	"slices"
	"testing"
)

// TestWildcardsWithinALabel: a "*" before a part of a label is a wildcard too, and has
// a name of its own among the samples.
func TestWildcardsWithinALabel(t *testing.T) {
	set := Set{Hosts: []string{"*-x.test"}}
	for name, want := range map[string]bool{"a-x.test": true, "b.a-x.test": true, "-x.test": false, "x.test": false, "*-x.test": true} {
		if set.matchesHost(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
	if got := hostSamples(&set, &Set{Hosts: []string{"*.test", "a.test"}}); !slices.Equal(got, []string{"a.test", "a-x.test", "aa.test", "any.host"}) {
		t.Errorf("samples are %q", got)
	}
}
