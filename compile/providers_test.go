package compile_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
)

// TestProviders: authorizers of any mesh configuration among the inputs are known,
// as of overlays for several clusters, and one that cannot be read hides none.
func TestProviders(t *testing.T) {
	const asking = `apiVersion: gateway.kyma-project.io/v2
kind: APIRule
metadata: {name: a, namespace: shop}
spec:
  hosts: [a.kyma.local]
  gateway: kyma-system/kyma-gateway
  service: {name: orders, port: 8080}
  rules: [{path: /*, methods: [GET], extAuth: {authorizers: [one, two]}}]
`
	mesh := func(data string) string {
		return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\ndata: {" + data + "}\n"
	}
	provider := func(name string) string {
		return mesh(`mesh: "extensionProviders: [{name: ` + name + `, envoyExtAuthzHttp: {service: s, port: 1}}]"`)
	}
	for name, c := range map[string]struct {
		texts []string
		want  string
	}{
		"none":                  {nil, `"one" is not defined`},
		"both in one each":      {[]string{provider("one"), provider("two")}, ""},
		"in the other order":    {[]string{provider("two"), provider("one")}, ""},
		"one of them":           {[]string{provider("two"), provider("three")}, `"one" is not defined`},
		"beside an unread one":  {[]string{mesh("other: ''"), provider("one"), provider("two")}, ""},
		"an unread one is last": {[]string{provider("two"), mesh("other: ''")}, `"one" cannot be looked up`},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := config.Default()
			r := run(t, compile.Options{Config: cfg}, append([]string{asking}, c.texts...)...)
			got := ""
			if i := slices.IndexFunc(r.Findings, func(f diag.Finding) bool { return f.Code == diag.ProviderNotFound }); i >= 0 {
				got = r.Findings[i].Message
			}
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
