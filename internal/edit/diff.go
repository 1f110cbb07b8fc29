package edit

import "github.com/kgw-dev/kgw/internal/lines"

// Diff returns the unified diff of a file before and after changes, as patch and
// git apply read it, or "" where they are equal.
func Diff(name string, before, after []byte) string {
	return lines.Diff("a/"+name, "b/"+name, before, after, lines.Context)
}
