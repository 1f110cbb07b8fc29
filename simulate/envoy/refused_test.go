package envoy

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/simulate/simulatetest"
)

// TestRefusedVirtualService holds what Istio's webhook refuses: each row is an entry
// of a VirtualService of the host a.test, the words of the reason and the field.
func TestRefusedVirtualService(t *testing.T) {
	long := strings.Repeat("a", 1025)
	for _, c := range []struct{ entry, why, path string }{
		{to("a"), "", ""},
		{"match: [{uri: {regex: '/[0-9]+'}}], " + to("a"), "", ""},
		{"match: [{uri: {prefix: ''}}], " + to("a"), "", ""},
		{"match: [{uri: {regex: ''}}], " + to("a"), "a regular expression is empty", "spec.http[0].match[0].uri"},
		{"match: [{uri: {regex: '" + long + "'}}], " + to("a"), "more than 1024 characters", "spec.http[0].match[0].uri"},
		{"match: [{uri: {regex: '/(?!x)'}}], " + to("a"), "is not valid in RE2", "spec.http[0].match[0].uri"},
		{"match: [{method: {prefix: ''}}], " + to("a"), "a prefix is empty", "spec.http[0].match[0].method"},
		{"match: [{authority: {regex: '('}}], " + to("a"), "is not valid in RE2", "spec.http[0].match[0].authority"},
		{"match: [{uri: {exact: /a, prefix: /b}}], " + to("a"), "two values to compare with", "spec.http[0].match[0].uri"},
		{"match: [{headers: {'x y': {exact: a}}}], " + to("a"), "is not the name of a header", `spec.http[0].match[0].headers["x y"]`},
		{"match: [{headers: {x: {regex: '*'}}}], " + to("a"), "", ""},
		{"match: [{headers: {':path': {exact: /}}}], " + to("a"), "", ""},
		{"match: [{queryParams: {q: {regex: '('}}}], " + to("a"), "is not valid in RE2", "spec.http[0].match[0].queryParams.q"},
		{"match: [{withoutHeaders: {x: {prefix: ''}}}], " + to("a"), "a prefix is empty", "spec.http[0].match[0].withoutHeaders.x"},
		{"match: [{port: x}], " + to("a"), "is not a port", "spec.http[0].match[0].port"},
		{"match: [{headers: {'@request.auth.claims.a': {exact: b}}}], " + to("a"), "", ""},

		{"timeout: 3s", "none of route, redirect", "spec.http[0]"},
		{"redirect: {uri: /x}, " + to("a"), "both route and redirect", "spec.http[0]"},
		{"directResponse: {status: 200}, " + to("a"), "both route and directResponse", "spec.http[0]"},
		{"directResponse: {status: 200}, delegate: {name: d}", "", ""},
		{"route: []", "the route is empty", "spec.http[0].route"},
		{"redirect: {}", "a redirect needs a uri", "spec.http[0].redirect"},
		{"redirect: {port: 8443}", "", ""},
		{"redirect: {uri: /x, redirectCode: 200}", "not between 300 and 399", "spec.http[0].redirect.redirectCode"},
		{"redirect: {uri: /x, prefixRewrite: /p}", "both uri and prefixRewrite", "spec.http[0].redirect"},
		{"match: [{uri: {exact: /x}}], redirect: {prefixRewrite: /p}", "needs matches of a prefix", "spec.http[0].redirect.prefixRewrite"},
		{"match: [{uri: {prefix: /x}}], redirect: {prefixRewrite: /p}", "", ""},
		{"redirect: {uri: /x}, fault: {delay: {fixedDelay: 1s}}", "both redirect and fault", "spec.http[0].fault"},
		{"directResponse: {status: 200}, rewrite: {uri: /x}", "both directResponse and rewrite", "spec.http[0].rewrite"},
		{"directResponse: {body: {string: x}}", "a response needs a status", "spec.http[0].directResponse"},
		{"directResponse: {status: 600}", "is not a status from 200 to 599", "spec.http[0].directResponse.status"},

		{"route: [{destination: {port: {number: 80}}}]", "a destination has no host", "spec.http[0].route[0]"},
		{"route: [{destination: {host: a, port: {}}}]", "the port of a destination has no number", "spec.http[0].route[0]"},
		{"route: [{destination: {host: a}}, {destination: {host: b}}]", "weights of the destinations are all 0", "spec.http[0].route"},
		{"route: [{destination: {host: a}, weight: 1}, {destination: {host: b}}]", "", ""},
		{"route: [{destination: {host: a}, weight: -1}]", "is not a whole number of 0 or more", "spec.http[0].route[0].weight"},
		{"mirror: {host: ''}, " + to("a"), "mirror.host is not the name of a service", "spec.http[0].mirror.host"},
		{"mirror: {subset: v1}, " + to("a"), "a destination has no host", "spec.http[0].mirror"},
		{"mirrors: [{destination: {subset: v1}}], " + to("a"), "a destination has no host", "spec.http[0].mirrors[0]"},
		{"mirror: {host: m}, mirrors: [{destination: {host: other}}], " + to("a"), "both mirror and mirrors", "spec.http[0].mirror"},
		{"mirror: {host: m}, mirrorPercentage: {value: 101}, " + to("a"), "a percentage from 0 to 100", "spec.http[0].mirrorPercentage.value"},

		{"rewrite: {}, " + to("a"), "a rewrite is empty", "spec.http[0].rewrite"},
		{"rewrite: {authority: b.test}, " + to("a"), "", ""},
		{"rewrite: {uri: /x, uriRegexRewrite: {match: a, rewrite: b}}, " + to("a"), "both uri and uriRegexRewrite", "spec.http[0].rewrite"},
		{"rewrite: {uriRegexRewrite: {match: '(?=a)', rewrite: b}}, " + to("a"), "needs an expression of RE2", "spec.http[0].rewrite.uriRegexRewrite"},
		{"fault: {}, " + to("a"), "a fault needs an abort or a delay", "spec.http[0].fault"},
		{"fault: {abort: {httpStatus: 503, percentage: {value: 100.5}}}, " + to("a"), "a percentage from 0 to 100", "spec.http[0].fault.abort.percentage.value"},
		{"retries: {attempts: 0, perTryTimeout: 1s}, " + to("a"), "there are none", "spec.http[0].retries"},
		{"retries: {attempts: 0}, " + to("a"), "", ""},
		{"timeout: 1us, " + to("a"), "a duration of at least 1ms", "spec.http[0].timeout"},
		{"rewrite: {authority: b}, headers: {request: {set: {Host: c}}}, " + to("a"), "the host is written twice", "spec.http[0].headers"},
		{"headers: {request: {set: {':authority': c}, add: {host: c}}}, " + to("a"), "the host is written twice", "spec.http[0].headers"},
		{"headers: {request: {set: {x-a: '%REQ(x)'}}}, " + to("a"), "is not a value of a header", `spec.http[0].headers.request.set.x-a`},
		{"headers: {request: {remove: [Host]}}, " + to("a"), "a header that may be changed", "spec.http[0].headers.request.remove[0]"},
		{"corsPolicy: {allowOrigins: [{exact: ''}]}, " + to("a"), "an origin is empty", "spec.http[0].corsPolicy.allowOrigins[0]"},
		{"corsPolicy: {allowOrigins: [{regex: '('}]}, " + to("a"), "is not valid in RE2", "spec.http[0].corsPolicy.allowOrigins[0]"},
		{"corsPolicy: {allowMethods: [get]}, " + to("a"), "is not a method", "spec.http[0].corsPolicy.allowMethods[0]"},
		{"corsPolicy: {unmatchedPreflights: NEVER}, " + to("a"), "is not one of UNSPECIFIED, FORWARD, IGNORE", "spec.http[0].corsPolicy.unmatchedPreflights"},
	} {
		checkRefused(t, virtualService("a", "", "a.test", c.entry), c.entry, c.why, c.path)
	}
}

// checkRefused holds the reason and the place of the only object of a text.
func checkRefused(t *testing.T, text, shown, wantWhy, wantPath string) {
	t.Helper()
	m := simulatetest.Manifests(t, "default", text)[0]
	refused := RefusedVirtualService
	if m.Kind == "Gateway" {
		refused = RefusedGateway
	}
	why, path := refused(&m)
	if path != wantPath || !strings.Contains(why, wantWhy) || (why == "") != (wantWhy == "") {
		t.Errorf("%s: %q at %q, want %q at %q", shown, why, path, wantWhy, wantPath)
	}
}

// TestRefusedHosts holds what is refused of a VirtualService as a whole.
func TestRefusedHosts(t *testing.T) {
	const claim = "match: [{headers: {'@request.auth.claims.a': {exact: b}}}], "
	spec := func(text string) string {
		return "{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: a}, spec: {" + text + "}}"
	}
	http := "http: [{" + to("a") + "}]"
	for _, c := range []struct{ text, why, path string }{
		{"gateways: [gw], hosts: [a.test, a.test], " + http, `it has the host "a.test" twice`, "spec.hosts[1]"},
		{"gateways: [gw], hosts: ['*.test', a.test], " + http, `it has the host "a.test" twice`, "spec.hosts[1]"},
		{"gateways: [gw], hosts: [a.test, b.test], " + http, "", ""},
		{"gateways: [gw], hosts: ['a b'], " + http, "is not a host or an address", "spec.hosts[0]"},
		{"gateways: [gw/x/y], hosts: [a.test], " + http, "is not the name of a Gateway", "spec.gateways[0]"},
		{"hosts: ['*'], " + http, "the host * is not for the gateway mesh", "spec.hosts[0]"},
		{"gateways: [gw, mesh], hosts: ['*'], " + http, "the host * is not for the gateway mesh", "spec.hosts[0]"},
		{"gateways: [gw], hosts: ['*'], " + http, "", ""},
		{"gateways: [gw], " + http, "without hosts it is a delegate, which has no gateways", "spec.gateways"},
		{"tcp: [{route: [{destination: {host: a}}]}]", "without hosts it is a delegate, which has no tcp", "spec.tcp"},
		{"gateways: [gw], hosts: [a.test]", "it has no routes", "spec"},
		{"http: [{delegate: {name: d}}]", "a delegate cannot delegate", "spec.http[0].delegate"},
		{"http: [{" + claim + to("a") + "}]", "at gateways only, not at mesh", "spec.http[0].match"},
		{"gateways: [gw, mesh], hosts: [a.test], http: [{" + claim + to("a") + "}]", "at gateways only, not at mesh", "spec.http[0].match"},
		{"gateways: [gw], hosts: [a.test], exportTo: ['*', x], " + http, "exported to * and others", "spec.exportTo[0]"},
		{"gateways: [gw], hosts: [a.test], exportTo: [default, '.'], " + http, "exported to default and others", "spec.exportTo[1]"},
		{"gateways: [gw], hosts: [a.test], exportTo: [x, '.'], " + http, "", ""},

		{"gateways: [gw], hosts: [a.test], tls: [{route: [{destination: {host: a}}]}]", "a route of TLS needs a match", "spec.tls[0]"},
		{"gateways: [gw], hosts: [a.test], tls: [{match: [{port: 443}], route: [{destination: {host: a}}]}]", "needs sniHosts", "spec.tls[0].match[0]"},
		{"gateways: [gw], hosts: [a.test], tls: [{match: [{sniHosts: [b.test]}], route: [{destination: {host: a}}]}]", "is none of the hosts", "spec.tls[0].match[0].sniHosts"},
		{"gateways: [gw], hosts: ['*.test'], tls: [{match: [{sniHosts: [b.test]}], route: [{destination: {host: a}}]}]", "", ""},
		{"gateways: [gw], hosts: [a.test], tls: [{match: [{sniHosts: [a.test]}], route: []}]", "the route is empty", "spec.tls[0].route"},
		{"gateways: [gw], hosts: ['*'], tcp: [{match: [{port: 1}]}]", "the route is empty", "spec.tcp[0].route"},
		{"gateways: [gw], hosts: ['*'], tcp: [{route: [{destination: {host: a}}, {destination: {host: b}}]}]", "all 0", "spec.tcp[0].route"},
		{"gateways: [gw], hosts: ['*'], tcp: [{route: [{destination: {host: a}}]}]", "", ""},
	} {
		checkRefused(t, spec(c.text), c.text, c.why, c.path)
	}
}

// TestRefusedGateway holds what is refused of the servers of a Gateway.
func TestRefusedGateway(t *testing.T) {
	for _, c := range []struct{ servers, why, path string }{
		{"{port: {number: 80, name: a, protocol: HTTP}, hosts: ['*']}", "", ""},
		{"{port: {number: 80, name: a, protocol: HTTP}, hosts: ['*']}, {port: {number: 81, name: a, protocol: HTTP}, hosts: ['*']}", `two servers have the name "a"`, "spec.servers[1].port.name"},
		{"{port: {number: 80, name: a, protocol: HTTP}, hosts: ['*'], tls: {mode: SIMPLE}}", "a server of HTTP cannot have such tls", "spec.servers[0].tls"},
		{"{port: {number: 80, name: a, protocol: HTTP}, hosts: ['*'], tls: {httpsRedirect: true}}", "", ""},
		{"{port: {number: 80, name: a, protocol: HTTP}, hosts: ['*'], tls: {privateKey: k}}", "a server of HTTP cannot have such tls", "spec.servers[0].tls"},
		{"{port: {number: 80, name: a, protocol: TCP}, hosts: ['*'], tls: {mode: SIMPLE}}", "a server of TCP cannot have such tls", "spec.servers[0].tls"},
		{"{port: {number: 443, name: a, protocol: HTTPS}, hosts: ['*'], tls: {mode: SIMPLE, credentialName: c, credentialNames: [d]}}", "two certificates of its own", "spec.servers[0].tls"},
		{"{port: {number: 443, name: a, protocol: HTTPS}, hosts: ['*'], tls: {mode: SIMPLE, credentialName: c, serverCertificate: f}}", "", ""},
		{"{port: {number: 443, name: a, protocol: HTTPS}, hosts: ['*'], tls: {mode: SIMPLE, credentialName: c, serverCertificate: f, privateKey: k}}", "two certificates of its own", "spec.servers[0].tls"},
		{"{port: {number: 0, name: a, protocol: HTTP}, hosts: ['*']}", "is not a port", "spec.servers[0].port.number"},
		{"{port: {number: 80, name: a, protocol: SMTP}, hosts: ['*']}", "is not a protocol that Istio knows", "spec.servers[0].port.protocol"},
		{"{port: {number: 80, name: a, protocol: HTTP}, hosts: ['*a.test']}", "is not a host", "spec.servers[0].hosts[0]"},
		{"{port: {number: 80, name: a, protocol: HTTP}, hosts: [short]}", "is not a host", "spec.servers[0].hosts[0]"},
		{"{hosts: ['*'], tls: {mode: SIMPLE}}", "", ""},
	} {
		text := "{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: gw}, spec: {selector: {a: b}, servers: [" + c.servers + "]}}"
		checkRefused(t, text, c.servers, c.why, c.path)
	}
}
