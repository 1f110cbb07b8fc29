package skipper

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/simulate"
	"github.com/kgw-dev/kgw/simulate/simulatetest"
)

func engineOf(t *testing.T, text string) *Engine {
	t.Helper()
	return Load(simulatetest.Manifests(t, "ns", text), Options{})
}

func ingressText(name, predicate, filter string) string {
	return "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: " + name + "\n  annotations:\n    zalando.org/skipper-predicate: '" + predicate +
		"'\n    zalando.org/skipper-filter: '" + filter + "'\nspec: {rules: [{host: h, http: {paths: [{backend: {service: {name: " + name + "}}}]}}]}\n"
}

// TestRouting holds the choice among routes to Skipper's: the most specific
// path first, then the most weight, and outwards where predicates fail.
func TestRouting(t *testing.T) {
	e := engineOf(t, ingressText("literal", `Path("/a/b")`, "")+ingressText("parameter", `Path("/a/:x")`, "")+ingressText("rest", `Path("/a/**")`, "")+
		ingressText("post", `Path("/a/b") && Method("POST")`, "")+ingressText("heavy", `Path("/a/:y") && Weight(9) && Header("X-H", "1")`, "")+
		ingressText("below", `PathSubtree("/s")`, "")+ingressText("any", `PathSubtree("/")`, ""))
	for ask, want := range map[string]string{
		"GET h/a/b": "literal", "POST h/a/b": "post", "GET h/a/c": "parameter", "GET h/a/c X-H": "heavy", "GET h/a/b X-H": "literal", "GET h/a/b/c": "rest", "GET h/a/": "any",
		"GET h/s": "below", "GET h/s/": "below", "GET h/s/t": "below", "GET h/st": "any", "GET h/": "any", "GET h:443/a/b": "literal", "GET h./a/b": "literal", "GET i/a/b": "",
		"GET h/a%2Fb": "literal", "GET h//a//b": "literal", "GET h/x/../a/b": "literal", "GET h/a/b?q": "literal",
	} {
		words := strings.Fields(ask)
		host, target, _ := strings.Cut(words[1], "/")
		r := &simulate.Request{Method: words[0], Host: host, Target: "/" + target}
		if len(words) > 2 {
			r.SetHeader(words[2], "1")
		}
		if d := e.Decide(r, nil); d.Route != want {
			t.Errorf("%s is taken by %q, want %q", ask, d.Route, want)
		}
	}
}

// TestFilters holds refusals and answers to Skipper's.
func TestFilters(t *testing.T) {
	e := engineOf(t, ingressText("token", `Path("/t")`, `oauthTokeninfoAnyKV("realm", "/services") -> oauthTokeninfoAllScope("uid", "read")`)+
		ingressText("limit", `Path("/l")`, `clusterClientRatelimit("g", 2, "1m", "Authorization")`)+
		ingressText("static", `Path("/s")`, `status(418) -> inlineContent("x") -> oauthTokeninfoAllScope("uid")`)+
		ingressText("people", `Path("/p") && JWTPayloadAllKV("https://identity.zalando.com/realm", "users")`, `oauthTokeninfoAllScope("uid")`)+
		"---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: broken, annotations: {zalando.org/skipper-filter: 'x('}}\nspec: {rules: [{host: h, http: {paths: [{}]}}]}\n")
	if len(e.Dropped) != 1 {
		t.Errorf("broken are %v", e.Dropped)
	}
	info := func(realm string, scope ...any) simulate.Token {
		return simulate.Token{Kind: "opaque", Introspection: map[string]any{"realm": realm, "scope": scope}}
	}
	jwt := simulate.Token{Kind: "jwt", Claims: map[string]any{realmClaim: "users", "scope": "a"}}
	session := e.Session()
	for i, c := range []struct {
		path  string
		token simulate.Token
		want  int
	}{
		{"/t", simulate.Token{}, 401},
		{"/t", simulate.Token{Kind: "malformed", Value: "x"}, 401},
		{"/t", info("/services", "uid"), 403},
		{"/t", info("/customers", "uid", "read"), 403},
		{"/t", info("/services", "uid", "read"), 200},
		{"/t", simulate.Token{Kind: "opaque", Introspection: map[string]any{"status": 500.0}}, 401},
		{"/l", simulate.Token{Kind: "opaque", ID: "1"}, 200},
		{"/l", simulate.Token{Kind: "opaque", ID: "1"}, 200},
		{"/l", simulate.Token{Kind: "opaque", ID: "1"}, 429},
		{"/l", simulate.Token{Kind: "opaque", ID: "2"}, 200},
		{"/s", simulate.Token{}, 418},
		{"/p", jwt, 200},
		{"/p", info("/employees", "uid"), 404},
	} {
		if d := session.Decide(&simulate.Request{Method: "GET", Host: "h", Target: c.path, Token: c.token}, nil); d.Status != c.want {
			t.Errorf("%d: %s gives %d, want %d: %s", i, c.path, d.Status, c.want, d.Reason)
		}
	}
}

// TestRouteGroup reads the other kind of object.
func TestRouteGroup(t *testing.T) {
	e := engineOf(t, "apiVersion: zalando.org/v1\nkind: RouteGroup\nmetadata: {name: g}\nspec:\n  hosts: [h, i]\n  backends: [{name: s, type: service, serviceName: s, servicePort: 80}, {name: shunt, type: shunt}]\n"+
		"  defaultBackends: [{backendName: s}]\n  routes:\n  - {path: /a, methods: [GET, PUT]}\n  - {pathSubtree: /, backends: [{backendName: shunt}], filters: ['status(404)', 'inlineContent(\"x\")'], predicates: ['Header(\"X-A\", \"b\")']}\n")
	for ask, want := range map[string]string{"GET h": "s.ns", "PUT i": "s.ns", "POST h": ""} {
		method, host, _ := strings.Cut(ask, " ")
		if d := e.Decide(&simulate.Request{Method: method, Host: host, Target: "/a"}, nil); d.Upstream != want {
			t.Errorf("%s reaches %q, want %q", ask, d.Upstream, want)
		}
	}
	if d := e.Decide(&simulate.Request{Method: "GET", Host: "h", Target: "/x", Headers: []simulate.Header{{Name: "X-A", Value: "b"}}}, nil); d.Status != 404 || d.Route != "g" {
		t.Errorf("%+v", d)
	}
}
