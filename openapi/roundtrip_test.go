package openapi_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
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

// fabricDescription writes a random OpenAPI document with the keys of a FabricGateway.
func fabricDescription(r *rand.Rand) string {
	var b strings.Builder
	b.WriteString("openapi: 3.0.3\ninfo: {title: Shop, version: \"1\"}\nservers: [{url: \"https://shop.example.com\"}]\n" +
		"x-fabric-service: [{host: shop.example.com, serviceName: shop}]\n")
	for _, line := range []string{"x-fabric-admins: [jdoe]\n", "x-fabric-whitelist: [stups_a, stups_b]\n", "x-fabric-employee-access: {type: " + pick(r, "allow_all", "deny_all") + "}\n", "security: [{token: [" + pick(r, "uid", "r") + "]}]\n"} {
		b.WriteString(pick(r, line, ""))
	}
	b.WriteString("paths:\n")
	for i := range 1 + r.IntN(4) {
		fmt.Fprintf(&b, "  /%d%s:\n", i, pick(r, "", "/{id}", "/*", "/**"))
		for _, method := range []string{"get", "post"} {
			fmt.Fprintf(&b, "    %s: {responses: {}%s%s%s}\n", method, pick(r, "", ", x-fabric-privileges: ["+pick(r, "uid", "UID", "r", "r, w")+"]"),
				pick(r, "", ", x-fabric-whitelist: {service-list: ["+pick(r, "", "stups_c")+"]}", ", x-fabric-whitelist: {state: disabled, service-list: []}"),
				pick(r, "", ", x-fabric-employee-access: {type: allow_list, user-list: [asmith]}", ", x-fabric-ratelimits: {default-rate: 5, target: {stups_d: 9}}", ", x-fabric-static-response: {status: 503, headers: {}, body: x}"))
		}
	}
	return b.String() + "components: {securitySchemes: {token: {type: oauth2, flows: {}}}}\n"
}

// TestFabricRoundTrip drafts FabricGateways from random documents with their keys:
// nothing is left out or chosen, and each gateway agrees with its document. Where a
// part of it is gone, it does not.
func TestFabricRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	for range 100 {
		text := fabricDescription(r)
		d, found := openapi.Read(file(t, text), nil)
		if d == nil {
			t.Fatalf("%s\n%s", found[0].Message, text)
		}
		draft, left := d.FabricGateway(openapi.Draft{Name: "shop"})
		if len(left) > 0 || draft == nil {
			t.Fatalf("left %v of\n%s", left, text)
		}
		agree(t, text, draft, d, nil)
	}
}

// TestStar: a star is text in a description without keys of FabricGateways.
func TestStar(t *testing.T) {
	d, _ := openapi.Read(file(t, "openapi: 3.0.3\ninfo: {title: Shop, version: \"1\"}\nservers: [{url: \"https://shop.example.com\"}]\npaths: {/a/*: {get: {responses: {}}}}\n"), nil)
	draft, left := d.FabricGateway(openapi.Draft{Name: "shop", Service: "shop"})
	if draft != nil || len(left) == 0 || left[len(left)-1].Code != diag.NotImported {
		t.Error(draft, left)
	}
}

// TestFabricDiffers holds FabricGateways against documents with other keys.
func TestFabricDiffers(t *testing.T) {
	const whole = "openapi: 3.0.3\ninfo: {title: Shop, version: \"1\"}\nservers: [{url: \"https://shop.example.com\"}]\n" +
		"x-fabric-service: [{host: shop.example.com, serviceName: shop}]\nx-fabric-admins: [jdoe]\nx-fabric-whitelist: [stups_a, stups_b]\n" +
		"x-fabric-employee-access: {type: deny_all}\npaths: {/a: {get: {x-fabric-privileges: [r], responses: {}}}}\n"
	for _, c := range []struct {
		is, was string
		want    []diag.Code
	}{
		{"x-fabric-admins: [jdoe]", "x-fabric-admins: [jdoe, asmith]", []diag.Code{diag.AccessWeaker}},
		{"x-fabric-admins: [jdoe]", "x-fabric-admins: []", []diag.Code{diag.AccessStricter}},
		{"[stups_a, stups_b]", "[stups_a, stups_b, stups_c]", []diag.Code{diag.AccessWeaker}},
		{"[stups_a, stups_b]", "[stups_a]", []diag.Code{diag.AccessStricter}},
		{"x-fabric-whitelist: [stups_a, stups_b]\n", "", []diag.Code{diag.AccessWeaker}},
		{"type: deny_all", "type: allow_all", []diag.Code{diag.AccessWeaker}},
		{"x-fabric-employee-access: {type: deny_all}\n", "", []diag.Code{diag.AccessWeaker}},
		{"x-fabric-privileges: [r]", "x-fabric-privileges: [uid]", []diag.Code{diag.AccessWeaker}},
		{"x-fabric-privileges: [r]", "x-fabric-privileges: [r, w]", []diag.Code{diag.AccessStricter}},
	} {
		d, _ := openapi.Read(file(t, whole), nil)
		other, _ := openapi.Read(file(t, strings.Replace(whole, c.is, c.was, 1)), nil)
		draft, left := other.FabricGateway(openapi.Draft{Name: "shop"})
		if len(left) > 0 || draft == nil {
			t.Fatal(left)
		}
		var got []diag.Code
		for _, g := range compared(t, draft, d).Findings {
			if (g.Code == diag.AccessWeaker || g.Code == diag.AccessStricter) && !slices.Contains(got, g.Code) {
				got = append(got, g.Code)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q in place of %q: found %v, want %v", c.was, c.is, got, c.want)
		}
	}
}

// agree holds a draft against its document. What was left out or chosen when it
// was drafted may differ.
func agree(t *testing.T, text string, draft source.Object, d *openapi.Document, left diag.List) {
	t.Helper()
	result := compared(t, draft, d)
	for i := range result.Findings {
		g := &result.Findings[i]
		about := g.Code >= diag.OperationNotExposed && g.Code <= diag.CoverageUndecided
		reported := len(left) > 0 && (g.Code == diag.OperationNotExposed || g.Code == diag.AccessStricter)
		if about && !reported || strings.HasPrefix(string(g.Code), "KGW2") && g.Severity == diag.Error {
			t.Errorf("%s %s (%v)\n%s\n%s", g.Code, g.Message, g.Witness, text, manifest.AppendYAMLValue(nil, draft))
		}
	}
}

// compared is what is found of a draft beside a description.
func compared(t *testing.T, draft source.Object, d *openapi.Document) *compile.Result {
	t.Helper()
	f, problem := source.NewFile("draft.yaml", append(manifest.AppendYAMLValue(nil, draft), service...))
	if problem != nil {
		t.Fatal(problem.Message)
	}
	return compile.Run(compile.Input{Files: []*source.File{f}}, compile.Options{Config: config.Default(), Schema: compile.SchemaAll, APIs: []*ir.API{&d.API}})
}
