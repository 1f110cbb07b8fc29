package validate

import (
	"fmt"

	"github.com/kgw-dev/kgw/internal/diag"
)

// duplicates reports resources that are defined more than once. Versions of
// one kind name the same object.
func duplicates(v *View, found *diag.List) {
	type key struct{ group, kind, name string }
	first := make(map[key]*Identity, len(v.Identities))
	reported := map[key]bool{}
	for i := range v.Identities {
		id := &v.Identities[i]
		k := key{id.Group, id.Kind, id.Name.String()}
		other, seen := first[k]
		if !seen {
			first[k] = id
			continue
		}
		if !reported[k] {
			reported[k] = true
			duplicate(other, id, found)
		}
		duplicate(id, other, found)
	}
}

func duplicate(id, other *Identity, found *diag.List) {
	found.Add(diag.Finding{
		Code: diag.DuplicateResource, At: id.Origin.At("metadata", "name"),
		Message: fmt.Sprintf("%s %q is defined twice", id.Kind, id.Name),
		Help:    "keep one of the two, or rename one",
		Related: []diag.Related{{Message: "the other definition", At: other.Origin.At("metadata", "name")}},
	})
}
