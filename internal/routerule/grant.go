package routerule

import (
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// Grant reports that routes send requests to Services of another namespace, and
// what becomes of the ReferenceGrant that they need there by the setting
// gatewayAPI.grants. It also reports whether the grant is written.
func Grant(at source.Ref, namespace string, services []string, setting string) (f diag.Finding, written bool) {
	f = diag.Finding{Code: diag.GrantNeeded, At: at, Help: "see gatewayAPI.grants in kgw.yaml"}
	says := "is written"
	switch setting {
	case "assume":
		says = "must be there"
	case "refuse":
		f.Severity, says = diag.Error, "is needed, and gatewayAPI.grants refuses that"
	default:
		written = true
	}
	f.Message = fmt.Sprintf("requests go to %s in namespace %s: a ReferenceGrant there %s", strings.Join(services, ", "), namespace, says)
	return f, written
}
