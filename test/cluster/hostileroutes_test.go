package cluster

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"strconv"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	settings "github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/migrate"
)

// hostileRoutes draws resources whose fields hold what a definition of the Gateway
// API may refuse.
type hostileRoutes struct{ *rand.Rand }

// odd are texts for any field.
var odd = []string{
	"", " ", "*", "a b", "é", "%", "%41", "%zz", "a\nb", "a\tb", "GET", "get", "PROPFIND", "x-a", "X_A", "x:y", "x/y", "-", "-a", "a-", "a_b", "a.b", "A.B", "1", "true", "null",
	"https://a.test", "https://a.test/", "https://*.a.test", "http://*", "https://a b", "ftp://a", "https://a.test:99999", "https://A.test:080", "//", "/a//b", "/a b", "/a/../b", "/a/.", "/é", "/%2f", "/#", "/a?b",
	`\Q`, "(?:)", "a{1001}", "127.0.0.1", "::1", "a..b", ".a", "a.", "*.*.a", "xn--a", strings.Repeat("a", 64), strings.Repeat("a", 254), strings.Repeat("/a", 600), strings.Repeat("v", 4097),
}

// text returns the plain text most of the time, else an odd one.
func (g hostileRoutes) text(plain ...string) string {
	out := plain[g.Intn(len(plain))]
	if g.Intn(90) == 0 {
		out = odd[g.Intn(len(odd))]
	}
	quoted, _ := json.Marshal(out)
	return string(quoted)
}

// list has up to a few elements, now and then many.
func (g hostileRoutes) list(element func() string) string {
	n := g.Intn(4)
	if g.Intn(60) == 0 {
		n = []int{16, 17, 64, 65, 130}[g.Intn(5)]
	}
	var out []string
	for range n {
		out = append(out, element())
	}
	return "[" + strings.Join(out, ", ") + "]"
}

func (g hostileRoutes) texts(plain ...string) string {
	return g.list(func() string { return g.text(plain...) })
}

func (g hostileRoutes) pairs(value func() string, plain ...string) string {
	var out []string
	said := map[string]bool{}
	for range g.Intn(4) {
		if key := g.text(plain...); !said[key] {
			said[key] = true
			out = append(out, key+": "+value())
		}
	}
	return "{" + strings.Join(out, ", ") + "}"
}

// number returns the first of the list most of the time.
func (g hostileRoutes) number(list ...int) string {
	if g.Intn(25) > 0 {
		return strconv.Itoa(list[0])
	}
	return strconv.Itoa(list[g.Intn(len(list))])
}

// some returns the first of the list most of the time.
func (g hostileRoutes) some(list ...string) string {
	if g.Intn(25) > 0 {
		return list[0]
	}
	return list[g.Intn(len(list))]
}

func (g hostileRoutes) duration() string {
	return g.text(g.some("1s", "0s", "1.5s", "100ms", "1ns", "100000h", "1h1m1s1ms", "-1s"))
}

// cors returns a policy, with its origins as a VirtualService has them or as a map of
// an APIRule.
func (g hostileRoutes) cors() string {
	return fmt.Sprintf("{allowOrigins: %s, allowMethods: %s, allowHeaders: %s, exposeHeaders: %s, allowCredentials: %t, maxAge: ",
		g.list(func() string {
			return "{" + g.kind() + ": " + g.text("https://a.test", "*", "https://b.test:8443") + "}"
		}),
		g.texts("GET", "POST", "PATCH", "*"), g.texts("x-a", "authorization", "Authorization", "*"), g.texts("x-e", "X-E", "*"), g.Intn(2) == 0)
}

func (g hostileRoutes) kind() string { return g.some("exact", "prefix", "regex") }

func (g hostileRoutes) condition(plain ...string) string {
	return "{" + g.kind() + ": " + g.text(plain...) + "}"
}

// service returns a VirtualService.
func (g hostileRoutes) service() string {
	value := func() string { return g.text("v", "w") }
	condition := func() string { return g.condition("b", "c") }
	entry := func() string {
		var matches []string
		for range g.Intn(3) {
			m := "uri: " + g.condition("/a", "/b/", "/")
			for _, more := range []string{"method: " + g.condition("GET", "POST"), "headers: " + g.pairs(condition, "x-a", "x-b"), "queryParams: " + g.pairs(condition, "q", "r"), "ignoreUriCase: true"} {
				if g.Intn(3) == 0 {
					m += ", " + more
				}
			}
			matches = append(matches, "{"+m+"}")
		}
		match := "match: [" + strings.Join(matches, ", ") + "]"
		if g.Intn(5) == 0 {
			return fmt.Sprintf("{%s, redirect: {uri: %s, authority: %s, scheme: %s, port: %s, redirectCode: %s}}", match, g.text("/n", ""), g.text("n.test", ""), g.text("https", ""), g.number(8443, 0, 65536), g.number(301, 0, 304, 308))
		}
		out := match
		destination := func() string {
			return fmt.Sprintf("{host: %s, port: {number: %s}}", g.text("s", "s.other.svc.cluster.local"), g.number(80, 80, 80, 80, 0, 65536))
		}
		for _, more := range []string{
			fmt.Sprintf("headers: {request: {set: %s, add: %s, remove: %s}, response: {set: %s}}", g.pairs(value, "x-a", "x-b", "Host"), g.pairs(value, "x-c"), g.texts("x-d", "x-e"), g.pairs(value, "x-r")),
			"timeout: " + g.duration(),
			"corsPolicy: " + g.cors() + g.duration() + "}",
			fmt.Sprintf("rewrite: {uri: %s, authority: %s}", g.text("/n", "/n/", "/"), g.text("n.test")),
			"mirrors: " + g.list(func() string {
				return "{destination: " + destination() + ", percentage: {value: " + g.number(1, 100, 0, 101, -1) + "}}"
			}),
		} {
			if g.Intn(4) == 0 {
				out += ", " + more
			}
		}
		return fmt.Sprintf("{%s, route: [{destination: %s}, %s}", out, destination(), g.list(func() string {
			return fmt.Sprintf("{destination: %s, weight: %s}", destination(), g.number(50, 0, 1, 100, 1000001))
		})[1:])
	}
	return fmt.Sprintf("{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: v, namespace: shop}, spec: {hosts: %s, gateways: %s, http: %s}}",
		"["+g.text("a.test", "b.test")+", "+g.text("c.test", "*.test")+"]", "["+g.text("gw")+", "+g.text("shop/gw", "mesh")+"]", "["+entry()+", "+g.list(entry)[1:])
}

// rule returns an APIRule.
func (g hostileRoutes) rule() string {
	v2 := g.Intn(2) == 0
	rule := func() string {
		path, access := g.text("/a", "/b/{*}", "/{**}"), "noAuth: true"
		if !v2 {
			path, access = g.text("/a", "/b/.*", "/.*"), "accessStrategies: [{handler: no_auth}]"
		}
		out := fmt.Sprintf("path: %s, methods: %s, %s", path, g.list(func() string { return g.text("GET", "POST", "PUT") }), access)
		if g.Intn(3) == 0 {
			out += ", timeout: " + g.number(1, 0, 180, 3900)
		}
		if g.Intn(3) == 0 {
			value := func() string { return g.text("v", "w") }
			if headers, cookies := g.pairs(value, "x-a", "x-b"), g.pairs(value, "c"); v2 {
				out += ", request: {headers: " + headers + ", cookies: " + cookies + "}"
			} else {
				out += ", mutators: [{handler: header, config: {headers: " + headers + "}}, {handler: cookie, config: {cookies: " + cookies + "}}]"
			}
		}
		if g.Intn(3) == 0 {
			out += fmt.Sprintf(", service: {name: %s, namespace: %s, port: %s}", g.text("s"), g.text("shop", "other"), g.number(80, 0, 65536))
		}
		return "{" + out + "}"
	}
	version, hosts := "v1beta1", "host: "+g.text("a.test")
	if v2 {
		version, hosts = "v2", "hosts: ["+g.text("a.test")+"]"
	}
	cors := ""
	if g.Intn(2) == 0 {
		cors = ", corsPolicy: " + g.cors() + map[bool]string{true: g.number(1, 0, 60), false: g.duration()}[v2] + "}"
	}
	return fmt.Sprintf("{apiVersion: gateway.kyma-project.io/%s, kind: APIRule, metadata: {name: a, namespace: shop}, spec: {%s, gateway: istio-system/gw, service: {name: s, port: 80}%s, rules: %s}}",
		version, hosts, cors, "["+rule()+", "+g.list(rule)[1:])
}

// TestAdmitsHostileRoutes compiles and moves generated resources with odd values
// in every field: whatever is written, the server admits.
func TestAdmitsHostileRoutes(t *testing.T) {
	space := namespace(t)
	c, found := settings.Parse("kgw.yaml", []byte("apiVersion: kgw.dev/v1alpha1\nkind: Config\ncompat: controller\nistio: {routeAPI: gateway-api}\nknown: {gateways: [{namespace: istio-system, name: gw, hosts: ['*']}]}\n"))
	if len(found) > 0 {
		t.Fatal(found)
	}
	accept := []diag.Code{diag.AnswerUnsaid, diag.OriginUnsaid, diag.SegmentsRewritten, diag.RetriesUnsaid}
	written := map[string]int{}
	for seed := range int64(3000) {
		g := hostileRoutes{rand.New(rand.NewSource(seed))}
		text, move := g.rule(), seed%2 == 0
		if move {
			text = g.service()
		}
		f, problem := source.NewFile("in.yaml", []byte(text))
		if problem != nil {
			continue // of an odd byte
		}
		var objects []map[string]any
		if move {
			r := migrate.Run([]*source.File{f}, migrate.Options{To: migrate.ToGatewayAPI, Config: c, Accept: accept})
			if len(r.Documents) == 1 && r.Documents[0].Outcome == migrate.Moved {
				objects = documents(t, string(r.Files[0].After))
			}
		} else {
			for _, o := range compile.Run(compile.Input{Files: []*source.File{f}}, compile.Options{Config: c, Accept: accept}).Objects {
				objects = append(objects, documents(t, string(o.AppendYAML(nil)))...)
			}
		}
		for _, o := range objects {
			if version, _ := o["apiVersion"].(string); !strings.HasPrefix(version, "gateway.networking.k8s.io/") {
				continue
			}
			o["metadata"].(map[string]any)["namespace"] = space
			written[fmt.Sprintf("%s moved:%t", o["kind"], move)]++
			if problem := admitted(o); problem != "" {
				t.Errorf("seed %d: %s\n%s", seed, problem, text)
			}
		}
	}
	t.Log(written)
	if written["HTTPRoute moved:true"] < 50 || written["HTTPRoute moved:false"] < 100 {
		t.Errorf("too few are written: %v", written)
	}
}
