package v1beta1

import (
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/apirule"
)

// Status is the status that the controller sets for a resource with these
// failures. Which objects it speaks of depends on the handler.
func Status(failures []diag.Upstream, s *ir.Settings) source.Object {
	objects := []string{"virtualServiceStatus", "accessRuleStatus"}
	if s.IstioJWT {
		objects = []string{"virtualServiceStatus", "authorizationPolicyStatus", "requestAuthenticationStatus"}
	}
	return apirule.LegacyStatus(failures, []string{".spec.service", ".spec.host", ".spec.rules"}, objects...)
}
