package compile_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
)

// TestMistyped: a value of another type than its field has is reported as that,
// and nothing is said of the empty value that is read in its place.
func TestMistyped(t *testing.T) {
	const (
		service = "---\n{apiVersion: v1, kind: Service, metadata: {name: a, namespace: shop}, spec: {selector: {app: a}, ports: [{port: 80}]}}\n"
		v2      = "{apiVersion: gateway.kyma-project.io/v2, kind: APIRule, metadata: {name: a, namespace: shop}, spec: {hosts: [a.example.com], " +
			"gateway: kyma-system/kyma-gateway, service: {name: a, port: 80}, rules: [{path: /x, methods: [GET], WHAT}]}}\n" + service
		v1beta1 = "{apiVersion: gateway.kyma-project.io/v1beta1, kind: APIRule, metadata: {name: a, namespace: shop}, spec: {host: a.example.com, " +
			"gateway: kyma-system/kyma-gateway, service: {name: a, port: 80}, rules: [{path: /x, methods: [GET], WHAT}]}}\n" + service
		fabric = "{apiVersion: zalando.org/v1, kind: FabricGateway, metadata: {name: a, namespace: shop}, spec: {" +
			"x-fabric-service: [{host: a.example.com, serviceName: a1}], x-fabric-employee-access: {type: deny_all}, paths: {/x: {get: {WHAT}}}}}\n"
	)
	for _, c := range []struct{ text, what, want string }{
		{v2, "extAuth: {authorizers: [y]}", "KGW203"},
		{v2, "extAuth: {authorizers: [~]}", "KGW203"},
		{v2, "extAuth: {authorizers: ['']}", "KGW312"},
		{v1beta1, "accessStrategies: [~]", "KGW203"},
		{v1beta1, "accessStrategies: [{}]", "KGW202"},
		{fabric, "x-fabric-employee-access: ~", "KGW203"},
		{fabric, "x-fabric-employee-access: {}", "KGW437"},
		{fabric, "x-fabric-whitelist: ~", "KGW203"},
		{fabric, "x-fabric-whitelist: {service-list: []}", "KGW438"},
		{fabric, "x-fabric-ratelimits: ~", "KGW203"},
		{fabric, "x-fabric-privileges: [~]", "KGW203"},
	} {
		conf := config.Default()
		conf.JWTHandler = "istio"
		var got []string
		for _, f := range run(t, compile.Options{Config: conf}, strings.Replace(c.text, "WHAT", c.what, 1)).Findings {
			if code := string(f.Code); slices.Contains([]string{"KGW202", "KGW203", "KGW243", "KGW312", "KGW433", "KGW437", "KGW438", "KGW510"}, code) {
				got = append(got, code)
			}
		}
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("%s: %q, want %q", c.what, g, c.want)
		}
	}
}
