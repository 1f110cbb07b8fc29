package skipper

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/manifest"
)

const restricted = `
apiVersion: zalando.org/v1
kind: FabricGateway
metadata: {name: shop}
spec:
  x-fabric-service: [{host: shop.example.org, serviceName: shop}, {host: cart.example.org, serviceName: cart}]
  x-fabric-whitelist: [stups_orders]
  paths: {/orders: {get: {}}}
`

var https, plain = "https", "http"

// TestUnmatchedIsClosed shows why what answers unmatched requests is always
// written: Skipper makes a route to the Service of every Ingress with routes of
// its own, and only that answer stands before it.
func TestUnmatchedIsClosed(t *testing.T) {
	written := objects(t, text(t, restricted), compile.Options{})
	requests := []request{
		{Method: "GET", Path: "/undeclared"}, {Method: "DELETE", Path: "/orders"}, {Method: "GET", Path: "/"}, {Method: "GET", Path: "/orders/"},
	}
	c := start(t, written)
	c.healthy(t)
	for _, host := range []string{"shop.example.org", "cart.example.org", "shop.example.org:443"} {
		for _, r := range requests {
			r.Host, r.XForwardedProto = host, &https
			if a := c.send(t, &r); a.Status != 401 || a.Backend != "" {
				t.Errorf("%s %s%s gives %d from %q", r.Method, host, r.Path, a.Status, a.Backend)
			}
		}
	}
	without := slices.DeleteFunc(slices.Clone(written), func(o manifest.Object) bool { return strings.HasSuffix(o.Meta.Name, "-default-404-route") })
	if len(without) != len(written)-1 {
		t.Fatalf("%d of %d objects answer unmatched requests", len(written)-len(without), len(written))
	}
	r := requests[0]
	r.Host, r.XForwardedProto = "shop.example.org", &https
	if a := start(t, without).send(t, &r); a.Status != 200 || a.Backend != "shop" {
		t.Errorf("without it, the answer is %d from %q: the reason for it is gone", a.Status, a.Backend)
	}
}

// TestBodies sends static bodies with what Skipper's syntax is made of: each
// arrives as it was written.
func TestBodies(t *testing.T) {
	for _, body := range []string{`{"a": "b"}`, `say "hi"`, `back\\slash \\n \\"`, "two\\nlines", `") -> <shunt>; x: * -> "http://example.org"`, "`", "é\\t/", " trimmed? "} {
		document := fmt.Sprintf(`
apiVersion: zalando.org/v1
kind: FabricGateway
metadata: {name: shop}
spec:
  x-fabric-service: [{host: shop.example.org, serviceName: shop}]
  paths: {/a: {get: {x-fabric-static-response: {status: 203, headers: {Content-Type: text/x}, body: %q}}}}
`, body)
		c := start(t, objects(t, text(t, document), compile.Options{}))
		c.healthy(t)
		a := c.send(t, &request{
			Method: "GET", Host: "shop.example.org", Path: "/a", XForwardedProto: &https, Token: "opaque",
			TokenInfo: &tokenInfo{Status: 200, UID: "stups_a", Realm: "/services", Scope: []string{"uid"}},
		})
		if a.Status != 203 || a.Body != body || a.ContentType != "text/x" {
			t.Errorf("%q arrives as %d %q", body, a.Status, a.Body)
		}
	}
}

// TestPlainHTTP is refused by both forms, also where Skipper redirects by
// itself.
func TestPlainHTTP(t *testing.T) {
	service := "---\napiVersion: v1\nkind: Service\nmetadata: {name: shop}\nspec: {ports: [{name: http, port: 80}]}\n" +
		"---\napiVersion: v1\nkind: Service\nmetadata: {name: cart}\nspec: {ports: [{name: http, port: 80}]}\n"
	for _, api := range []string{"ingress", "routegroup"} {
		c := start(t, objects(t, text(t, restricted+service), compile.Options{SkipperAPI: api}))
		for _, path := range []string{"/orders", "/other"} {
			if a := c.send(t, &request{Method: "GET", Host: "shop.example.org", Path: path, XForwardedProto: &plain}); a.Status != 400 {
				t.Errorf("%s: %s gives %d", api, path, a.Status)
			}
		}
	}
}
