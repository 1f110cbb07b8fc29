package validate

import (
	"fmt"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
)

// groups holds the groups that roles are bound to against the Groups among the
// inputs, where there are any: nobody is a member of a group that no identity
// provider knows.
func groups(v *View, found *diag.List) {
	if len(v.Groups) == 0 {
		return
	}
	known := map[string]bool{}
	byID := map[string]string{}
	for _, g := range v.Groups {
		known[g.Name] = true
		byID[g.ID] = g.Name
	}
	for _, b := range v.Bindings {
		for i := range b.Bound {
			for _, s := range b.Bound[i].Groups {
				if !known[s.Name] {
					found.Add(unknownGroup(s, byID[s.Name]))
				}
			}
		}
	}
}

// unknownGroup reports a group; name is that of the Group whose own name was
// written in its place, or "".
func unknownGroup(s ir.Subject, name string) diag.Finding {
	f := diag.Finding{
		Code: diag.GroupUnknown, At: s.Origin, Message: fmt.Sprintf("no Group among the inputs says that an identity provider has a group %q", s.Name),
		Help: "correct the name, or add a Group with it as spec.name",
	}
	if name != "" {
		f.Help = fmt.Sprintf("write %q: the identity provider's name counts, spec.name, and not that of the Group", name)
	}
	return f
}
