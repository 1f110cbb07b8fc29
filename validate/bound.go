package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
)

// checkAllowedGateways reports resources bound to a Gateway that the policy does not
// list.
func checkAllowedGateways(v *View, found *diag.List) {
	for _, g := range v.Gateways {
		allowed := v.policyOf(g).Gateways
		ref := g.Ingress.Ref
		if allowed == nil || ref.Name == "" || slices.Contains(allowed, ref.String()) {
			continue
		}
		at := g.Ingress.Origin
		if at.Doc == nil {
			at = g.Origin
		}
		found.Add(diag.Finding{
			Code: diag.GatewayNotAllowed, At: at, Message: fmt.Sprintf("the policy does not allow Gateway %q", ref),
			Help: "bind the resource to " + strings.Join(allowed, " or ") + ", or add the Gateway to policy.gateways in kgw.yaml",
		})
	}
}
