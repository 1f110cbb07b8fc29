package v1beta1

import (
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/apirule"
)

// What controllers say of the version itself: since release 3.1.3 with every
// status, and from 3.10.0 on instead of reconciling the resource.
const (
	deprecated = "Version v1beta1 of APIRule is deprecated and will be removed in future releases. Use version v2 instead."
	refused    = "Version v1beta1 of APIRule is no longer supported and this APIRule is not reconciled. Make sure to migrate to version v2."
)

// Status is the status that the controller sets for a resource with these
// failures, as it is read in this version. Which objects it speaks of depends
// on the handler, and since 3.1.3 on the form of the gateway reference: with
// namespace/name the status is stored in v2alpha1, which has one state.
func Status(g *ir.Gateway, failures []diag.Upstream, s *ir.Settings) source.Object {
	objects := []string{"virtualServiceStatus", "accessRuleStatus"}
	if s.IstioJWT {
		objects = []string{"virtualServiceStatus", "authorizationPolicyStatus", "requestAuthenticationStatus"}
	}
	kyma := releaseOf(s.Kyma)
	if !kyma.reconciles() {
		return apirule.LegacyState("ERROR", refused)
	}
	sections := []string{".spec.service", ".spec.host", ".spec.rules"}
	if !kyma.warns() {
		return apirule.LegacyStatus(failures, sections, objects...)
	}
	out := apirule.LegacyState("WARNING", deprecated)
	if len(failures) > 0 {
		out = apirule.LegacyState("ERROR", deprecated+"\n\n"+apirule.LegacyDescription(apirule.Order(failures, sections)))
	}
	if strings.Contains(g.Ingress.Text, "/") || !kyma.warnsInFull() {
		return out
	}
	return append(out, apirule.LegacyParts(len(failures) > 0, objects)...)
}
