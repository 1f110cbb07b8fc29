package envoy

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/simulate/simulatetest"
)

// entryLines spells the entries of a gateway: name, set, service; "~" before one that matches less
// than its set.
func entryLines(g *Gateway) []string {
	var out []string
	for _, e := range g.Entries() {
		exact := ""
		if !e.Exact {
			exact = "~"
		}
		line := fmt.Sprintf("%s%s %v %v %s %q -> %s", exact, strings.TrimPrefix(e.Name, "default/"), e.Set.Hosts, e.Set.Methods, e.Set.Path.Lang, e.Set.Path.Text, strings.TrimSuffix(e.To, ".default.svc.cluster.local:80"))
		out = append(out, strings.TrimSpace(line))
	}
	return out
}

// TestEntries holds what routes are to an analysis: an entry for each destination,
// exact only where its set says all that decides.
func TestEntries(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"paths and methods": {
			virtualService("a", "", "a.test", "match: [{uri: {exact: /e}, method: {exact: GET}}], "+to("e"), "match: [{uri: {regex: '/r.*'}, method: {regex: '^(GET|PUT)$'}}], "+to("r"), "match: [{method: {regex: 'P.*'}}], "+to("m"), to("all")),
			[]string{
				`a http[0] [a.test] [GET] exact "/e" -> e`, `a http[1] [a.test] [GET PUT] regex "/r.*" -> r`, `~a http[2] [a.test] [] prefix "/" -> m`, `a http[3] [a.test] [] prefix "/" -> all`,
			},
		},
		"without regard to case": {
			virtualService("a", "", "a.test", "match: [{uri: {exact: /E.}, ignoreUriCase: true}, {uri: {prefix: /P}, ignoreUriCase: true}, {uri: {regex: /R}, ignoreUriCase: true}], "+to("a")),
			[]string{`a http[0] [a.test] [] regex "(?i)/E\\." -> a`, `a http[0] [a.test] [] regex "(?is)/P.*" -> a`, `a http[0] [a.test] [] regex "/R" -> a`},
		},
		"a condition that a set does not have": {
			virtualService("a", "", "a.test", "match: [{headers: {x-a: {}}}], "+to("a")),
			[]string{`~a http[0] [a.test] [] prefix "/" -> a`},
		},
		"every destination, and copies": {
			virtualService("a", "", "a.test", "mirror: {host: copy}, route: [{destination: {host: one}, weight: 1}, {destination: {host: two}, weight: 0}, {destination: {host: one}, weight: 1}]"),
			[]string{
				`a http[0] [a.test] [] prefix "/" -> one.default.svc.cluster.local`, `a http[0] [a.test] [] prefix "/" -> two.default.svc.cluster.local`, `a http[0] [a.test] [] prefix "/" -> copy.default.svc.cluster.local`,
			},
		},
		"a route that answers": {
			virtualService("a", "", "a.test", "redirect: {uri: /x}"), []string{`a http[0] [a.test] [] prefix "/" ->`},
		},
		"a wildcard that leaves names to others": {
			virtualService("w", "", "'*.test'", to("w")) + virtualService("a", "", "a.test", to("a")),
			[]string{`~w http[0] [*.test] [] prefix "/" -> w`, `a http[0] [a.test] [] prefix "/" -> a`},
		},
		"two that share a host": {
			virtualService("a", "", "a.test", "match: [{uri: {exact: /x}}], "+to("a")) + virtualService("b", "", "a.test", "match: [{uri: {exact: /x}}], "+to("b")),
			[]string{`~a http[0] [a.test] [] exact "/x" -> a`, `~b http[0] [a.test] [] exact "/x" -> b`},
		},
		"a condition that is not read may be anything": {
			virtualService("a", "", "a.test", "match: [{uri: {exact: /x}, newField: 1}], "+to("a")),
			[]string{`~a http[0] [a.test] [] exact "/x" -> a`, `~a http[0] [a.test] [] prefix "/" ->`},
		},
		"a port that is not known": {
			virtualService("a", "", "a.test", "match: [{uri: {exact: /x}, port: 80}], "+to("a")), []string{`~a http[0] [a.test] [] exact "/x" -> a`},
		},
		"a delegate that is not there": {
			virtualService("a", "", "a.test", "match: [{uri: {exact: /x}}], delegate: {name: leaf}"), []string{`a http[0] [a.test] [] exact "/x" ->`},
		},
		"connections": {
			ingress("gw", "", "  - {port: {number: 443, name: tls, protocol: TLS}, tls: {mode: PASSTHROUGH}, hosts: [a.test]}\n") +
				"---\n{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: a}, spec: {gateways: [gw], hosts: [a.test], tls: [{match: [{sniHosts: [a.test]}], route: [{destination: {host: db}}]}]}}\n",
			[]string{`~a tls[0] [] [] prefix "/" -> db.default.svc.cluster.local`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := entryLines(loaded(t, c.text)); !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

// TestEntryMoves: what a rewrite makes of paths is told where it can be followed.
func TestEntryMoves(t *testing.T) {
	for entry, want := range map[string]string{
		to("a"): "none",
		"match: [{uri: {prefix: /p/}}], rewrite: {uri: /v1/}, " + to("a"):                        "[{/p/ /v1/}] []",
		"match: [{uri: {prefix: /p}}], rewrite: {uri: /v1}, " + to("a"):                          "[{/p /v1}] []",
		"match: [{uri: {prefix: /p}}], rewrite: {uri: /v1/}, " + to("a"):                         "[{/p /v1/} {/p. /v1} {/p.. }] []",
		"match: [{uri: {exact: /p}}], rewrite: {uri: /v1}, " + to("a"):                           "[] []",
		"rewrite: {authority: b.test}, " + to("a"):                                               "[{/ /}] [b.test]",
		"headers: {request: {set: {host: c.test}}}, " + to("a"):                                  "[{/ /}] [c.test]",
		"match: [{uri: {prefix: /p}, ignoreUriCase: true}], rewrite: {uri: /v1}, " + to("a"):     "[] []",
		"rewrite: {uriRegexRewrite: {match: a, rewrite: b}}, " + to("a"):                         "[] []",
		"route: [{destination: {host: a}, headers: {request: {set: {':authority': per.test}}}}]": "[{/ /}] [per.test]",
		"match: [{uri: {prefix: /p}}], rewrite: {uri: /x/../y}, " + to("a"):                      "[] []",
	} {
		e := loaded(t, virtualService("a", "", "a.test", entry)).Entries()[0]
		got := "none"
		if e.Rewrite != nil {
			got = fmt.Sprint(e.Rewrite.Moves, " ", e.Rewrite.Hosts)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", entry, got, want)
		}
	}
}

// TestScattered: a symbolic request is marked where its path is changed
// in a way that is not followed.
func TestScattered(t *testing.T) {
	for entry, want := range map[string]string{
		to("a"): "<nil>",
		"rewrite: {authority: b.test}, " + to("a"):                                          "false",
		"rewrite: {uriRegexRewrite: {match: a, rewrite: b}}, " + to("a"):                    "true",
		"match: [{uri: {prefix: /x}, ignoreUriCase: true}], rewrite: {uri: /y}, " + to("a"): "true",
		"match: [{uri: {exact: /x}}], rewrite: {uri: /y}, " + to("a"):                       "false",
	} {
		g := loaded(t, virtualService("a", "", "a.test", entry))
		got := "<nil>"
		if r := g.Decide(simulatetest.Request(t, "GET https://a.test/x @free=header"), nil).Next.Rewritten; r != nil {
			got = fmt.Sprint(r.Scattered)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", entry, got, want)
		}
		if r := g.Decide(simulatetest.Request(t, "GET https://a.test/x"), nil).Next.Rewritten; r != nil {
			t.Errorf("%s: a request that is one is marked", entry)
		}
	}
}

// TestTreatments holds the words for what a route does besides sending requests on;
// two ways of writing the same have the same words.
func TestTreatments(t *testing.T) {
	texts := func(entry string) string {
		all := loaded(t, virtualService("a", "", "a.test", entry)).Treatments()
		if len(all) != 1 {
			t.Fatalf("%s: %d treatments", entry, len(all))
		}
		tr := all[slices.Collect(maps.Keys(all))[0]]
		var out []string
		for name, text := range map[string]string{"timeout": tr.Timeout, "cors": tr.CORS, "origins": strings.Join(tr.Origins, " "), "response": tr.Response, "split": tr.Split, "other": strings.Join(tr.Other, " & ")} {
			if text != "" {
				out = append(out, name+": "+text)
			}
		}
		slices.Sort(out)
		return strings.Join(out, " | ")
	}
	for entry, want := range map[string]string{
		to("a"):                              "",
		"timeout: 1500ms, " + to("a"):        "timeout: 1.5s",
		"timeout: 90s, " + to("a"):           "timeout: 90s",
		"timeout: 1m30s, " + to("a"):         "timeout: 90s",
		"retries: {attempts: 3}, " + to("a"): `other: retries {"attempts":3}`,
		"corsPolicy: {allowOrigins: [{exact: 'https://o'}, {prefix: 'https://p'}], allowMethods: [GET]}, " + to("a"): "cors: origins exact https://o, prefix https://p; methods GET | origins: https://o",
		"headers: {response: {set: {b: '2', a: '1'}, remove: [z, c]}, request: {remove: [x-r]}}, " + to("a"):         "other: removes x-r | response: response a: 1; response b: 2; response without c, z",
		"redirect: {uri: /x}":                                                       `other: redirect {"redirectCode":301,"uri":"/x"}`,
		"redirect: {uri: /x, redirectCode: 301}":                                    `other: redirect {"redirectCode":301,"uri":"/x"}`,
		"mirror: {host: m, subset: s}, " + to("a"):                                  "other: copies of 100% to m.default.svc.cluster.local subset s",
		"mirror: {host: m}, mirrorPercent: 10, " + to("a"):                          "other: copies of 10% to m.default.svc.cluster.local",
		"mirrors: [{destination: {host: m}, percentage: {value: 0}}], " + to("a"):   "",
		"mirrors: [{destination: {host: m}, percentage: {value: 2.5}}], " + to("a"): "other: copies of 2.5% to m.default.svc.cluster.local",
		"route: [{destination: {host: a}, weight: 1, headers: {request: {set: {x: v}}}}, {destination: {host: b}, weight: 2}]": `split: 1 to a.default.svc.cluster.local with {"request":{"set":{"x":"v"}}}, 2 to b.default.svc.cluster.local`,
		"rewrite: {authority: h.test}, " + to("a"):                                                                        "other: rewrites the host to h.test",
		"match: [{uri: {prefix: /p/}}], rewrite: {uri: /q/}, " + to("a"):                                                  `other: rewrites "/p" at the start of the path to "/q"`,
		"match: [{uri: {prefix: /p}}], rewrite: {uri: /q}, " + to("a"):                                                    `other: rewrites "/p" at the start of the path to "/q"`,
		"match: [{uri: {prefix: /p}}], rewrite: {uri: /p}, " + to("a"):                                                    "",
		"match: [{uri: {exact: /p}}], rewrite: {uri: /q}, " + to("a"):                                                     "other: rewrites the path to /q",
		"rewrite: {uriRegexRewrite: {match: '/.*', rewrite: /q}}, " + to("a"):                                             "other: rewrites the path to /q",
		`match: [{uri: {prefix: /p}}], rewrite: {uriRegexRewrite: {match: '^/p\.x(/?)(.*)', rewrite: '/\2'}}, ` + to("a"): `other: rewrites "/p.x" at the start of the path to ""`,
		"rewrite: {uriRegexRewrite: {match: '^/p', rewrite: /q}}, " + to("a"):                                             `other: rewrites "/p" at the start of the path to "/q"`,
		"rewrite: {uriRegexRewrite: {match: 'a+', rewrite: b}}, " + to("a"):                                               "other: rewrites a+ of the path to b",
	} {
		if got := texts(entry); got != want {
			t.Errorf("%s:\n%s, want\n%s", entry, got, want)
		}
	}
}

// TestHostsOfAGateway: what a Gateway knows of a host.
func TestHostsOfAGateway(t *testing.T) {
	g := loaded(t, ingress("gw", "", plainServer+"  - {port: {number: 443, name: tls, protocol: TLS}, tls: {mode: PASSTHROUGH}, hosts: ['*.tls.test']}\n")+
		bound("a", "gw", "A.test", "match: [{scheme: {exact: http}}], "+to("a"))+bound("h", "gw", "h.test", "match: [{headers: {X-Forwarded-Proto: {exact: http}}}], "+to("a"))+
		bound("absent", "absent", "'*.wild.test'", to("w"))+
		"---\n{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: s}, spec: {gateways: [gw], hosts: [x.tls.test], tls: [{match: [{sniHosts: [x.tls.test]}], route: [{destination: {host: db}}]}]}}\n"+
		"---\n{apiVersion: gateway.networking.k8s.io/v1, kind: TLSRoute, metadata: {name: t}, spec: {hostnames: [foreign.test]}}\n"+
		virtualService("r", "", "refused.test", "match: [{uri: {regex: '('}}], "+to("r")))
	if got, want := strings.Join(g.Hosts(), " "), "*.wild.test a.test foreign.test h.test refused.test x.tls.test"; got != want {
		t.Errorf("hosts are %s, want %s", got, want)
	}
	for host, want := range map[string]string{
		"a.test":       "served listed scheme [a.test at default/gw port 80] [map[istio:ingressgateway]]",
		"A.test:80":    "served listed scheme [a.test at default/gw port 80] [map[istio:ingressgateway]]",
		"h.test":       "served listed scheme [h.test at default/gw port 80] [map[istio:ingressgateway]]",
		"x.wild.test":  "served [*.wild.test at default/absent] [map[]]",
		"x.tls.test":   "served [connections for x.tls.test] []",
		"refused.test": "served [] []",
		"foreign.test": "served [] []",
		"other.test":   "[] []",
	} {
		got := ""
		if g.Serves(host) {
			got += "served "
		}
		if g.Listed(host) {
			got += "listed "
		}
		if g.TellsSchemes(host) {
			got += "scheme "
		}
		if got += fmt.Sprint(g.VirtualHosts(host), " ", g.Selectors(host)); got != want {
			t.Errorf("%s: %s, want %s", host, got, want)
		}
	}
}

// TestCannotServe: a list of hosts says that a VirtualService is not for a host only
// where no name can be completed to it.
func TestCannotServe(t *testing.T) {
	for _, c := range []struct {
		hosts string
		host  string
		want  bool
	}{
		{"a.test", "a.test", false},
		{"a.test", "A.TEST", false},
		{"a.test", "a.test:8443", false},
		{"a.test", "a.test.", false},
		{"A.test.", "a.test", false},
		{"a.test", "b.test", true},
		{"a.test b.test", "b.test", false},
		{"*.test", "other", false},
		{"svc", "svc.default.svc.cluster.local", false},
		{"", "a.test", false},
		{"a.test", "xa.test", true},
	} {
		if got := CannotServe(strings.Fields(c.hosts), c.host); got != c.want {
			t.Errorf("%s and %s: %v", c.hosts, c.host, got)
		}
	}
}

// TestRedirects holds where redirects lead: what they leave out is the request's.
func TestRedirects(t *testing.T) {
	for _, c := range []struct{ redirect, ask, want string }{
		{"uri: /x", "GET https://a.test/p?q=1", "https://a.test/x?q=1"},
		{"uri: '/x?own'", "GET https://a.test/p?q=1", "https://a.test/x?own"},
		{"authority: b.test", "GET https://a.test:8443/p", "https://b.test/p"},
		{"scheme: https", "GET http://a.test:80/p", "https://a.test/p"},
		{"scheme: https", "GET http://a.test:8080/p", "https://a.test:8080/p"},
		{"port: 8443", "GET https://a.test:443/p", "https://a.test:8443/p"},
		{"derivePort: FROM_REQUEST_PORT, uri: /x", "GET https://a.test/p", ""},
		{"uri: '/%PATH%'", "GET https://a.test/p", ""},
	} {
		d := loaded(t, virtualService("a", "", "a.test", "redirect: {"+c.redirect+"}")).Decide(simulatetest.Request(t, c.ask), nil)
		if got := d.Response["location"]; got != c.want {
			t.Errorf("%s of %s leads to %q, want %q", c.redirect, c.ask, got, c.want)
		}
	}
}

// TestResponses holds the headers of answers that the gateway sets.
func TestResponses(t *testing.T) {
	const cors = "corsPolicy: {allowOrigins: [{exact: 'https://ok'}], allowMethods: [GET, PUT], allowHeaders: [X-A], exposeHeaders: [X-B], maxAge: 90s, allowCredentials: true}, "
	for _, c := range []struct {
		entry, ask string
		want       map[string]string
	}{
		{to("a"), "GET https://a.test/ Origin=https://ok", map[string]string{}},
		{cors + to("a"), "GET https://a.test/ Origin=https://no", map[string]string{}},
		{cors + to("a"), "GET https://a.test/ Origin=https://ok", map[string]string{"access-control-allow-origin": "https://ok", "access-control-allow-credentials": "true", "access-control-expose-headers": "X-B"}},
		{cors + to("a"), "OPTIONS https://a.test/ Origin=https://ok Access-Control-Request-Method=PUT", map[string]string{
			"access-control-allow-origin": "https://ok", "access-control-allow-credentials": "true", "access-control-allow-methods": "GET,PUT", "access-control-allow-headers": "X-A", "access-control-max-age": "90",
		}},
		{"headers: {response: {set: {X-A: entry}, add: {X-B: entry}}}, route: [{destination: {host: a}, headers: {response: {set: {X-A: own}}}}]", "GET https://a.test/", map[string]string{"x-a": "own", "x-b": "entry"}},
	} {
		d := loaded(t, virtualService("a", "", "a.test", c.entry)).Decide(simulatetest.Request(t, c.ask), nil)
		if !maps.Equal(d.Response, c.want) {
			t.Errorf("%s: %s: %v, want %v", c.entry, c.ask, d.Response, c.want)
		}
	}
}
