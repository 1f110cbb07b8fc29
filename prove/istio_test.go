package prove_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/simulate"
)

// object writes a manifest with a spec in flow style.
func object(kind, name, spec string, meta ...string) string {
	version := map[string]string{
		"VirtualService": "networking.istio.io/v1", "Gateway": "networking.istio.io/v1", "DestinationRule": "networking.istio.io/v1", "EnvoyFilter": "networking.istio.io/v1alpha3",
		"AuthorizationPolicy": "security.istio.io/v1", "RequestAuthentication": "security.istio.io/v1", "PeerAuthentication": "security.istio.io/v1", "Deployment": "apps/v1",
		"HTTPRoute": "gateway.networking.k8s.io/v1", "ReferenceGrant": "gateway.networking.k8s.io/v1beta1", "ProxyConfig": "networking.istio.io/v1beta1",
	}[kind]
	if version == "" {
		version = "v1"
	}
	space, own, ok := strings.Cut(name, "/")
	if !ok {
		space, own = "shop", name
	}
	return fmt.Sprintf("---\napiVersion: %s\nkind: %s\nmetadata: {name: %s, namespace: %s%s}\nspec: {%s}\n", version, kind, own, space, strings.Join(append([]string{""}, meta...), ", "), spec)
}

// Parts of clusters.
func vs(host string, http ...string) string {
	return object("VirtualService", strings.Trim(strings.NewReplacer("*", "all", ".", "-").Replace(host), "-"), "hosts: ['"+host+"'], gateways: [istio-system/gw], http: ["+strings.Join(http, ", ")+"]")
}

func service(name string, more ...string) string {
	ports := "{port: 80}"
	if len(more) > 0 {
		ports = more[0]
	}
	return object("Service", name, "selector: {app: "+name+"}, ports: ["+ports+"]")
}

func policy(at, name, spec string, meta ...string) string {
	selector := ""
	switch at {
	case "gateway":
		name, selector = "istio-system/"+name, "selector: {matchLabels: {istio: ingressgateway}}, "
	case "":
	default:
		selector = "selector: {matchLabels: {app: " + at + "}}, "
	}
	return object("AuthorizationPolicy", name, selector+spec, meta...)
}

func verifies(at, name, spec string) string {
	rule := "jwtRules: [{issuer: 'https://" + name + "', jwksUri: 'https://" + name + "/keys'" + spec + "}]"
	return strings.Replace(policy(at, name, rule), "kind: AuthorizationPolicy", "kind: RequestAuthentication", 1)
}

const (
	api      = "route: [{destination: {host: api, port: {number: 80}}}]"
	toAPI    = "{" + api + "}"
	needsJWT = "rules: [{from: [{source: {requestPrincipals: ['*']}}]}]"
)

// asked returns a request in one line: "GET https://a.com/x Name: value".
func asked(line string, token simulate.Token) *simulate.Request {
	words := strings.SplitN(line, " ", 3)
	scheme, rest, _ := strings.Cut(words[1], "://")
	host, path, _ := strings.Cut(rest, "/")
	r := &simulate.Request{Method: words[0], Scheme: scheme, Host: host, Target: "/" + path, Token: token}
	if len(words) > 2 {
		for _, line := range strings.Split(words[2], "; ") {
			name, value, _ := strings.Cut(line, ": ")
			r.Headers = append(r.Headers, simulate.Header{Name: name, Value: value})
		}
	}
	return r
}

// answered returns what becomes of a request in a word or two.
func answered(d *simulate.Decision) string {
	switch {
	case !d.Known():
		var out []string
		for i := range d.Outcomes {
			out = append(out, answered(&d.Outcomes[i].Decision))
		}
		return "unknown: " + strings.Join(out, ", ")
	case d.Cause == simulate.Anything:
		return "anything"
	case d.Passed():
		host, _, _ := strings.Cut(d.Upstream, ".")
		return host
	}
	return fmt.Sprint(d.Status)
}

// TestIstioAnswers holds what becomes of requests to objects of Istio that
// somebody else wrote.
func TestIstioAnswers(t *testing.T) {
	a := simulate.Token{Kind: "jwt", Claims: map[string]any{"iss": "https://a", "sub": "me", "admin": true, "aud": "https://api", "scope": "read write", "groups": []any{"x"}}}
	none := simulate.Token{}
	jwtAtAPI := service("api") + verifies("api", "a", "") + policy("api", "p", needsJWT)
	two := object("Gateway", "istio-system/gw", "selector: {istio: ingressgateway}, servers: [{port: {number: 443, name: h, protocol: HTTPS}, tls: {mode: SIMPLE}, hosts: ['a.com']}]") +
		object("Gateway", "istio-system/gx", "selector: {istio: ingressgateway}, servers: [{port: {number: 443, name: h, protocol: HTTPS}, tls: {mode: SIMPLE}, hosts: ['a.com']}]", "creationTimestamp: '2024-01-01T00:00:00Z'")
	cases := map[string]struct {
		text  string
		token simulate.Token
		asked map[string]string
	}{
		"a policy of the gateway": {
			vs("a.com", toAPI) + service("api") + policy("gateway", "d", "action: DENY, rules: [{to: [{operation: {hosts: [a.com], paths: ['/admin*']}}]}]"), none,
			map[string]string{"GET https://a.com/admin": "403", "GET https://a.com/x": "api", "GET https://a.com:443/admin": "api", "GET https://A.COM/admin": "403"},
		},
		"hosts with ports": {
			vs("a.com", toAPI) + service("api") + policy("gateway", "d", "action: DENY, rules: [{to: [{operation: {hosts: [a.com, 'a.com:*'], paths: ['/admin*']}}]}]"), none,
			map[string]string{"GET https://a.com/admin": "403", "GET https://a.com:443/admin": "403"},
		},
		"denied before it is not found": {
			vs("a.com", "{match: [{uri: {exact: /y}}], "+api+"}") + policy("gateway", "d", "action: DENY, rules: [{to: [{operation: {paths: ['/x']}}]}]"), none,
			map[string]string{"GET https://a.com/x": "403", "GET https://a.com/z": "404"},
		},
		"nothing is allowed in the root namespace": {
			vs("a.com", toAPI) + service("api") + policy("", "istio-system/nothing", "") + policy("gateway", "allow", "rules: [{to: [{operation: {paths: ['/ok*']}}]}]"), none,
			map[string]string{"GET https://a.com/ok": "403", "GET https://a.com/x": "403"},
		},
		"the gateway keeps the token": {
			jwtAtAPI + vs("a.com", toAPI) + verifies("gateway", "a", ""), a, map[string]string{"GET https://a.com/x": "403"},
		},
		"the gateway forwards the token": {
			jwtAtAPI + vs("a.com", toAPI) + verifies("gateway", "a", ", forwardOriginalToken: true"), a, map[string]string{"GET https://a.com/x": "api"},
		},
		"tokens are not demanded by their issuer": {
			vs("a.com", toAPI) + service("api") + verifies("api", "a", ""), none, map[string]string{"GET https://a.com/x": "api"},
		},
		"a preflight has no identity": {
			vs("a.com", "{corsPolicy: {allowOrigins: [{exact: 'https://o'}]}, "+api+"}") + service("api") + verifies("gateway", "a", "") + policy("gateway", "p", needsJWT), a,
			map[string]string{"OPTIONS https://a.com/x Origin: https://o; Access-Control-Request-Method: GET": "403", "GET https://a.com/x": "api"},
		},
		"an empty list is any": {
			vs("a.com", toAPI) + service("api") + policy("api", "p", "rules: [{from: [{source: {principals: [], namespaces: ['*']}}]}]"), none, map[string]string{"GET https://a.com/x": "api"},
		},
		"a boolean is not a text": {
			jwtAtAPI + vs("a.com", toAPI) + policy("api", "d", "action: DENY, rules: [{when: [{key: 'request.auth.claims[admin]', notValues: ['true']}]}]"), a, map[string]string{"GET https://a.com/x": "403"},
		},
		"audiences with and without a scheme": {
			vs("a.com", toAPI) + service("api") + verifies("api", "a", ", audiences: [api]") + policy("api", "p", "rules: [{when: [{key: request.auth.audiences, values: ['https://api/']}]}]"), a, map[string]string{"GET https://a.com/x": "403"},
		},
		"words of a scope": {
			vs("a.com", toAPI) + service("api") + verifies("api", "a", "") + policy("api", "p", "rules: [{when: [{key: 'request.auth.claims[scope]', values: [write]}]}]"), a, map[string]string{"GET https://a.com/x": "api"},
		},
		"an older wildcard on the server's host": {
			strings.Replace(vs("*", "{match: [{uri: {regex: '/.*'}}], route: [{destination: {host: old}}]}"), "namespace: shop", "namespace: shop, creationTimestamp: '2024-01-01T00:00:00Z'", 1) +
				strings.Replace(vs("a.com", "{match: [{uri: {prefix: /x}}], "+api+"}"), "namespace: shop", "namespace: shop, creationTimestamp: '2024-02-01T00:00:00Z'", 1) +
				object("Gateway", "istio-system/gw", "selector: {istio: ingressgateway}, servers: [{port: {number: 443, name: h, protocol: HTTPS}, tls: {mode: SIMPLE}, hosts: ['a.com']}]"), none,
			map[string]string{"GET https://a.com/x": "old"},
		},
		"one host in two Gateways": {
			two + strings.Replace(vs("a.com", toAPI), "istio-system/gw", "istio-system/gx", 1), none, map[string]string{"GET https://a.com/x": "unknown: 404, api"},
		},
		"an answer of the gateway": {
			vs("a.com", "{directResponse: {status: 200}}") + policy("api", "d", "action: DENY, rules: [{}]"), none, map[string]string{"GET https://a.com/x": "200"},
		},
		"a port of TCP": {
			vs("a.com", toAPI) + service("api", "{name: tcp-web, port: 80}") + policy("api", "d", "action: DENY, rules: [{to: [{operation: {paths: [/admin]}}]}]"), none, map[string]string{"GET https://a.com/": "503"},
		},
		"a port of TCP that wants tokens": {
			vs("a.com", toAPI) + service("api", "{name: tcp-web, port: 80}") + policy("api", "p", needsJWT), none, map[string]string{"GET https://a.com/": "503"},
		},
		"pods of two versions": {
			vs("a.com", toAPI) + service("api") + deployment("v1") + deployment("v2") + object("AuthorizationPolicy", "d", "selector: {matchLabels: {app: api, version: v1}}, action: DENY, rules: [{}]"), none,
			map[string]string{"GET https://a.com/": "unknown: api, 403"},
		},
		"a version that no workload tells": {
			vs("a.com", toAPI) + service("api") + object("AuthorizationPolicy", "d", "selector: {matchLabels: {app: api, version: v1}}, action: DENY, rules: [{}]"), none,
			map[string]string{"GET https://a.com/": "unknown: api, 403"},
		},
		"dry run": {
			vs("a.com", toAPI) + service("api") + policy("api", "d", "action: DENY, rules: [{}]", "annotations: {istio.io/dry-run: 'true'}"), none, map[string]string{"GET https://a.com/": "api"},
		},
		"an object that kgw does not read": {
			vs("a.com", toAPI) + service("api") + object("EnvoyFilter", "istio-system/e", "workloadSelector: {labels: {istio: ingressgateway}}, configPatches: [{applyTo: HTTP_FILTER, match: {context: GATEWAY}}]"), none,
			map[string]string{"GET https://a.com/": "unknown: api, anything"},
		},
		"a field that nobody knows": {
			vs("a.com", toAPI) + service("api") + policy("api", "d", "action: DENY, rules: [{to: [{operation: {verbs: [GET], paths: [/x]}}]}]"), none, map[string]string{"GET https://a.com/y": "unknown: api, anything"},
		},
		"a regular expression that Istio refuses": {
			vs("a.com", "{match: [{uri: {regex: '/(?!x).*'}}], "+api+"}"), none, map[string]string{"GET https://a.com/y": "404"},
		},
		"an issuer of two": {
			vs("a.com", toAPI) + service("api") + verifies("api", "a", "") + verifies("api", "b", ", fromHeaders: [{name: x-b}]"), a,
			map[string]string{"GET https://a.com/": "api", "GET https://a.com/ x-b: garbage": "api"},
		},
		"garbage for one issuer": {
			vs("a.com", toAPI) + service("api") + verifies("api", "a", "") + verifies("api", "b", ", fromHeaders: [{name: x-b}]"), none, map[string]string{"GET https://a.com/ x-b: garbage": "401"},
		},
		"a redirect to https": {
			vs("a.com", toAPI) + object("Gateway", "istio-system/gw", "selector: {istio: ingressgateway}, servers: [{port: {number: 80, name: h, protocol: HTTP}, tls: {httpsRedirect: true}, hosts: ['*.com']}]"), none,
			map[string]string{"GET http://a.com/": "301", "GET https://a.com/": "0"},
		},
		"a fault": {vs("a.com", "{fault: {abort: {httpStatus: 503, percentage: {value: 100}}}, "+api+"}"), none, map[string]string{"GET https://a.com/": "503"}},
		"two external authorizers": {
			vs("a.com", toAPI) + service("api") + policy("api", "x", "action: CUSTOM, provider: {name: ext1}, rules: [{}]") + policy("api", "z", "action: CUSTOM, provider: {name: ext2}, rules: [{}]"), none, map[string]string{"GET https://a.com/": "403"},
		},
		"an address": {
			vs("a.com", toAPI) + service("api") + policy("api", "d", "action: DENY, rules: [{from: [{source: {remoteIpBlocks: ['10.0.0.0/8']}}]}]"), none, map[string]string{"GET https://a.com/": "unknown: api, 403"},
		},
		"claims choose the route": {
			vs("a.com", "{match: [{headers: {'@request.auth.claims.groups': {exact: x}}}], "+api+"}", "{route: [{destination: {host: rest}}]}") + service("api") + verifies("gateway", "a", ""), a, map[string]string{"GET https://a.com/": "api"},
		},
		"a header is not a claim": {
			vs("a.com", "{match: [{headers: {'@request.auth.claims.groups': {exact: x}}}], "+api+"}", "{route: [{destination: {host: rest}}]}") + verifies("gateway", "a", ""), none,
			map[string]string{"GET https://a.com/ @request.auth.claims.groups: x": "rest"},
		},
		"a Service of the cluster": {
			vs("a.com", toAPI) + service("api") + policy("api", "p", "rules: [{from: [{source: {principals: [cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account]}}]}]"), none,
			map[string]string{"GET http://api.shop.svc.cluster.local:80/": "403", "GET https://a.com/": "api"},
		},
		"no sidecar": {
			vs("a.com", toAPI) + service("api") + strings.Replace(deployment("v1"), "app: api", "sidecar.istio.io/inject: 'false', app: api", 2) + policy("api", "d", "action: DENY, rules: [{}]"), none, map[string]string{"GET https://a.com/": "api"},
		},
	}
	for name, c := range cases {
		_, cluster, _ := simulated(t, c.text, config.Default())
		for line, want := range c.asked {
			d := cluster.Mesh.Decide(asked(line, c.token), nil)
			if got := answered(&d); got != want {
				t.Errorf("%s: %s: %s, want %s: %s", name, line, got, want, d.Reason)
			}
		}
	}
}

func deployment(version string) string {
	return object("Deployment", "api-"+version, "selector: {matchLabels: {app: api}}, template: {metadata: {labels: {app: api, version: "+version+"}}, spec: {containers: [{name: c, image: x}]}}")
}

// TestIstioStatements holds statements about such objects: a false proof is
// worse than none.
func TestIstioStatements(t *testing.T) {
	closed := service("api") + verifies("api", "a", "") + policy("api", "p", needsJWT)
	deny := "action: DENY, rules: [{from: [{source: {notRequestPrincipals: ['*']}}]"
	cases := map[string]struct {
		text  string
		proof string
		want  prove.Verdict
	}{
		"a token at the sidecar":        {vs("a.com", toAPI) + closed, "jwt", prove.Holds},
		"a token at the gateway":        {vs("a.com", toAPI) + service("api") + verifies("gateway", "a", "") + policy("gateway", "d", deny+"}]"), "jwt", prove.Holds},
		"only with the bare host":       {vs("a.com", toAPI) + service("api") + verifies("gateway", "a", "") + policy("gateway", "d", deny+", to: [{operation: {hosts: [a.com]}}]}]"), "jwt", prove.Fails},
		"with any port":                 {vs("a.com", toAPI) + service("api") + verifies("gateway", "a", "") + policy("gateway", "d", deny+", to: [{operation: {hosts: [a.com, 'a.com:*']}}]}]"), "jwt", prove.Holds},
		"an issuer alone":               {vs("a.com", toAPI) + service("api") + verifies("api", "a", ""), "jwt", prove.Fails},
		"the lesser weight is open":     {vs("a.com", "{route: [{destination: {host: api}, weight: 90}, {destination: {host: other}, weight: 10}]}") + closed + service("other"), "jwt", prove.Fails},
		"a copy is open":                {vs("a.com", "{mirror: {host: other}, "+api+"}") + closed + service("other"), "jwt", prove.Fails},
		"a weight of nothing":           {vs("a.com", "{route: [{destination: {host: api}, weight: 100}, {destination: {host: other}, weight: 0}]}") + closed + service("other"), "jwt", prove.Holds},
		"by a header":                   {vs("a.com", "{match: [{headers: {x-open: {exact: 'yes'}}}], route: [{destination: {host: other}}]}", toAPI) + closed + service("other"), "jwt", prove.Fails},
		"unless a header":               {vs("a.com", toAPI) + closed + policy("api", "open", "rules: [{when: [{key: 'request.headers[x-open]', values: ['yes']}]}]"), "jwt", prove.Fails},
		"by an address":                 {vs("a.com", toAPI) + closed + policy("api", "open", "rules: [{from: [{source: {remoteIpBlocks: ['10.0.0.0/8']}}]}]"), "jwt", prove.Unknown},
		"denied by an address":          {vs("a.com", toAPI) + service("api") + policy("api", "d", "action: DENY, rules: [{from: [{source: {notRemoteIpBlocks: ['10.0.0.0/8']}}]}]"), "jwt", prove.Unknown},
		"TLS is passed on":              {object("VirtualService", "v", "hosts: [a.com], gateways: [istio-system/gw], tls: [{match: [{sniHosts: [a.com]}], route: [{destination: {host: api}}]}]") + closed, "jwt", prove.Holds},
		"TLS to an open Service":        {object("VirtualService", "v", "hosts: [a.com], gateways: [istio-system/gw], tls: [{match: [{sniHosts: [a.com]}], route: [{destination: {host: api}}]}]") + service("api"), "jwt", prove.Fails},
		"a delegate is open":            {vs("a.com", "{delegate: {name: d}}") + object("VirtualService", "d", "http: [{route: [{destination: {host: other}}]}]") + closed + service("other"), "jwt", prove.Fails},
		"a delegate is not there":       {vs("a.com", "{delegate: {name: d}}") + closed, "jwt", prove.Unknown},
		"another gateway is open":       {vs("a.com", toAPI) + closed + object("VirtualService", "v", "hosts: [a.com], gateways: [istio-system/other], http: [{route: [{destination: {host: other}}]}]") + service("other"), "jwt", prove.Fails},
		"an object that is not read":    {vs("a.com", toAPI) + closed + object("EnvoyFilter", "istio-system/e", "configPatches: [{applyTo: HTTP_FILTER, match: {context: GATEWAY}}]"), "jwt", prove.Unknown},
		"one version of the pods":       {vs("a.com", toAPI) + service("api") + deployment("v1") + deployment("v2") + verifies("api", "a", "") + object("AuthorizationPolicy", "p", "selector: {matchLabels: {app: api, version: v1}}, "+needsJWT), "jwt", prove.Fails},
		"a version that is not known":   {vs("a.com", toAPI) + service("api") + verifies("api", "a", "") + object("AuthorizationPolicy", "p", "selector: {matchLabels: {app: api, version: v1}}, "+needsJWT), "jwt", prove.Unknown},
		"an authorizer":                 {vs("a.com", toAPI) + service("api") + policy("api", "x", "action: CUSTOM, provider: {name: x}, rules: [{}]"), "extAuth", prove.Holds},
		"an authorizer for some paths":  {vs("a.com", toAPI) + service("api") + policy("api", "x", "action: CUSTOM, provider: {name: x}, rules: [{to: [{operation: {paths: ['/a*']}}]}]"), "extAuth", prove.Fails},
		"an authorizer that fails open": {vs("a.com", toAPI) + service("api") + policy("api", "x", "action: CUSTOM, provider: {name: x}, rules: [{}]") + meshConfig("extensionProviders: [{name: x, envoyExtAuthzHttp: {failOpen: true}}]"), "extAuth", prove.Unknown},
		"dry run":                       {vs("a.com", toAPI) + service("api") + verifies("api", "a", "") + policy("api", "p", needsJWT, "annotations: {istio.io/dry-run: 'true'}"), "jwt", prove.Fails},
		"a preflight":                   {vs("a.com", toAPI) + service("api") + verifies("api", "a", "") + policy("api", "p", needsJWT) + policy("api", "o", "rules: [{to: [{operation: {methods: [OPTIONS]}}]}]"), "jwt", prove.Fails},
		"an object that is refused":     {vs("a.com", toAPI) + closed + object("VirtualService", "bad", "hosts: [a.com], gateways: [istio-system/gw], http: [{match: [{uri: {regex: '(?!x)'}}], "+api+"}]"), "jwt", prove.Unknown},
		"routes of another API":         {vs("a.com", toAPI) + closed + object("HTTPRoute", "r", "hostnames: [a.com], rules: []"), "jwt", prove.Unknown},
		"a refused policy that denies":  {vs("a.com", toAPI) + service("api") + policy("api", "d", "action: DENY, rules: [{when: [{key: nothing, values: [x]}]}]"), "jwt", prove.Unknown},
	}
	for name, c := range cases {
		_, cluster, _ := simulated(t, c.text, config.Default())
		p := cluster.NeverWithout(match.Set{Hosts: []string{"a.com"}, Path: pathlang.Path{Lang: pathlang.Regex, Text: "/.*"}, View: match.RawPath}, []string{c.proof})
		if p.Verdict != c.want {
			t.Errorf("%s: the verdict is %d, want %d: %s", name, p.Verdict, c.want, p.Reason)
		}
		if p.Verdict == prove.Fails {
			if d := cluster.Mesh.Decide(p.Witness, nil); !d.MayPass() && !strings.Contains(c.text, "mirror") {
				t.Errorf("%s: the witness does not get through: %+v", name, d)
			}
		}
	}
}
