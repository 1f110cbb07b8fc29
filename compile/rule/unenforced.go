package rule

import (
	"fmt"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
)

// checkEnforced reports a route whose proof nothing would demand: an external
// authorizer where the target writes no policies, and a proof that is not a
// handler of Oathkeeper on a route that is delegated to it.
func checkEnforced(r *ir.Route, t *ir.Target, found *diag.List) {
	for i := range r.Access.Grants {
		g := &r.Access.Grants[i]
		what := ""
		if _, external := g.Proof.(ir.External); external && !t.Plan.Policies {
			what = "an external authorizer"
		} else if g.Verbatim == nil && t.Plan.Ruled == nil && t.Plan.Delegated(r) {
			what = "a token that is not written as a handler of Oathkeeper"
		}
		if what != "" {
			found.Add(diag.Finding{
				Code: diag.NotCompiled, At: r.Origin,
				Message: fmt.Sprintf("the rule demands %s, which target %q cannot enforce", what, t.Name),
				Help:    "compile it for the target istio",
			})
			return
		}
	}
}
