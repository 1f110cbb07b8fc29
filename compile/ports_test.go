package compile_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
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

// TestPortOfAnotherType: a port that is not text is one fault, on every target: nothing
// else is said of the port.
func TestPortOfAnotherType(t *testing.T) {
	const service = "apiVersion: v1\nkind: Service\nmetadata: {name: shop, namespace: default}\nspec: {selector: {app: shop}, ports: [{port: 80}]}\n"
	const gateway = "apiVersion: zalando.org/v1\nkind: FabricGateway\nmetadata: {name: shop, namespace: default}\nspec:\n" +
		"  x-fabric-service: [{host: shop.example.org, serviceName: shop, servicePort: 80}]\n  paths: {/: {get: {x-fabric-privileges: [a.read]}}}\n"
	about := []diag.Code{diag.WrongType, diag.PortNotFound, diag.PortNotServed, diag.NoPortNumber}
	for _, target := range []string{"skipper", "istio", "oathkeeper"} {
		c := config.Default()
		c.Targets = map[string]string{"FabricGateway": target}
		c.Istio.Gateway = "istio/front"
		var codes []diag.Code
		for _, f := range run(t, compile.Options{Config: c}, gateway, service).Findings {
			if slices.Contains(about, f.Code) {
				codes = append(codes, f.Code)
			}
		}
		if !slices.Equal(codes, []diag.Code{diag.WrongType}) {
			t.Errorf("for %s: %v", target, codes)
		}
	}
}
