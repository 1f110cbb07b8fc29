package prove_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/prove/classes"
	"github.com/kgw-dev/kgw/simulate"
)

// TestRulesAreCompared: what a change of a Rule does to those who get through on
// both sides is reported.
func TestRulesAreCompared(t *testing.T) {
	const jwt = "authenticators: [{handler: jwt, config: {jwks_urls: [https://a/keys], trusted_issuers: [https://a]}}], authorizer: {handler: allow}, mutators: [{handler: noop}]"
	const session = "authenticators: [{handler: cookie_session, config: {check_session_url: https://s/who}}, {handler: anonymous}], authorizer: {handler: allow}, mutators: [{handler: noop}]"
	for name, c := range map[string]struct{ spec, from, to, want string }{
		"the path":                        {jwt, "stripPath: /x", "stripPath: /y", "MOVED sent as /x"},
		"the host":                        {jwt, "preserveHost: true", "preserveHost: false", "MOVED sent for api.shop"},
		"keys on one side":                {jwt, "jwks_urls: [https://a/keys], ", "", "UNKNOWN the keys"},
		"who is verified":                 {session, "{handler: cookie_session, config: {check_session_url: https://s/who}}, ", "", "HEADERS request of anybody"},
		"a field that is not known":       {jwt, "authorizer:", "kgwUnheardOf: x, authorizer:", "UNKNOWN "},
		"such a field beside the methods": {jwt, "methods:", "kgwUnheardOf: x, methods:", "UNKNOWN "},
	} {
		text := rule("one", "http://a.com/x<.*>", c.spec)
		changed := strings.Replace(text, c.from, c.to, 1)
		if changed == text {
			t.Fatalf("%s: %q is not in the Rule", name, c.from)
		}
		var got []string
		for _, ch := range classes.Compare(sideOf(t, documents(t, text), -1, nil), sideOf(t, documents(t, changed), -1, nil)).Changes {
			got = append(got, string(ch.Kind)+" "+ch.After)
		}
		if !strings.Contains(strings.Join(got, "\n"), c.want) {
			t.Errorf("%s: %q is not among %q", name, c.want, got)
		}
	}
}

// TestUnknownFieldOfARule: what a Rule may match is not known, so that nothing is
// said of other requests either.
func TestUnknownFieldOfARule(t *testing.T) {
	const spec = "authenticators: [{handler: noop}], authorizer: {handler: allow}, mutators: [{handler: noop}]"
	text := strings.Replace(rule("one", "http://a.com/x", spec), "methods:", "kgwUnheardOf: x, methods:", 1)
	d := clusterOf(documents(t, text), -1, nil).Mesh.Decide(asked("GET http://a.com/other", simulate.Token{}), nil)
	if !d.MayPass() {
		t.Errorf("it is certain that the request is answered %d: %s", d.Status, d.Reason)
	}
}

// TestRoutesThatLookAtTheScheme: plain HTTP is compared where routes tell it apart,
// also without the Gateway.
func TestRoutesThatLookAtTheScheme(t *testing.T) {
	for name, condition := range map[string]string{"the header": "headers: {x-forwarded-proto: {exact: http}}", "the scheme": "scheme: {exact: http}"} {
		text := vs("a.com", "{match: [{"+condition+"}], directResponse: {status: 400}}", toAPI) + service("api")
		after := strings.Replace(text, "exact: http}", "exact: none}", 1)
		r := classes.Compare(sideOf(t, documents(t, text), -1, nil), sideOf(t, documents(t, after), -1, nil))
		if len(r.Changes) == 0 {
			t.Errorf("%s: plain HTTP is no longer refused, and nothing is reported", name)
		}
	}
}

// TestRulesOfAnyHostAreCompared: what Rules and Gateways do is compared, whatever hosts
// they are for, and with what they cut out of paths and make of unknown tokens.
func TestRulesOfAnyHostAreCompared(t *testing.T) {
	const open = "authenticators: [{handler: noop}], authorizer: {handler: allow}, mutators: [{handler: noop}]"
	wild := vs("*.com", "{route: [{destination: {host: ory-oathkeeper-proxy.kyma-system.svc.cluster.local, port: {number: 4455}}}]}")
	for name, c := range map[string]struct{ text, from, to string }{
		"an expression for the host":     {rule("one", "http://<[a-z]+>.com/x", open), "handler: noop", "handler: unauthorized"},
		"a host below a wildcard":        {wild + rule("one", "<https?>://b.com/x", open), "handler: noop", "handler: unauthorized"},
		"an expression below a wildcard": {wild + rule("one", "<https?>://<[b-z]+>.com/x", open), "handler: noop", "handler: unauthorized"},
		"what is cut out of some paths":  {rule("one", "https://a.com/<.*>", open), "stripPath: /x, ", ""},
		"tokens that nobody knows":       {rule("one", "https://a.com/x", open), "authenticators: [{handler: noop}]", "authenticators: [{handler: anonymous}]"},
		"a host that a server redirects": {vs("a.com", toAPI) + gateway("istio-system/gw", "", strings.Replace(redirects, "'*.com'", "b.com", 1), secureAny), "httpsRedirect: true", "httpsRedirect: false"},
	} {
		changed := strings.Replace(c.text, c.from, c.to, 1)
		if changed == c.text {
			t.Fatalf("%s: %q is not in the text", name, c.from)
		}
		if r := classes.Compare(sideOf(t, documents(t, c.text), -1, nil), sideOf(t, documents(t, changed), -1, nil)); len(r.Changes) == 0 {
			t.Errorf("%s: nothing is reported", name)
		}
	}
}

// TestPlainHTTPThatOpens: where no Gateway served a host, plain HTTP that is served
// now is open, also with the Gateway among the inputs of both states.
func TestPlainHTTPThatOpens(t *testing.T) {
	route := vs("a.com", toAPI)
	plain := gateway("istio-system/gw", "", plainAny)
	for name, before := range map[string]string{
		"its server had other hosts": route + strings.Replace(plain, "'*'", "b.com", 1),
		"nothing led to the host":    vs("b.com", toAPI) + plain,
	} {
		changed := classes.Compare(sideOf(t, documents(t, before), -1, nil), sideOf(t, documents(t, route+plain), -1, nil))
		if !slices.ContainsFunc(changed.Changes, func(c classes.Change) bool {
			return c.Kind == classes.Exposed && strings.HasPrefix(c.Witness.URL, "http://a.com/")
		}) {
			t.Errorf("%s: %v %v", name, changed.Changes, changed.Notes)
		}
	}
}
