package match

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/pathlang"
)

func TestApart(t *testing.T) {
	for _, c := range []struct {
		a, b string
		lang pathlang.Lang
		want bool
	}{
		{"/a", "/b", pathlang.Regex, true},
		{"/a", "/ab", pathlang.Regex, true},
		{"/a", "/a/.*", pathlang.Regex, true},
		{"/a.*", "/ab", pathlang.Regex, false},
		{"/ab*", "/a", pathlang.Regex, false},
		{"/ab?c", "/ac", pathlang.Regex, false},
		{"/a", "/a/b", pathlang.Prefix, false},
		{"/a", "/a/b", pathlang.Subtree, false},
		{"/é?", "/", pathlang.Regex, false},
		{"/x{0}y", "/y", pathlang.Regex, false},
		{"/a|/b", "/b", pathlang.Regex, false},
		{"(?i)/A", "/a", pathlang.Regex, false},
		{"/*", "/x", pathlang.Template, false},
		{"/a/{*}", "/a/b", pathlang.Template, false},
		{"/a/{*}", "/b/{*}", pathlang.Template, true},
		{"/{**}", "/b", pathlang.Template, false},
	} {
		a, b := pathlang.Path{Lang: c.lang, Text: c.a}, pathlang.Path{Lang: c.lang, Text: c.b}
		if got := pathlang.Apart(a, b); got != c.want || pathlang.Apart(b, a) != c.want {
			t.Errorf("Apart(%q, %q) = %v, want %v", c.a, c.b, got, c.want)
		}
		if c.want && relateSets(Set{Path: a}, Set{Path: b}).Kind != Disjoint {
			t.Errorf("%q and %q are not disjoint", c.a, c.b)
		}
	}
}
