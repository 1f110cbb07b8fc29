package prove_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/prove/classes"
	"github.com/kgw-dev/kgw/simulate"
)

// drawn writes manifests as somebody else may have: several issuers, DENY and
// CUSTOM policies at the gateway and at pods, several gateways, delegates, the
// root namespace.
func drawn(rnd *rand.Rand) string {
	pick := func(list ...string) string { return list[rnd.IntN(len(list))] }
	paths := func() string { return pick("/x", "/x*", "/y*", "*", "*.js", "/{*}/x") }
	source := func() string {
		return pick("{requestPrincipals: ['*']}", "{notRequestPrincipals: ['*']}", "{requestPrincipals: ['https://a/*']}", "{principals: ['*']}", "{namespaces: [istio-system]}", "{notPrincipals: ['*']}")
	}
	operation := func() string {
		return pick("{paths: ['"+paths()+"']}", "{notPaths: ['"+paths()+"']}", "{methods: [GET]}", "{hosts: [a.com]}", "{hosts: [in.test]}", "{hosts: ['a.com', 'a.com:*'], methods: [GET, PUT]}", "{ports: ['80']}")
	}
	rule := func() string {
		switch rnd.IntN(4) {
		case 0:
			return "{from: [{source: " + source() + "}]}"
		case 1:
			return "{to: [{operation: " + operation() + "}]}"
		case 2:
			return "{from: [{source: " + source() + "}], to: [{operation: " + operation() + "}]}"
		}
		return "{to: [{operation: " + operation() + "}], when: [{key: 'request.auth.claims[scp]', " + pick("values", "notValues") + ": [w]}]}"
	}
	route := func() string {
		matched := pick("", "match: [{uri: {prefix: /x}}], ", "match: [{uri: {prefix: /x/}}], ", "match: [{uri: {exact: /y}, method: {exact: GET}}], ", "match: [{headers: {x-a: {exact: b}}}], ", "match: [{uri: {regex: '/.*'}}], ")
		return "{" + matched + pick("route: [{destination: {host: api, port: {number: 80}}}]", "route: [{destination: {host: other, port: {number: 80}}}]", "directResponse: {status: 404}", "rewrite: {uri: "+pick("/y", "/", "/y/")+"}, "+api, "rewrite: {authority: in.test}, "+api, "rewrite: {uriRegexRewrite: {match: '^/x/(.*)', rewrite: '/\\1'}}, "+api,
			"route: [{destination: {host: api, port: {number: 80}}, weight: 1}, {destination: {host: other, port: {number: 80}}, weight: 9}]") + "}"
	}
	out := service("api") + service("other")
	for i := range 1 + rnd.IntN(2) {
		var routes []string
		for range 1 + rnd.IntN(3) {
			routes = append(routes, route())
		}
		if rnd.IntN(4) == 0 {
			routes = append(routes, "{match: [{uri: {prefix: /x}}], delegate: {name: leaf}}")
		}
		out += object("VirtualService", fmt.Sprintf("v%d", i), "hosts: ["+pick("a.com", "'*.com'", "'*'")+"], gateways: ["+pick("istio-system/gw", "istio-system/gw", "istio-system/in")+"], http: ["+strings.Join(routes, ", ")+"]",
			fmt.Sprintf("creationTimestamp: '2024-01-0%dT00:00:00Z'", i+1))
	}
	out += object("VirtualService", "leaf", "http: ["+route()+"]")
	for i := range rnd.IntN(5) {
		at := pick("gateway", "api", "api", "other", "")
		action := pick("ALLOW", "ALLOW", "DENY", "CUSTOM")
		spec := "action: " + action + ", rules: [" + rule() + "]"
		if action == "CUSTOM" {
			spec = "action: CUSTOM, provider: {name: ext}, rules: [{to: [{operation: " + operation() + "}]}]"
		}
		out += policy(at, fmt.Sprintf("p%d", i), spec)
	}
	if rnd.IntN(4) == 0 {
		out += policy("", "istio-system/root", "action: "+pick("ALLOW", "DENY")+", rules: ["+rule()+"]")
	}
	for i := range rnd.IntN(3) {
		out += verifies(pick("gateway", "api", "api", ""), pick("a", "b")+fmt.Sprint(i), pick("", ", forwardOriginalToken: true", ", fromHeaders: [{name: x-t}]", ", outputPayloadToHeader: x-p, audiences: [b, c]", ", outputClaimToHeaders: [{header: x-user, claim: email}]"))
	}
	return out
}

// sent returns requests of every kind that policies look at.
func sent(rnd *rand.Rand) *simulate.Request {
	pick := func(list ...string) string { return list[rnd.IntN(len(list))] }
	r := &simulate.Request{Method: pick("GET", "GET", "PUT", "OPTIONS", "POST"), Scheme: pick("https", "https", "http"), Host: pick("a.com", "a.com", "a.com:8443", "A.com", "b.com"), Target: pick("/", "/x", "/x/x", "/x/y", "/x../y/z", "/xx", "/y", "/z.js", "/yy")}
	switch rnd.IntN(4) {
	case 0:
		r.Token = simulate.Token{Kind: "jwt", Claims: map[string]any{"iss": "https://" + pick("a0", "a1", "b0", "b1", "nobody"), "sub": "me"}}
	case 1:
		r.Token = simulate.Token{Kind: "jwt", Claims: map[string]any{"iss": "https://" + pick("a0", "b0"), "sub": "me", "scp": []any{"w"}}, Via: simulate.Via{In: "header", Name: "x-t"}}
	}
	if rnd.IntN(3) == 0 {
		r.Headers = append(r.Headers, simulate.Header{Name: "X-A", Value: "b"})
	}
	if r.Method == "OPTIONS" && rnd.IntN(2) == 0 {
		r.Headers = append(r.Headers, simulate.Header{Name: "Origin", Value: "https://o"}, simulate.Header{Name: "Access-Control-Request-Method", Value: "GET"})
	}
	return r
}

// TestNothingDrawnIsProvedFalsely: of what is proved, no request that is drawn
// gets through without a token.
func TestNothingDrawnIsProvedFalsely(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 11))
	statement := match.Set{Hosts: []string{"a.com"}, Path: pathlang.Path{Lang: pathlang.Regex, Text: "/.*"}, View: match.RawPath}
	holds := map[prove.Verdict]int{}
	for range 400 {
		text := drawn(rnd)
		cluster := clusterOf(documents(t, text), -1, nil)
		p := cluster.NeverWithout(statement, []string{"jwt"})
		holds[p.Verdict]++
		if p.Verdict == prove.Fails {
			if d := cluster.Mesh.Decide(p.Witness, nil); !d.MayPass() {
				t.Errorf("the witness of %s does not get through\n%s", p.Reason, text)
			}
		}
		if p.Verdict != prove.Holds {
			continue
		}
		for range 60 {
			r := sent(rnd)
			if !strings.HasPrefix(strings.ToLower(r.Host), "a.com") {
				continue
			}
			d := cluster.Mesh.Decide(r, nil)
			for _, o := range d.Each() {
				if o.Decision.Passed() && len(o.Decision.Proofs) == 0 {
					t.Fatalf("it is proved, and %s %s://%s%s %v gets through\n%s", r.Method, r.Scheme, r.Host, r.Target, r.Headers, text)
				}
			}
		}
	}
	t.Logf("%v", holds)
}

// TestNoChangeIsNone: where a comparison says that nothing changes, no request
// that is drawn is answered otherwise.
func TestNoChangeIsNone(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 5))
	same := 0
	for range 250 {
		text := drawn(rnd)
		was := documents(t, text)
		is := documents(t, strings.Replace(text, "values: [w]", "notValues: [w]", 1))
		if rnd.IntN(2) == 0 {
			i := rnd.IntN(len(was))
			is = append(append([]simulate.Manifest{}, was[:i]...), was[i+1:]...)
		}
		before, after := clusterOf(was, -1, nil), clusterOf(is, -1, nil)
		r := classes.Compare(before.Side(nil), after.Side(nil))
		if len(r.Changes) > 0 {
			continue
		}
		same++
		for range 60 {
			q := sent(rnd)
			a, b := before.Mesh.Decide(q, nil), after.Mesh.Decide(q, nil)
			if q.Host == "a.com:8443" && !b.MayPass() {
				continue // what a port in the Host header closes is not reported
			}
			if possible(&a) != possible(&b) {
				t.Fatalf("no change, and %s %s://%s%s %v %v: %s -> %s\n%s", q.Method, q.Scheme, q.Host, q.Target, q.Headers, q.Token, possible(&a), possible(&b), text)
			}
		}
	}
	t.Logf("%d without a change", same)
}

// possible lists the answers that a decision leaves open, each once.
func possible(d *simulate.Decision) string {
	var out []string
	for _, o := range d.Each() {
		out = append(out, answered(&o.Decision))
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), ", ")
}
