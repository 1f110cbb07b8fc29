package compile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// gatewayOf is a FabricGateway of many callers, paths and all methods.
func gatewayOf(name string, callers, paths int) *source.File {
	var b strings.Builder
	fmt.Fprintf(&b, "apiVersion: zalando.org/v1\nkind: FabricGateway\nmetadata: {name: %s, namespace: web}\nspec:\n", name)
	fmt.Fprintf(&b, "  x-fabric-service: [{host: %s.example.org, serviceName: shop, servicePort: http}]\n  x-fabric-whitelist: [stups_a", name)
	for i := range callers - 1 {
		fmt.Fprintf(&b, ", stups_a%d", i)
	}
	b.WriteString("]\n  paths:\n")
	for i := range paths {
		fmt.Fprintf(&b, "    /p%d: {get: {}, put: {}, post: {}, patch: {}, delete: {}}\n", i)
	}
	return &source.File{Name: name + ".yaml", Data: []byte(b.String())}
}

func TestOutputIsBounded(t *testing.T) {
	c := config.Default()
	c.Limits.Output = "256Ki"
	c.Known.Services = []config.KnownService{{Name: "shop", Namespace: "web", Ports: []config.KnownPort{{Name: "http", Port: 80}}}}
	in := compile.Input{Files: []*source.File{gatewayOf("large", 40, 20), gatewayOf("small", 2, 2)}}
	for _, api := range []string{"ingress", "routegroup"} {
		result := compile.Run(in, compile.Options{Config: c, SkipperAPI: api})
		var about []string
		for i := range result.Findings {
			if f := &result.Findings[i]; f.Code == diag.TooMuchOutput && f.Severity == diag.Error {
				about = append(about, f.Span.File)
			}
		}
		if fmt.Sprint(about) != "[large.yaml]" {
			t.Errorf("%s: findings in %v", api, about)
		}
		size := 0
		for i := range result.Objects {
			if result.Objects[i].Origin.Doc.Name != "small" {
				t.Errorf("%s: %s %s is written", api, result.Objects[i].Kind, result.Objects[i].Meta.Name)
			}
			size += len(result.Objects[i].AppendYAML(nil))
		}
		if size == 0 || size > c.OutputLimit(0) {
			t.Errorf("%s: %d bytes are written", api, size)
		}
	}
}

// many joins n texts made by a format with the number of each.
func many(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, strings.ReplaceAll(format, "#", "%[1]d"), i)
	}
	return b.String()
}

// large are gateways whose manifests are much larger than they are: by their
// hosts, callers, policies for browsers, configurations, issuers and paths that
// exclude one another.
func large() map[string]string {
	beta := "apiVersion: gateway.kyma-project.io/v1beta1\nkind: APIRule\nmetadata: {name: shop, namespace: web}\nspec:\n  host: shop.example.com\n" +
		"  gateway: kyma-system/kyma-gateway\n  service: {name: shop, port: 80}\n"
	two := strings.Replace(beta, "v1beta1", "v2", 1)
	two = strings.Replace(two, "host: shop.example.com", "hosts: [shop.example.com]", 1)
	fabric := string(gatewayOf("shop", 10, 40).Data)
	const service = "---\napiVersion: v1\nkind: Service\nmetadata: {name: shop, namespace: web}\nspec: {selector: {app: shop}, ports: [{name: http, port: 80}]}\n"
	return map[string]string{
		"plain":  beta + "  rules:\n" + many(200, "  - {path: /p#, methods: [GET, POST], accessStrategies: [{handler: noop}]}\n"),
		"config": beta + "  rules:\n" + many(50, "  - {path: /p#, methods: [GET], accessStrategies: [{handler: jwt, config: {jwks_urls: [\"https://i/k\""+many(20, ", \"https://issuer#.example.com/keys\"")+"], required_scope: [a, b]}}]}\n") + service,
		"mutators": beta + "  rules:\n" + many(50, "  - {path: /p#, methods: [GET], accessStrategies: [{handler: noop}], mutators: [{handler: header, config: {headers: {A: a"+
			many(30, ", X-#: \"a value of a header\"")+"}}}]}\n"),
		"cors": two + "  corsPolicy: {allowMethods: [GET], allowOrigins: [{exact: \"https://a\"}" + many(50, ", {exact: \"https://o#.example.com\"}") + "]}\n  rules:\n" +
			many(50, "  - {path: /p#, methods: [GET], noAuth: true}\n") + service,
		"issuers": two + "  rules:\n" + many(30, "  - {path: /p#, methods: [GET], jwt: {authentications: [{issuer: \"https://i\", jwksUri: \"https://i/k\"}"+
			many(20, ", {issuer: \"https://i#.example.com\", jwksUri: \"https://i#.example.com/keys\"}")+"], authorizations: [{requiredScopes: [s]}"+
			many(20, ", {requiredScopes: [read.#, write], audiences: [\"https://aud#.example.com\"]}")+"]}}\n") + service,
		"callers": fabric + service,
		"paths":   strings.Replace(fabric, "    /p0:", "    /p0/{a}/**: {get: {}}\n    /**: {get: {}}\n    /p0:", 1) + service,
	}
}

// TestSizeIsNear compares the estimate, as a finding says it, with what is
// written.
func TestSizeIsNear(t *testing.T) {
	for name, text := range large() {
		for _, target := range targetsOf(name, text) {
			c := config.Default()
			c.Targets = map[string]string{"APIRule": target, "FabricGateway": target}
			c.Compat, c.Istio.Gateway = "controller", "kyma-system/kyma-gateway"
			issuer := &config.Issuer{Issuer: "https://i.example.com", JWKSURI: "https://i.example.com/keys"}
			c.Fabric.Issuers = config.FabricIssuers{Services: issuer, Employees: issuer}
			in := compile.Input{Files: []*source.File{{Name: "a.yaml", Data: []byte(text)}}}
			size := sizeWritten(in, c)
			c.Limits.Output = "1"
			estimate := 0
			for _, f := range compile.Run(in, compile.Options{Config: c}).Findings {
				if f.Code == diag.TooMuchOutput {
					_, _ = fmt.Sscanf(f.Message, "manifests of about %d KiB", &estimate)
				}
			}
			estimate <<= 10
			if size < 10_000 || estimate < size*2/3 || estimate > size*3/2 {
				t.Errorf("%s for %s: %d bytes, estimated %d", name, target, size, estimate)
			}
		}
	}
}

// targetsOf lists the targets that write something for a text.
func targetsOf(name, text string) []string {
	switch {
	case strings.Contains(text, "FabricGateway"):
		return []string{"oathkeeper", "istio", "skipper"}
	case strings.Contains(text, "/v2\n"):
		return []string{"istio"}
	case name == "config":
		return []string{"oathkeeper"}
	}
	return []string{"oathkeeper", "istio"}
}

// sizeWritten is how many bytes are written, whatever a target loses.
func sizeWritten(in compile.Input, c *config.Config) int {
	result := compile.Run(in, compile.Options{Config: c})
	var accept []diag.Code
	for _, f := range result.Findings {
		if f.Code.Acceptable() {
			accept = append(accept, f.Code)
		}
	}
	result, size := compile.Run(in, compile.Options{Config: c, Accept: accept}), 0
	for i := range result.Objects {
		size += len(result.Objects[i].AppendYAML(nil))
	}
	return size
}

// TestOutputByScope holds each resource to the limit of its own configuration,
// and to that further up.
func TestOutputByScope(t *testing.T) {
	root, tight, wide := config.Default(), config.Default(), config.Default()
	root.File, tight.File, wide.File = "kgw.yaml", "tight/kgw.yaml", "wide/kgw.yaml"
	root.Limits.Output, tight.Limits.Output, wide.Limits.Output = "1Mi", "4Ki", "1Mi"
	tight.Above, wide.Above = root, root
	in := compile.Input{Files: []*source.File{gatewayOf("a", 4, 4), gatewayOf("b", 4, 4)}}
	for _, limit := range []config.Bytes{"1Mi", "40Ki"} {
		root.Limits.Output = limit
		result := compile.Run(in, compile.Options{Config: config.Default(), Scopes: map[string]*config.Config{"a.yaml": tight, "b.yaml": wide}})
		var about []string
		for i := range result.Findings {
			if f := &result.Findings[i]; f.Code == diag.TooMuchOutput {
				about = append(about, f.Span.File)
			}
		}
		want := map[config.Bytes]string{"1Mi": "[a.yaml]", "40Ki": "[a.yaml b.yaml]"}[limit]
		if fmt.Sprint(about) != want {
			t.Errorf("%s further up: findings in %v, want %s", limit, about, want)
		}
	}
}

func TestLongPath(t *testing.T) {
	text := "apiVersion: gateway.kyma-project.io/v1beta1\nkind: APIRule\nmetadata: {name: shop, namespace: web}\nspec:\n  host: a.example.com\n" +
		"  gateway: kyma-system/kyma-gateway\n  service: {name: shop, port: 80}\n  rules:\n" +
		"  - {path: /" + strings.Repeat("a", 70_000) + ", methods: [GET], accessStrategies: [{handler: noop}]}\n"
	result := compile.Run(compile.Input{Files: []*source.File{{Name: "a.yaml", Data: []byte(text)}}}, compile.Options{})
	if len(result.Objects) > 0 || len(result.Findings) == 0 || result.Findings[0].Code != diag.TooMuchOutput {
		t.Errorf("%d objects, %v", len(result.Objects), result.Findings)
	}
}
