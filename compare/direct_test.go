package compare

import (
	"fmt"
	"testing"
)

// TestPolicyPaths: paths of policies match no more than those of routes, and what is
// left out around them no less.
func TestPolicyPaths(t *testing.T) {
	for _, c := range []struct{ uri, paths, around string }{
		{"regex /a", "[/a]", "[/a*]"},
		{"regex /a/.*", "[/a/*]", "[/a/*]"},
		{"regex /a.*", "[/a*]", "[/a*]"},
		{"regex /.*", "[/*]", "[/*]"},
		{"regex /a(/.*)?", "[/a /a/*]", "[/a*]"},
		{"regex /a/?", "[/a /a/]", "[/a*]"},
		{"regex /a?", "[]", "[/*]"},
		{"regex /a|/b/.*", "[/a /b/*]", "[/a* /b/*]"},
		{"regex /(a|b)", "[]", "[/*]"},
		{"regex /x/[^/]+/y", "[/x/{*}/y]", "[/x/*]"},
		{"regex /x/[^/]+/.*", "[/x/{*}/{**}]", "[/x/*]"},
		{`regex /v1\.0/.*`, "[/v1.0/*]", "[/v1*]"},
		{"regex /x/[a-z]+", "[]", "[/x/*]"},
		{"exact /a", "[/a]", "[/a]"},
		{"exact /a*", "[]", "[/*]"},
		{"prefix /a", "[/a*]", "[/a*]"},
	} {
		var kind, text string
		_, _ = fmt.Sscan(c.uri, &kind, &text)
		paths, around := policyPaths(map[string]any{kind: text})
		if fmt.Sprint(paths) != c.paths || fmt.Sprint(around) != c.around {
			t.Errorf("%s: %v, around %v; want %s, %s", c.uri, paths, around, c.paths, c.around)
		}
	}
	if _, known := policyMethods(map[string]any{"regex": "^P.*"}); known {
		t.Error("an expression of methods is not a list of them")
	}
	if m, _ := policyMethods(map[string]any{"regex": "^(GET|PUT)$"}); fmt.Sprint(m) != "[GET PUT]" {
		t.Error(m)
	}
}
