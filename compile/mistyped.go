package compile

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
)

// aboutMistyped reports whether a finding is about a value of another type than
// its field has, or about something in it. Such a value is read as empty, and
// what is said of that is not what its author wrote: the wrong type is reported.
func (u *unit) aboutMistyped(f diag.Finding) bool {
	return f.At.Doc == u.doc && slices.ContainsFunc(u.mistyped, func(at string) bool {
		rest, within := strings.CutPrefix(f.At.Path, at)
		return within && (rest == "" || rest[0] == '.' || rest[0] == '[')
	})
}
