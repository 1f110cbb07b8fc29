package prove_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/prove/classes"
)

// TestWhoDecidesIsCompared: where somebody else says who gets through, a change of
// whom is asked is one for callers, although both are supposed to say yes. So is a
// change of what a filter does to requests that the one that is tried does not have.
func TestWhoDecidesIsCompared(t *testing.T) {
	group := func(filters string) string {
		return "apiVersion: zalando.org/v1\nkind: RouteGroup\nmetadata: {name: g, namespace: shop}\nspec:\n  hosts: [a.com]\n" +
			"  backends: [{name: web, type: service, serviceName: web, servicePort: 80}]\n  routes: [{path: /x, backends: [{backendName: web}], filters: [" + filters + "]}]\n"
	}
	remote := func(authorizer string) string {
		return rule("r", "http://a.com/x<.*>", "authenticators: [{handler: noop}], authorizer: "+authorizer+", mutators: [{handler: noop}]")
	}
	const scope = `'oauthTokeninfoAnyScope("r")'`
	for _, c := range []struct {
		before, after string
		want          classes.Kind
	}{
		{group(`'jwtValidation("https://a")'`), group(`'jwtValidation("https://b")'`), classes.Exposed},
		{group(`'webhook("https://a", "X-A")'`), group(`'webhook("https://a", "X-B")'`), classes.Exposed},
		{group(`'basicAuth("/a")'`), group(`'basicAuth("/b")'`), classes.Exposed},
		{group(`'oauthTokenintrospectionAnyClaims("https://a", "c")'`), group(`'oauthTokenintrospectionAnyClaims("https://b", "c")'`), classes.Exposed},
		{group(`'dropRequestHeader("X-A")'`), group(`'dropRequestHeader("X-B")'`), classes.Headers},
		{group(scope + `, 'forwardToken("X-A", "uid")'`), group(scope + `, 'forwardToken("X-A", "uid", "realm")'`), classes.Headers},
		{group(`'status(200)'`), group(`'status(201)'`), classes.Routing},
		{group(`'inlineContent("a")'`), group(`'inlineContent("b")'`), classes.Status},
		{group(scope + `, 'tee("https://c")'`), group(`'tee("https://c")', ` + scope), classes.Routing},
		{group(`'tee("https://c")', ` + scope), group(`'tee("https://d")', ` + scope), classes.Routing},
		{remote("{handler: remote, config: {remote: 'https://a'}}"), remote("{handler: remote, config: {remote: 'https://b'}}"), classes.Exposed},
		{remote("{handler: remote_json, config: {remote: 'https://a', payload: '{}'}}"), remote("{handler: remote_json, config: {remote: 'https://a', payload: '[]'}}"), classes.Exposed},
		{remote("{handler: remote, config: {remote: 'https://a'}}"), remote("{handler: allow}"), classes.Exposed},
		{remote("{handler: allow}"), remote("{handler: remote, config: {remote: 'https://a'}}"), classes.Tightened},
	} {
		r := classes.Compare(sideOf(t, documents(t, c.before), -1, nil), sideOf(t, documents(t, c.after), -1, nil))
		if !slices.ContainsFunc(r.Changes, func(ch classes.Change) bool { return ch.Kind == c.want }) {
			t.Errorf("%s%s%v, want %s", c.before, c.after, r.Changes, c.want)
		}
		if text := fmt.Sprint(r.Changes); strings.Contains(text, "payload") {
			t.Errorf("the configuration is shown: %s", text)
		}
	}
}
