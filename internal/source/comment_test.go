package source

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCommentLines(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"comments":          {"# no a\nb: 1 # no c\n", "# no a\nb: 1 # no c\n"},
		"double quotes":     {"a: \"x\\\" # no ü\" # no b\n", "a: \"xxxxxxxxxx\" # no b\n"},
		"single quotes":     {"ä: ['it''s # no', 'other # yes'] # no\r\nb: 1", "ä: ['xxxxxxxxxx', 'other # yes'] # no\nb: 1"},
		"quotes over lines": {"a: !!str \"x\n  # no\n\n  y\" # no\nb: 1\n", "a: !!str \"x\nxxxxxx\n\nxxx\" # no\nb: 1\n"},
		"a block":           {"a:\n- b: | # no b\n\n    x\n     # no\n\n  # no c\n  c: 1\n", "a:\n- b: | # no b\n\n    x\n     xxxx\n\n  # no c\n  c: 1\n"},
		"a folded block":    {"a: >-\n  # no\nb: 1 # no\n", "a: >-\n  xxxx\nb: 1 # no\n"},
		"a key":             {"\"a # no\": 1 # no\n", "\"xxxxxx\": 1 # no\n"},
	} {
		d := documents(t, c.text)[0]
		root, problems := d.Parse()
		if root == nil {
			t.Fatalf("%s: %v", name, problems)
		}
		if diff := cmp.Diff(c.want, strings.Join(d.CommentLines(root, "# no"), "\n")); diff != "" {
			t.Errorf("%s (- want, + got):\n%s", name, diff)
		}
	}
}
