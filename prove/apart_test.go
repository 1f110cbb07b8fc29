package prove_test

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/prove/classes"
)

// TestWhatIsNotReadIsCompared: objects that lead requests elsewhere are known to decide
// alike only if they are the same, and external authorizers by how they are asked.
func TestWhatIsNotReadIsCompared(t *testing.T) {
	outside := vs("a.com", "{route: [{destination: {host: ext.test, port: {number: 80}}}]}")
	plain := vs("a.com", toAPI) + service("api")
	entry := "---\napiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: e, namespace: shop}\nspec: {hosts: [ext.test], ports: [{number: 80, name: h, protocol: HTTP}], resolution: STATIC, endpoints: [{address: 10.0.0.1}]}\n"
	const mesh = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\ndata: {mesh: \"extensionProviders: [{name: x, envoyExtAuthzHttp: {service: z.shop, port: 80, timeout: 1s}}]\"}\n"
	named := "---\napiVersion: v1\nkind: Service\nmetadata: {name: api, namespace: shop}\nspec: {type: ExternalName, externalName: a.test, ports: [{port: 80}]}\n"
	asks := policy("api", "p", "action: CUSTOM, provider: {name: x}, rules: [{}]")
	inside := object("VirtualService", "shop/m", "hosts: [api], http: [{directResponse: {status: 403}}]")
	skipper := "---\napiVersion: zalando.org/v1\nkind: RouteGroup\nmetadata: {name: r, namespace: shop}\nspec: {hosts: [a.com], backends: [{name: api, type: service, serviceName: api, servicePort: 80}], routes: [{pathSubtree: /, backends: [{backendName: api}], filters: ['rfcPath()', 'setRequestHeader(\"X-A\", \"b\")']}]}\n" + service("api")
	for name, c := range map[string]struct{ text, from, to, want string }{
		"where a ServiceEntry leads":          {outside + entry, "10.0.0.1", "10.0.0.2", "UNKNOWN"},
		"a ServiceEntry that no route asks":   {plain + entry, "10.0.0.1", "10.0.0.2", ""},
		"an external name":                    {vs("a.com", toAPI) + named, "a.test", "b.test", "UNKNOWN"},
		"an external name that no route asks": {outside + named, "a.test", "b.test", ""},
		"who is asked for leave":              {plain + mesh + asks, "z.shop", "y.shop", "EXPOSED"},
		"how long it is waited for":           {plain + mesh + asks, "timeout: 1s", "timeout: 2s", ""},
		"what callers in the mesh get":        {plain + inside, "403", "404", "UNKNOWN"},
		"TLS to a backend":                    {plain + "---\napiVersion: gateway.networking.k8s.io/v1\nkind: BackendTLSPolicy\nmetadata: {name: t, namespace: shop}\nspec: {targetRefs: [{group: '', kind: Service, name: api}], validation: {hostname: a}}\n", "hostname: a", "hostname: b", "UNKNOWN"},
		"further listeners":                   {plain + "---\napiVersion: gateway.networking.k8s.io/v1\nkind: ListenerSet\nmetadata: {name: l, namespace: shop}\nspec: {parentRef: {name: gw}}\n", "name: gw", "name: gx", "UNKNOWN"},
		"escapes in a path":                   {skipper, "'rfcPath()', ", "", "MOVED"},
	} {
		changed := strings.Replace(c.text, c.from, c.to, 1)
		if changed == c.text {
			t.Fatalf("%s: %q is not in the text", name, c.from)
		}
		var got []string
		for _, ch := range classes.Compare(sideOf(t, documents(t, c.text), -1, nil), sideOf(t, documents(t, changed), -1, nil)).Changes {
			got = append(got, ch.String())
		}
		if c.want == "" && got != nil || !strings.HasPrefix(strings.Join(got, "\n"), c.want) {
			t.Errorf("%s: %s is not the first of %q", name, c.want, got)
		}
	}
}
