package v1alpha1

import (
	"fmt"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/apirule"
)

// Strategies are those that a rule may name.
var Strategies = []string{
	"noop", "unauthorized", "anonymous", "cookie_session", "oauth2_client_credentials", "oauth2_introspection", "jwt", "allow",
}

// jwtLists are the lists that the controller's validator reads from a jwt
// configuration. It spells required_scopes; Oathkeeper reads required_scope.
var jwtLists = []string{"trusted_issuers", "jwks_urls", "required_scopes"}

// Check makes the checks of the controller's validator that need no other
// document, in its order.
func (a *APIRule) Check(*ir.Settings) diag.List {
	var found diag.List
	a.checkPaths(&found)
	for i := range a.rules {
		for j := range a.rules[i].strategies {
			h := &a.rules[i].strategies[j]
			apirule.CheckStrategy(h, Strategies, &found)
			if h.Name == "jwt" && apirule.CheckJWTTypes(h, jwtLists, &found) {
				apirule.CheckURLs(h, "trusted_issuers", func(error) string { return "value is empty or not a valid url" }, &found)
			}
		}
	}
	return found
}

func (a *APIRule) checkPaths(found *diag.List) {
	first := make(map[string]int, len(a.rules))
	upstream := &diag.Upstream{Attribute: ".spec.rules", Message: "multiple rules defined for the same path"}
	for i := range a.rules {
		r := &a.rules[i]
		j, seen := first[r.path]
		if !seen {
			first[r.path] = i
			continue
		}
		found.Add(diag.Finding{
			Code: diag.RepeatedPath, At: r.at.At("path"),
			Message:  fmt.Sprintf("path %q is already used by rule %d", r.path, j),
			Help:     "v1alpha1 allows one rule for each path: merge the two rules",
			Related:  []diag.Related{{Message: "the first rule with this path", At: a.rules[j].at.At("path")}},
			Upstream: upstream,
		})
		upstream = &diag.Upstream{} // the controller says it once
	}
}

// Document returns the document that was decoded.
func (a *APIRule) Document() *source.Document { return a.doc }
