package sidecar

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/simulate"
	"github.com/kgw-dev/kgw/simulate/simulatetest"
)

// TestConditions holds single conditions of an ALLOW policy: whom it lets through,
// refuses, or is not known to.
func TestConditions(t *testing.T) {
	const pass, stop, both = "s.ns:80", "403 policy-denied", "403 policy-denied or s.ns:80"
	caller := func(who string) string {
		return "GET http://a.test/ @to=s.ns.svc.cluster.local:80 @caller=" + who + " "
	}
	mesh := caller(ingress)
	for _, c := range []struct {
		rule string
		want map[string]string
	}{
		{"from: [{source: {principals: ['*']}}]", map[string]string{mesh: pass, caller(""): stop}},
		{"from: [{source: {principals: ['cluster.local/ns/istio-system/*']}}]", map[string]string{mesh: pass, caller("cluster.local/ns/x/sa/gw"): stop}},
		{"from: [{source: {principals: ['*/sa/gw']}}]", map[string]string{mesh: pass, caller("cluster.local/ns/x/sa/y"): stop}},
		{"from: [{source: {principals: ['*/ns/*']}}]", map[string]string{mesh: stop}}, // a star in the middle is a star
		{"from: [{source: {notPrincipals: ['" + ingress + "']}}]", map[string]string{mesh: stop, caller(""): pass}},
		{"from: [{source: {namespaces: ['istio-*']}}]", map[string]string{mesh: pass, caller("cluster.local/ns/other/sa/x"): stop, caller(""): stop}},
		{"from: [{source: {namespaces: [istio]}}]", map[string]string{mesh: stop}},
		{"from: [{source: {notNamespaces: [other]}}]", map[string]string{mesh: pass, caller("cluster.local/ns/other/sa/x"): stop, caller(""): pass}},
		{"from: [{source: {serviceAccounts: [istio-system/gw]}}]", map[string]string{mesh: pass, caller("cluster.local/ns/ns/sa/gw"): stop}},
		{"from: [{source: {serviceAccounts: [gw]}}]", map[string]string{mesh: stop, caller("cluster.local/ns/ns/sa/gw"): pass, caller(""): stop}}, // of the policy's namespace
		{"from: [{source: {notServiceAccounts: [gw]}}]", map[string]string{mesh: pass, caller("cluster.local/ns/ns/sa/gw"): stop}},
		{"from: [{source: {trustDomains: [cluster.local]}}]", map[string]string{mesh: pass, caller("other/ns/ns/sa/gw"): stop}},
		{"from: [{source: {trustDomains: ['cluster*']}}]", map[string]string{mesh: pass}},
		{"from: [{source: {principals: [x]}}, {source: {namespaces: [istio-system]}}]", map[string]string{mesh: pass}},                  // sources are alternatives
		{"from: [{source: {principals: ['" + ingress + "'], namespaces: [other]}}]", map[string]string{mesh: stop}},                     // fields of one all hold
		{"from: [{source: {principals: ['*'], notPrincipals: ['" + ingress + "']}}]", map[string]string{mesh: stop, caller("x"): pass}}, // values and not
		{"from: []", map[string]string{mesh: pass}}, // an empty list is none
		{"from: [{source: {principals: [], namespaces: [istio-system]}}]", map[string]string{mesh: pass}},

		{"from: [{source: {ipBlocks: [10.0.0.0/8]}}]", map[string]string{mesh: both, mesh + "@source=10.1.1.1": both}}, // the gateway's address, not the client's
		{"from: [{source: {ipBlocks: [0.0.0.0/0, '::/0']}}]", map[string]string{mesh: pass}},
		{"from: [{source: {ipBlocks: [0.0.0.0/0]}}]", map[string]string{mesh: both}},
		{"from: [{source: {remoteIpBlocks: [10.0.0.0/8]}}]", map[string]string{mesh: both, mesh + "@source=10.1.1.1": pass, mesh + "@source=11.1.1.1": stop, mesh + "@source=::ffff:10.1.1.1": pass}},
		{"from: [{source: {notRemoteIpBlocks: [10.1.1.1]}}]", map[string]string{mesh: both, mesh + "@source=10.1.1.1": stop, mesh + "@source=10.1.1.2": pass}},
		{"when: [{key: remote.ip, values: [10.0.0.0/8]}]", map[string]string{mesh + "@source=10.1.1.1": pass, mesh + "@source=11.1.1.1": stop}},
		{"when: [{key: source.ip, notValues: [0.0.0.0/0, '::/0']}]", map[string]string{mesh: stop}},

		{"to: [{operation: {hosts: [a.test]}}]", map[string]string{mesh: pass, strings.Replace(mesh, "a.test", "A.Test", 1): pass, strings.Replace(mesh, "a.test", "a.test:8443", 1): stop}},
		{"to: [{operation: {hosts: ['a.test:*']}}]", map[string]string{mesh: stop, strings.Replace(mesh, "a.test", "a.test:8443", 1): pass}},
		{"to: [{operation: {notHosts: [b.test]}}]", map[string]string{mesh: pass, strings.Replace(mesh, "a.test", "B.test", 1): stop}},
		{"to: [{operation: {methods: ['P*']}}]", map[string]string{mesh: stop, strings.Replace(mesh, "GET", "PUT", 1): pass, strings.Replace(mesh, "GET", "put", 1): stop}},
		{"to: [{operation: {paths: ['*']}}]", map[string]string{mesh: pass}},
		{"to: [{operation: {paths: [/x], methods: [GET]}}, {operation: {paths: [/]}}]", map[string]string{mesh: pass, strings.Replace(mesh, "/ ", "/x ", 1): pass, strings.Replace(mesh, "GET http://a.test/ ", "PUT http://a.test/x ", 1): stop}},
		{"to: [{operation: {paths: [/X]}}]", map[string]string{strings.Replace(mesh, "/ ", "/x ", 1): stop}},
		{"to: [{operation: {ports: ['81']}}]", map[string]string{mesh: both}},
		{"when: [{key: destination.port, notValues: ['81']}]", map[string]string{mesh: both}},

		{"when: [{key: 'request.headers[x-a]', values: [b]}]", map[string]string{mesh: stop, mesh + "X-A=b": pass, mesh + "X-A=b x-a=c": stop, mesh + "@free=header": both, mesh + "x-a=c @free=header": stop}},
		{"when: [{key: 'request.headers[x-a]', values: ['b,*']}]", map[string]string{mesh + "X-A=b x-a=c": pass}}, // the lines of a header are one value
		{"when: [{key: 'request.headers[x-a]', notValues: [b]}]", map[string]string{mesh: pass, mesh + "x-a=b": stop, mesh + "x-a=c": pass}},
		{"when: [{key: 'request.headers[x-a]', values: ['*']}]", map[string]string{mesh: stop, mesh + "x-a=": pass}}, // a value that is empty is there
		// Envoy adds to these, sets or removes them: the client's lines do not decide.
		{"when: [{key: 'request.headers[X-Forwarded-For]', values: [10.0.0.1]}]", map[string]string{mesh: both, mesh + "x-forwarded-for=10.0.0.1": both, mesh + "@free=header": both}},
		{"when: [{key: 'request.headers[x-request-id]', notValues: [a]}]", map[string]string{mesh: both, mesh + "x-request-id=a": both}},
		{"when: [{key: 'request.headers[x-envoy-internal]', values: ['true']}]", map[string]string{mesh: both, mesh + "x-envoy-internal=true": both}},
		{"when: [{key: 'request.headers[x-forwarded-client-cert]', values: ['*']}]", map[string]string{mesh: both}},
		{"when: [{key: 'request.headers[:path]', values: ['/']}]", map[string]string{mesh: pass, mesh + "@free=header": both}},
		{"when: [{key: 'request.headers[:method]', values: [GET]}]", map[string]string{mesh: pass, mesh + "@free=request": pass}},
		{"when: [{key: 'request.headers[:scheme]', values: [https]}]", map[string]string{mesh: stop}},
		{"when: [{key: 'request.headers[:authority]', values: [a.test]}]", map[string]string{mesh: pass, strings.Replace(mesh, "a.test", "a.test:1", 1): stop}},
		{"when: [{key: source.namespace, values: [istio-system]}]", map[string]string{mesh: pass, caller("cluster.local/ns/o/sa/x"): stop}},
		{"when: [{key: source.principal, values: ['" + ingress + "']}]", map[string]string{mesh: pass, caller("x"): stop}},
		{"when: [{key: source.serviceAccount, values: [istio-system/gw]}]", map[string]string{mesh: pass, caller("x"): stop}},
		{"when: [{key: source.trustDomain, values: [cluster.local]}]", map[string]string{mesh: pass, caller("x/ns/y/sa/z"): stop}},
		{"when: [{key: connection.sni, values: [a.test]}]", map[string]string{mesh: both}},
		{"when: [{key: destination.ip, values: [10.0.0.1]}]", map[string]string{mesh: both}},
		{"when: [{key: 'request.headers[x-a]', values: [b]}, {key: connection.sni, values: [a.test]}]", map[string]string{mesh: stop}}, // what does not hold asks nothing
		{"from: [{source: {namespaces: [istio-system]}}], to: [{operation: {paths: [/]}}], when: [{key: 'request.headers[x-a]', values: [b]}]", map[string]string{mesh: stop, mesh + "x-a=b": pass}},
	} {
		s := loaded(t, service+policyText(forS+"rules: [{"+c.rule+"}]"))
		for ask, want := range c.want {
			if got := simulatetest.Ask(s, simulatetest.Request(t, ask)); got != want {
				t.Errorf("%s: %s: %s, want %s", c.rule, ask, got, want)
			}
		}
	}
}

// TestRequestPrincipals holds the forms of values that are compared with issuer and
// subject: they are cut at the last slash.
func TestRequestPrincipals(t *testing.T) {
	with := func(issuer, subject any) simulate.Token {
		return simulate.Token{Kind: "jwt", Claims: map[string]any{"iss": issuer, "sub": subject}}
	}
	me := with("https://i", "me")
	for _, c := range []struct {
		value string
		token simulate.Token
		want  int
	}{
		{"*", me, 200},
		{"*", simulate.Token{}, 403},
		{"*", with("https://i", 7), 403},
		{"*", with("https://i", ""), 403},
		{"https://i/me", me, 200},
		{"https://i/you", me, 403},
		{"https://i/*", me, 200},
		{"https://i/m*", me, 200},
		{"https://i/*e", me, 403}, // a "*" begins no subject
		{"https://i/*e", with("https://i", "*e"), 200},
		{"*/*", me, 403}, // one that begins the value is of the issuer, and the subject is a text
		{"*/*", with("https://i", "*"), 200},
		{"*i/me", me, 200},
		{"*i/m*", me, 403},
		{"https://*/me", me, 403},
		{"https*/me", me, 403},
		{"https://i/", with("https://i", ""), 200},
		{"https://x/*", me, 403},
		{"*/me", me, 200},
		{"*/you", me, 403},
		{"*me", me, 200},
		{"*you", me, 403},
		{"https*", me, 200},
		{"https://i*", me, 403}, // the latter is cut to the issuer "https:/"
		{"me", me, 403},
	} {
		s := loaded(t, service+jwtRules("a", "{jwksUri: 'https://u'}")+policyText(forS+"rules: [{from: [{source: {requestPrincipals: ['"+c.value+"']}}]}]"))
		if d := s.Decide(toS(c.token), nil); d.Status != c.want {
			t.Errorf("%s for %v: %d, want %d", c.value, c.token.Claims, d.Status, c.want)
		}
	}
	plain := with("issuer", "me")
	s := loaded(t, service+jwtRules("a", "{jwksUri: 'https://u'}")+policyText(forS+"rules: [{from: [{source: {requestPrincipals: ['iss*']}}]}]"))
	if d := s.Decide(toS(plain), nil); !d.Passed() {
		t.Errorf("a prefix of an issuer without a slash: %s", d.Reason)
	}
	s = loaded(t, service+jwtRules("a", "{jwksUri: 'https://u'}")+policyText(forS+"action: DENY, rules: [{from: [{source: {notRequestPrincipals: ['*']}}]}]"))
	if d := s.Decide(toS(simulate.Token{}), nil); d.Status != 403 {
		t.Errorf("a DENY of all without a token: %d", d.Status)
	}
	if d := s.Decide(toS(me), nil); d.Status != 200 {
		t.Errorf("a DENY of all without a token, with one: %d", d.Status)
	}
}

// TestClaimsAsTexts: booleans, numbers and objects are not texts, so that a condition
// on their values does not hold and its negation does.
func TestClaimsAsTexts(t *testing.T) {
	token := simulate.Token{Kind: "jwt", Claims: map[string]any{
		"iss": "i", "sub": "me", "azp": "app", "admin": true, "level": 7.0, "scope": "read admin", "own": "a b", "deep": map[string]any{"scope": "x y"}, "list": []any{"one", 2.0},
	}}
	for _, c := range []struct {
		when string
		want int
	}{
		{"key: 'request.auth.claims[admin]', values: ['true']", 403},
		{"key: 'request.auth.claims[admin]', notValues: ['true']", 200},
		{"key: 'request.auth.claims[level]', values: ['7']", 403},
		{"key: 'request.auth.claims[scope]', values: [admin]", 200},
		{"key: 'request.auth.claims[scope]', values: ['read admin']", 403},
		{"key: 'request.auth.claims[own]', values: ['a b']", 200},
		{"key: 'request.auth.claims[own]', values: [a]", 403},
		{"key: 'request.auth.claims[deep][scope]', values: ['x y']", 200},
		{"key: 'request.auth.claims[deep][scope]', values: [x]", 403},
		{"key: 'request.auth.claims[list]', values: [one]", 200},
		{"key: 'request.auth.claims[list]', values: ['2']", 403},
		{"key: 'request.auth.claims[none]', values: ['*']", 403},
		{"key: 'request.auth.claims[none]', notValues: ['*']", 200},
		{"key: request.auth.presenter, values: [app]", 200},
		{"key: request.auth.presenter, values: [other]", 403},
		{"key: request.auth.principal, values: ['i/me']", 200},
		{"key: request.auth.audiences, values: [x]", 403},
		{"key: 'request.auth.claims[sub]', values: ['m*']", 200},
	} {
		s := loaded(t, service+jwtRules("a", "{jwksUri: 'https://u'}")+policyText(forS+"rules: [{when: [{"+c.when+"}]}]"))
		if d := s.Decide(toS(token), nil); d.Status != c.want {
			t.Errorf("%s: %d, want %d", c.when, d.Status, c.want)
		}
	}
	s := loaded(t, service+jwtRules("a", "{jwksUri: 'https://u', spaceDelimitedClaims: [own]}")+policyText(forS+"rules: [{when: [{key: 'request.auth.claims[own]', values: [b]}]}]"))
	if d := s.Decide(toS(token), nil); d.Status != 200 {
		t.Errorf("words of a claim that the rule splits: %d", d.Status)
	}
	r := toS(token)
	r.Free = simulate.AnyRequest
	s = loaded(t, service+jwtRules("a", "{jwksUri: 'https://u'}")+policyText(forS+"rules: [{when: [{key: 'request.auth.claims[more]', values: [b]}]}]"))
	if got := simulatetest.Ask(s, r); got != "403 policy-denied or s.ns:80" {
		t.Errorf("a claim that the request leaves open: %s", got)
	}
}

// TestTrustedProxies: the client's address is what the proxies that are trusted
// wrote, counted from the end.
func TestTrustedProxies(t *testing.T) {
	text := service + policyText(forS+"rules: [{from: [{source: {remoteIpBlocks: [10.0.0.1]}}]}]")
	list := simulatetest.Manifests(t, "ns", text)
	for _, c := range []struct {
		trusted int
		ask     string
		want    string
	}{
		{0, "@source=10.0.0.1 X-Forwarded-For=1.1.1.1", "s.ns:80"},
		{1, "@source=9.9.9.9 X-Forwarded-For=1.1.1.1,10.0.0.1", "s.ns:80"},
		{1, "@source=9.9.9.9 X-Forwarded-For=10.0.0.1,1.1.1.1", "403 policy-denied"},
		{2, "@source=9.9.9.9 X-Forwarded-For=10.0.0.1,1.1.1.1", "s.ns:80"},
		{2, "@source=9.9.9.9 X-Forwarded-For=10.0.0.1 X-Forwarded-For=1.1.1.1", "s.ns:80"},
		{3, "@source=10.0.0.1 X-Forwarded-For=1.1.1.1", "s.ns:80"},
		{1, "@source=10.0.0.1", "s.ns:80"},
	} {
		s := Load(list, simulate.ReadPods(list, nil), Options{Root: "istio-system", Identity: ingress, Mesh: &simulate.MeshConfig{TrustedProxies: c.trusted}})
		if got := simulatetest.Ask(s, simulatetest.Request(t, "GET http://a.test/ @to=s.ns:80 "+c.ask)); got != c.want {
			t.Errorf("%d trusted, %s: %s, want %s", c.trusted, c.ask, got, c.want)
		}
	}
}

// TestPortsOfHosts: a symbolic request may name any port in its Host
// header, which a DENY of the host alone does not match.
func TestPortsOfHosts(t *testing.T) {
	s := loaded(t, service+policyText(forS+"action: DENY, rules: [{to: [{operation: {hosts: [a.test]}}]}]"))
	for ask, want := range map[string]string{
		"GET http://a.test/ @to=s.ns:80": "403 policy-denied", "GET http://a.test:1/ @to=s.ns:80": "s.ns:80", "GET http://a.test/ @to=s.ns:80 @free=header": "403 policy-denied or s.ns:80",
	} {
		if got := simulatetest.Ask(s, simulatetest.Request(t, ask)); got != want {
			t.Errorf("%s: %s, want %s", ask, got, want)
		}
	}
}
