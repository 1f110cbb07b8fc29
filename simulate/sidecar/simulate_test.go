package sidecar

import (
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/simulate"
	"github.com/kgw-dev/kgw/simulate/simulatetest"
)

func loaded(t *testing.T, text string) *Sidecars {
	t.Helper()
	list := simulatetest.Manifests(t, "ns", text)
	return Load(list, simulate.ReadPods(list, []simulate.Service{{Namespace: "ns", Name: "known", Selector: map[string]string{"app": "known", "v": "1"}}}), Options{Root: "istio-system", Identity: ingress})
}

const (
	service = "---\napiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {selector: {app: s}}\n"
	ingress = "cluster.local/ns/istio-system/sa/gw"
)

func policyText(spec string) string {
	return "---\napiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: p}\nspec: {" + spec + "}\n"
}

func issuerText(spec string) string {
	return "---\napiVersion: security.istio.io/v1\nkind: RequestAuthentication\nmetadata: {name: a}\nspec: {selector: {matchLabels: {app: s}}, jwtRules: [{issuer: 'https://i', jwksUri: 'https://i/jwks'" + spec + "}]}\n"
}

const forS = "selector: {matchLabels: {app: s}}, "

// TestPolicies holds the sidecars to Istio's rules. A request is a method and
// a path, with conditions on the caller behind.
func TestPolicies(t *testing.T) {
	good := simulate.Token{Kind: "jwt", Claims: map[string]any{"iss": "https://i", "sub": "me", "scp": []any{"a", "b"}, "scope": "x w2", "aud": "z", "nested": map[string]any{"k": "v"}}}
	for name, c := range map[string]struct {
		text  string
		token simulate.Token
		want  map[string]int
	}{
		"no policy":       {service, simulate.Token{}, map[string]int{"GET /": 200}},
		"allow":           {service + policyText(forS+"rules: [{to: [{operation: {methods: [GET], paths: [/a, '/p/*', '*.js']}}]}]"), simulate.Token{}, map[string]int{"GET /a": 200, "GET /a?x": 200, "POST /a": 403, "GET /ab": 403, "GET /p/x": 200, "GET /x.js": 200, "GET /x/../a": 200}},
		"templates":       {service + policyText(forS+"rules: [{to: [{operation: {paths: ['/t/{*}/x', '/r/{**}']}}]}]"), simulate.Token{}, map[string]int{"GET /t/1/x": 200, "GET /t/1/2/x": 403, "GET /t//x": 403, "GET /r/": 200, "GET /r/a/b": 200}},
		"nothing allowed": {service + policyText(forS+"action: ALLOW"), simulate.Token{}, map[string]int{"GET /": 403}},
		"not paths":       {service + policyText(forS+"rules: [{to: [{operation: {notPaths: [/x], notMethods: [PUT]}}]}]"), simulate.Token{}, map[string]int{"GET /": 200, "GET /x": 403, "PUT /": 403}},
		"deny first":      {service + policyText(forS+"rules: [{}]") + strings.Replace(policyText(forS+"action: DENY, rules: [{to: [{operation: {paths: [/no]}}]}]"), "name: p", "name: q", 1), simulate.Token{}, map[string]int{"GET /": 200, "GET /no": 403}},
		"principals":      {service + policyText(forS+"rules: [{from: [{source: {principals: ['"+ingress+"']}}]}]"), simulate.Token{}, map[string]int{"GET /": 200, "GET / from other": 403}},
		"namespaces":      {service + policyText(forS+"rules: [{from: [{source: {namespaces: [istio-system]}}]}]"), simulate.Token{}, map[string]int{"GET /": 200, "GET / from cluster.local/ns/x/sa/y": 403}},
		"hosts":           {service + policyText(forS+"rules: [{to: [{operation: {hosts: ['*.TEST']}}]}]"), simulate.Token{}, map[string]int{"GET /": 200, "GET / at other.com": 403}},
		"ports":           {service + policyText(forS+"rules: [{to: [{operation: {ports: ['81']}}]}]"), simulate.Token{}, map[string]int{"GET /": 0}},
		"no token":        {service + issuerText("") + policyText(forS+"rules: [{from: [{source: {requestPrincipals: ['https://i/*']}}]}]"), simulate.Token{}, map[string]int{"GET /": 403}},
		"token":           {service + issuerText("") + policyText(forS+"rules: [{from: [{source: {requestPrincipals: ['https://i/*']}}]}]"), good, map[string]int{"GET /": 200}},
		"claims": {service + issuerText("") + policyText(forS+"rules: [{to: [{operation: {paths: [/all]}}], when: [{key: 'request.auth.claims[scp]', values: [a]}, {key: 'request.auth.claims[scp]', values: [b]}]}, "+
			"{to: [{operation: {paths: [/word]}}], when: [{key: 'request.auth.claims[scope]', values: [w2]}]}, {to: [{operation: {paths: [/aud]}}], when: [{key: 'request.auth.audiences', values: [z]}]}, "+
			"{to: [{operation: {paths: [/deep]}}], when: [{key: 'request.auth.claims[nested][k]', values: [v]}]}, {to: [{operation: {paths: [/not]}}], when: [{key: 'request.auth.claims[scp]', notValues: [a]}]}, "+
			"{to: [{operation: {paths: [/c]}}], when: [{key: 'request.auth.claims[scp]', values: [c]}]}]"), good, map[string]int{"GET /all": 200, "GET /word": 200, "GET /aud": 200, "GET /deep": 200, "GET /not": 403, "GET /c": 403}},
		"no JWT":       {service + issuerText(""), simulate.Token{Kind: "opaque"}, map[string]int{"GET /": 401}},
		"other issuer": {service + issuerText(""), simulate.Token{Kind: "jwt", Claims: map[string]any{"iss": "https://else"}}, map[string]int{"GET /": 401}},
		"expired":      {service + issuerText(""), simulate.Token{Kind: "jwt", Valid: "expired", Claims: good.Claims}, map[string]int{"GET /": 401}},
		"no kid":       {service + issuerText(""), simulate.Token{Kind: "jwt", Valid: "no_kid", Claims: good.Claims}, map[string]int{"GET /": 200}},
		"other place":  {service + issuerText(", fromHeaders: [{name: X-T}]"), simulate.Token{Kind: "jwt", Valid: "expired", Claims: good.Claims}, map[string]int{"GET /": 200}},
		"place":        {service + issuerText(", fromHeaders: [{name: X-T}]"), simulate.Token{Kind: "jwt", Valid: "expired", Claims: good.Claims, Via: simulate.Via{In: "header", Name: "X-T"}}, map[string]int{"GET /": 401}},
		"parameter":    {service + issuerText(", fromParams: [t]"), simulate.Token{Kind: "jwt", Valid: "expired", Claims: good.Claims, Via: simulate.Via{In: "query", Name: "t"}}, map[string]int{"GET /": 401}},
		"cleared before": {service + strings.Replace(issuerText(""), "jwtRules: [", "jwtRules: [{issuer: 'https://first', jwksUri: 'https://f/k'}, {issuer: 'https://i', jwksUri: 'https://i/k', outputPayloadToHeader: Authorization}, ", 1) +
			policyText(forS+"rules: [{from: [{source: {requestPrincipals: ['https://i/*']}}]}]"), good, map[string]int{"GET /": 401}},
		"audience":        {service + issuerText(", audiences: [other]"), good, map[string]int{"GET /": 403}},
		"other pods":      {service + policyText("selector: {matchLabels: {app: t}}, rules: [{to: [{operation: {paths: [/x]}}]}]"), simulate.Token{}, map[string]int{"GET /": 200}},
		"whole namespace": {service + policyText("rules: [{to: [{operation: {paths: [/x]}}]}]"), simulate.Token{}, map[string]int{"GET /": 403, "GET /x": 200}},
		"unknown service": {policyText(forS + "rules: [{to: [{operation: {paths: [/x]}}]}]"), simulate.Token{}, map[string]int{"GET /": 0}},
		"custom":          {service + policyText(forS+"action: CUSTOM, provider: {name: ext}, rules: [{}]"), simulate.Token{}, map[string]int{"GET /": 200}},
	} {
		s := loaded(t, c.text)
		for line, want := range c.want {
			words := strings.Fields(line)
			r := &simulate.Request{Method: words[0], Target: words[1], Host: "a.test", Caller: ingress, To: "s.ns.svc.cluster.local:80", Token: c.token}
			if len(words) > 3 && words[2] == "from" {
				r.Caller = words[3]
			} else if len(words) > 3 {
				r.Host = words[3]
			}
			trail := &simulate.Trail{}
			if d := simulate.Outcomes(r, trail, s.Decide); d.Status != want {
				t.Errorf("%s: %s gives %d, want %d: %v", name, line, d.Status, want, trail.Steps)
			}
		}
	}
}

// TestExternalAuthorizerCounts checks which authorizer was asked.
func TestExternalAuthorizerCounts(t *testing.T) {
	s := loaded(t, service+policyText(forS+"action: CUSTOM, provider: {name: ext}, rules: [{}]"))
	d := s.Decide(&simulate.Request{Method: "GET", Target: "/", To: "s.ns"}, nil)
	if len(d.Proofs) != 1 || d.Proofs[0] != "extAuth:ext" {
		t.Errorf("the proofs are %v", d.Proofs)
	}
}

// TestRefusedPolicyIsNamed: a policy that Istio refuses counts as absent, and the
// trail says so.
func TestRefusedPolicyIsNamed(t *testing.T) {
	s := loaded(t, service+policyText(forS+"rules: [{when: [{key: foo.bar, values: [x]}]}]"))
	trail := &simulate.Trail{}
	if d := s.Decide(&simulate.Request{Method: "GET", Target: "/", To: "s.ns"}, trail); !d.Passed() {
		t.Errorf("the request does not pass: %s", d.Reason)
	}
	if !slices.ContainsFunc(trail.Steps, func(step simulate.Step) bool { return strings.Contains(step.Text, "which Istio refuses") }) {
		t.Errorf("nothing is said of the policy: %v", trail.Steps)
	}
}
