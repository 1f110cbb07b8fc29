package compile_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/diag"
)

// TestPortsOfServices holds a port of a FabricGateway to the names that the
// Service has: another name is refused, and a number even where the Service has
// it.
func TestPortsOfServices(t *testing.T) {
	service := "apiVersion: v1\nkind: Service\nmetadata: {name: shop, namespace: default}\nspec: {selector: {app: shop}, ports: [{name: http, port: 80}, {name: metrics, port: 9090}]}\n"
	for port, want := range map[string]diag.Code{"http": "", "metrics": "", "https": diag.PortNotFound, "80": diag.BadFormat} {
		gateway := fmt.Sprintf("apiVersion: zalando.org/v1\nkind: FabricGateway\nmetadata: {name: shop, namespace: default}\nspec:\n"+
			"  x-fabric-service: [{host: shop.example.org, serviceName: shop, servicePort: %q}]\n  paths: {/: {get: {x-fabric-privileges: [a.read]}}}\n", port)
		r := run(t, compile.Options{}, gateway, service)
		refused := slices.ContainsFunc(r.Findings, func(f diag.Finding) bool { return f.Code == want })
		if (want == "") != (len(r.Objects) > 0) || want != "" && !refused {
			t.Errorf("port %s: %d objects, %v", port, len(r.Objects), r.Findings)
		}
	}
}
