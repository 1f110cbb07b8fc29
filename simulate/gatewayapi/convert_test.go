package gatewayapi_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/source"
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

// routes returns an HTTPRoute for a.test at the Gateway gw.
func routes(name, created string, rules ...string) string {
	return object("HTTPRoute", name, created, "parentRefs: [{name: gw}], hostnames: [a.test], rules: ["+strings.Join(rules, ", ")+"]")
}

// to returns a rule: a path, more of the match, and the Service.
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
		"rules that are not written":            {object("HTTPRoute", "r", "", "parentRefs: [{name: gw}], hostnames: [a.test]"), "https://a.test/a", "500"},
		"an empty list of rules":                {routes("r", ""), "https://a.test/a", "unknown"},
		"no match is the prefix /":              {routes("r", "", "{backendRefs: [{name: s, port: 80}]}"), "https://a.test/a", "s"},
		"a redirect":                            {routes("r", "", "{filters: [{type: RequestRedirect, requestRedirect: {scheme: https}}]}"), "http://a.test/a", "302"},
		"a filter that is not known":            {routes("r", "", "{filters: [{type: ExtensionRef, extensionRef: {group: x, kind: k, name: z}}], backendRefs: [{name: s, port: 80}]}"), "https://a.test/a", "unknown"},
		"a field that nobody knows":             {routes("r", "", "{retries: 3, backendRefs: [{name: s, port: 80}]}"), "https://a.test/a", "unknown"},
		"a Service elsewhere":                   {routes("r", "", "{backendRefs: [{name: s, namespace: web, port: 80}]}"), "https://a.test/a", "unknown"},
		"granted": {routes("r", "", "{backendRefs: [{name: s, namespace: web, port: 80}]}") +
			"---\n{apiVersion: gateway.networking.k8s.io/v1beta1, kind: ReferenceGrant, metadata: {name: g, namespace: web}, spec: {from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}], to: [{group: '', kind: Service, name: s}]}}\n", "https://a.test/a", "s"},
		"granted to others": {routes("r", "", "{backendRefs: [{name: s, namespace: web, port: 80}]}") +
			"---\n{apiVersion: gateway.networking.k8s.io/v1beta1, kind: ReferenceGrant, metadata: {name: g, namespace: web}, spec: {from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: other}], to: [{group: '', kind: Service}]}}\n", "https://a.test/a", "500"},
		"no grant beside the Service": {routes("r", "", "{backendRefs: [{name: s, namespace: web, port: 80}]}") +
			"---\n{apiVersion: v1, kind: Service, metadata: {name: s, namespace: web}, spec: {ports: [{port: 80}]}}\n", "https://a.test/a", "500"},
		"a share without a grant": {routes("r", "", "{backendRefs: [{name: a, port: 80}, {name: s, namespace: web, port: 80}]}") +
			"---\n{apiVersion: v1, kind: Service, metadata: {name: s, namespace: web}, spec: {ports: [{port: 80}]}}\n", "https://a.test/a", "unknown"},
		"another controller's class": {object("Gateway", "gw", "", strings.Replace(gateway, "istio", "nginx", 1)) + routes("r", "", to("Exact", "/a", "", "s")), "https://a.test/a", "unknown"},
		"a class of istiod's": {object("Gateway", "gw", "", strings.Replace(gateway, "istio", "own", 1)) + routes("r", "", to("Exact", "/a", "", "s")) +
			object("GatewayClass", "own", "", "controllerName: istio.io/gateway-controller"), "https://a.test/a", "s"},
		"a waypoint's class": {object("Gateway", "gw", "", strings.Replace(gateway, "istio", "istio-waypoint", 1)) + routes("r", "", to("Exact", "/a", "", "s")), "https://a.test/a", "unknown"},
		"another name of the proxy": {strings.Replace(object("Gateway", "gw", "", gateway), "name: gw", "name: gw, annotations: {gateway.istio.io/name-override: x}", 1) +
			routes("r", "", to("Exact", "/a", "", "s")), "https://a.test/a", "unknown"},
		"a policy for the class": {routes("r", "", to("Exact", "/a", "", "s")) +
			"---\n{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: p, namespace: istio-system}, spec: {targetRefs: [{group: gateway.networking.k8s.io, kind: GatewayClass, name: istio}]}}\n", "https://a.test/a", "unknown"},
		"a filter for the Gateway": {routes("r", "", to("Exact", "/a", "", "s")) +
			"---\n{apiVersion: networking.istio.io/v1alpha3, kind: EnvoyFilter, metadata: {name: p, namespace: shop}, spec: {targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: gw}]}}\n", "https://a.test/a", "unknown"},
		"a listener":           {object("Gateway", "gw", "", gateway) + object("HTTPRoute", "r", "", "parentRefs: [{name: gw, sectionName: tls}], hostnames: [a.test], rules: ["+to("Exact", "/a", "", "s")+"]"), "https://a.test/a", "s"},
		"not the other one":    {object("Gateway", "gw", "", gateway) + object("HTTPRoute", "r", "", "parentRefs: [{name: gw, sectionName: tls}], hostnames: [a.test], rules: ["+to("Exact", "/a", "", "s")+"]"), "http://a.test/a", "404"},
		"all listeners":        {object("Gateway", "gw", "", gateway) + routes("r", "", to("Exact", "/a", "", "s")), "http://a.test/a", "s"},
		"another namespace":    {object("Gateway", "gw", "", gateway) + strings.ReplaceAll(strings.Replace(routes("r", "", to("Exact", "/a", "", "s")), "namespace: shop", "namespace: web", 1), "{name: gw}", "{name: gw, namespace: shop}"), "https://a.test/a", "404"},
		"listeners that share": {object("Gateway", "gw", "", "listeners: [{name: a, port: 80, protocol: HTTP}, {name: b, port: 80, protocol: HTTP, hostname: a.test}]") + routes("r", "", to("Exact", "/a", "", "s")), "http://a.test/a", "unknown"},
		"a policy for the Gateway": {routes("r", "", to("Exact", "/a", "", "s")) +
			"---\n{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: p, namespace: shop}, spec: {targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: gw}]}}\n", "https://a.test/a", "unknown"},
		"VirtualServices of another identity": {routes("r", "", to("Exact", "/a", "", "s")) +
			"---\n{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: v, namespace: shop}, spec: {hosts: [b.test], gateways: [gw], http: [{route: [{destination: {host: s}}]}]}}\n" +
			"---\n{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: p, namespace: shop}, spec: {rules: [{}]}}\n", "https://a.test/a", "unknown"},
		"VirtualServices of another identity that nobody asks for": {routes("r", "", to("Exact", "/a", "", "s")) +
			"---\n{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: v, namespace: shop}, spec: {hosts: [b.test], gateways: [gw], http: [{route: [{destination: {host: s}}]}]}}\n", "https://a.test/a", "s"},
		"no parent": {object("HTTPRoute", "r", "", "hostnames: [a.test], rules: ["+to("Exact", "/a", "", "s")+"]"), "https://a.test/a", "unknown"},
	} {
		if got := decided(t, c.in, "GET", c.url); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestTwoFronts: an HTTPRoute is not followed where a VirtualService serves its host
// at a Gateway of its name, however that is spelled, which is not among the inputs.
func TestTwoFronts(t *testing.T) {
	const service = "---\n{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: v, namespace: shop}, spec: {hosts: [HOST], gateways: [GATEWAY], http: [{route: [{destination: {host: v}}]}]}}\n"
	for in, left := range map[[2]string]bool{
		{"a.test", "gw"}: true, {"a.test", "shop/gw"}: true, {"a.test", "./gw"}: true, {"a.test", "gw.shop.svc.cluster.local"}: true,
		{"a.test", "other/gw"}: false, {"b.test", "gw"}: false,
	} {
		text := routes("r", "", to("Exact", "/a", "", "s")) + strings.NewReplacer("HOST", in[0], "GATEWAY", in[1]).Replace(service)
		converted, _ := gatewayapi.Convert(manifests(t, text), gatewayapi.Options{Istio: "cluster.local/ns/istio-system/sa/istio"})
		if got := slices.ContainsFunc(converted, func(m simulate.Manifest) bool { return m.Kind == "HTTPRoute" }); got != left {
			t.Errorf("beside a VirtualService for %v: left is %v, want %v", in, got, left)
		}
	}
}

// TestIdentity is who the proxy of a Gateway is in the mesh.
func TestIdentity(t *testing.T) {
	route := routes("r", "", to("Exact", "/a", "", "s"))
	gateway := object("Gateway", "gw", "", "gatewayClassName: other, listeners: [{name: web, port: 80, protocol: HTTP}]")
	o := gatewayapi.Options{Class: "other", Identity: func(gateway string, document *source.Node) string {
		return gateway + " " + source.Text(source.Field(source.Field(document, "spec"), "gatewayClassName"))
	}}
	for in, want := range map[string]string{route: "shop/gw ", route + gateway: "shop/gw other"} {
		if _, got := gatewayapi.Convert(manifests(t, in), o); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// rewriting returns a rule that rewrites what the path /a, or below it, has.
func rewriting(kind, path, becomes string) string {
	return fmt.Sprintf("{matches: [{path: {type: %s, value: '%s'}}], filters: [{type: URLRewrite, urlRewrite: {%s}}], backendRefs: [{name: s, port: 80}]}", kind, path, becomes)
}

// TestRewrites is the URL that the Service gets.
func TestRewrites(t *testing.T) {
	prefix := func(to string) string { return "path: {type: ReplacePrefixMatch, replacePrefixMatch: " + to + "}" }
	for name, c := range map[string]struct{ rule, path, want string }{
		"a prefix":               {rewriting("PathPrefix", "/a", prefix("/b")), "/a/c?q", "a.test/b/c?q"},
		"a prefix alone":         {rewriting("PathPrefix", "/a", prefix("/b")), "/a", "a.test/b"},
		"a slash does not count": {rewriting("PathPrefix", "/a/", prefix("/b/")), "/a/c", "a.test/b/c"},
		"a prefix goes":          {rewriting("PathPrefix", "/a", prefix("/")), "/a/c", "a.test/c"},
		"all of the path goes":   {rewriting("PathPrefix", "/a", prefix("/")), "/a", "a.test/"},
		"the whole path":         {rewriting("RegularExpression", "/a.*", "path: {type: ReplaceFullPath, replaceFullPath: /b}"), "/a/c?q", "a.test/b?q"},
		"the host":               {rewriting("Exact", "/a", "hostname: b.test"), "/a", "b.test/a"},
		"both":                   {rewriting("PathPrefix", "/a", "hostname: b.test, "+prefix("/")), "/a/c", "b.test/c"},
	} {
		converted, _ := gatewayapi.Convert(manifests(t, routes("r", "", c.rule)), gatewayapi.Options{})
		d := envoy.Load(converted, "shop").Decide(&simulate.Request{Method: "GET", Scheme: "https", Host: "a.test", Target: c.path}, nil)
		if !d.Passed() {
			t.Errorf("%s: %+v", name, d)
		} else if got := d.Next.Host + d.Next.Target; got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	for name, rule := range map[string]string{
		"a prefix of an expression": rewriting("RegularExpression", "/a.*", prefix("/b")),
		"a prefix of two matches":   strings.Replace(rewriting("PathPrefix", "/a", prefix("/b")), "matches: [", "matches: [{path: {type: Exact, value: /c}}, ", 1),
		"another kind":              rewriting("PathPrefix", "/a", "path: {type: ReplaceNothing}"),
	} {
		if got := decided(t, routes("r", "", rule), "GET", "https://a.test/a"); got != "unknown" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestTreatments holds what an HTTPRoute does besides sending requests on to the
// same of a VirtualService, and to another one of others.
func TestTreatments(t *testing.T) {
	treated := func(text string) simulate.Treatment {
		converted, _ := gatewayapi.Convert(manifests(t, text), gatewayapi.Options{})
		for _, one := range envoy.Load(converted, "shop").Treatments() {
			return one
		}
		t.Fatalf("no route in %s", text)
		return simulate.Treatment{}
	}
	const redirect = "{matches: [{path: {type: PathPrefix, value: /a}}], filters: [{type: RequestRedirect, requestRedirect: {statusCode: 301, path: {type: ReplaceFullPath, replaceFullPath: /b}}}]}"
	service := func(match, does string) string {
		return "---\n{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: v, namespace: shop}, spec: {hosts: [a.test], gateways: [gw], http: [{match: [{uri: {" + match + "}}], " + does + "}]}}\n"
	}
	const to = "route: [{destination: {host: s, port: {number: 80}}}]"
	const plain = "{matches: [{path: {type: PathPrefix, value: /a}}], backendRefs: [{name: s, port: 80}]}"
	rule := func(filter string) string {
		return strings.Replace(plain, "backendRefs", "filters: [{"+filter+"}], backendRefs", 1)
	}
	prefix := func(to string) string {
		return rule("type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: " + to + "}}")
	}
	mirror := func(more string) string {
		return rule("type: RequestMirror, requestMirror: {backendRef: {name: m, port: 80}" + more + "}")
	}
	for name, c := range map[string]struct {
		service, rule string
		same          bool
	}{
		"the prefix goes":        {service("prefix: /a/", "rewrite: {uri: /}, "+to), prefix("/"), true},
		"another prefix":         {service("prefix: /a", "rewrite: {uri: /b}, "+to), prefix("/b"), true},
		"of part of a segment":   {service("prefix: /a", "rewrite: {uri: /}, "+to), prefix("/"), false},
		"to something else":      {service("prefix: /a/", "rewrite: {uri: /c/}, "+to), prefix("/b"), false},
		"no rewriting":           {service("prefix: /a/", to), prefix("/"), false},
		"the whole path":         {service("regex: /a.*", "rewrite: {uri: /b}, "+to), rule("type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, replaceFullPath: /b}}"), true},
		"a host":                 {service("prefix: /a", "rewrite: {authority: b.test}, "+to), rule("type: URLRewrite, urlRewrite: {hostname: b.test}"), true},
		"copies":                 {service("prefix: /a", "mirror: {host: m, port: {number: 80}}, "+to), mirror(""), true},
		"some copies":            {service("prefix: /a", "mirrors: [{destination: {host: m, port: {number: 80}}, percentage: {value: 12.5}}], "+to), mirror(", fraction: {numerator: 125, denominator: 1000}"), true},
		"fewer copies":           {service("prefix: /a", "mirrors: [{destination: {host: m, port: {number: 80}}, percentage: {value: 50}}], "+to), mirror(", percent: 40"), false},
		"copies elsewhere":       {service("prefix: /a", "mirror: {host: other, port: {number: 80}}, "+to), mirror(""), false},
		"a redirect":             {service("prefix: /a", "redirect: {uri: /b}"), redirect, true},
		"a redirect with a code": {service("prefix: /a", "redirect: {uri: /b, redirectCode: 302}"), redirect, false},
		"times":                  {service("prefix: /a", "timeout: 0.5s, "+to), strings.Replace(plain, "backendRefs", "timeouts: {request: 500ms}, backendRefs", 1), true},
		"shares": {
			service("prefix: /a", "route: [{destination: {host: s, port: {number: 80}}, weight: 9}, {destination: {host: o, port: {number: 80}}, weight: 1}]"),
			strings.Replace(plain, "[{name: s, port: 80}]", "[{name: s, port: 80, weight: 9}, {name: o, port: 80, weight: 1}]", 1), true,
		},
	} {
		was, is := treated(c.service), treated(routes("r", "", c.rule))
		if same := fmt.Sprint(was) == fmt.Sprint(is); same != c.same {
			t.Errorf("%s: %+v and %+v are the same: %v", name, was, is, same)
		}
	}
}

// FuzzConvert: no HTTPRoute, Gateway or ReferenceGrant makes the conversion end
// otherwise than with an answer.
func FuzzConvert(f *testing.F) {
	f.Add("parentRefs: [{name: gw}], hostnames: [a.test], rules: []", "gatewayClassName: istio, listeners: [{name: web, port: 80, protocol: HTTP}]")
	f.Add("parentRefs: [{name: gw}], rules: [{matches: [{path: {type: PathPrefix, value: /x}, headers: [{name: h, value: v}]}], filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /}}}], backendRefs: [{name: s, port: 80, weight: 2}]}]", "listeners: [{name: tls, port: 443, protocol: HTTPS, hostname: '*.test', tls: {certificateRefs: [{name: c}]}, allowedRoutes: {namespaces: {from: Same}}}]")
	f.Add("parentRefs: [], hostnames: ['*'], rules: [{filters: [{type: CORS, cors: {allowOrigins: ['*']}}, {type: RequestMirror, requestMirror: {backendRef: {name: m}}}]}]", "addresses: [{value: 1.2.3.4}]")
	f.Fuzz(func(_ *testing.T, route, gateway string) {
		file, problem := source.NewFile("in.yaml", []byte(object("Gateway", "gw", "", gateway)+object("HTTPRoute", "r", "", route)))
		if problem != nil {
			return
		}
		docs, _ := source.Split(file)
		var list []simulate.Manifest
		for _, d := range docs {
			if root, _ := d.Parse(); root != nil {
				d.APIVersion, d.Kind, d.Namespace, d.Name = source.Head(root)
				list = append(list, simulate.ReadManifest(root, source.Ref{Doc: d}, false, "shop"))
			}
		}
		converted, _ := gatewayapi.Convert(list, gatewayapi.Options{Istio: "cluster.local/ns/istio-system/sa/istio"})
		envoy.Load(converted, "shop").Decide(&simulate.Request{Method: "GET", Scheme: "https", Host: "a.test", Target: "/x"}, nil)
	})
}
