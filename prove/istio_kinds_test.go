package prove_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/prove/classes"
	"github.com/kgw-dev/kgw/simulate"
)

// gateway writes a Gateway with one server for each text.
func gateway(name string, meta string, servers ...string) string {
	spec := "selector: {istio: ingressgateway}, servers: [" + strings.Join(servers, ", ") + "]"
	if meta == "" {
		return object("Gateway", name, spec)
	}
	return object("Gateway", name, spec, meta)
}

// Servers of Gateways.
const (
	plainAny  = "{port: {number: 80, name: h, protocol: HTTP}, hosts: ['*']}"
	secureAny = "{port: {number: 443, name: s, protocol: HTTPS}, tls: {mode: SIMPLE, credentialName: c}, hosts: ['*']}"
	redirects = "{port: {number: 80, name: h, protocol: HTTP}, tls: {httpsRedirect: true}, hosts: ['*.com']}"
)

// aged writes the namespace and the age of an object that object wrote.
func aged(text, day string) string {
	return strings.Replace(text, "namespace: shop", "namespace: shop, creationTimestamp: '2024-01-"+day+"T00:00:00Z'", 1)
}

// meshConfig writes the ConfigMap of the mesh's configuration.
func meshConfig(text string) string {
	return "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\ndata: {mesh: \"" + text + "\"}\n"
}

// TestIstioKinds holds what becomes of requests by objects and fields of Istio
// that are seldom used, or not among the inputs.
func TestIstioKinds(t *testing.T) {
	claims := map[string]any{"iss": "https://a", "sub": "me", "roles": "read write", "realm": map[string]any{"groups": []any{"ops"}}}
	a := simulate.Token{Kind: "jwt", Claims: claims}
	none := simulate.Token{}
	jwt := verifies("api", "a", "") + policy("api", "p", needsJWT)
	rest := "{route: [{destination: {host: rest}}]}"
	ingress := policy("api", "p", "rules: [{from: [{source: {namespaces: [istio-system]}}]}]")
	for name, c := range map[string]struct {
		text  string
		token simulate.Token
		asked map[string]string
	}{
		"hosts that only redirect": {gateway("istio-system/gw", "", redirects, secureAny), none, map[string]string{"GET http://a.com/": "301", "GET http://a.org/": "404"}},
		"a client's word about its scheme": {
			vs("a.com", toAPI) + gateway("istio-system/gw", "", redirects, secureAny), none, map[string]string{"GET http://a.com/ X-Forwarded-Proto: https": "301", "GET https://a.com/": "api"},
		},
		"a port that the host is not on": {
			vs("a.com", toAPI) + gateway("istio-system/gw", "", plainAny) + gateway("istio-system/gx", "", secureAny), none, map[string]string{"GET http://a.com/": "api", "GET https://a.com/": "404"},
		},
		"labels of the gateway": {
			vs("a.com", "{match: [{uri: {prefix: /x}, sourceLabels: {istio: ingressgateway}}], "+api+"}", "{match: [{uri: {prefix: /y}, sourceLabels: {tier: edge}}], "+api+"}", "{match: [{uri: {prefix: /z}, sourceLabels: {istio: other}}], "+api+"}", rest), none,
			map[string]string{"GET https://a.com/x": "api", "GET https://a.com/y": "unknown: rest, api", "GET https://a.com/z": "rest"},
		},
		"ports of a Gateway that is not there": {
			vs("a.com", "{match: [{port: 80}], route: [{destination: {host: plain}}]}", "{match: [{port: 8443}], "+api+"}", rest), none,
			map[string]string{"GET http://a.com/": "plain", "GET https://a.com/": "unknown: rest, api"},
		},
		"a claim without a value": {
			vs("a.com", "{match: [{headers: {'@request.auth.claims.x': {}}}], "+api+"}", rest), none, map[string]string{"GET https://a.com/": "unknown: rest, anything"},
		},
		"words of a claim choose the route": {
			vs("a.com", "{match: [{headers: {'@request.auth.claims.roles': {exact: write}}}], "+api+"}", rest) + verifies("gateway", "a", ", spaceDelimitedClaims: [roles]"), a, map[string]string{"GET https://a.com/": "api"},
		},
		"a claim inside another": {
			vs("a.com", "{match: [{headers: {'@request.auth.claims[realm][groups]': {exact: ops}}}], "+api+"}", rest) + service("api") + verifies("gateway", "a", ", forwardOriginalToken: true") + verifies("api", "a", "") +
				policy("api", "p", "rules: [{when: [{key: 'request.auth.claims[realm][groups]', values: [op*]}]}]"), a,
			map[string]string{"GET https://a.com/": "api"},
		},
		"a variable in a header": {
			vs("a.com", "{headers: {request: {set: {x-user: '%REQ(x-name)%'}}}, "+api+"}") + service("api") + policy("api", "p", "rules: [{when: [{key: 'request.headers[x-user]', values: [me]}]}]"), none,
			map[string]string{"GET https://a.com/ x-user: me": "unknown: 403, api"},
		},
		"a header after an authorizer": {
			vs("a.com", toAPI) + service("api") + policy("api", "c", "action: CUSTOM, provider: {name: ext1}, rules: [{}]") + policy("api", "p", "rules: [{when: [{key: 'request.headers[x-user]', values: [me]}]}]"), none,
			map[string]string{"GET https://a.com/ x-user: me": "unknown: 403, api"},
		},
		"two authorizers for different paths": {
			vs("a.com", toAPI) + service("api") + policy("api", "c", "action: CUSTOM, provider: {name: ext1}, rules: [{to: [{operation: {paths: [/x]}}]}]") + policy("api", "d", "action: CUSTOM, provider: {name: ext2}, rules: [{to: [{operation: {paths: [/y]}}]}]"), none,
			map[string]string{"GET https://a.com/x": "403", "GET https://a.com/z": "api"},
		},
		"a certificate of the client": {
			vs("a.com", toAPI) + service("api") + policy("gateway", "p", "rules: [{from: [{source: {principals: ['spiffe*']}}]}]") +
				gateway("istio-system/gw", "", "{port: {number: 443, name: s, protocol: HTTPS}, tls: {mode: OPTIONAL_MUTUAL, credentialName: c}, hosts: ['*']}"), none,
			map[string]string{"GET https://a.com/": "unknown: 403, api"},
		},
		"TLS or HTTP": {
			object("VirtualService", "v", "hosts: [a.com], gateways: [istio-system/gw], http: ["+toAPI+"], tls: [{match: [{sniHosts: [a.com]}], route: [{destination: {host: rest}}]}]"), none,
			map[string]string{"GET https://a.com/": "unknown: api, rest", "GET http://a.com/": "api"},
		},
		"TLS of one host beside a wildcard": {
			vs("*.com", toAPI) + object("VirtualService", "v", "hosts: [a.com], gateways: [istio-system/gw], tls: [{match: [{port: 443, sniHosts: [a.com]}], route: [{destination: {host: rest}}]}]") +
				gateway("istio-system/gw", "", "{port: {number: 443, name: s, protocol: HTTPS}, tls: {mode: SIMPLE, credentialName: c}, hosts: ['*.com']}", "{port: {number: 443, name: p, protocol: TLS}, tls: {mode: PASSTHROUGH}, hosts: [a.com]}"), none,
			map[string]string{"GET https://a.com/": "rest", "GET https://b.com/": "api"},
		},
		"TLS that is ended before TCP": {
			object("VirtualService", "v", "hosts: [a.com], gateways: [istio-system/gw], tls: [{match: [{sniHosts: [a.com]}], route: [{destination: {host: rest}}]}], tcp: [{route: [{destination: {host: api}}]}]") +
				gateway("istio-system/gw", "", "{port: {number: 9443, name: s, protocol: TLS}, tls: {mode: SIMPLE, credentialName: c}, hosts: [a.com]}"), none,
			map[string]string{"GET https://a.com:9443/": "api"},
		},
		"the older of two Gateways on a plain port": {
			aged(strings.Replace(vs("a.com", "{match: [{uri: {prefix: /x}}], "+api+"}"), "istio-system/gw", "istio-system/gx", 1), "01") +
				aged(object("VirtualService", "second", "hosts: [a.com], gateways: [istio-system/gw], http: [{match: [{uri: {regex: '/.*'}}], route: [{destination: {host: rest}}]}]"), "02") +
				gateway("istio-system/gw", "creationTimestamp: '2023-01-01T00:00:00Z'", plainAny) + gateway("istio-system/gx", "creationTimestamp: '2023-02-01T00:00:00Z'", plainAny), none,
			map[string]string{"GET http://a.com/x": "rest"},
		},
		"what is exported by name comes first": {
			aged(vs("a.com", "{match: [{uri: {regex: '/.*'}}], "+api+"}"), "01") + aged(object("VirtualService", "second", "exportTo: [istio-system], hosts: [a.com], gateways: [istio-system/gw], http: ["+"{match: [{uri: {prefix: /x}}], route: [{destination: {host: rest}}]}]"), "02"), none,
			map[string]string{"GET https://a.com/x": "rest", "GET https://a.com/y": "api"},
		},
		"a Gateway that Istio refuses": {
			vs("a.com", toAPI) + gateway("istio-system/gw", "", "{port: {number: 80, name: h, protocol: HTPP}, hosts: ['*']}", plainAny), none, map[string]string{"GET http://a.com/": "unknown: api, anything"},
		},
		"a VirtualService that Istio refuses": {
			vs("a.com", "{redirect: {redirectCode: 301}}"), none, map[string]string{"GET https://a.com/": "404"},
		},
		"a delegate that delegates": {
			vs("a.com", "{match: [{uri: {prefix: /d}}], delegate: {name: leaf}}", toAPI) + object("VirtualService", "leaf", "http: [{delegate: {name: other}}]") + object("VirtualService", "other", "http: [{directResponse: {status: 418}}]"), none,
			map[string]string{"GET https://a.com/d": "unknown: api, anything", "GET https://a.com/": "api"},
		},
		"an answer before what a delegate does": {
			vs("a.com", "{match: [{uri: {prefix: /d}}], directResponse: {status: 418}, delegate: {name: leaf}}", toAPI) + object("VirtualService", "leaf", "http: ["+toAPI+"]"), none, map[string]string{"GET https://a.com/d": "418"},
		},
		"a PeerAuthentication that Istio refuses": {
			vs("a.com", toAPI) + service("api") + object("PeerAuthentication", "m", "mtls: {mode: STRICTT}"), none, map[string]string{"GET https://a.com/": "api"},
		},
		"the trust domain of the mesh": {
			meshConfig("trustDomain: cluster.local\\nrootNamespace: istio-system") + vs("a.com", toAPI) + service("api") + ingress, none, map[string]string{"GET https://a.com/": "api"},
		},
		"another trust domain": {
			meshConfig("trustDomain: other.local") + vs("a.com", toAPI) + service("api") + ingress, none, map[string]string{"GET https://a.com/": "unknown: api, anything"},
		},
		"a Function without a sidecar": {
			vs("a.com", "{route: [{destination: {host: fn, port: {number: 80}}}]}") + "---\napiVersion: serverless.kyma-project.io/v1alpha2\nkind: Function\nmetadata: {name: fn, namespace: shop}\nspec: {runtime: nodejs20, labels: {sidecar.istio.io/inject: 'false'}, source: {inline: {source: x}}}\n" +
				object("AuthorizationPolicy", "p", "action: DENY, rules: [{}]"), none,
			map[string]string{"GET https://a.com/": "fn"},
		},
		"weights of nothing": {vs("a.com", "{route: [{destination: {host: api}, weight: 0}, {destination: {host: rest}, weight: 0}]}"), none, map[string]string{"GET https://a.com/": "404"}},
		"a subset that is not there": {
			vs("a.com", "{route: [{destination: {host: api, subset: v2}}]}") + service("api") + jwt + object("DestinationRule", "d", "host: api, subsets: [{name: v1, labels: {version: v1}}]"), none, map[string]string{"GET https://a.com/": "503"},
		},
		"plain connections to one port": {
			vs("a.com", toAPI) + service("api") + ingress + object("DestinationRule", "d", "host: api, trafficPolicy: {portLevelSettings: [{port: {number: 80}, tls: {mode: DISABLE}}]}"), none, map[string]string{"GET https://a.com/": "403"},
		},
		"plain connections to other hosts": {
			vs("a.com", toAPI) + service("api") + ingress + object("DestinationRule", "istio-system/d", "host: '*.local', trafficPolicy: {tls: {mode: DISABLE}}") + object("DestinationRule", "d", "host: other"), none,
			map[string]string{"GET https://a.com/": "403"},
		},
		"the namespace of the Service comes before the root": {
			vs("a.com", toAPI) + service("api") + ingress + object("DestinationRule", "istio-system/d", "host: '*.local', trafficPolicy: {tls: {mode: DISABLE}}") + object("DestinationRule", "d", "host: api.shop.svc.cluster.local, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}"), none,
			map[string]string{"GET https://a.com/": "api"},
		},
		"a rule of another namespace": {
			vs("a.com", toAPI) + service("api") + ingress + object("DestinationRule", "else/d", "host: api.shop.svc.cluster.local, trafficPolicy: {tls: {mode: DISABLE}}"), none, map[string]string{"GET https://a.com/": "api"},
		},
		"TLS of its own to the pods": {
			vs("a.com", toAPI) + service("api") + ingress + object("DestinationRule", "d", "host: api, trafficPolicy: {tls: {mode: SIMPLE}}"), none, map[string]string{"GET https://a.com/": "unknown: api, anything"},
		},
		"a port that takes no plain connections": {
			vs("a.com", toAPI) + service("api", "{port: 80, targetPort: 8080}") + object("DestinationRule", "d", "host: api, trafficPolicy: {tls: {mode: DISABLE}}") +
				object("PeerAuthentication", "p", "selector: {matchLabels: {app: api}}, mtls: {mode: PERMISSIVE}, portLevelMtls: {8080: {mode: STRICT}}"), none,
			map[string]string{"GET https://a.com/": "503"},
		},
		"a port that takes them": {
			vs("a.com", toAPI) + service("api", "{port: 80, targetPort: 8080}") + ingress + object("PeerAuthentication", "p", "selector: {matchLabels: {app: api}}, mtls: {mode: STRICT}, portLevelMtls: {8080: {mode: DISABLE}}"), none,
			map[string]string{"GET https://a.com/": "403"},
		},
		"the older of two PeerAuthentications": {
			vs("a.com", toAPI) + service("api") + ingress + object("PeerAuthentication", "p", "mtls: {mode: DISABLE}", "creationTimestamp: '2024-02-01T00:00:00Z'") + object("PeerAuthentication", "q", "mtls: {mode: STRICT}", "creationTimestamp: '2024-01-01T00:00:00Z'"), none,
			map[string]string{"GET https://a.com/": "api"},
		},
		"PeerAuthentications without an age": {
			vs("a.com", toAPI) + service("api") + ingress + object("PeerAuthentication", "p", "mtls: {mode: DISABLE}") + object("PeerAuthentication", "q", "mtls: {mode: STRICT}"), none, map[string]string{"GET https://a.com/": "unknown: 403, anything"},
		},
		"a host outside": {
			vs("a.com", "{route: [{destination: {host: www.else.org}}]}") + object("AuthorizationPolicy", "istio-system/nothing", "action: DENY, rules: [{from: [{source: {namespaces: [istio-system]}}]}]") + policy("gateway", "p", "rules: [{}]"), none,
			map[string]string{"GET https://a.com/": "unknown: www, 403"},
		},
		"a Service without pods of its own": {
			vs("a.com", toAPI) + object("Service", "api", "type: ExternalName, externalName: www.else.org") + object("AuthorizationPolicy", "d", "action: DENY, rules: [{}]"), none, map[string]string{"GET https://a.com/": "unknown: api, 403"},
		},
		"a namespace that asks for no sidecars": {
			vs("a.com", toAPI) + service("api") + policy("api", "d", "action: DENY, rules: [{}]") + "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n", none, map[string]string{"GET https://a.com/": "unknown: 403, api"},
		},
		"pods in the ambient mesh": {
			vs("a.com", toAPI) + service("api") + strings.Replace(deployment("v1"), "app: api, version", "istio.io/dataplane-mode: ambient, app: api, version", 1) + policy("api", "d", "action: DENY, rules: [{}]"), none,
			map[string]string{"GET https://a.com/": "unknown: 403, anything"},
		},
		"a ProxyConfig": {
			vs("a.com", toAPI) + service("api") + object("ProxyConfig", "c", "concurrency: 2"), none, map[string]string{"GET https://a.com/": "api"},
		},
		"addresses behind trusted proxies": {
			vs("a.com", toAPI) + service("api") + policy("gateway", "d", "action: DENY, rules: [{from: [{source: {remoteIpBlocks: ['10.0.0.0/8']}}]}]") + meshConfig("defaultConfig: {gatewayTopology: {numTrustedProxies: 2}}"), none,
			map[string]string{"GET https://a.com/ X-Forwarded-For: 10.1.1.1, 1.1.1.1": "403", "GET https://a.com/ X-Forwarded-For: 10.1.1.1, 2.2.2.2, 3.3.3.3": "api", "GET https://a.com/ X-Forwarded-For: 10.1.1.1": "unknown: api, 403"},
		},
		"addresses without trusted proxies": {
			vs("a.com", toAPI) + service("api") + policy("gateway", "d", "action: DENY, rules: [{from: [{source: {remoteIpBlocks: ['10.0.0.0/8']}}]}]"), none, map[string]string{"GET https://a.com/ X-Forwarded-For: 10.1.1.1": "unknown: api, 403"},
		},
		"an authorizer that the mesh does not have": {
			vs("a.com", toAPI) + service("api") + policy("api", "c", "action: CUSTOM, provider: {name: ext1}, rules: [{to: [{operation: {paths: [/x]}}]}]") + meshConfig("extensionProviders: [{name: ext2, envoyExtAuthzHttp: {service: a.b.svc.cluster.local, port: 80}}]"), none,
			map[string]string{"GET https://a.com/x": "403", "GET https://a.com/": "api"},
		},
		"another root namespace": {
			vs("a.com", toAPI) + service("api") + object("AuthorizationPolicy", "mesh/d", "action: DENY, rules: [{to: [{operation: {paths: [/x]}}]}]") + meshConfig("rootNamespace: mesh"), none, map[string]string{"GET https://a.com/x": "403"},
		},
		"another reading of paths": {
			vs("a.com", toAPI) + service("api") + meshConfig("pathNormalization: {normalization: MERGE_SLASHES}"), none, map[string]string{"GET https://a.com/x": "unknown: api, anything"},
		},
		"every address": {
			vs("a.com", toAPI) + service("api") + policy("api", "d", "action: DENY, rules: [{from: [{source: {ipBlocks: ['0.0.0.0/0', '::/0']}}]}]"), none, map[string]string{"GET https://a.com/": "403"},
		},
		"every old address": {
			vs("a.com", toAPI) + service("api") + policy("api", "d", "action: DENY, rules: [{from: [{source: {ipBlocks: ['0.0.0.0/0']}}]}]"), none, map[string]string{"GET https://a.com/": "unknown: api, 403"},
		},
	} {
		_, cluster, _ := simulated(t, c.text, config.Default())
		for line, want := range c.asked {
			d := cluster.Mesh.Decide(asked(line, c.token), nil)
			if got := answered(&d); got != want {
				t.Errorf("%s: %s: %s, want %s: %s", name, line, got, want, d.Reason)
			}
		}
	}
}

// TestIstioChanges holds that a change of one text is seen, and as what.
func TestIstioChanges(t *testing.T) {
	jwt := verifies("api", "a", "") + policy("api", "p", needsJWT)
	inside := policy("api", "p", "rules: [{from: [{source: {namespaces: [one]}}], to: [{operation: {hosts: [a.com]}}]}]")
	oathkeeper := vs("a.com", "{route: [{destination: {host: ory-oathkeeper-proxy.kyma-system.svc.cluster.local, port: {number: 4455}}}]}") +
		strings.Replace(object("Rule", "r", "match: {url: 'https://a.com/', methods: [GET]}, authenticators: [{handler: noop}], authorizer: {handler: allow}, upstream: {url: 'http://api.shop'}"), "apiVersion: v1", "apiVersion: oathkeeper.ory.sh/v1alpha1", 1)
	for name, c := range map[string]struct {
		text, old, new string
		want           classes.Kind
	}{
		"what Istio refuses on both sides":     {vs("a.com", "{match: [{uri: {exact: /x}}], redirect: {redirectCode: 301}}"), "/x", "/y", classes.Unknown},
		"a policy whose pods are not known":    {vs("a.com", toAPI) + jwt, "['*']", "[other/x]", classes.Unknown},
		"callers in the cluster":               {vs("a.com", toAPI) + service("api") + inside, "[one]", "[two]", classes.Internal},
		"callers of another path":              {vs("a.com", "{match: [{uri: {exact: /x}}], "+api+"}") + service("api") + policy("api", "p", "rules: [{to: [{operation: {paths: [/y]}}]}]"), "[/y]", "[/z]", classes.Internal},
		"callers without a certificate":        {vs("a.com", toAPI) + service("api") + object("PeerAuthentication", "m", "mtls: {mode: STRICT}"), "STRICT", "PERMISSIVE", classes.Internal},
		"the port of who decides":              {oathkeeper, "number: 4455", "number: 4456", classes.Routing},
		"callers of a service without a route": {vs("a.com", toAPI) + service("api") + service("b") + policy("b", "d", "action: DENY, rules: [{}]"), "DENY", "ALLOW", classes.Internal},
		"pods that nothing leads to":           {vs("a.com", toAPI) + service("api") + policy("b", "d", "action: DENY, rules: [{}]"), "DENY", "ALLOW", classes.Unknown},
		"a policy that is not tried any more":  {vs("a.com", toAPI) + service("api") + policy("b", "d", "action: DENY, rules: [{}]", "annotations: {istio.io/dry-run: 'true'}"), "'true'", "'false'", classes.Unknown},
		"proxies that nothing leads to":        {vs("a.com", toAPI) + service("api") + object("EnvoyFilter", "f", "workloadSelector: {labels: {app: b}}, priority: 1"), "priority: 1", "priority: 2", classes.Unknown},
		"certificates of others":               {vs("a.com", toAPI) + service("api") + object("PeerAuthentication", "m", "selector: {matchLabels: {app: b}}, mtls: {mode: STRICT}"), "STRICT", "PERMISSIVE", classes.Unknown},
		"other pods of the Service":            {vs("a.com", toAPI) + service("api"), "selector: {app: api}", "selector: {app: other}", classes.Moved},
		"a workload that leaves":               {vs("a.com", toAPI) + service("api") + deployment("v1"), "labels: {app: api,", "labels: {app: other,", classes.Moved},
		"another port of the pods":             {vs("a.com", toAPI) + service("api", "{port: 80, targetPort: 8080}"), "8080", "9090", classes.Moved},
		"a port of the pods by name":           {vs("a.com", toAPI) + service("api", "{port: 80, targetPort: 8080}"), "8080", "admin", classes.Moved},
		"other pods of a subset": {
			vs("a.com", "{route: [{destination: {host: api, subset: s}}]}") + service("api") + object("DestinationRule", "d", "host: api, subsets: [{name: s, labels: {version: v1}}]"), "version: v1", "version: v2", classes.Moved,
		},
		"who is believed": {vs("a.com", toAPI) + service("api") + meshConfig("accessLogFile: x"), "accessLogFile: x", "trustDomainAliases: [x]", classes.Unknown},
	} {
		before, after := documents(t, c.text), documents(t, strings.Replace(c.text, c.old, c.new, 1))
		r := classes.Compare(clusterOf(before, -1, nil).Side(nil), clusterOf(after, -1, nil).Side(nil))
		found := false
		for i := range r.Changes {
			found = found || r.Changes[i].Kind == c.want
		}
		if !found {
			t.Errorf("%s: %v, want %s", name, r.Changes, c.want)
		}
	}
}

// TestInsideOfEachService holds that a change for callers in the cluster is said of each
// service, and once of the same pods.
func TestInsideOfEachService(t *testing.T) {
	denies := object("AuthorizationPolicy", "d", "action: DENY, rules: [{}]")
	for name, c := range map[string]struct {
		text string
		want int
	}{
		"two services":               {vs("a.com", toAPI) + service("api") + service("b"), 2},
		"two ports of the same pods": {vs("a.com", toAPI) + service("api", "{name: http-a, port: 80}, {name: http-b, port: 81}"), 1},
		"two services, two routes":   {vs("a.com", toAPI) + vs("b.com", "{route: [{destination: {host: b, port: {number: 80}}}]}") + service("api") + service("b"), 2},
	} {
		before, after := documents(t, c.text), documents(t, c.text+denies)
		r := classes.Compare(clusterOf(before, -1, nil).Side(nil), clusterOf(after, -1, nil).Side(nil))
		got := 0
		for i := range r.Changes {
			if r.Changes[i].Kind == classes.Internal {
				got++
			}
		}
		if got != c.want {
			t.Errorf("%s: %d changes for callers in the cluster, want %d: %v", name, got, c.want, r.Changes)
		}
	}
}

// TestTokensOfEachHostAreTried: however many hosts a workload has, the claims that
// the policies of one name are compared there, and on no other host.
func TestTokensOfEachHostAreTried(t *testing.T) {
	const hosts = 80
	text := service("api") + verifies("api", "a", "") + verifies("api", "b", "")
	for i := range hosts {
		text += vs(fmt.Sprintf("h%d.com", i), toAPI) + policy("api", fmt.Sprintf("d%d", i), fmt.Sprintf("action: DENY, rules: [{to: [{operation: {hosts: [h%d.com, 'h%d.com:*']}}], when: [{key: 'request.auth.claims[role]', values: [r%d]}]}]", i, i, i))
	}
	for _, i := range []int{0, hosts - 1} {
		one := fmt.Sprintf("values: [r%d]", i)
		r := classes.Compare(clusterOf(documents(t, text), -1, nil).Side(nil), clusterOf(documents(t, strings.Replace(text, one, "values: [else]", 1)), -1, nil).Side(nil))
		if len(r.Changes) == 0 || r.Changes[0].Kind != classes.Exposed || !strings.Contains(r.Changes[0].Witness.Token, fmt.Sprintf("role r%d", i)) {
			t.Errorf("that r%d gets in is not found: %v", i, r.Changes)
		}
		for _, c := range r.Changes {
			if c.Kind != classes.Internal && c.Host != fmt.Sprintf("h%d.com", i) {
				t.Errorf("a change on another host than that of r%d: %s", i, &c)
			}
		}
	}
}

// TestPortsOfServices has routes to ports that a Service does not have, or to
// none of several: no policy is needed to see that.
func TestPortsOfServices(t *testing.T) {
	const to = "{route: [{destination: {host: api"
	for _, c := range []struct {
		name, text string
		status     int // 0 is one that is not known
	}{
		{"its port", vs("a.com", to+", port: {number: 80}}}]}") + service("api"), 200},
		{"no port of it", vs("a.com", to+", port: {number: 81}}}]}") + service("api"), 503},
		{"none is named, of one", vs("a.com", to+"}}]}") + service("api"), 200},
		{"none is named, of two", vs("a.com", to+"}}]}") + service("api", "{name: http-a, port: 81}, {name: http-b, port: 82}"), 0},
		{"a Service that is not there", vs("a.com", to+", port: {number: 81}}}]}"), 200},
	} {
		d := clusterOf(documents(t, c.text), -1, nil).Mesh.Decide(asked("GET https://a.com/", simulate.Token{}), nil)
		if d.Known() != (c.status != 0) || d.Known() && d.Status != c.status {
			t.Errorf("%s: %d, known %v: %s", c.name, d.Status, d.Known(), d.Reason)
		}
	}
}
