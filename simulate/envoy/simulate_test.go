package envoy

import (
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/simulate"
	"github.com/kgw-dev/kgw/simulate/simulatetest"
)

func loaded(t *testing.T, text string) *Gateway {
	t.Helper()
	return Load(simulatetest.Manifests(t, "default", text), "istio-system")
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

func decide(g *Gateway, line string) simulate.Decision {
	parts := strings.Fields(line)
	host, target, _ := strings.Cut(parts[1], "/")
	r := &simulate.Request{Method: parts[0], Scheme: "https", Host: host, Target: "/" + target}
	for _, h := range parts[2:] {
		name, value, _ := strings.Cut(h, "=")
		r.Headers = append(r.Headers, simulate.Header{Name: name, Value: value})
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
				"match: [{uri: {regex: '/r/[0-9]+'}}], "+to("r"), "match: [{uri: {prefix: /CI}, ignoreUriCase: true}], "+to("ci"), "match: [{uri: {exact: /eX}, ignoreUriCase: true}], "+to("ex")),
			[]string{
				"GET a.test/e -> e", "GET a.test/e?x -> e", "GET a.test/e/ -> 404 no-route", "GET a.test/pq -> p", "GET a.test/r/12 -> r", "GET a.test/r/12x -> 404 no-route",
				"GET a.test/x/../e -> e", "GET a.test/%2e%2e/e -> e", "GET a.test/r/%31 -> 404 no-route", "GET a.test/ci/x -> ci", "GET a.test/Ex?x -> ex",
			},
		},
		"a quotation that is open at the end": {
			virtualService("a", "", "a.test", `match: [{uri: {regex: '/q\Q.*'}, headers: {x-a: {regex: '\Q.'}}}], `+to("q")),
			[]string{"GET a.test/q.* x-a=. -> q", "GET a.test/qx x-a=. -> 404 no-route"},
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
		"hosts that begin with a wildcard, hosts without a dot": {
			virtualService("a", "", `"*-x.test"`, to("x")) + virtualService("b", "", `"*.test"`, to("w")) + virtualService("c", "", "short", to("s")),
			[]string{"GET a-x.test/ -> x", "GET -x.test/ -> w", "GET ax.test/ -> w", "GET short/ -> 404 no-host", "GET short.default.svc.cluster.local/ -> s"},
		},
		"a VirtualService without routes takes no host": {
			strings.Replace(virtualService("a", "", "a.test"), "  http:\n", "", 1) + virtualService("w", "", `"*.test"`, to("w")),
			[]string{"GET a.test/ -> w"},
		},
		"headers as Envoy has them": {
			virtualService("a", "", "a.test", "match: [{withoutHeaders: {x-no: {regex: '.*'}}}], "+to("never"), "match: [{withoutHeaders: {x-no: {exact: a}}, headers: {method: {exact: m}}}], "+to("m"),
				"match: [{headers: {x-j: {exact: 'a,b'}}}], "+to("j"), "match: [{headers: {host: {prefix: a}, ':method': {exact: PUT}}}], "+to("p"), "match: [{queryParams: {q: {exact: 'a%20b'}}}], "+to("q")),
			[]string{
				"GET a.test/ method=m -> m", "GET a.test/ method=m x-no=a -> 404 no-route", "GET a.test/ x-j=a X-J=b -> j", "PUT a.test/ -> p",
				"GET a.test/?q=a%20b -> q", "GET a.test/?q=a+b -> 404 no-route", "GET a.test/?q&q=a%20b -> 404 no-route",
			},
		},
		"preflights": {
			virtualService("a", "", "a.test", "corsPolicy: {allowOrigins: [{exact: 'https://ok'}, {regex: 'https://r.*'}]}, "+to("s")),
			[]string{
				"OPTIONS a.test/ Origin=https://ok Access-Control-Request-Method=GET -> 200 preflight", "OPTIONS a.test/ Origin=https://ok -> s", "GET a.test/ Origin=https://no -> s",
				"OPTIONS a.test/ Origin=https://no Access-Control-Request-Method=GET -> s", "OPTIONS a.test/ Origin=https://r1 Access-Control-Request-Method=GET -> 200 preflight",
			},
		},
		"no preflights where the route ends here": {
			virtualService("a", "", "a.test", "corsPolicy: {allowOrigins: [{exact: 'https://ok'}]}, directResponse: {status: 418}"),
			[]string{"OPTIONS a.test/ Origin=https://ok Access-Control-Request-Method=GET -> 418 answered"},
		},
		"an origin that takes the star takes all": {
			virtualService("a", "", "a.test", "corsPolicy: {allowOrigins: [{exact: '*'}]}, "+to("s")),
			[]string{"OPTIONS a.test/ Origin=https://any Access-Control-Request-Method=GET -> 200 preflight"},
		},
		"a preflight needs a route for OPTIONS": {
			virtualService("a", "", "a.test", "match: [{method: {exact: GET}}], corsPolicy: {allowOrigins: [{regex: '.*'}]}, "+to("s")),
			[]string{"OPTIONS a.test/ Origin=https://ok Access-Control-Request-Method=GET -> 404 no-route"},
		},
		"answers": {
			virtualService("a", "", "a.test", "match: [{uri: {exact: /r}}], redirect: {uri: /x, redirectCode: 307}", "match: [{uri: {exact: /m}}], redirect: {uri: /x}", "match: [{uri: {exact: /d}}], directResponse: {status: 418}"),
			[]string{"GET a.test/r -> 307 answered", "GET a.test/m -> 301 answered", "GET a.test/d -> 418 answered"},
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

// TestOnTheWay holds what the gateway changes about a request: what is removed
// goes first, values see the host that was asked for.
func TestOnTheWay(t *testing.T) {
	g := loaded(t, virtualService("a", "", "a.test, b.test",
		"match: [{uri: {prefix: /api/}}], rewrite: {uri: /v1/, authority: in.test}, headers: {request: {set: {X-H: '%REQ(:AUTHORITY)% 5%%', X-Back: back}, remove: [X-Back, X-Mine]}}, "+
			"route: [{destination: {host: few}, weight: 10}, {destination: {host: most.ns.svc.cluster.local, port: {number: 81}}, weight: 90, headers: {request: {set: {X-H: lost, X-Its: its}}}}]",
		"match: [{uri: {regex: /re/.*}}], rewrite: {uri: /all}, headers: {request: {set: {X-H: lost}, add: {X-Mine: two}}}, route: [{destination: {host: one}, headers: {request: {set: {X-H: its, host: its.test}}}}]",
		"match: [{uri: {prefix: /g/}}], rewrite: {uriRegexRewrite: {match: '/g/(.)', rewrite: '/$1/\\1'}}, "+to("g"), "rewrite: {uri: /root/}, "+to("r")))
	for ask, want := range map[string]string{
		"GET b.test/api/x?y=1 X-Mine=1": "most.ns.svc.cluster.local:81 in.test/v1/x?y=1 x-back=back x-h=b.test 5% x-its=its",
		"GET b.test/re/x X-Mine=1":      "one.default.svc.cluster.local its.test/all x-h=its x-mine=1 x-mine=two",
		"GET a.test/g/abc":              "g.default.svc.cluster.local:80 a.test/$1/abc",
		"GET a.test/x":                  "r.default.svc.cluster.local:80 a.test/root/x",
	} {
		d := decide(g, ask)
		var headers []string
		for _, h := range d.Next.Headers {
			if h.Name = strings.ToLower(h.Name); h.Name != "x-forwarded-proto" {
				headers = append(headers, " "+h.Name+"="+h.Value)
			}
		}
		slices.Sort(headers)
		if got := d.Upstream + " " + d.Next.Host + d.Next.Target + strings.Join(headers, ""); got != want {
			t.Errorf("%s goes on as %s, not %s", ask, got, want)
		}
	}
}

// TestMeshOnly tells of a VirtualService that names no gateway.
func TestMeshOnly(t *testing.T) {
	g := loaded(t, strings.Replace(virtualService("a", "", "a.test", to("a")), "  gateways: [gw]\n", "", 1))
	trail := &simulate.Trail{}
	d := g.Decide(&simulate.Request{Method: "GET", Host: "a.test", Target: "/"}, trail)
	if d.Cause != simulate.NoHost || len(trail.Steps) != 2 || !strings.Contains(trail.Steps[1].Text, "names no gateway") {
		t.Errorf("%+v %v", d, trail.Steps)
	}
}

// TestNoRouteForScheme: a server with TLS for a host answers requests of which no
// VirtualService says anything; where there is none, the connection is closed.
func TestNoRouteForScheme(t *testing.T) {
	const gateways = "---\n{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: plain, namespace: default}, spec: {selector: {a: b}, servers: [{port: {number: 80, protocol: HTTP, name: h}, hosts: ['*.test']}]}}\n" +
		"---\n{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: secure, namespace: default}, spec: {selector: {a: b}, servers: [{port: {number: 443, protocol: HTTPS, name: s}, hosts: [HOST], tls: {mode: SIMPLE, credentialName: c}}]}}\n"
	service := strings.ReplaceAll(virtualService("a", "", "'*.test'", to("a")), "[gw]", "[plain]")
	for host, want := range map[string]int{"'*.test'": 404, "'*'": 404, "a.test": 404, "b.test": 0} {
		g := loaded(t, strings.Replace(gateways, "HOST", host, 1)+service)
		if d := decide(g, "GET a.test/"); d.Status != want {
			t.Errorf("with a server for %s: %d %s, want %d", host, d.Status, d.Reason, want)
		}
	}
}

// TestDelegateTakesAll: istiod makes no routes behind an entry of a delegate that
// matches everything.
func TestDelegateTakesAll(t *testing.T) {
	g := loaded(t, virtualService("a", "", "a.test", "match: [{uri: {prefix: /}}], delegate: {name: leaf}", "match: [{uri: {exact: /x}}], "+to("behind"))+
		"---\n{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: leaf}, spec: {http: [{"+to("all")+"}, {match: [{uri: {exact: /y}}], "+to("never")+"}]}}\n")
	for _, path := range []string{"/", "/x", "/y"} {
		if d := decide(g, "GET a.test"+path); !strings.HasPrefix(d.Upstream, "all.") {
			t.Errorf("%s goes to %q", path, d.Upstream)
		}
	}
}
