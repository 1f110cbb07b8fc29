package skipper

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/internal/testfile"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/simulate"
)

// TestSimulator sends generated requests to Skipper and asks the simulator
// about them: statuses, routes and upstreams are equal.
func TestSimulator(t *testing.T) {
	asked := 0
	for seed := range int64(24) {
		g := rand.New(rand.NewSource(seed))
		o := compile.Options{Config: config.Default(), SkipperAPI: []string{"ingress", "routegroup"}[seed%2]}
		asked += compared(t, g, objects(t, text(t, gateway(g)), o))
		asked += compared(t, g, foreign(g))
	}
	if asked < 3000 {
		t.Errorf("only %d requests were asked", asked)
	}
	t.Logf("%d requests", asked)
}

// compared asks both about requests in one rate limit period.
func compared(t *testing.T, g *rand.Rand, written []manifest.Object) int {
	t.Helper()
	c := start(t, written)
	var yaml []byte
	named := false
	for i := range written {
		yaml = written[i].AppendYAML(append(yaml, "---\n"...))
		named = named || written[i].Kind == "Ingress"
	}
	f, _ := source.NewFile("live.yaml", yaml)
	o := compile.Options{Config: config.Default()}
	manifests, _ := prove.Manifests(compile.Input{Files: []*source.File{f}}, o, nil)
	session := prove.Simulate(manifests, o).Skipper.Session()
	for i := range 80 {
		r := randomRequest(g, i)
		d := session.Decide(simulated(t, &r), nil)
		got := c.send(t, &r)
		upstream, _, _ := strings.Cut(d.Upstream, ".")
		if got.Status != d.Status || got.Backend != upstream || named && got.Route != d.Route {
			t.Errorf("%s %s%s of %+v: Skipper answers %d by %q from %q, the simulator %d by %q from %q\n%s", r.Method, r.Host, r.Path, r, got.Status, got.Route, got.Backend, d.Status, d.Route, upstream, yaml)
		}
	}
	return 80
}

// simulated returns the request as the simulator reads it from a list.
func simulated(t *testing.T, r *request) *simulate.Request {
	t.Helper()
	fields := map[string]any{"method": r.Method, "host": r.Host, "path": r.Path, "xForwardedProto": r.XForwardedProto}
	if r.JWT != nil {
		fields["jwt"] = r.JWT
	}
	if r.Token != "" {
		fields["token"] = r.Token
	}
	if r.TokenInfo != nil {
		fields["tokeninfo"] = map[string]any{"uid": r.TokenInfo.UID, "realm": r.TokenInfo.Realm, "scope": r.TokenInfo.Scope, "status": r.TokenInfo.Status}
	}
	data, err := json.Marshal([]any{map[string]any{"request": fields}})
	if err != nil {
		t.Fatal(err)
	}
	list, found := testfile.ReadFabric("r.json", data)
	if len(list) != 1 {
		t.Fatal(found)
	}
	return &list[0]
}

func one(g *rand.Rand, list ...string) string { return list[g.Intn(len(list))] }

// gateway returns a FabricGateway.
func gateway(g *rand.Rand) string {
	var b strings.Builder
	b.WriteString("apiVersion: zalando.org/v1\nkind: FabricGateway\nmetadata: {name: shop}\nspec:\n  x-fabric-service: [{host: h.test, serviceName: shop}]\n" +
		one(g, "", "  x-fabric-admins: [boss]\n") + one(g, "", "  x-fabric-cors-support: {allowedOrigins: [www.example.org], allowedHeaders: [X-A]}\n") +
		one(g, "", "  x-fabric-employee-access: {type: deny_all}\n", "  x-fabric-employee-access: {type: allow_list, user-list: [jdoe]}\n") + "  paths:\n")
	for _, path := range []string{"/a", "/a/{id}", "/a/b", "/{x}/b", "/a/**", "/**"} {
		if g.Intn(3) == 0 {
			continue
		}
		fmt.Fprintf(&b, "    %s:\n", path)
		for _, verb := range []string{"get", "post"} {
			fmt.Fprintf(&b, "      %s: {%s}\n", verb, one(g, "x-fabric-privileges: [a.read]", "x-fabric-privileges: [uid]", "x-fabric-whitelist: {service-list: [stups_a]}",
				"x-fabric-employee-access: {type: allow_all}", "x-fabric-static-response: {status: 203, headers: {}, body: x}", "x-fabric-ratelimits: {default-rate: 2, period: hour, target: {stups_a: 1}}"))
		}
	}
	return b.String() + "    /last: {get: {}}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: shop}\nspec: {ports: [{name: http, port: 80}]}\n"
}

// foreign returns Ingresses that somebody else wrote.
func foreign(g *rand.Rand) []manifest.Object {
	var out []manifest.Object
	for i := range 2 + g.Intn(5) {
		name := fmt.Sprintf("r%d", i)
		predicate := one(g, `Path("/a/b")`, `Path("/a/:x")`, `Path("/:x/b")`, `Path("/a/**")`, `Path("/**")`, `Path("/a")`, `Path("/a/")`, `PathSubtree("/a")`, `PathSubtree("/a/b")`, `PathSubtree("/")`, `True()`) +
			one(g, "", "", ` && Method("GET")`, ` && Methods("get", "PUT")`, ` && Header("X-Forwarded-Proto", "https")`, ` && JWTPayloadAllKV("sub", "stups_a")`, ` && JWTPayloadAnyKV("sub", "stups_a", "sub", "stups_b", "k", "1")`) + fmt.Sprintf(` && Weight(%d)`, 10*i) // of equal ones Skipper takes any
		filter := one(g, "", `oauthTokeninfoAllScope("uid", "a.read")`, `oauthTokeninfoAnyKV("realm", "/services")`, `status(418) -> inlineContent("x")`, `clusterClientRatelimit("`+name+`", 1, "1h", "Authorization")`)
		out = append(out, ingress(name, predicate, filter))
	}
	return out
}

// randomRequest returns a request whose token is its own, or one of few.
func randomRequest(g *rand.Rand, i int) request {
	r := request{Method: one(g, "GET", "GET", "POST", "PUT", "OPTIONS"), Host: one(g, "h.test", "h.test", "h.test:80", "h.test.", "other.test"), Path: one(g, "/", "/a", "/a/", "/a/b", "/a/b/", "/a/c", "/c/b", "/a/b/c", "/c", "//a", "/a%2Fb", "/x/../a", "/a/./b?q=1", "/last", "/%61")}
	for _, proto := range []string{"https", "http"} {
		if g.Intn(2) == 0 {
			r.XForwardedProto = &proto
			break
		}
	}
	info := &tokenInfo{Status: 200, UID: "x", Realm: one(g, "/services", "/employees", "/customers"), Scope: strings.Fields(one(g, "uid", "uid a.read", "a.read"))}
	if g.Intn(8) == 0 {
		info = &tokenInfo{Status: 401}
	}
	switch g.Intn(4) {
	case 0:
		r.Token, r.TokenInfo = fmt.Sprintf("opaque-%d", i), info
	case 1:
		r.JWT, r.TokenInfo = map[string]any{"sub": one(g, "stups_a", "stups_b", "stups_c"), "k": one(g, "1", "2"), "jti": fmt.Sprint(i)}, info
	case 2:
		r.JWT, r.TokenInfo = map[string]any{"sub": "x", "https://identity.zalando.com/realm": "users", "https://identity.zalando.com/managed-id": one(g, "boss", "jdoe", "none"), "jti": fmt.Sprint(i)}, info
	}
	if r.JWT != nil && info.Status == 200 && g.Intn(3) == 0 { // one of few tokens
		who := g.Intn(2)
		r.JWT = map[string]any{"sub": []string{"stups_a", "stups_c"}[who]}
		r.TokenInfo = &tokenInfo{Status: 200, UID: "x", Realm: "/services", Scope: []string{"uid", "a.read"}}
	}
	return r
}

// ingress returns an Ingress with the texts of its annotations.
func ingress(name, predicate, filter string) manifest.Object {
	o := manifest.Object{APIVersion: "networking.k8s.io/v1", Kind: "Ingress", Meta: manifest.Meta{Name: name, Namespace: "default", Annotations: map[string]string{"zalando.org/skipper-predicate": predicate}}}
	if filter != "" {
		o.Meta.Annotations["zalando.org/skipper-filter"] = filter
	}
	path := manifest.IngressPath{PathType: "ImplementationSpecific", Backend: manifest.IngressBackend{Service: manifest.IngressService{Name: name, Port: manifest.ServicePort{Name: "main"}}}}
	o.Spec = &manifest.Ingress{Rules: []manifest.IngressRule{{Host: "h.test", HTTP: manifest.IngressHTTP{Paths: []manifest.IngressPath{path}}}}}
	return o
}
