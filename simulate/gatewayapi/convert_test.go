package gatewayapi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/simulate"
	"github.com/kgw-dev/kgw/simulate/envoy"
	"github.com/kgw-dev/kgw/simulate/gatewayapi"
	"github.com/kgw-dev/kgw/simulate/simulatetest"
)

func manifests(t *testing.T, text string) []simulate.Manifest {
	t.Helper()
	return simulatetest.Manifests(t, "shop", text)
}

func object(kind, name, created, spec string) string {
	if created != "" {
		created = ", creationTimestamp: '" + created + "'"
	}
	return fmt.Sprintf("---\n{apiVersion: gateway.networking.k8s.io/v1, kind: %s, metadata: {name: %s, namespace: shop%s}, spec: {%s}}\n", kind, name, created, spec)
}

// routes is an HTTPRoute for a.test at the Gateway gw.
func routes(name, created string, rules ...string) string {
	return object("HTTPRoute", name, created, "parentRefs: [{name: gw}], hostnames: [a.test], rules: ["+strings.Join(rules, ", ")+"]")
}

// to is a rule: a path, more of the match, and the Service.
func to(kind, path, more, service string) string {
	return fmt.Sprintf("{matches: [{path: {type: %s, value: '%s'}%s}], backendRefs: [{name: %s, port: 80}]}", kind, path, more, service)
}

// decided returns where a request goes: a Service, a status, or "unknown".
func decided(t *testing.T, text, method, url string) string {
	t.Helper()
	converted, _ := gatewayapi.Convert(manifests(t, text), gatewayapi.Options{Istio: "cluster.local/ns/istio-system/sa/istio"})
	g := envoy.Load(converted, "shop")
	scheme, rest, _ := strings.Cut(url, "://")
	host, target, _ := strings.Cut(rest, "/")
	r := &simulate.Request{Method: method, Scheme: scheme, Host: host, Target: "/" + target}
	d := simulate.Outcomes(r, nil, g.Decide)
	switch {
	case len(d.Outcomes) > 0 || d.Cause == simulate.Anything:
		return "unknown"
	case d.Passed():
		name, _, _ := strings.Cut(d.Next.To, ".")
		return name
	}
	return fmt.Sprint(d.Status)
}

func TestDecisions(t *testing.T) {
	const gateway = "gatewayClassName: istio, listeners: [{name: web, port: 80, protocol: HTTP}, {name: tls, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: c}]}}]"
	for name, c := range map[string]struct{ in, url, want string }{
		"exact before prefix before expression": {routes("r", "", to("RegularExpression", "/a/b", "", "e"), to("PathPrefix", "/a", "", "p"), to("Exact", "/a/b", "", "x")), "https://a.test/a/b", "x"},
		"prefix before expression":              {routes("r", "", to("RegularExpression", "/a/.*", "", "e"), to("PathPrefix", "/a", "", "p")), "https://a.test/a/c", "p"},
		"the longer expression":                 {routes("r", "", to("RegularExpression", "/a.*", "", "short"), to("RegularExpression", "/a[b-z]*", "", "long")), "https://a.test/abc", "long"},
		"with a method":                         {routes("r", "", to("Exact", "/a", "", "any"), to("Exact", "/a", ", method: GET", "get")), "https://a.test/a", "get"},
		"more headers":                          {routes("r", "", to("Exact", "/a", "", "none"), to("Exact", "/a", ", headers: [{name: host, value: a.test}]", "one")), "https://a.test/a", "one"},
		"whole segments":                        {routes("r", "", to("PathPrefix", "/a/", "", "p")), "https://a.test/ab", "404"},
		"a segment":                             {routes("r", "", to("PathPrefix", "/a/", "", "p")), "https://a.test/a", "p"},
		"the prefix / cuts off expressions":     {routes("r", "", to("RegularExpression", "/a", "", "e"), to("PathPrefix", "/", "", "p")), "https://a.test/a", "p"},
		"of another object too":                 {routes("r", "2024-01-01T00:00:00Z", to("RegularExpression", "/a", "", "e")) + routes("s", "2024-01-02T00:00:00Z", to("PathPrefix", "/", "", "p")), "https://a.test/a", "p"},
		"the older of two":                      {routes("r", "2024-01-02T00:00:00Z", to("Exact", "/a", "", "young")) + routes("s", "2024-01-01T00:00:00Z", to("Exact", "/a", "", "old")), "https://a.test/a", "old"},
		"ages that are not known":               {routes("r", "", to("Exact", "/a", "", "one")) + routes("s", "", to("Exact", "/a", "", "other")), "https://a.test/a", "unknown"},
		"ages that do not matter":               {routes("r", "", to("Exact", "/a", "", "one")) + routes("s", "", to("Exact", "/b", "", "other")), "https://a.test/a", "one"},
		"no rule":                               {routes("r", "", to("Exact", "/a", "", "s")), "https://a.test/b", "404"},
		"no backend":                            {routes("r", "", "{matches: [{path: {type: Exact, value: /a}}]}"), "https://a.test/a", "500"},
		"no match is the prefix /":              {routes("r", "", "{backendRefs: [{name: s, port: 80}]}"), "https://a.test/a", "s"},
		"a redirect":                            {routes("r", "", "{filters: [{type: RequestRedirect, requestRedirect: {scheme: https}}]}"), "http://a.test/a", "302"},
		"a filter that is not known":            {routes("r", "", "{filters: [{type: ExtensionRef, extensionRef: {group: x, kind: k, name: z}}], backendRefs: [{name: s, port: 80}]}"), "https://a.test/a", "unknown"},
		"a field that nobody knows":             {routes("r", "", "{retries: 3, backendRefs: [{name: s, port: 80}]}"), "https://a.test/a", "unknown"},
		"a Service elsewhere":                   {routes("r", "", "{backendRefs: [{name: s, namespace: web, port: 80}]}"), "https://a.test/a", "unknown"},
		"granted": {routes("r", "", "{backendRefs: [{name: s, namespace: web, port: 80}]}") +
			"---\n{apiVersion: gateway.networking.k8s.io/v1beta1, kind: ReferenceGrant, metadata: {name: g, namespace: web}, spec: {from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}], to: [{group: '', kind: Service, name: s}]}}\n", "https://a.test/a", "s"},
		"granted to others": {routes("r", "", "{backendRefs: [{name: s, namespace: web, port: 80}]}") +
			"---\n{apiVersion: gateway.networking.k8s.io/v1beta1, kind: ReferenceGrant, metadata: {name: g, namespace: web}, spec: {from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: other}], to: [{group: '', kind: Service}]}}\n", "https://a.test/a", "unknown"},
		"a listener":           {object("Gateway", "gw", "", gateway) + object("HTTPRoute", "r", "", "parentRefs: [{name: gw, sectionName: tls}], hostnames: [a.test], rules: ["+to("Exact", "/a", "", "s")+"]"), "https://a.test/a", "s"},
		"not the other one":    {object("Gateway", "gw", "", gateway) + object("HTTPRoute", "r", "", "parentRefs: [{name: gw, sectionName: tls}], hostnames: [a.test], rules: ["+to("Exact", "/a", "", "s")+"]"), "http://a.test/a", "404"},
		"all listeners":        {object("Gateway", "gw", "", gateway) + routes("r", "", to("Exact", "/a", "", "s")), "http://a.test/a", "s"},
		"another namespace":    {object("Gateway", "gw", "", gateway) + strings.ReplaceAll(strings.Replace(routes("r", "", to("Exact", "/a", "", "s")), "namespace: shop", "namespace: web", 1), "{name: gw}", "{name: gw, namespace: shop}"), "https://a.test/a", "404"},
		"listeners that share": {object("Gateway", "gw", "", "listeners: [{name: a, port: 80, protocol: HTTP}, {name: b, port: 80, protocol: HTTP, hostname: a.test}]") + routes("r", "", to("Exact", "/a", "", "s")), "http://a.test/a", "unknown"},
		"a policy for the Gateway": {routes("r", "", to("Exact", "/a", "", "s")) +
			"---\n{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: p, namespace: shop}, spec: {targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: gw}]}}\n", "https://a.test/a", "unknown"},
		"VirtualServices of another identity": {routes("r", "", to("Exact", "/a", "", "s")) +
			"---\n{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: v, namespace: shop}, spec: {hosts: [b.test], gateways: [gw], http: [{route: [{destination: {host: s}}]}]}}\n", "https://a.test/a", "unknown"},
		"no parent": {object("HTTPRoute", "r", "", "hostnames: [a.test], rules: ["+to("Exact", "/a", "", "s")+"]"), "https://a.test/a", "unknown"},
	} {
		if got := decided(t, c.in, "GET", c.url); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestIdentity is who the proxy of a Gateway is in the mesh.
func TestIdentity(t *testing.T) {
	const gateway = "gatewayClassName: istio, listeners: [{name: web, port: 80, protocol: HTTP}]"
	route := routes("r", "", to("Exact", "/a", "", "s"))
	for want, c := range map[string]struct {
		in      string
		options gatewayapi.Options
	}{
		"cluster.local/ns/shop/sa/gw-istio": {in: route + object("Gateway", "gw", "", gateway)},
		"cluster.local/ns/shop/sa/gw-other": {in: route + object("Gateway", "gw", "", strings.Replace(gateway, "istio", "other", 1))},
		"cluster.local/ns/shop/sa/own":      {in: route + strings.Replace(object("Gateway", "gw", "", gateway), "namespace: shop", "namespace: shop, annotations: {gateway.istio.io/service-account: own}", 1)},
		"of all":                            {route, gatewayapi.Options{Principal: "of all"}},
		"of this":                           {route, gatewayapi.Options{Principal: "of all", Principals: map[string]string{"shop/gw": "of this"}}},
	} {
		if _, got := gatewayapi.Convert(manifests(t, c.in), c.options); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
