package openapi_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/openapi"
)

// description writes a random OpenAPI document.
func description(r *rand.Rand) string {
	var b strings.Builder
	b.WriteString("openapi: 3.1.0\ninfo: {title: Shop, version: \"1\"}\nservers:\n- {url: \"https://shop.example.com/" + pick(r, "", "v1", "api/v2/") + "\"}\n")
	if r.IntN(2) == 0 {
		b.WriteString("security: [" + security(r) + "]\n")
	}
	b.WriteString("paths:\n")
	seen := map[string]bool{}
	for range 1 + r.IntN(5) {
		path := ""
		for range 1 + r.IntN(3) {
			path += "/" + pick(r, "orders", "items", "{id}", "{key}", "a.b", "x~y")
		}
		shape := strings.NewReplacer("{id}", "*", "{key}", "*").Replace(path)
		if seen[shape] {
			continue
		}
		seen[shape] = true
		fmt.Fprintf(&b, "  %q:\n", path)
		for _, method := range []string{"get", "post", "put", "delete", "head"} {
			if r.IntN(2) == 0 || method == "get" {
				fmt.Fprintf(&b, "    %s: {responses: {}%s}\n", method, pick(r, "", "", ", security: []", ", security: ["+security(r)+"]"))
			}
		}
	}
	return b.String() + `components:
  securitySchemes:
    token: {type: openIdConnect, openIdConnectUrl: "https://id.example.com/.well-known/openid-configuration"}
`
}

func security(r *rand.Rand) string {
	return pick(r, "{token: []}", "{token: [r]}", "{token: [w, r]}", "{token: [r]}, {token: [w]}")
}

func pick(r *rand.Rand, from ...string) string { return from[r.IntN(len(from))] }

const service = `---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {selector: {app: shop}, ports: [{name: http, port: 80}]}
`

// TestRoundTrip drafts resources from random documents and holds them against
// the documents: what was not reported when it was drafted agrees.
func TestRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5))
	rules := 0
	for range 60 {
		text := description(r)
		d, found := openapi.Read(file(t, text), nil)
		if d == nil {
			t.Fatalf("%s\n%s", found[0].Message, text)
		}
		o := openapi.Draft{Name: "shop", Gateway: "kyma-system/kyma-gateway", Service: "shop", Port: "80", JWKS: "https://id.example.com/keys"}
		draft, left := d.APIRule(o)
		if len(left) > 0 || draft == nil {
			t.Fatalf("left %v of\n%s", left, text)
		}
		rules++
		agree(t, text, draft, d, nil)
		o.Port = "http"
		draft, left = d.FabricGateway(o)
		if draft != nil {
			agree(t, text, draft, d, left)
		}
	}
	if rules < 60 {
		t.Errorf("%d documents became rules", rules)
	}
}

// agree holds a draft against its document. What was left out or chosen when it
// was drafted may differ.
func agree(t *testing.T, text string, draft source.Object, d *openapi.Document, left diag.List) {
	t.Helper()
	f, problem := source.NewFile("draft.yaml", append(manifest.AppendYAMLValue(nil, draft), service...))
	if problem != nil {
		t.Fatal(problem.Message)
	}
	result := compile.Run(compile.Input{Files: []*source.File{f}}, compile.Options{Config: config.Default(), Schema: compile.SchemaAll, APIs: []*ir.API{&d.API}})
	for i := range result.Findings {
		g := &result.Findings[i]
		about := g.Code >= diag.OperationNotExposed && g.Code <= diag.CoverageUndecided
		reported := len(left) > 0 && (g.Code == diag.OperationNotExposed || g.Code == diag.AccessStricter)
		if about && !reported || strings.HasPrefix(string(g.Code), "KGW2") && g.Severity == diag.Error {
			t.Errorf("%s %s (%v)\n%s\n%s", g.Code, g.Message, g.Witness, text, f.Data)
		}
	}
}
