package v1

import (
	"strings"
	"testing"
)

func TestGatewaySlug(t *testing.T) {
	for name, want := range map[string]string{
		"my-app": "my-app", "My_App_Gateway": "myappgateway", "1-gw": "1gw", "a.b": "a.b", "a.1": "a1", "A-b": "a-b", "a-": "a",
	} {
		if got := gatewaySlug(name); got != want {
			t.Errorf("%q becomes %q, not %q", name, got, want)
		}
	}
}

func TestPathSlug(t *testing.T) {
	for path, want := range map[string]string{
		"/": "", "/**": "wildcard", "/foo/": "foo-", "/api/resource/*": "api-resource-id", "/a/{b_c}": "a-b-c", "/a/*x/y": "a-x-y",
		"/a/*x": "a-x", "/A/b.c": "A-b-c", "/a/**": "a-wildcard", "/a/*/b/*": "a-id-b-id", "": "",
	} {
		if got := pathSlug(path); got != want {
			t.Errorf("%q becomes %q, not %q", path, got, want)
		}
	}
}

func TestOrigin(t *testing.T) {
	for text, want := range map[string]string{
		"a.example.org": "https://a.example.org", "http://a.example.org": "https://a.example.org", "https://a.example.org:8443": "https://a.example.org:8443",
	} {
		if got := originOf(text); got != want {
			t.Errorf("%q becomes %q, not %q", text, got, want)
		}
	}
	for _, text := range []string{"", "a b", "a:b", "a:0", "a:65536", "a:1:2", "*.a", "a/b", "-a"} {
		if _, _, ok := cutOrigin(text); ok {
			t.Errorf("%q is taken for an origin", text)
		}
	}
}

// FuzzSplitFilters holds that nothing is lost between the arrows.
func FuzzSplitFilters(f *testing.F) {
	for _, s := range []string{"", " ", "a()", "a() -> b()", `a("->")`, "->", "a()->"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		joined := ""
		for i, part := range splitFilters(s) {
			if i > 0 {
				joined += "->"
			}
			joined += part
		}
		if squeeze(joined) != squeeze(s) {
			t.Errorf("%q is split into %q", s, splitFilters(s))
		}
	})
}

// squeeze drops white space.
func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }
