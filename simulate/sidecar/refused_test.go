package sidecar

import (
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/simulate"
	"github.com/kgw-dev/kgw/simulate/simulatetest"
)

// checkRefused holds why Istio refuses the only object of a text, and the field.
func checkRefused(t *testing.T, refused func(*simulate.Manifest) (string, string), text, shown, wantWhy, wantPath string) {
	t.Helper()
	m := simulatetest.Manifests(t, "ns", text)[0]
	why, path := refused(&m)
	if path != wantPath || !strings.Contains(why, wantWhy) || (why == "") != (wantWhy == "") {
		t.Errorf("%s: %q at %q, want %q at %q", shown, why, path, wantWhy, wantPath)
	}
}

// TestRefusedPolicy holds what Istio's webhook refuses of an AuthorizationPolicy.
func TestRefusedPolicy(t *testing.T) {
	source, operation := "spec.rules[0].from[0].source", "spec.rules[0].to[0].operation"
	for _, c := range []struct{ spec, why, path string }{
		{"", "", ""},
		{"rules: [{}]", "", ""},
		{"rules: []", "", ""},
		{"action: ALLOW, rules: []", "", ""},
		{"action: allow", "is not one of ALLOW, DENY, AUDIT, CUSTOM", "spec.action"},
		{"action: DENY", "a DENY policy needs rules", "spec.rules"},
		{"action: CUSTOM, provider: {name: x}", "a CUSTOM policy needs rules", "spec.rules"},
		{"action: AUDIT", "", ""},
		{"action: CUSTOM, rules: [{}]", "needs a provider", "spec.provider"},
		{"action: CUSTOM, provider: {}, rules: [{}]", "needs a provider", "spec.provider"},
		{"provider: {name: x}, rules: [{}]", "only a CUSTOM policy has a provider", "spec.provider"},
		{"selector: {matchLabels: {a: 'b*'}}", "is not a label without a wildcard", "spec.selector.matchLabels.a"},
		{"selector: {matchLabels: {a: b}}, targetRef: {kind: Service, name: s}", "it has two of selector, targetRef and targetRefs", "spec"},
		{"targetRef: {kind: Service, name: s}", "", ""},
		{"targetRefs: [{kind: Gateway, name: s, group: gateway.networking.k8s.io}]", "", ""},
		{"targetRefs: [{kind: Gateway, name: s}]", "of another kind", "spec"},
		{"targetRefs: [{kind: Service}]", "a target without a name", "spec"},

		{"rules: [{from: [{}]}]", "a source is empty", source},
		{"rules: [{from: [{source: {principals: []}}]}]", "a source is empty", source},
		{"rules: [{to: [{operation: {}}]}]", "a operation is empty", operation},
		{"rules: [{from: [{source: {principals: ['']}}]}]", "a value is empty", source + ".principals"},
		{"rules: [{from: [{source: {serviceAccounts: [a], namespaces: [b]}}]}]", "serviceAccounts cannot be together", source},
		{"rules: [{from: [{source: {serviceAccounts: [a], principals: [b]}}]}]", "serviceAccounts cannot be together", source},
		{"rules: [{from: [{source: {serviceAccounts: ['a*']}}]}]", "is not a service account", source + ".serviceAccounts"},
		{"rules: [{from: [{source: {serviceAccounts: [a/b/c]}}]}]", "is not a service account", source + ".serviceAccounts"},
		{"rules: [{from: [{source: {serviceAccounts: [a/]}}]}]", "is not a service account", source + ".serviceAccounts"},
		{"rules: [{from: [{source: {notServiceAccounts: [/a]}}]}]", "is not a service account", source + ".notServiceAccounts"},
		{"rules: [{from: [{source: {trustDomains: ['a*b']}}]}]", "is not a trust domain", source + ".trustDomains"},
		{"rules: [{from: [{source: {trustDomains: ['*a*']}}]}]", "is not a trust domain", source + ".trustDomains"},
		{"rules: [{from: [{source: {trustDomains: [a/b]}}]}]", "is not a trust domain", source + ".trustDomains"},
		{"rules: [{from: [{source: {trustDomains: ['a*']}}]}]", "", ""},
		{"rules: [{from: [{source: {ipBlocks: [10.0.0.0/33]}}]}]", "is not an address or a block", source + ".ipBlocks"},
		{"rules: [{from: [{source: {remoteIpBlocks: [10.0.0.1]}}]}]", "", ""},
		{"rules: [{to: [{operation: {ports: [http]}}]}]", "is not a number up to 65535", operation + ".ports"},
		{"rules: [{to: [{operation: {ports: ['65536']}}]}]", "is not a number up to 65535", operation + ".ports"},
		{"rules: [{to: [{operation: {ports: [80]}}]}]", "is not a text", operation + ".ports[0]"},
		{"rules: [{to: [{operation: {paths: ['/a/{*}/b']}}]}]", "", ""},
		{"rules: [{to: [{operation: {paths: ['/a/{**}/b']}}]}]", "", ""},
		{"rules: [{to: [{operation: {paths: ['/{**}/{*}']}}]}]", "are not a template", operation + ".paths"},
		{"rules: [{to: [{operation: {paths: ['/a/{b}']}}]}]", "are not a template", operation + ".paths"},
		{"rules: [{to: [{operation: {paths: ['/a{*}']}}]}]", "are not a template", operation + ".paths"},
		{"rules: [{to: [{operation: {notPaths: ['/{*}/x*']}}]}]", "are not a template", operation + ".notPaths"},
		{"rules: [{to: [{operation: {paths: ['/a*b']}}]}]", "", ""},

		{"rules: [{when: [{key: foo, values: [a]}]}]", `the key "foo" does not exist`, "spec.rules[0].when[0].key"},
		{"rules: [{when: [{key: 'request.headers[]', values: [a]}]}]", "does not exist", "spec.rules[0].when[0].key"},
		{"rules: [{when: [{key: 'request.headers[a', values: [a]}]}]", "does not exist", "spec.rules[0].when[0].key"},
		{"rules: [{when: [{key: 'request.cookies[a]', values: [a]}]}]", "does not exist", "spec.rules[0].when[0].key"},
		{"rules: [{when: [{key: 'experimental.envoy.filters.a[b]', values: [a]}]}]", "", ""},
		{"rules: [{when: [{key: source.ip}]}]", "a condition needs values", "spec.rules[0].when[0]"},
		{"rules: [{when: [{key: source.ip, notValues: [x]}]}]", "is not an address", "spec.rules[0].when[0].notValues"},
		{"rules: [{when: [{key: destination.port, values: [x]}]}]", "is not a number", "spec.rules[0].when[0].values"},
		{"rules: [{when: [{key: destination.ip, values: [x]}]}]", "is not an address", "spec.rules[0].when[0].values"},

		{"action: CUSTOM, provider: {name: x}, rules: [{from: [{source: {principals: [a]}}]}]", "a CUSTOM policy cannot look at principals", source + ".principals"},
		{"action: CUSTOM, provider: {name: x}, rules: [{from: [{source: {notRequestPrincipals: [a]}}]}]", "a CUSTOM policy cannot look at requestPrincipals", source + ".notRequestPrincipals"},
		{"action: CUSTOM, provider: {name: x}, rules: [{when: [{key: 'request.auth.claims[a]', values: [b]}]}]", "a CUSTOM policy cannot look at request.auth.claims[a]", "spec.rules[0].when[0].values"},
		{"action: CUSTOM, provider: {name: x}, rules: [{when: [{key: 'request.headers[a]', values: [b]}], from: [{source: {ipBlocks: [1.1.1.1]}}]}]", "", ""},
	} {
		checkRefused(t, RefusedPolicy, policyText(c.spec), c.spec, c.why, c.path)
	}
	for value, c := range map[string]struct{ spec, path string }{
		"x": {"rules: [{}]", `metadata.annotations["istio.io/dry-run"]`}, "true": {"rules: [{}]", ""}, "t": {"rules: [{}]", ""}, "1": {"action: AUDIT", `metadata.annotations["istio.io/dry-run"]`},
		"false": {"action: AUDIT", ""}, "TRUE": {"action: CUSTOM, provider: {name: x}, rules: [{}]", `metadata.annotations["istio.io/dry-run"]`},
	} {
		why := ""
		if c.path != "" {
			why = "the annotation istio.io/dry-run is not for it"
		}
		checkRefused(t, RefusedPolicy, strings.Replace(policyText(c.spec), "{name: p}", "{name: p, annotations: {istio.io/dry-run: '"+value+"'}}", 1), value, why, c.path)
	}
}

// TestRefusedTokens holds what is refused of a RequestAuthentication.
func TestRefusedTokens(t *testing.T) {
	const at = "spec.jwtRules[0]"
	for _, c := range []struct{ rule, why, path string }{
		{ruleA, "", ""},
		{"{}", "a rule needs an issuer", at},
		{"{issuer: '', jwksUri: 'https://u'}", "a rule needs an issuer", at},
		{"{jwksUri: 'https://u'}", "", ""},
		{"{issuer: i, jwksUri: 'https://u', jwks: '{}'}", "both jwks and jwksUri", at + ".jwks"},
		{"{issuer: i, jwksUri: 'ftp://u'}", "not a http or https URL", at + ".jwksUri"},
		{"{issuer: i, jwks: '[]'}", "jwks is not an object of JSON", at + ".jwks"},
		{"{issuer: i, jwks: '{}'}", "", ""},
		{"{issuer: i, outputClaimToHeaders: [{header: a}]}", "needs a header and a claim", at + ".outputClaimToHeaders"},
		{"{issuer: i, outputClaimToHeaders: [{header: 'a b', claim: c}]}", "is not the name of a header", at + ".outputClaimToHeaders[0].header"},
		{"{issuer: i, fromHeaders: [{prefix: x}]}", "a header has no name", at + ".fromHeaders[0]"},
		{"{issuer: i, audiences: ['']}", "is not a text of one character or more", at + ".audiences[0]"},
		{"{issuer: i, fromParams: ['']}", "is not a text of one character or more", at + ".fromParams[0]"},
		{"{issuer: i, forwardOriginalToken: 'yes'}", "is not true or false", at + ".forwardOriginalToken"},
	} {
		checkRefused(t, RefusedTokens, jwtRules("a", c.rule), c.rule, c.why, c.path)
	}
	two := "---\napiVersion: security.istio.io/v1\nkind: RequestAuthentication\nmetadata: {name: a}\nspec: {selector: {matchLabels: {a: b}}, targetRefs: [{kind: Service, name: s, group: ''}]}\n"
	checkRefused(t, RefusedTokens, two, "selector and targets", "it has two of selector, targetRef and targetRefs", "spec")
}

// TestRefusedPeers holds what is refused of a PeerAuthentication.
func TestRefusedPeers(t *testing.T) {
	const selector = "selector: {matchLabels: {a: b}}, "
	for _, c := range []struct{ spec, why, path string }{
		{"", "", ""},
		{"mtls: {mode: STRICT}", "", ""},
		{"mtls: {mode: strict}", "is not one of UNSET", "spec.mtls.mode"},
		{selector + "portLevelMtls: {80: {mode: STRICT}}", "", ""},
		{"portLevelMtls: {80: {mode: STRICT}}", "portLevelMtls needs a selector", "spec.portLevelMtls"},
		{selector + "portLevelMtls: {}", "portLevelMtls is empty", "spec.portLevelMtls"},
		{selector + "portLevelMtls: {0: {mode: STRICT}}", `"0" is not a port`, "spec.portLevelMtls"},
		{selector + "portLevelMtls: {http: {mode: STRICT}}", `"http" is not a port`, "spec.portLevelMtls"},
		{selector + "portLevelMtls: {70000: {mode: STRICT}}", `"70000" is not a port`, "spec.portLevelMtls"},
	} {
		checkRefused(t, RefusedPeers, peers("p", "ns", c.spec), c.spec, c.why, c.path)
	}
}

// TestRefusedDestination holds what is refused of a DestinationRule.
func TestRefusedDestination(t *testing.T) {
	for _, c := range []struct{ spec, why, path string }{
		{"host: s", "", ""},
		{"host: '*.ns.svc.cluster.local'", "", ""},
		{"subsets: []", "it has no host", "spec.host"},
		{"host: s, trafficPolicy: {}", "a trafficPolicy is empty", "spec.trafficPolicy"},
		{"host: s, trafficPolicy: {portLevelSettings: [{tls: {mode: SIMPLE}}]}", "settings of a port need the port", "spec.trafficPolicy.portLevelSettings[0]"},
		{"host: s, trafficPolicy: {portLevelSettings: [{port: {number: 80}}]}", "settings of a port are empty", "spec.trafficPolicy.portLevelSettings[0]"},
		{"host: s, subsets: [{labels: {a: b}}]", "a subset has no name", "spec.subsets[0]"},
		{"host: s, subsets: [{name: a}, {name: a}]", "or the name of another subset", "spec.subsets[1]"},
		{"host: s, subsets: [{name: a, trafficPolicy: {}}]", "a trafficPolicy is empty", "spec.subsets[0].trafficPolicy"},
		{"host: s, workloadSelector: {matchLabels: {a: b}}, exportTo: ['*']", "is for its own namespace", "spec.exportTo"},
		{"host: s, workloadSelector: {matchLabels: {a: b}}, exportTo: [ns]", "", ""},
		{"host: s, exportTo: [x, x]", "exported to x and others", "spec.exportTo[1]"},
		{"host: s, trafficPolicy: {tls: {mode: OTHER}}", "is not one of DISABLE", "spec.trafficPolicy.tls.mode"},
	} {
		checkRefused(t, RefusedDestination, destinationRule(c.spec), c.spec, c.why, c.path)
	}
}

// TestRefusedIsInDoubt: an object that Istio refuses is not there in a trace; where it
// is asked what is possible, an older version of it may do anything.
func TestRefusedIsInDoubt(t *testing.T) {
	for name, text := range map[string]string{
		"a policy":             policyText(forS + "action: DENY"),
		"tokens":               jwtRules("a", "{}"),
		"a PeerAuthentication": peers("p", "ns", "portLevelMtls: {80: {mode: STRICT}}"),
		"a DestinationRule":    destinationRule("host: s, trafficPolicy: {}"),
	} {
		s := loaded(t, service+text)
		if got := simulatetest.Ask(s, toS(simulate.Token{})); got != "s.ns:80" {
			t.Errorf("%s: %s", name, got)
		}
		all := simulate.Decision{}
		simulate.Worlds(true, func(w *simulate.World) bool {
			all.Outcomes = append(all.Outcomes, simulate.Outcome{Decision: s.Decide(toS(simulate.Token{}).In(w), nil)})
			return true
		})
		if got := simulatetest.Line(&all); got != "anything or s.ns:80" {
			t.Errorf("%s, in doubt: %s", name, got)
		}
	}
}

// TestUnmet lists the objects that hold at no place which was asked about.
func TestUnmet(t *testing.T) {
	s := loaded(t, service+strings.Replace(policyText("selector: {matchLabels: {app: other}}, rules: [{}]"), "name: p", "name: elsewhere", 1)+
		policyText(forS+"rules: [{}]")+strings.Replace(jwtRules("tokens", ruleA), "app: s", "app: other", 1)+peers("peers", "other", "mtls: {mode: STRICT}"))
	names := func() []string {
		var out []string
		for _, u := range s.Unmet() {
			out = append(out, u.Name)
		}
		slices.Sort(out)
		return out
	}
	if got, want := names(), []string{"AuthorizationPolicy ns/elsewhere", "AuthorizationPolicy ns/p", "PeerAuthentication other/peers", "RequestAuthentication ns/tokens"}; !slices.Equal(got, want) {
		t.Errorf("nothing was asked: %v", got)
	}
	s.Decide(toS(simulate.Token{}), nil)
	if got, want := names(), []string{"AuthorizationPolicy ns/elsewhere", "PeerAuthentication other/peers", "RequestAuthentication ns/tokens"}; !slices.Equal(got, want) {
		t.Errorf("the pods of s were asked about: %v", got)
	}
}
