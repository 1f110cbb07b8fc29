package sidecar

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/simulate"
	"github.com/kgw-dev/kgw/simulate/simulatetest"
)

func entryLines(list []simulate.Entry) []string {
	var out []string
	for _, e := range list {
		line := fmt.Sprintf("%v %v %s %s", e.Set.Hosts, e.Set.Methods, e.Set.Path.Lang, e.Set.Path.Text)
		if !e.Exact {
			line = "~" + line
		}
		for _, a := range e.Admits {
			line += " " + a.Proof
			if a.Token.Kind != "" {
				line += fmt.Sprint(" ", a.Token.Claims, " ", a.Token.Via)
			}
		}
		out = append(out, strings.TrimSpace(line))
	}
	return out
}

// TestEntries holds what ALLOW policies let through, and with what.
func TestEntries(t *testing.T) {
	operation := func(text string) string { return "to: [{operation: {" + text + "}}]" }
	for name, c := range map[string]struct {
		text           string
		through, asked []string
		guarded        bool
	}{
		"no policy":          {"", nil, nil, false},
		"all":                {policyText(forS + "rules: [{}]"), []string{"[] [] prefix /"}, nil, true},
		"nothing":            {policyText(forS + "rules: []"), nil, nil, true},
		"paths":              {policyText(forS + "rules: [{" + operation("paths: [/a, '/b*'], methods: [GET]") + "}]"), []string{"[] [GET] exact /a", "[] [GET] prefix /b"}, nil, true},
		"hosts":              {policyText(forS + "rules: [{" + operation("hosts: [A.test, 'a.test:*', '*.b.test']") + "}]"), []string{"[a.test *.b.test] [] prefix /"}, nil, true},
		"a prefix of hosts":  {policyText(forS + "rules: [{" + operation("hosts: ['a.*']") + "}]"), []string{"[] [] prefix /"}, nil, true},
		"not all of a set":   {policyText(forS + "rules: [{" + operation("notPaths: [/a]") + "}, {" + operation("methods: ['P*']") + "}, {" + operation("ports: ['1']") + "}]"), []string{"~[] [] prefix /", "~[] [] prefix /", "~[] [] prefix /"}, nil, true},
		"the caller":         {policyText(forS + "rules: [{from: [{source: {principals: ['" + ingress + "']}}]}]"), []string{"[] [] prefix /"}, nil, true},
		"another caller":     {policyText(forS + "rules: [{from: [{source: {principals: [other]}}]}]"), nil, nil, true},
		"a token":            {jwtRules("a", ruleA) + policyText(forS+"rules: [{from: [{source: {requestPrincipals: ['https://a/*']}}]}]"), []string{"[] [] prefix / jwt map[iss:https://a sub:someone] {bearer  }"}, nil, true},
		"a token elsewhere":  {jwtRules("b", ruleB) + policyText(forS+"rules: [{from: [{source: {requestPrincipals: ['https://b/me']}}]}]"), []string{"[] [] prefix / jwt map[iss:https://b sub:me] {header x-b }"}, nil, true},
		"a claim":            {policyText(forS + "rules: [{when: [{key: 'request.auth.claims[role]', values: ['ad*']}]}]"), []string{"[] [] prefix / jwt map[role:[ad]] {bearer  }"}, nil, true},
		"an address":         {policyText(forS + "rules: [{from: [{source: {ipBlocks: [1.1.1.1]}}]}]"), []string{"~[] [] prefix /"}, nil, true},
		"one of two sources": {policyText(forS + "rules: [{from: [{source: {requestPrincipals: ['*']}}, {source: {principals: ['" + ingress + "']}}]}]"), []string{"[] [] prefix /"}, nil, true},
		"an authorizer":      {policyText(forS + "action: CUSTOM, provider: {name: ext}, rules: [{" + operation("paths: [/x]") + "}]"), nil, []string{"[] [] exact /x extAuth:ext"}, false},
		"a DENY":             {policyText(forS + "action: DENY, rules: [{}]"), nil, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			through, asked, guarded := loaded(t, service+c.text).Entries("s.ns.svc.cluster.local:80", ingress)
			if got := entryLines(through); !slices.Equal(got, c.through) {
				t.Errorf("through come %q, want %q", got, c.through)
			}
			if got := entryLines(asked); !slices.Equal(got, c.asked) || guarded != c.guarded {
				t.Errorf("asked are %q, want %q; guarded: %v", got, c.asked, guarded)
			}
		})
	}
}

// TestLooks holds what the policies of a place look at: an analysis tries a request
// for each of it.
func TestLooks(t *testing.T) {
	text := service + jwtRules("a", "{issuer: 'https://a', jwksUri: 'https://u', audiences: [x, z], outputClaimToHeaders: [{header: h, claim: deep.k}]}", "{issuer: 'https://b', jwksUri: 'https://u', fromCookies: [c], fromParams: [p]}") +
		policyText(forS+"action: DENY, rules: [{to: [{operation: {hosts: [a.test], notPaths: [/no], methods: ['P*']}}], from: [{source: {notPrincipals: [x], namespaces: ['n*'], serviceAccounts: [acc, o/acc], trustDomains: [td]}}, {source: {requestPrincipals: ['https://a/me']}}], "+
			"when: [{key: 'request.auth.claims[role]', values: [admin, root]}, {key: request.auth.presenter, values: [app]}]}]")
	text = strings.Replace(text, "namespaces: ['n*'], serviceAccounts: [acc, o/acc], ", "", 1) +
		strings.Replace(policyText(forS+"rules: [{from: [{source: {namespaces: ['n*']}}, {source: {serviceAccounts: [acc, o/acc]}}]}]"), "name: p", "name: q", 1)
	looks := loaded(t, text).At("s.ns", ingress)
	if !looks.Ported {
		t.Error("the port of the Host header is not looked at")
	}
	wantCallers := []string{"x", "td/ns/kgw-any/sa/kgw-any", "cluster.local/ns/nkgw-any/sa/kgw-any", "cluster.local/ns/ns/sa/acc", "cluster.local/ns/o/sa/acc"}
	if !slices.Equal(looks.Callers, wantCallers) {
		t.Errorf("callers are %q, want %q", looks.Callers, wantCallers)
	}
	var sets []string
	for _, e := range looks.Sets {
		sets = append(sets, fmt.Sprintf("%v %v %s %s", e.Set.Hosts, e.Set.Methods, e.Set.Path.Lang, e.Set.Path.Text))
	}
	for _, want := range []string{"[a.test] [] prefix /", "[a.test] [] exact /no", "[a.test] [P POST PUT PATCH] prefix /"} {
		if !slices.Contains(sets, want) {
			t.Errorf("no set is %q: %q", want, sets)
		}
	}
	has := func(what string, claims string, via simulate.Via) {
		t.Helper()
		if !slices.ContainsFunc(looks.Tokens, func(k Token) bool { return fmt.Sprint(k.Claims) == claims && k.Via == via }) {
			t.Errorf("no token is %s: %s in %v", what, claims, via)
		}
	}
	bearer, cookie, param := simulate.Via{In: "bearer"}, simulate.Via{In: "cookie", Name: "c"}, simulate.Via{In: "query", Name: "p"}
	has("of the first audience", "map[aud:[x] iss:https://a sub:someone]", bearer)
	has("of the second audience", "map[aud:[z] iss:https://a sub:someone]", bearer)
	has("one whose claim is written", "map[aud:[x] deep:map[k:x] iss:https://a sub:someone]", bearer)
	has("of the other issuer", "map[iss:https://b sub:someone]", cookie)
	has("of the other issuer as a parameter", "map[iss:https://b sub:someone]", param)
	has("all that the rule wants", "map[aud:[x] azp:app iss:https://a role:[admin] sub:me]", bearer)
	has("the other value", "map[aud:[x] azp:app iss:https://a role:[root] sub:me]", bearer)
	has("without one claim", "map[aud:[x] azp:app iss:https://a sub:me]", bearer)
	for _, k := range looks.Tokens {
		if k.Claims["role"] != nil && !slices.Equal(k.Hosts, []string{"a.test"}) {
			t.Errorf("a token with a claim that a rule of one host names is for %v", k.Hosts)
		}
	}
	if len(looks.Untried) > 0 {
		t.Errorf("untried are %v", looks.Untried)
	}
}

// TestTooManyClaims: claims of which there is no token, because there are too many,
// are named.
func TestTooManyClaims(t *testing.T) {
	var values []string
	for i := range 80 {
		values = append(values, fmt.Sprint("v", i))
	}
	s := loaded(t, service+jwtRules("a", ruleA)+policyText(forS+"rules: [{when: [{key: 'request.auth.claims[role]', values: ["+strings.Join(values, ", ")+"]}]}]"))
	looks := s.At("s.ns", ingress)
	if len(looks.Untried) != 81-maxWanted || !strings.Contains(looks.Untried[0], "map[role:[v67]]") { // each, and all together
		t.Errorf("%d are not tried: %v", len(looks.Untried), looks.Untried)
	}
	var when []string
	for i := range 7 {
		when = append(when, fmt.Sprintf("{key: 'request.auth.claims[c%d]', values: [v]}", i))
	}
	s = loaded(t, service+jwtRules("a", ruleA)+policyText(forS+"rules: [{when: ["+strings.Join(when, ", ")+"]}]"))
	if looks = s.At("s.ns", ingress); len(looks.Untried) != 1 || !strings.Contains(looks.Untried[0], "request.auth.claims[c6]") {
		t.Errorf("of many combinations some are not tried: %v", looks.Untried)
	}
}

// TestCombinedClaims: tokens are made of every combination of what the conditions of
// a rule tell apart.
func TestCombinedClaims(t *testing.T) {
	for text, want := range map[string][]string{
		"from: [{source: {requestPrincipals: ['https://a/*']}}]":                                                   {},
		"from: [{source: {requestPrincipals: ['https://a/m*']}}]":                                                  {"map[sub:m]", "map[sub:mx]"},
		"from: [{source: {requestPrincipals: ['*me']}}], when: [{key: 'request.auth.claims[a][b]', values: [c]}]":  {"map[a:map[b:[c]] sub:me]", "map[sub:me]", "map[a:map[b:[c]] sub:xme]", "map[sub:xme]", "map[a:map[b:[c]]]"},
		"when: [{key: 'request.auth.claims[s]', values: ['r*'], notValues: [w]}]":                                  {"map[s:[r]]", "map[s:[rx]]", "map[s:[w]]", "map[s:[r rx w]]"},
		"when: [{key: 'request.auth.claims[s]', values: ['*']}, {key: request.auth.presenter, values: ['*p']}]":    {"map[azp:p s:[x]]", "map[azp:xp s:[x]]", "map[s:[x]]", "map[azp:p]", "map[azp:xp]"},
		"when: [{key: 'request.auth.claims[o][k]', values: [v]}, {key: 'request.auth.claims[o][l]', values: [w]}]": {"map[o:map[k:[v] l:[w]]]", "map[o:map[k:[v]]]", "map[o:map[l:[w]]]"},
	} {
		p := readPolicy(&simulatetest.Manifests(t, "ns", policyText("rules: [{"+text+"}]"))[0], 0)
		got, all := combineClaims(p.rules[0].attributes(false))
		if spelled := fmt.Sprint(got); spelled != fmt.Sprint(want) || !all {
			t.Errorf("%s: %s, want %v", text, spelled, want)
		}
	}
}

// TestTokensPastBoth: a token is made that a DENY and an ALLOW rule both look at, on the
// hosts of both.
func TestTokensPastBoth(t *testing.T) {
	named := func(name, spec string) string {
		return strings.Replace(policyText(forS+spec), "name: p", "name: "+name, 1)
	}
	looks := loaded(t, service+jwtRules("a", ruleA)+
		named("d", "action: DENY, rules: [{to: [{operation: {hosts: ['*.test']}}], when: [{key: 'request.auth.claims[d]', notValues: [ok]}]}]")+
		named("a", "rules: [{to: [{operation: {hosts: [a.test, b.com]}}], when: [{key: 'request.auth.claims[w]', values: [me]}]}]")).At("s.ns", ingress)
	if !slices.ContainsFunc(looks.Tokens, func(k Token) bool {
		return fmt.Sprint(k.Claims) == "map[d:[ok] iss:https://a sub:someone w:[me]]" && slices.Equal(k.Hosts, []string{"a.test"})
	}) {
		t.Errorf("no token gets past both: %v", looks.Tokens)
	}
}

// TestTokenPlaces: where rules of an issuer look for tokens, each place once.
func TestTokenPlaces(t *testing.T) {
	s := loaded(t, service+jwtRules("a", ruleA, ruleB, "{jwksUri: 'https://u', fromHeaders: [{name: Authorization, prefix: 'Token '}]}"))
	for issuer, want := range map[string]string{
		"https://a": "[{header Authorization Token} {bearer  }]", "https://b": "[{header Authorization Token} {header x-b }]", "https://c": "[{header Authorization Token}]",
		"": "[{header Authorization Token} {bearer  } {header x-b }]",
	} {
		if got := fmt.Sprint(s.Places("s.ns", issuer)); got != want {
			t.Errorf("%q: %s, want %s", issuer, got, want)
		}
	}
}

// TestHostsAndGuards: the hosts that policies name, and whether a service has any.
func TestHostsAndGuards(t *testing.T) {
	s := loaded(t, service+policyText(forS+"rules: [{to: [{operation: {hosts: ['B.test:8443', '*.a.test'], notHosts: [c.test]}}]}]")+peers("p", "strict", "mtls: {mode: STRICT}"))
	if got := s.Hosts(); !slices.Equal(got, []string{"*.a.test", "b.test", "c.test"}) {
		t.Errorf("hosts are %v", got)
	}
	for to, want := range map[string]bool{"s.ns.svc.cluster.local:80": true, "known.ns": false, "x.strict": true, "x.other": false} {
		if got := s.Guards(to); got != want {
			t.Errorf("something is for %s: %v", to, got)
		}
	}
	if got := s.Gateway(map[string]string{"istio": "ingressgateway"}); len(got.Sets)+len(got.Tokens)+len(got.Callers) > 0 {
		t.Errorf("the gateway looks at %+v", got)
	}
}
