package prove_test

import (
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
