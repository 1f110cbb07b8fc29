package host_test

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/host"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		any, label    bool
	}{
		{"a.test", "a.test", true, true},
		{"a.test", "b.test", false, false},
		{"*", "a.test", true, false},
		{"*.test", "a.test", true, true},
		{"*.test", "a.b.test", true, false},
		{"*.test", "test", false, false},
		{"*.test", ".test", false, true},
		{"*.b.test", "ab.test", false, false},
		{"*b.test", "ab.test", true, false},
		{"*", "", false, false},
		{"*.", "a", false, false},
	} {
		if got := host.Match(c.pattern, c.name); got != c.any {
			t.Errorf("Match(%q, %q) = %v", c.pattern, c.name, got)
		}
		if got := host.MatchLabel(c.pattern, c.name); got != c.label {
			t.Errorf("MatchLabel(%q, %q) = %v", c.pattern, c.name, got)
		}
	}
}

// TestWithin holds Within and Meet to Match on every name of an alphabet.
func TestWithin(t *testing.T) {
	var names []string
	for i := range 81 {
		name := ""
		for n, k := i, 0; k < 4; n, k = n/3, k+1 {
			name += string("ab."[n%3])
		}
		names = append(names, name, name[:3], name[:2], name[:1])
	}
	var patterns []string
	for _, n := range []string{"a", "b", "a.b", "b.a", "a.a.b", "ab"} {
		patterns = append(patterns, n, "*."+n, "*"+n)
	}
	patterns = append(patterns, "*")
	for _, a := range patterns {
		for _, b := range patterns {
			within, meet := true, false
			for _, n := range names {
				within = within && (!host.Match(a, n) || host.Match(b, n))
				meet = meet || host.Match(a, n) && host.Match(b, n)
			}
			if host.Within(a, b) && !within {
				t.Errorf("Within(%q, %q), and a name shows otherwise", a, b)
			}
			if got := host.Meet(a, b); got != host.Meet(b, a) || meet && !got || got && !meet && short(a) && short(b) {
				t.Errorf("Meet(%q, %q) = %v, of all names %v", a, b, got, meet)
			}
		}
	}
}

// short reports that names of the pattern are among those that are tried.
func short(pattern string) bool { return len(strings.TrimPrefix(pattern, "*")) < 4 }
