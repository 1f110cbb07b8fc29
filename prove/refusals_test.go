package prove_test

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/prove/classes"
)

// TestRefusalsAreCompared: what is refused, or not known, and differs is reported, also
// of requests that nothing matches and of hosts that nothing lists.
func TestRefusalsAreCompared(t *testing.T) {
	const spec = "authenticators: [{handler: jwt, config: {jwks_urls: [https://a/keys], trusted_issuers: [https://a]}}], authorizer: {handler: allow}, mutators: [{handler: noop}]"
	const anybody = "authenticators: [{handler: noop}], authorizer: {handler: allow}, mutators: [{handler: noop}]"
	const when = ", errors: [{handler: redirect, config: {to: 'https://login', when: [{request: {header: {accept: [text/html]}}}]}}]"
	const oathkeeper = "---\nserve: {proxy: {port: 4455}}\naccess_rules: {matching_strategy: regexp}\nerrors: {fallback: [json], handlers: {json: {enabled: true}, redirect: {enabled: true, config: {to: 'https://login'}}}}\n"
	httpRoute := func(route, hosts string) string {
		return "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r, namespace: shop}\nspec: {parentRefs: [{name: gw, namespace: istio-system}], hostnames: [" + hosts + "], rules: [" + route + "]}\n"
	}
	const parent = "---\napiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: gw, namespace: shop}\nspec: {gatewayClassName: istio, listeners: [{name: https, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: c}]}, allowedRoutes: {namespaces: {from: All}}}]}\n"
	for name, c := range map[string]struct{ text, from, to, want string }{
		"requests that no rule matches":           {rule("one", "https://a.com/x", anybody) + oathkeeper, "fallback: [json]", "fallback: [redirect]", "STATUS"},
		"what the client accepts":                 {rule("one", "https://a.com/x", spec+when), "accept: [text/html]", "accept: [application/json]", "STATUS"},
		"whether it matters what it accepts":      {rule("one", "https://a.com/x", spec+when), "accept: [text/html]", "accept: ['*/*']", "STATUS"},
		"what the client sends":                   {rule("one", "https://a.com/x", spec+strings.Replace(when, "accept", "content_type", 1)), "[text/html]", "[application/json]", "STATUS"},
		"a URL that may be a glob":                {rule("one", "https://a.com/x/<*>", anybody), "https://a.com", "http://a.com", "UNKNOWN"},
		"rules that are not among the inputs":     {rule("one", "https://a.com/x", anybody) + strings.Replace(oathkeeper, "regexp", "regexp, repositories: ['https://r/rules.json']", 1), ", repositories: ['https://r/rules.json']", "", "UNKNOWN"},
		"a route without hosts that is refused":   {httpRoute("{matches: [{queryParams: [{name: q, value: 1}]}], backendRefs: [{name: api, port: 80}]}", ""), "value: 1", "value: '1'", "UNKNOWN"},
		"headers of an answer without a backend":  {service("other") + httpRoute("{filters: [{type: ResponseHeaderModifier, responseHeaderModifier: {add: [{name: x-r, value: c}]}}], backendRefs: [{name: other, port: 81}]}", "a.com"), "value: c", "value: d", "HEADERS"},
		"a Gateway that was not among the inputs": {service("api") + parent + httpRoute("{backendRefs: [{name: api, port: 80}]}", "a.com"), "namespace: shop}\nspec: {gatewayClassName", "namespace: istio-system}\nspec: {gatewayClassName", "UNKNOWN"},
	} {
		changed := strings.Replace(c.text, c.from, c.to, 1)
		if changed == c.text {
			t.Fatalf("%s: %q is not in the text", name, c.from)
		}
		var got []string
		for _, ch := range classes.Compare(sideOf(t, documents(t, c.text), -1, nil), sideOf(t, documents(t, changed), -1, nil)).Changes {
			got = append(got, ch.String())
		}
		if !strings.Contains("\n"+strings.Join(got, "\n"), "\n"+c.want+" ") {
			t.Errorf("%s: %s is not among %q", name, c.want, got)
		}
	}
}
