package match

import "testing"

func TestApart(t *testing.T) {
	for _, c := range []struct {
		a, b string
		lang Lang
		want bool
	}{
		{"/a", "/b", Regex, true},
		{"/a", "/ab", Regex, true},
		{"/a", "/a/.*", Regex, true},
		{"/a.*", "/ab", Regex, false},
		{"/ab*", "/a", Regex, false},
		{"/ab?c", "/ac", Regex, false},
		{"/a", "/a/b", Prefix, false},
		{"/a", "/a/b", Subtree, false},
		{"/é?", "/", Regex, false},
		{"/x{0}y", "/y", Regex, false},
		{"/a|/b", "/b", Regex, false},
		{"(?i)/A", "/a", Regex, false},
		{"/*", "/x", Template, false},
		{"/a/{*}", "/a/b", Template, false},
		{"/a/{*}", "/b/{*}", Template, true},
		{"/{**}", "/b", Template, false},
	} {
		a, b := Path{c.lang, c.a}, Path{c.lang, c.b}
		if got := Apart(a, b); got != c.want || Apart(b, a) != c.want {
			t.Errorf("Apart(%q, %q) = %v, want %v", c.a, c.b, got, c.want)
		}
		if c.want && Relate(Set{Path: a}, Set{Path: b}).Kind != Disjoint {
			t.Errorf("%q and %q are not disjoint", c.a, c.b)
		}
	}
}
