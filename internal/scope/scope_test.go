package scope

import "testing"

// TestStrategies holds which scopes of a token match one that is wanted
// (ory/fosite v0.48.0, scope_strategy_test.go).
func TestStrategies(t *testing.T) {
	for _, c := range []struct {
		have, want                  string
		exact, hierarchic, wildcard bool
	}{
		{"a", "a", true, true, true},
		{"a", "b", false, false, false},
		{"a", "a.b", false, true, false},
		{"a.b", "a", false, false, false},
		{"a.b", "a.c", false, false, false},
		{"a", "ab", false, false, false},
		{"a.b", "a.b.c", false, true, false},
		{"a.*", "a.b", false, false, true},
		{"a.*", "a.b.c", false, false, true},
		{"a.*", "a", false, false, false},
		{"a.*", "a.", false, false, false},
		{"*", "a", false, false, true},
		{"*", "a.b", false, false, true},
		{"*.b", "a.b", false, false, true},
		{"*.b", "a.c", false, false, false},
		{"a.*.c", "a.b.c", false, false, true},
		{"a.*.c", "a.b.d", false, false, false},
		{"a.*.c", "a.b.c.d", false, false, false},
		{"A", "a", false, false, false},
	} {
		for name, want := range map[string]bool{"exact": c.exact, "hierarchic": c.hierarchic, "wildcard": c.wildcard} {
			if got := Strategy(name)([]string{"other.x", c.have}, c.want); got != want {
				t.Errorf("%s: %q for %q is %v", name, c.have, c.want, got)
			}
			if Strategy(name)(nil, c.want) {
				t.Errorf("%s: no scope is enough for %q", name, c.want)
			}
		}
	}
	for _, name := range []string{"none", "", "Exact"} {
		if Strategy(name) != nil {
			t.Errorf("%q compares scopes", name)
		}
	}
}
