package lines_test

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/lines"
)

func TestContext(t *testing.T) {
	before, after := "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\nb\n3\n4\n5\n6\n7\nh\n9\n"
	for context, want := range map[int]string{
		0: "--- x\n+++ y\n@@ -2,1 +2,1 @@\n-2\n+b\n@@ -8,1 +8,1 @@\n-8\n+h\n",
		1: "--- x\n+++ y\n@@ -1,3 +1,3 @@\n 1\n-2\n+b\n 3\n@@ -7,3 +7,3 @@\n 7\n-8\n+h\n 9\n",
		9: "--- x\n+++ y\n@@ -1,9 +1,9 @@\n 1\n-2\n+b\n 3\n 4\n 5\n 6\n 7\n-8\n+h\n 9\n",
	} {
		if got := lines.Diff("x", "y", []byte(before), []byte(after), context); got != want {
			t.Errorf("context %d:\n%s\nwant\n%s", context, got, want)
		}
	}
	if got := lines.Diff("x", "y", nil, []byte("a\n"), 3); got != "--- x\n+++ y\n@@ -0,0 +1,1 @@\n+a\n" {
		t.Errorf("%q", got)
	}
	if got := lines.Diff("x", "y", []byte("a"), []byte("a"), 3); got != "" {
		t.Errorf("%q", got)
	}
}
