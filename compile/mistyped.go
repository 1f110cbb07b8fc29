package compile

import (
	"slices"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// aboutMistyped reports whether a finding is about a value of another type than
// its field has, or about something in it. Such a value is read as empty: only its
// type is reported, and nothing about a text that its author did not write.
func (u *unit) aboutMistyped(f diag.Finding) bool {
	return f.At.Doc == u.doc && slices.ContainsFunc(u.mistyped, func(at string) bool { return source.Within(f.At.Path, at) })
}
