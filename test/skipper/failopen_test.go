package skipper

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/prove/attack"
	"github.com/kgw-dev/kgw/prove/reference"
)

// TestNothingOpensAtSkipper compiles hostile FabricGateways and asks a real
// Skipper about those that are accepted: it sends nothing on to a Service that
// the authors closed.
func TestNothingOpensAtSkipper(t *testing.T) {
	accepted, asked := 0, 0
	for seed := range int64(60) {
		g := rand.New(rand.NewSource(seed))
		document := hostileGateway(g)
		result := compile.Run(text(t, document), compile.Options{Model: true, SkipperAPI: one(g, "ingress", "routegroup")})
		if result.Findings.Max() == diag.Error || accepted == 16 {
			continue
		}
		accepted++
		model := reference.New([]*ir.Gateway{result.Resources[0].Gateway})
		c := start(t, result.Objects)
		c.healthy(t)
		for _, path := range []string{"/", "/a", "/a/", "/a/b", "/a/b/c", "/b", "//a", "/a//b", "/a%2Fb", "/x/b", "/a.b/x", "/axb/x", "/A", "/a/../b", "/a:b"} {
			for _, method := range []string{"GET", "DELETE", "POST"} {
				for _, info := range []*tokenInfo{nil, {UID: "stups_b", Realm: "/services", Scope: []string{"uid"}}, {UID: "jdoe", Realm: "/customers", Scope: []string{"uid", "a.read"}}} {
					r := request{Method: method, Host: "h.test", Path: path, XForwardedProto: &https, TokenInfo: info}
					if info != nil {
						r.Token = "opaque"
					}
					asked++
					asks := simulated(t, &r)
					delete(asks.Token.Introspection, "status") // which is that of a refusal
					want := model.Decide(asks, nil)
					if got := c.send(t, &r); got.Backend != "" && !want.Passed() {
						t.Errorf("%s\nSkipper sends %s %s with %+v to %s, and the authors answer %d", document, method, path, info, got.Backend, want.Status)
					}
				}
			}
		}
	}
	t.Logf("%d builds accepted, %d requests asked", accepted, asked)
	if accepted < 8 {
		t.Errorf("only %d builds were accepted", accepted)
	}
}

// TestNothingOpensOfTheSearch gives inputs of the search in package prove to a
// real Skipper: those that build and have Ingresses or RouteGroups.
func TestNothingOpensOfTheSearch(t *testing.T) {
	accepted, asked := 0, 0
	for seed := int64(0); accepted < 12 && seed < 1500; seed++ {
		h := attack.New(seed)
		document, c := h.Inputs()
		result := compile.Run(text(t, document), compile.Options{Config: c, Model: true, SkipperAPI: []string{"ingress", "routegroup"}[h.Intn(2)]})
		var own []manifest.Object
		for i := range result.Objects {
			if k := result.Objects[i].Kind; k == "Ingress" || k == "RouteGroup" {
				own = append(own, result.Objects[i])
			}
		}
		if result.Findings.Max() == diag.Error || len(own) == 0 {
			continue
		}
		accepted++
		var gateways []*ir.Gateway
		for i := range result.Resources {
			gateways = append(gateways, result.Resources[i].Gateway)
		}
		model, s := reference.New(gateways), start(t, own)
		s.healthy(t)
		for _, host := range []string{"h0.example.com", "h1.example.com", "h2.example.com"} {
			for _, path := range []string{"/", "/a", "/a/", "/a/b", "/a/b/c", "/b", "//a", "/a%2Fb", "/x/b", "/a.b/x", "/A", "/a/../b"} {
				for _, method := range []string{"GET", "DELETE", "POST"} {
					r := request{Method: method, Host: host, Path: path, XForwardedProto: &https}
					asked++
					want := model.Decide(simulated(t, &r), nil)
					if got := s.send(t, &r); got.Backend != "" && !want.Passed() {
						t.Errorf("seed %d\n%s\nSkipper sends %s %s%s to %s without a token, and the authors do not", seed, document, method, host, path, got.Backend)
					}
				}
			}
		}
	}
	t.Logf("%d builds accepted, %d requests asked", accepted, asked)
	if accepted < 12 {
		t.Errorf("only %d builds were accepted", accepted)
	}
}

// hostileGateway returns a FabricGateway with odd paths.
func hostileGateway(g *rand.Rand) string {
	var b strings.Builder
	b.WriteString("apiVersion: zalando.org/v1\nkind: FabricGateway\nmetadata: {name: shop}\nspec:\n  x-fabric-service: [{host: h.test, serviceName: shop}]\n  paths:\n")
	for _, path := range []string{"/a", "/a/", "/a/*", "/a/**", "/a/b", "/{x}/b", "/**", "/a.b/{x}", "/A", "/a:b", "/a\"b", "/*x/*y"} {
		if g.Intn(4) > 0 {
			continue
		}
		fmt.Fprintf(&b, "    %q:\n", path)
		for _, verb := range []string{"get", "delete"} {
			fmt.Fprintf(&b, "      %s: {%s}\n", verb, one(g, "", "x-fabric-privileges: [a.read]", "x-fabric-privileges: [\"a\\\") -> inlineContent(\\\"x\"]",
				"x-fabric-whitelist: {service-list: [stups_a]}", "x-fabric-employee-access: {type: allow_list, user-list: [jdoe]}"))
		}
	}
	return b.String() + "    /last: {get: {}}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: shop}\nspec: {ports: [{name: http, port: 80}]}\n"
}
