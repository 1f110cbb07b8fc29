package route

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/sim"
	"github.com/kgw-dev/kgw/internal/source"
)

func loaded(t *testing.T, text string) *Gateway {
	t.Helper()
	f, problem := source.NewFile("vs.yaml", []byte(text))
	if problem != nil {
		t.Fatal(problem.Message)
	}
	docs, _ := source.Split(f)
	var list []sim.Manifest
	for _, d := range docs {
		root, problems := d.Parse()
		if root == nil {
			t.Fatal(problems)
		}
		list = append(list, sim.ReadManifest(root, source.Ref{Doc: d}, false, "default"))
	}
	return Load(list)
}

// virtualService writes one with http entries given as flow text.
func virtualService(name, created, hosts string, entries ...string) string {
	text := "---\napiVersion: networking.istio.io/v1beta1\nkind: VirtualService\nmetadata: {name: " + name + ", creationTimestamp: \"" + created + "\"}\nspec:\n" +
		"  gateways: [gw]\n  hosts: [" + hosts + "]\n  http:\n"
	for _, e := range entries {
		text += "  - {" + e + "}\n"
	}
	return text
}

func to(host string) string {
	return "route: [{destination: {host: " + host + ", port: {number: 80}}}]"
}

func decide(g *Gateway, line string) sim.Decision {
	parts := strings.Fields(line)
	host, target, _ := strings.Cut(parts[1], "/")
	r := &sim.Request{Method: parts[0], Scheme: "https", Host: host, Target: "/" + target}
	for _, h := range parts[2:] {
		name, value, _ := strings.Cut(h, "=")
		r.Headers = append(r.Headers, sim.Header{Name: name, Value: value})
	}
	return g.Decide(r, nil)
}

// TestRouting holds the gateway to Istio's rules. What follows "->" is the
// service that is reached, or the status and the cause.
func TestRouting(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		asked []string
	}{
		"hosts": {
			virtualService("a", "", "a.test", to("a")) + virtualService("w", "", `"*.test"`, to("w")) + virtualService("d", "", `"*.deep.test"`, to("d")) + virtualService("u", "", "UP.test", to("u")),
			[]string{"GET a.test/ -> a", "GET A.TEST/ -> a", "GET a.test:8443/ -> a", "GET b.test/ -> w", "GET x.deep.test/ -> d", "GET up.test/ -> u", "GET test/ -> 404 no-host"},
		},
		"paths": {
			virtualService("a", "", "a.test", "match: [{uri: {exact: /e}}], "+to("e"), "match: [{uri: {prefix: /p}}], "+to("p"),
				"match: [{uri: {regex: '/r/[0-9]+'}}], "+to("r"), "match: [{uri: {prefix: /CI}, ignoreUriCase: true}], "+to("ci")),
			[]string{
				"GET a.test/e -> e", "GET a.test/e?x -> e", "GET a.test/e/ -> 404 no-route", "GET a.test/pq -> p", "GET a.test/r/12 -> r", "GET a.test/r/12x -> 404 no-route",
				"GET a.test/x/../e -> e", "GET a.test/%2e%2e/e -> e", "GET a.test/r/%31 -> 404 no-route", "GET a.test/ci/x -> ci",
			},
		},
		"first match": {
			virtualService("a", "", "a.test", "match: [{uri: {regex: '/.*'}}], "+to("first"), "match: [{uri: {exact: /x}}], "+to("second")),
			[]string{"GET a.test/x -> first"},
		},
		"nothing behind a catch-all": {
			virtualService("a", "", "a.test", "match: [{uri: {prefix: /}}], "+to("all"), "match: [{uri: {exact: /x}}], "+to("never")),
			[]string{"GET a.test/x -> all"},
		},
		"catch-alls of a host stand last, the oldest first": {
			virtualService("a", "2020-01-02T00:00:00Z", "a.test", "match: [{uri: {exact: /y}}], "+to("younger"), "match: [{uri: {prefix: /}}], "+to("yall")) +
				virtualService("z", "2020-01-01T00:00:00Z", "a.test", "match: [{uri: {exact: /y}}], "+to("older"), "match: [{uri: {regex: '.*'}}], "+to("oall")),
			[]string{"GET a.test/y -> older", "GET a.test/z -> oall"},
		},
		"a regex over all paths is no catch-all": {
			virtualService("a", "2020-01-01T00:00:00Z", "a.test", "match: [{uri: {regex: '/.*'}}], "+to("greedy")) +
				virtualService("b", "2020-01-02T00:00:00Z", "a.test", "match: [{uri: {exact: /x}}], "+to("late")),
			[]string{"GET a.test/x -> greedy"},
		},
		"other conditions": {
			virtualService("a", "", "a.test", "match: [{method: {regex: '^(GET|PUT)$'}, headers: {x-a: {exact: b}}}], "+to("h"), "match: [{headers: {x-p: {regex: '*'}}}, {queryParams: {q: {exact: '1'}}}], "+to("any"),
				"match: [{withoutHeaders: {x-no: {}}, uri: {exact: /w}}], "+to("w")),
			[]string{"GET a.test/ x-a=b -> h", "POST a.test/ x-a=b -> 404 no-route", "POST a.test/ X-P=1 -> any", "POST a.test/?q=1 -> any", "GET a.test/w -> w", "GET a.test/w x-no=1 -> 404 no-route"},
		},
		"preflights": {
			virtualService("a", "", "a.test", "corsPolicy: {allowOrigins: [{exact: 'https://ok'}, {regex: 'https://r.*'}]}, "+to("s")),
			[]string{
				"OPTIONS a.test/ Origin=https://ok Access-Control-Request-Method=GET -> 200 preflight", "OPTIONS a.test/ Origin=https://ok -> s", "GET a.test/ Origin=https://no -> s",
				"OPTIONS a.test/ Origin=https://no Access-Control-Request-Method=GET -> s", "OPTIONS a.test/ Origin=https://r1 Access-Control-Request-Method=GET -> 200 preflight",
			},
		},
		"a preflight needs a route for OPTIONS": {
			virtualService("a", "", "a.test", "match: [{method: {exact: GET}}], corsPolicy: {allowOrigins: [{regex: '.*'}]}, "+to("s")),
			[]string{"OPTIONS a.test/ Origin=https://ok Access-Control-Request-Method=GET -> 404 no-route"},
		},
		"answers": {
			virtualService("a", "", "a.test", "match: [{uri: {exact: /r}}], redirect: {uri: /x, redirectCode: 307}", "match: [{uri: {exact: /m}}], redirect: {uri: /x}", "match: [{uri: {exact: /d}}], directResponse: {status: 418}", "match: [{uri: {exact: /n}}]"),
			[]string{"GET a.test/r -> 307 answered", "GET a.test/m -> 301 answered", "GET a.test/d -> 418 answered", "GET a.test/n -> 404 no-upstream"},
		},
	} {
		g := loaded(t, c.text)
		for _, line := range c.asked {
			ask, want, _ := strings.Cut(line, " -> ")
			d := decide(g, ask)
			got := strings.TrimSuffix(d.Upstream, ".default.svc.cluster.local:80")
			if !d.Passed() {
				got = strings.TrimSpace(strings.Join([]string{itoa(d.Status), string(d.Cause)}, " "))
			}
			if got != want {
				t.Errorf("%s: %s gives %q, want %q", name, ask, got, want)
			}
		}
	}
}

func itoa(n int) string {
	return string([]byte{byte('0' + n/100), byte('0' + n/10%10), byte('0' + n%10)})
}

// TestOnTheWay holds what the gateway changes about a request.
func TestOnTheWay(t *testing.T) {
	g := loaded(t, virtualService("a", "", "a.test, b.test",
		"match: [{uri: {prefix: /api/}}], rewrite: {uri: /v1/, authority: in.test}, headers: {request: {set: {X-H: '%REQ(:AUTHORITY)%', X-Gone: y}, remove: [X-Gone, X-Mine]}}, "+
			"route: [{destination: {host: few}, weight: 10}, {destination: {host: most.ns.svc.cluster.local, port: {number: 81}}, weight: 90}]"))
	d := decide(g, "GET b.test/api/x?y=1 X-Mine=1")
	if d.Upstream != "most.ns.svc.cluster.local:81" || d.Next.Target != "/v1/x?y=1" || d.Next.Host != "in.test" {
		t.Errorf("the request goes on to %s as %s%s", d.Upstream, d.Next.Host, d.Next.Target)
	}
	if d.Next.Header("X-H") != "in.test" && d.Next.Header("X-H") != "b.test" || d.Next.Header("X-Gone") != "" || d.Next.Header("X-Mine") != "" {
		t.Errorf("its headers are %v", d.Next.Headers)
	}
}

// TestMeshOnly tells of a VirtualService that names no gateway.
func TestMeshOnly(t *testing.T) {
	g := loaded(t, strings.Replace(virtualService("a", "", "a.test", to("a")), "  gateways: [gw]\n", "", 1))
	trail := &sim.Trail{}
	d := g.Decide(&sim.Request{Method: "GET", Host: "a.test", Target: "/"}, trail)
	if d.Cause != sim.NoHost || len(trail.Steps) != 2 || !strings.Contains(trail.Steps[1].Text, "names no gateway") {
		t.Errorf("%+v %v", d, trail.Steps)
	}
}
