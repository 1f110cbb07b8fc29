package envoy

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/simulate"
	"github.com/kgw-dev/kgw/simulate/simulatetest"
)

// ingress returns a Gateway of the stock pods with servers as block text.
func ingress(name, created, servers string) string {
	return "---\napiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: " + name + ", creationTimestamp: \"" + created + "\"}\n" +
		"spec:\n  selector: {istio: ingressgateway}\n  servers:\n" + servers
}

const (
	plainServer = "  - {port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}\n"
	otherServer = "  - {port: {number: 8080, name: other, protocol: HTTP}, hosts: ['*']}\n"
	tlsServer   = "  - {port: {number: 443, name: https, protocol: HTTPS}, tls: {mode: SIMPLE, credentialName: c}, hosts: ['*']}\n"
)

// bound returns a VirtualService of one entry, for gateways and hosts as flow text.
func bound(name, gateways, hosts, entry string) string {
	return strings.Replace(virtualService(name, "", hosts, entry), "gateways: [gw]", "gateways: ["+gateways+"]", 1)
}

// TestServers holds the choice of the server, and of the virtual host that it and a
// VirtualService have in common.
func TestServers(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		asked []string
	}{
		"a plain server is for http, one of TLS for https": {
			ingress("gw", "", plainServer) + bound("a", "gw", "a.test", to("a")),
			[]string{"GET http://a.test/ -> a.default:80", "GET https://a.test/ -> 0 crashed"},
		},
		"both servers": {
			ingress("gw", "", plainServer+tlsServer) + bound("a", "gw", "a.test", to("a")),
			[]string{"GET http://a.test/ -> a.default:80", "GET https://a.test/ -> a.default:80", "GET https://b.test/ -> 404 no-host"},
		},
		"plain protocols are one": {
			ingress("gw", "", "  - {port: {number: 80, name: a, protocol: grpc-web}, hosts: [a.test]}\n  - {port: {number: 80, name: b, protocol: HTTP2}, hosts: [b.test]}\n") +
				bound("a", "gw", "'*'", to("a")),
			[]string{"GET http://a.test/ -> a.default:80", "GET http://b.test/ -> a.default:80", "GET http://c.test/ -> 404 no-host"},
		},
		"a server of TCP routes no HTTP": {
			ingress("gw", "", "  - {port: {number: 9000, name: a, protocol: TCP}, hosts: ['*']}\n") + bound("a", "gw", "a.test", to("a")),
			[]string{"GET http://a.test/ -> 0 crashed"},
		},
		"the more specific host of both counts": {
			ingress("gw", "", "  - {port: {number: 80, name: a, protocol: HTTP}, hosts: ['*.test', A.other]}\n") +
				bound("all", "gw", "'*'", to("all")) + bound("one", "gw", "x.test, a.other, b.other", to("one")),
			[]string{"GET http://x.test/ -> one.default:80", "GET http://y.test/ -> all.default:80", "GET http://b.other/ -> 404 no-host"},
		},
		"namespaces before hosts": {
			ingress("gw", "", "  - {port: {number: 80, name: a, protocol: HTTP}, hosts: [./own.test, shop/shop.test, '*/any.test', other/no.test]}\n") +
				bound("a", "gw", "own.test, any.test, shop.test, no.test", to("a")),
			[]string{"GET http://own.test/ -> a.default:80", "GET http://any.test/ -> a.default:80", "GET http://shop.test/ -> 404 no-host", "GET http://no.test/ -> 404 no-host"},
		},
		"a star makes the whole list a star": {
			ingress("gw", "", "  - {port: {number: 80, name: a, protocol: HTTP}, hosts: [a.test, '*']}\n") + bound("w", "gw", "'*.test'", to("w")),
			[]string{"GET http://a.test/ -> w.default:80", "GET http://b.test/ -> w.default:80"},
		},
		"a VirtualService of another Gateway is not here": {
			ingress("gw", "", plainServer) + bound("a", "elsewhere/gw", "a.test", to("a")) + bound("b", "gw", "b.test", to("b")),
			[]string{"GET http://a.test/ @gateway=default/gw -> 404 no-host", "GET http://a.test/ -> a.default:80", "GET http://b.test/ @gateway=elsewhere/gw -> 404 no-host"},
		},
		"ports of a Gateway": {
			ingress("gw", "", plainServer+otherServer) +
				bound("a", "gw", "a.test", "match: [{port: 8080}], "+to("high")) + bound("b", "gw", "b.test", "match: [{port: 80}], "+to("low")),
			[]string{"GET http://a.test/ -> high.default:80", "GET http://b.test/ -> low.default:80"},
		},
		"a host whose routes are for another port leaves the request to a wildcard": {
			ingress("gw", "", plainServer) + bound("a", "gw", "a.test", "match: [{port: 443}], "+to("never")) + bound("w", "gw", "'*.test'", to("w")),
			[]string{"GET http://a.test/ -> w.default:80"},
		},
		"gateways of a match": {
			ingress("gw", "", plainServer) + ingress("second", "", otherServer) +
				bound("a", "gw, second", "a.test", "match: [{gateways: [second], sourceLabels: {never: asked}}], "+to("second")),
			[]string{"GET http://a.test/ @gateway=default/second -> second.default:80", "GET http://a.test/ @gateway=default/gw -> 404 no-host"},
		},
		"labels and namespace of the gateway's pods": {
			ingress("gw", "", plainServer) + virtualService("a", "", "a.test",
				"match: [{uri: {exact: /l}, sourceLabels: {app: istio-ingressgateway, istio: ingressgateway}}], "+to("labels"),
				"match: [{uri: {exact: /o}, sourceLabels: {istio: other}}], "+to("other"),
				"match: [{uri: {exact: /n}, sourceNamespace: istio-system}], "+to("space"),
				"match: [{uri: {exact: /m}, sourceNamespace: shop}], "+to("shop"),
				"match: [{uri: {exact: /u}, sourceLabels: {tier: edge}}], "+to("edge")),
			[]string{
				"GET http://a.test/l -> labels.default:80", "GET http://a.test/o -> 404 no-route", "GET http://a.test/n -> space.default:80",
				"GET http://a.test/m -> 404 no-route", "GET http://a.test/u -> 404 no-route or edge.default:80",
			},
		},
		"exported to nobody here": {
			ingress("gw", "", plainServer) + strings.Replace(bound("a", "gw", "a.test", to("a")), "  hosts", "  exportTo: ['.']\n  hosts", 1) +
				strings.Replace(bound("b", "gw", "b.test", to("b")), "  hosts", "  exportTo: [istio-system]\n  hosts", 1),
			[]string{"GET http://a.test/ -> 404 no-host", "GET http://b.test/ -> b.default:80"},
		},
		"who is exported to fewer comes first": {
			ingress("gw", "", plainServer) + virtualService("all", "2020-01-01T00:00:00Z", "a.test", "match: [{uri: {prefix: /x}}], "+to("all")) +
				strings.Replace(virtualService("few", "2021-01-01T00:00:00Z", "a.test", "match: [{uri: {exact: /x}}], "+to("few")), "  hosts", "  exportTo: [istio-system]\n  hosts", 1),
			[]string{"GET http://a.test/x -> few.default:80", "GET http://a.test/xy -> all.default:80"},
		},
		"a client certificate is asked for": {
			ingress("gw", "", "  - {port: {number: 443, name: m, protocol: HTTPS}, tls: {mode: MUTUAL, credentialName: c}, hosts: [a.test]}\n") + bound("a", "gw", "a.test", to("a")),
			[]string{"GET https://a.test/ -> 0 crashed or a.default:80"},
		},
		"a certificate that need not be": {
			ingress("gw", "", "  - {port: {number: 443, name: m, protocol: HTTPS}, tls: {mode: OPTIONAL_MUTUAL, credentialName: c}, hosts: [a.test]}\n") + bound("a", "gw", "a.test", to("a")),
			[]string{"GET https://a.test/ -> a.default:80"},
		},
		"the name of TLS chooses the most specific server": {
			ingress("gw", "", "  - {port: {number: 443, name: m, protocol: HTTPS}, tls: {mode: MUTUAL, credentialName: c}, hosts: ['*.test']}\n"+
				"  - {port: {number: 443, name: s, protocol: HTTPS}, tls: {mode: SIMPLE, credentialName: c}, hosts: [a.test]}\n") + bound("a", "gw", "'*.test'", to("a")),
			[]string{"GET https://a.test/ -> a.default:80", "GET https://b.test/ -> 0 crashed or a.default:80"},
		},
		"another name of TLS reaches the wider server, which has the host too": {
			ingress("gw", "", "  - {port: {number: 443, name: m, protocol: HTTPS}, tls: {mode: MUTUAL, credentialName: c}, hosts: [a.test]}\n"+
				"  - {port: {number: 443, name: s, protocol: HTTPS}, tls: {mode: SIMPLE, credentialName: c}, hosts: ['*.test']}\n") + bound("a", "gw", "a.test", to("a")),
			[]string{"GET https://a.test/ -> 0 crashed or a.default:80", "GET https://a.test/ @free=request -> 0 crashed or a.default:80"},
		},
		"two servers with one host: the older Gateway has it": {
			ingress("old", "2020-01-01T00:00:00Z", strings.ReplaceAll(tlsServer, "'*'", "a.test")) + ingress("young", "2021-01-01T00:00:00Z", strings.ReplaceAll(tlsServer, "'*'", "a.test")) +
				bound("a", "young", "a.test", to("a")),
			[]string{"GET https://a.test/ -> 404 no-host"},
		},
		"two servers with one host, of unknown age": {
			ingress("one", "", strings.ReplaceAll(tlsServer, "'*'", "a.test")) + ingress("two", "", strings.ReplaceAll(tlsServer, "'*'", "a.test")) +
				bound("a", "two", "a.test", to("a")),
			[]string{"GET https://a.test/ -> 404 no-host or a.default:80"},
		},
		"http is redirected": {
			ingress("gw", "", "  - {port: {number: 80, name: h, protocol: HTTP}, tls: {httpsRedirect: true}, hosts: [a.test, '*.empty.test']}\n"+tlsServer) + bound("a", "gw", "a.test", to("a")),
			[]string{
				"GET http://a.test/x -> 301 answered", "GET https://a.test/x -> a.default:80", "GET http://x.empty.test/ -> 301 answered", "GET http://b.test/ -> 404 no-host",
				"GET http://a.test/x X-Forwarded-Proto=https -> 301 answered",
			},
		},
		"http is redirected for hosts of all namespaces": {
			ingress("gw", "", "  - {port: {number: 80, name: h, protocol: HTTP}, tls: {httpsRedirect: true}, hosts: ['*/a.test', ns/b.test]}\n"),
			[]string{"GET http://a.test/ -> 301 answered", "GET http://b.test/ -> 404 no-host"},
		},
		"plain servers of one port that two Gateways have": {
			ingress("gw", "2020-01-01T00:00:00Z", plainServer) + ingress("second", "2021-01-01T00:00:00Z", plainServer) +
				bound("late", "gw", "a.test", "match: [{uri: {prefix: /x}}], "+to("first")) + bound("early", "second", "a.test", "match: [{uri: {exact: /x}}], "+to("second")),
			[]string{"GET http://a.test/x -> first.default:80"},
		},
		"a Gateway of which a field is not read": {
			strings.Replace(ingress("gw", "", plainServer), "spec:\n", "spec:\n  newField: 1\n", 1) + bound("a", "gw", "a.test", to("a")),
			[]string{"GET http://a.test/ -> a.default:80 or anything"},
		},
		"a Gateway that Istio refuses": {
			ingress("gw", "", plainServer+strings.Replace(plainServer, "80", "81", 1)) + bound("a", "gw", "a.test", to("a")),
			[]string{"GET http://a.test/ -> a.default:80 or anything"},
		},
		"a Gateway that is not among the inputs has every port": {
			bound("a", "gw", "a.test", "match: [{port: 80, uri: {exact: /p}}, {port: 443, uri: {exact: /s}}, {port: 9000, uri: {exact: /n}}], "+to("a")),
			[]string{
				"GET http://a.test/p -> a.default:80", "GET https://a.test/p -> 404 no-route", "GET https://a.test/s -> a.default:80", "GET http://a.test/s -> 404 no-route",
				"GET http://a.test/n -> 404 no-route or a.default:80",
			},
		},
	} {
		t.Run(name, func(t *testing.T) { simulatetest.Check(t, loaded(t, c.text), c.asked...) })
	}
}

// TestServedTwice: which of several gateways a request comes to is the caller's
// choice, unless the request says it.
func TestServedTwice(t *testing.T) {
	g := loaded(t, ingress("gw", "", plainServer)+ingress("second", "", strings.Replace(otherServer, "name: other", "name: o2", 1))+
		bound("a", "gw", "a.test", to("a"))+bound("b", "second", "a.test", to("b")))
	simulatetest.Check(t, g,
		"GET http://a.test/ -> a.default:80 or b.default:80",
		"GET http://a.test/ @gateway=default/gw -> a.default:80",
		"GET http://a.test/ @gateway=default/second -> b.default:80",
		"GET http://a.test/ @gateway=default/none -> 404 no-host",
	)
	d := simulate.Outcomes(simulatetest.Request(t, "GET http://a.test/"), nil, g.Decide)
	if u := d.Unknowns(); len(u) != 1 || !u[0].Free() || u[0].Needs != "--gateway" {
		t.Errorf("the choice is %+v", u)
	}
}

// TestStreams holds connections that are passed on: TLS by the name that the client
// asks for, TCP by its port.
func TestStreams(t *testing.T) {
	const passthrough = "  - {port: {number: 443, name: tls, protocol: TLS}, tls: {mode: PASSTHROUGH}, hosts: ['*.test']}\n"
	const tcp = "  - {port: {number: 9000, name: tcp, protocol: TCP}, hosts: ['*']}\n"
	stream := func(name, hosts, kind, match, destinations string) string {
		return "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: " + name + "}\nspec:\n  gateways: [gw]\n  hosts: [" + hosts + "]\n" +
			"  " + kind + ":\n  - {match: [" + match + "], route: [" + destinations + "]}\n"
	}
	const db = "{destination: {host: db, port: {number: 5432}}}"
	for name, c := range map[string]struct {
		text  string
		asked []string
	}{
		"TLS is passed on by name": {
			ingress("gw", "", passthrough) + stream("a", "a.test", "tls", "{sniHosts: [a.test]}", db),
			[]string{"GET https://a.test/ -> db.default:5432", "GET https://b.test/ -> 404 no-host", "GET http://a.test/ -> 404 no-host"},
		},
		"a name that the server does not have": {
			ingress("gw", "", passthrough) + stream("a", "a.other", "tls", "{sniHosts: [a.other]}", db),
			[]string{"GET https://a.other/ -> 404 no-host"},
		},
		"a match of another port": {
			ingress("gw", "", passthrough) + stream("a", "a.test", "tls", "{sniHosts: [a.test], port: 8443}", db),
			[]string{"GET https://a.test/ -> 404 no-host"},
		},
		"a match of another gateway": {
			ingress("gw", "", passthrough) + stream("a", "a.test", "tls", "{sniHosts: [a.test], gateways: [mesh]}", db),
			[]string{"GET https://a.test/ -> 404 no-host"},
		},
		"TLS that ends at the gateway is not passed on": {
			ingress("gw", "", tlsServer) + stream("a", "a.test", "tls", "{sniHosts: [a.test]}", db),
			[]string{"GET https://a.test/ -> 404 no-host"},
		},
		"HTTPS that is passed through has no routes of http": {
			ingress("gw", "", strings.Replace(passthrough, "protocol: TLS", "protocol: HTTPS", 1)) + bound("a", "gw", "a.test", to("a")),
			[]string{"GET https://a.test/ -> 0 crashed"},
		},
		"shares of a connection": {
			ingress("gw", "", passthrough) + stream("a", "a.test", "tls", "{sniHosts: [a.test]}", "{destination: {host: few}, weight: 1}, {destination: {host: most}, weight: 9}, {destination: {host: none}, weight: 0}"),
			[]string{"GET https://a.test/ -> few.default or most.default"},
		},
		"TCP by its port": {
			ingress("gw", "", tcp) + stream("a", "'*'", "tcp", "{port: 9000}", db),
			[]string{"GET http://any.test:9000/ -> db.default:5432", "GET http://any.test:9001/ -> 404 no-host", "GET http://any.test/ -> 404 no-host", "GET http://any.test/ @free=request -> db.default:5432"},
		},
		"TCP of another port": {
			ingress("gw", "", tcp) + stream("a", "'*'", "tcp", "{port: 9001}", db),
			[]string{"GET http://any.test:9001/ -> 404 no-host", "GET http://any.test:9000/ -> 404 no-host"},
		},
		"a Gateway that is not among the inputs may pass TLS on": {
			strings.Replace(stream("a", "a.test", "tls", "{sniHosts: [a.test]}", db), "[gw]", "[absent]", 1) + bound("h", "absent", "a.test", to("h")),
			[]string{"GET https://a.test/ -> db.default:5432 or h.default:80", "GET http://a.test/ -> h.default:80", "GET https://a.test/ @gateway=default/other -> 404 no-host"},
		},
	} {
		t.Run(name, func(t *testing.T) { simulatetest.Check(t, loaded(t, c.text), c.asked...) })
	}
}

// TestStreamIsNotLookedAt: what goes on is a connection, and the policies of the
// gateway's pods see it as one.
func TestStreamIsNotLookedAt(t *testing.T) {
	g := loaded(t, ingress("gw", "", "  - {port: {number: 443, name: tls, protocol: TLS}, tls: {mode: PASSTHROUGH}, hosts: [a.test]}\n")+
		"---\n{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: a}, spec: {gateways: [gw], hosts: [a.test], tls: [{match: [{sniHosts: [a.test]}], route: [{destination: {host: db, subset: v1}}]}]}}\n")
	var seen *simulate.Request
	closes := false
	g.Guard = func(selector map[string]string) simulate.AtPort {
		if selector["istio"] != "ingressgateway" {
			t.Errorf("the policies of %v are asked", selector)
		}
		return func(r *simulate.Request, _ string, _ *simulate.Trail) simulate.Decision {
			if seen = r; closes {
				return simulate.Decision{Cause: simulate.PolicyDenied}
			}
			return simulate.Decision{Status: 200, Next: r}
		}
	}
	trail := &simulate.Trail{}
	d := g.Decide(simulatetest.Request(t, "GET https://a.test/"), trail)
	if !d.Passed() || d.Next == nil || !d.Next.Stream || d.Next.Subset != "v1" || !seen.Stream {
		t.Errorf("%+v", d)
	}
	if last := trail.Steps[len(trail.Steps)-1].Text; !strings.Contains(last, "TLS is passed on to db.default") {
		t.Errorf("the trail ends with %q", last)
	}
	closes = true
	simulatetest.Check(t, g, "GET https://a.test/ -> 0 policy-denied")
}
