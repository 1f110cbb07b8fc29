package validate

import (
	"fmt"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// checkDuplicates reports resources that are defined more than once. Versions of
// one kind name the same object.
func checkDuplicates(v *View, found *diag.List) {
	type key struct{ group, kind, name string }
	all := make(map[key][]*Identity, len(v.Identities))
	var order []key
	for i := range v.Identities {
		id := &v.Identities[i]
		k := key{id.Group, id.Kind, id.Name.String()}
		if len(all[k]) == 1 {
			order = append(order, k)
		}
		all[k] = append(all[k], id)
	}
	for _, k := range order {
		for _, id := range all[k] {
			owners := id.Users
			if owners == nil {
				owners = []*source.Document{nil}
			}
			for _, owner := range owners {
				reportDuplicate(id, all[k], owner, found)
			}
		}
	}
}

// reportDuplicate reports one definition of several. owner is the resource that is
// withheld because of it; nil means the resource of the definition.
func reportDuplicate(id *Identity, all []*Identity, owner *source.Document, found *diag.List) {
	f := diag.Finding{
		Code: diag.DuplicateResource, At: id.Origin.At("metadata", "name"), Owner: owner, Group: id.Name.String() + id.Kind, Place: "another definition",
		Message: fmt.Sprintf("%s %q is defined twice", id.Kind, id.Name),
		Help:    "keep one of the two or rename one; where they belong to different environments, say so under environments in kgw.yaml",
	}
	if len(all) > 2 {
		f.Message = fmt.Sprintf("%s %q is defined %d times", id.Kind, id.Name, len(all))
		f.Help = "keep one or rename the others; where they belong to different environments, say so under environments in kgw.yaml"
	}
	for _, other := range all[:min(len(all), maxOthers+1)] {
		if other != id {
			f.Related = append(f.Related, diag.Related{Message: "another definition", At: other.Origin.At("metadata", "name")})
		}
	}
	found.Add(f)
}
