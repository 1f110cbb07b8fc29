package rule

import (
	"fmt"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
)

// checkLeftOut reports handlers that a Rule is written without. It is a warning
// in both modes: the Rule works for the others.
func checkLeftOut(r *ir.Route, t *ir.Target, found *diag.List) {
	for i := range r.Access.Grants {
		if h := r.Access.Grants[i].Verbatim; h != nil && t.Plan.Ruled != nil && !t.Plan.Ruled[h.Name] {
			found.Add(diag.Finding{
				Code: diag.DeadRule, Severity: diag.Warning, At: h.Origin.At("handler"),
				Message: fmt.Sprintf("the Rule for %q is written without %s: callers who rely on it are answered with 401", r.Match.Path.Text, h.Name),
				Help:    "remove it, or use noop, oauth2_introspection or jwt",
			})
		}
	}
}
