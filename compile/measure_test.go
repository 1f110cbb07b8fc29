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
		if size == 0 || size > c.OutputLimit() {
			t.Errorf("%s: %d bytes are written", api, size)
		}
	}
}

// TestSizeIsNear compares the estimate, as the limit that a gateway needs, with
// what is written.
func TestSizeIsNear(t *testing.T) {
	c := config.Default()
	in := compile.Input{Files: []*source.File{gatewayOf("large", 40, 20)}}
	size := 0
	result := compile.Run(in, compile.Options{Config: c})
	for i := range result.Objects {
		size += len(result.Objects[i].AppendYAML(nil))
	}
	for limit, refused := range map[int]bool{size / 2: true, size * 2: false} {
		c.Limits.Output = fmt.Sprint(limit>>10, "Ki")
		got := len(compile.Run(in, compile.Options{Config: c}).Objects) == 0
		if got != refused {
			t.Errorf("%d bytes with a limit of %s: refused %v", size, c.Limits.Output, got)
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
