package v1alpha1

import (
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/apirule"
)

// Status is the status that the controller sets for a resource with these
// failures.
func Status(_ *ir.Gateway, failures []diag.Upstream, _ *ir.Settings) source.Object {
	return apirule.LegacyStatus(failures, []string{".spec.service", ".spec.gateway", ".spec.rules"}, "virtualServiceStatus", "accessRuleStatus")
}
