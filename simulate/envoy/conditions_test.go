package envoy

import (
	"testing"

	"github.com/kgw-dev/kgw/simulate"
	"github.com/kgw-dev/kgw/simulate/simulatetest"
)

// TestRequestLine holds conditions on what Envoy has among the headers: the host with
// its port and case, the scheme, the path with the query.
func TestRequestLine(t *testing.T) {
	simulatetest.Check(t, loaded(t, virtualService("a", "", "a.test",
		"match: [{authority: {exact: 'a.test:8443'}}], "+to("port"),
		"match: [{authority: {regex: 'A.*'}}], "+to("upper"),
		"match: [{scheme: {exact: http}, uri: {exact: /s}}], "+to("plain"),
		"match: [{headers: {':path': {exact: '/p?q'}}}], "+to("path"),
		"match: [{headers: {':scheme': {prefix: https}, x-s: {}}}], "+to("scheme"),
		"match: [{headers: {':authority': {regex: '.*:1'}}}], "+to("one"),
		"match: [{method: {prefix: P}}], "+to("method"),
		"match: [{queryParams: {flag: {}}}], "+to("flag"),
		"match: [{queryParams: {flog: {regex: '[0-9]+'}}}], "+to("flog"),
	)),
		"GET https://a.test:8443/ -> port.default:80", "GET https://A.test/ -> upper.default:80", "GET https://a.test/ -> 404 no-route",
		"GET http://a.test/s -> plain.default:80", "GET https://a.test/s -> 404 no-route",
		"GET https://a.test/p?q -> path.default:80", "GET https://a.test/p -> 404 no-route",
		"GET https://a.test/ x-s=1 -> scheme.default:80", "GET http://a.test/ x-s=1 -> 404 no-route",
		"GET https://a.test:1/ -> one.default:80",
		"PUT https://a.test/ -> method.default:80", "put https://a.test/ -> 404 no-route",
		"GET https://a.test/?flag -> flag.default:80", "GET https://a.test/?flag= -> flag.default:80", "GET https://a.test/?flags=1 -> 404 no-route",
		"GET https://a.test/?flog=12 -> flog.default:80", "GET https://a.test/?flog=12x -> 404 no-route", "GET https://a.test/?flog -> 404 no-route",
	)
}

// TestClaims holds conditions on claims of the token that the gateway verified;
// without one no claim is there.
func TestClaims(t *testing.T) {
	text := virtualService("a", "", "a.test",
		"match: [{uri: {exact: /group}, headers: {'@request.auth.claims.groups': {exact: admin}}}], "+to("group"),
		"match: [{uri: {exact: /nested}, headers: {'@request.auth.claims[realm][role]': {prefix: ad}}}], "+to("nested"),
		"match: [{uri: {exact: /dotted}, headers: {'@request.auth.claims.realm.role': {regex: 'a.*n'}}}], "+to("dotted"),
		"match: [{uri: {exact: /without}, withoutHeaders: {'@request.auth.claims.groups': {exact: admin}}}], "+to("without"),
	)
	for _, c := range []struct {
		claims map[string]any
		want   map[string]string
	}{
		{nil, map[string]string{"group": "404 no-route", "nested": "404 no-route", "dotted": "404 no-route", "without": "without.default:80"}},
		{map[string]any{"groups": "admin"}, map[string]string{"group": "group.default:80", "nested": "404 no-route", "without": "404 no-route"}},
		{map[string]any{"groups": []any{"user", "admin"}}, map[string]string{"group": "group.default:80", "without": "404 no-route"}},
		{map[string]any{"groups": []any{"user", 7}}, map[string]string{"group": "404 no-route", "without": "without.default:80"}},
		{map[string]any{"groups": true}, map[string]string{"group": "404 no-route"}},
		{map[string]any{"realm": map[string]any{"role": "admin"}}, map[string]string{"nested": "nested.default:80", "dotted": "dotted.default:80"}},
		{map[string]any{"realm": "admin"}, map[string]string{"nested": "404 no-route"}},
	} {
		g := loaded(t, text)
		g.Guard = func(map[string]string) simulate.AtPort {
			return func(r *simulate.Request, _ string, _ *simulate.Trail) simulate.Decision {
				next := r.Clone()
				next.Verified = c.claims
				return simulate.Decision{Status: 200, Next: next, Proofs: []string{"jwt"}}
			}
		}
		for path, want := range c.want {
			simulatetest.Check(t, g, "GET https://a.test/"+path+" -> "+want)
		}
	}
}

// TestVerifiedRoutesAgain: with a verified token a route is chosen by the headers as
// the policies left them, without one by the client's own.
func TestVerifiedRoutesAgain(t *testing.T) {
	for _, c := range []struct {
		verified map[string]any
		want     string
	}{{map[string]any{"iss": "i"}, "rest.default:80"}, {nil, "admin.default:80"}} {
		g := loaded(t, virtualService("a", "", "a.test", "match: [{headers: {x-claim: {exact: admin}}}], "+to("admin"), to("rest")))
		g.Guard = func(map[string]string) simulate.AtPort {
			return func(r *simulate.Request, _ string, _ *simulate.Trail) simulate.Decision {
				next := r.Clone()
				next.RemoveHeader("x-claim")
				next.Verified = c.verified
				return simulate.Decision{Status: 200, Next: next}
			}
		}
		simulatetest.Check(t, g, "GET https://a.test/ x-claim=admin -> "+c.want)
	}
}

// TestPoliciesOfTheGateway: what they refuse goes nowhere, and what they prove and
// set stays with the request; they are told the port at which the pods listen.
func TestPoliciesOfTheGateway(t *testing.T) {
	g := loaded(t, ingress("gw", "", plainServer+tlsServer)+bound("a", "gw", "a.test", "headers: {request: {set: {x-a: route}}}, "+to("a")))
	var port string
	g.Guard = func(map[string]string) simulate.AtPort {
		return func(r *simulate.Request, p string, _ *simulate.Trail) simulate.Decision {
			if port = p; r.Header("Authorization") == "" {
				return simulate.Decision{Status: 403, Cause: simulate.PolicyDenied}
			}
			return simulate.Decision{Status: 200, Next: r.Clone(), Proofs: []string{"jwt"}, Keys: []string{"keys"}, Headers: map[string]string{"x-a": "policy", "x-b": "policy"}, Cleared: []string{"x-c"}}
		}
	}
	simulatetest.Check(t, g, "GET https://a.test/ -> 403 policy-denied", "GET https://b.test/ -> 404 no-host")
	d := g.Decide(simulatetest.Request(t, "GET https://a.test/ Authorization=x"), nil)
	if d.Headers["x-a"] != "route" || d.Headers["x-b"] != "policy" || len(d.Proofs) != 1 || len(d.Keys) != 1 || len(d.Cleared) != 1 {
		t.Errorf("%+v", d)
	}
	if d.Gateway != "default/gw" || d.Listener != "map[istio:ingressgateway] port 443" || port != "8443" {
		t.Errorf("it came to %q at %q, port %q", d.Gateway, d.Listener, port)
	}
	if g.Decide(simulatetest.Request(t, "GET http://a.test/ Authorization=x"), nil); port != "8080" {
		t.Errorf("plain HTTP comes to port %q", port)
	}
}

// TestStandsForMany: what a request does not say is the caller's choice, so that both
// answers are outcomes.
func TestStandsForMany(t *testing.T) {
	g := loaded(t, virtualService("a", "", "a.test",
		"match: [{uri: {exact: /h}, headers: {x-a: {exact: b}}}], "+to("h"),
		"match: [{uri: {exact: /w}, withoutHeaders: {x-a: {exact: b}}}], "+to("w"),
		"match: [{uri: {exact: /q}, queryParams: {q: {exact: '1'}}}], "+to("q"),
		"match: [{uri: {exact: /s}, scheme: {exact: http}}], "+to("s"),
		"match: [{uri: {exact: /a}, authority: {exact: 'a.test:1'}}], "+to("a"),
	))
	simulatetest.Check(t, g,
		"GET https://a.test/h -> 404 no-route", "GET https://a.test/h @free=header -> 404 no-route or h.default:80", "GET https://a.test/h x-a=c @free=header -> 404 no-route",
		"GET https://a.test/w -> w.default:80", "GET https://a.test/w @free=header -> 404 no-route or w.default:80",
		"GET https://a.test/q @free=header -> 404 no-route or q.default:80",
		"GET https://a.test/s @free=header -> 404 no-route", "GET https://a.test/s @free=request -> 404 no-route or s.default:80",
		"GET https://a.test/a @free=header -> 404 no-route", "GET https://a.test/a @free=request -> 404 no-route or a.default:80",
	)
	d := simulate.Outcomes(simulatetest.Request(t, "GET https://a.test/h @free=header"), nil, g.Decide)
	if u := d.Unknowns(); len(u) != 1 || u[0].Why != simulate.Chosen || len(u[0].Example) != 1 || u[0].Example[0] != (simulate.Header{Name: "x-a", Value: "b"}) {
		t.Errorf("the choice is shown by %+v", u)
	}
}

// TestUnsettledHeaders: a header that an external authorizer may have set is neither
// there nor absent, and it is not the caller who chooses.
func TestUnsettledHeaders(t *testing.T) {
	g := loaded(t, virtualService("a", "", "a.test", "match: [{headers: {x-a: {exact: b}}}], "+to("a")))
	r := simulatetest.Request(t, "GET https://a.test/ x-a=c")
	r.Unsettle("X-A")
	d := simulate.Outcomes(r, nil, g.Decide)
	if got := simulatetest.Line(&d); got != "404 no-route or a.default:80" {
		t.Error(got)
	}
	if u := d.Unknowns(); len(u) != 1 || u[0].Free() {
		t.Errorf("%+v", u)
	}
}

// TestUnknownVariable: a header that is set to a variable of Envoy has a value that
// kgw does not know.
func TestUnknownVariable(t *testing.T) {
	g := loaded(t, virtualService("a", "", "a.test", "headers: {request: {set: {x-a: '%DOWNSTREAM_REMOTE_ADDRESS%', x-b: '%REQ(:authority)%'}}}, "+to("a")))
	d := g.Decide(simulatetest.Request(t, "GET https://a.test/"), nil)
	if !d.Next.IsUnsettled("x-a") || d.Next.IsUnsettled("x-b") || d.Next.Header("x-b") != "a.test" {
		t.Errorf("%+v", d.Next)
	}
}
