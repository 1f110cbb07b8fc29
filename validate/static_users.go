package validate

import (
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
)

// checkStaticUsers reports users of Dex that have the email address of another one:
// Dex finds users by it.
func checkStaticUsers(v *View, found *diag.List) {
	first := map[string]*ir.StaticUser{}
	for _, u := range v.StaticUsers {
		email := strings.ToLower(u.Email)
		other := first[email]
		if other == nil || email == "" {
			first[email] = u
			continue
		}
		found.Add(diag.Finding{
			Code: diag.StaticUserTwice, At: u.Origin.At("metadata", "name"),
			Message: fmt.Sprintf("two users of Dex have the same email address, in the Secrets %q and %q", other.Origin.Doc.Name, u.Origin.Doc.Name),
			Help:    "give each user an address of its own", Related: []diag.Related{{At: other.Origin.At("metadata", "name"), Message: "the other user"}},
		})
	}
}
