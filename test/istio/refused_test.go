package istio

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	istio "istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/schema/collections"
	"istio.io/istio/pkg/config/schema/gvk"
	"sigs.k8s.io/yaml"

	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/simulate"
	"github.com/kgw-dev/kgw/simulate/simulatetest"
)

// judgedKinds are the kinds of foreign objects of which kgw says whether Istio
// refuses them.
var judgedKinds = map[string]istio.GroupVersionKind{
	"VirtualService": gvk.VirtualService, "Gateway": gvk.Gateway, "AuthorizationPolicy": gvk.AuthorizationPolicy,
	"RequestAuthentication": gvk.RequestAuthentication, "PeerAuthentication": gvk.PeerAuthentication, "DestinationRule": gvk.DestinationRule,
}

// refusable are specs that Istio accepts, which together have the fields of the
// tables.
var refusable = map[string][]string{
	"VirtualService": {
		`{hosts: [a.test, b.test], gateways: [ns/gw, mesh], exportTo: ['.'], http: [{name: nn, match: [{name: m, uri: {prefix: /x}, ignoreUriCase: true, scheme: {exact: https}, method: {exact: GET}, authority: {exact: a.test}, headers: {x-a: {exact: b}}, withoutHeaders: {x-b: {regex: '*'}}, queryParams: {q: {exact: vv}}, port: 443, sourceLabels: {app: x}, gateways: [ns/gw], sourceNamespace: ns}], rewrite: {uri: /y, authority: c.test}, timeout: 3s, retries: {attempts: 3, perTryTimeout: 1s}, fault: {abort: {httpStatus: 500, percentage: {value: 10}}, delay: {fixedDelay: 1s, percentage: {value: 1}}}, mirror: {host: m, subset: s, port: {number: 80}}, mirrorPercentage: {value: 10}, corsPolicy: {allowOrigins: [{exact: 'https://o'}], allowMethods: [GET], allowHeaders: [x], exposeHeaders: [yy], maxAge: 1m, allowCredentials: true, unmatchedPreflights: IGNORE}, headers: {request: {set: {x-a: b}, add: {x-b: c}, remove: [x-c]}, response: {set: {x-a: b}, add: {x-b: c}, remove: [x-c]}}, route: [{destination: {host: api, subset: v1, port: {number: 80}}, weight: 90, headers: {request: {set: {x-e: f}}}}, {destination: {host: other}, weight: 10}]}, {route: [{destination: {host: api}}]}]}`,
		`{hosts: ['*.test'], gateways: [gw], http: [{match: [{uri: {exact: /r}}], redirect: {uri: /s, authority: d.test, redirectCode: 302, scheme: https, port: 443}}, {match: [{uri: {regex: '/d.*'}, headers: {'@request.auth.claims.g': {exact: x}}}], directResponse: {status: 418, body: {string: nope}}}, {match: [{uri: {prefix: /e}}], delegate: {name: leaf, namespace: ns}}, {rewrite: {uriRegexRewrite: {match: '/a(.*)', rewrite: '/b\1'}}, mirrors: [{destination: {host: m, port: {number: 80}}, percentage: {value: 5}}], route: [{destination: {host: api, port: {number: 80}}}]}]}`,
		`{hosts: [a.test], gateways: [gw], tls: [{match: [{sniHosts: [a.test], port: 443, gateways: [gw], destinationSubnets: [10.0.0.0/8], sourceLabels: {a: b}}], route: [{destination: {host: api, port: {number: 443}}, weight: 100}]}], tcp: [{match: [{port: 9000, gateways: [gw], destinationSubnets: [10.0.0.0/8]}], route: [{destination: {host: api, port: {number: 9000}}, weight: 1}]}]}`,
		`{exportTo: ['*'], http: [{match: [{uri: {prefix: /x}}], redirect: {prefixRewrite: /z, derivePort: FROM_PROTOCOL_DEFAULT}}, {route: [{destination: {host: api}}]}]}`,
	},
	"Gateway": {
		`{selector: {istio: ingressgateway}, servers: [{port: {number: 80, name: h, protocol: HTTP}, hosts: ['*.test', ns/a.test], tls: {httpsRedirect: true}}, {port: {number: 443, name: s, protocol: HTTPS}, hosts: [./a.test], name: nn, tls: {mode: SIMPLE, credentialName: c, minProtocolVersion: TLSV1_2, cipherSuites: [ECDHE-ECDSA-AES256-GCM-SHA384]}}, {port: {number: 8443, name: m, protocol: HTTPS}, hosts: ['*'], tls: {mode: MUTUAL, serverCertificate: /a, privateKey: /b, caCertificates: /c, subjectAltNames: [x], verifyCertificateSpki: [yy]}}, {port: {number: 9443, name: t, protocol: TLS}, hosts: [a.test], tls: {mode: PASSTHROUGH}}, {port: {number: 9000, name: c, protocol: TCP}, hosts: ['*']}]}`,
	},
	"AuthorizationPolicy": {
		`{selector: {matchLabels: {app: api}}, action: ALLOW, rules: [{from: [{source: {principals: [cluster.local/ns/a/sa/b], notPrincipals: [x], namespaces: [nn], notNamespaces: [m], requestPrincipals: ['*'], notRequestPrincipals: [i/s], ipBlocks: [10.0.0.0/8], notIpBlocks: [10.1.0.0/16], remoteIpBlocks: [1.2.3.4], notRemoteIpBlocks: ['::1'], trustDomains: [cluster.local], notTrustDomains: [td]}}, {source: {serviceAccounts: [a/b], notServiceAccounts: [c]}}], to: [{operation: {hosts: [a.test], notHosts: [b.test], methods: [GET], notMethods: [PUT], paths: [/x, '/t/{*}'], notPaths: [/y], ports: ['80'], notPorts: ['81']}}], when: [{key: 'request.headers[x-a]', values: [b], notValues: [c]}, {key: 'request.auth.claims[a][b]', values: [c]}, {key: source.ip, values: [10.0.0.0/8]}, {key: remote.ip, notValues: [10.0.0.1]}, {key: source.namespace, values: [nn]}, {key: destination.port, values: ['80']}, {key: connection.sni, values: [a.test]}, {key: destination.ip, values: [10.0.0.1]}, {key: source.principal, values: ['*']}, {key: source.serviceAccount, values: [a/b]}, {key: source.trustDomain, values: [td]}, {key: request.auth.audiences, values: [a]}, {key: 'experimental.envoy.filters.a.b[c]', values: [d]}]}]}`,
		`{action: CUSTOM, provider: {name: ext}, rules: [{to: [{operation: {paths: [/x]}}], when: [{key: 'request.headers[x]', values: [yy]}]}]}`,
		`{action: DENY, targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: g}], rules: [{from: [{source: {namespaces: [x]}}]}]}`,
		`{action: AUDIT, targetRef: {kind: Service, group: '', name: s}, rules: [{}]}`,
	},
	"RequestAuthentication": {
		`{selector: {matchLabels: {app: api}}, jwtRules: [{issuer: https://i.test, audiences: [a], jwksUri: https://i.test/keys, fromHeaders: [{name: x-t, prefix: 'T '}], fromParams: [p], fromCookies: [c], forwardOriginalToken: true, outputPayloadToHeader: x-p, outputClaimToHeaders: [{header: x-c, claim: a.b}], spaceDelimitedClaims: [s], timeout: 5s}, {issuer: i, jwks: '{"keys":[]}'}]}`,
		`{targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: g}], jwtRules: [{jwksUri: https://i.test/keys}]}`,
	},
	"PeerAuthentication": {`{selector: {matchLabels: {app: api}}, mtls: {mode: STRICT}, portLevelMtls: {8080: {mode: DISABLE}}}`, `{mtls: {mode: PERMISSIVE}}`},
	"DestinationRule": {
		`{host: api, exportTo: ['.'], workloadSelector: {matchLabels: {app: x}}, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}, portLevelSettings: [{port: {number: 80}, tls: {mode: DISABLE}}]}, subsets: [{name: v1, labels: {version: v1}, trafficPolicy: {tls: {mode: SIMPLE, sni: a}, portLevelSettings: [{port: {number: 80}, tls: {mode: DISABLE}}]}}]}`,
	},
}

// TestRefusesAsTheWebhook changes objects in every field and holds what kgw says
// of them to Istio's webhook: an object that Istio refuses and kgw follows would
// be proved about, and is not in the cluster.
func TestRefusesAsTheWebhook(t *testing.T) {
	for _, kind := range []string{"VirtualService", "Gateway", "AuthorizationPolicy", "RequestAuthentication", "PeerAuthentication", "DestinationRule"} {
		added := map[string][]any{}
		var specs []object
		for _, text := range refusable[kind] {
			spec := object{}
			if err := yaml.Unmarshal([]byte(text), &spec); err != nil {
				t.Fatal(kind, err)
			}
			if why := webhook(t, kind, spec); why != "" {
				t.Fatalf("%s: the object itself is refused: %s", kind, why)
			}
			keysOf(spec, "", added)
			specs = append(specs, spec)
		}
		n, refused := 0, 0
		for _, spec := range specs {
			for _, m := range changesOf(spec, "", added) {
				spec, whole := m.spec.(object)
				if !whole {
					continue
				}
				n++
				why, says := webhook(t, kind, spec), judged(t, kind, spec)
				if why != "" {
					refused++
				}
				if (why == "") != (says == "") && !excepted(kind+m.done, why) {
					t.Errorf("%s: %s: Istio says %q, kgw says %q", kind, m.done, why, says)
				}
			}
		}
		t.Logf("%s: %d changes, %d refused", kind, n, refused)
	}
}

// otherwise are changes of which the two say different things, as expressions over
// the kind, the path and what is done, with the reason. The webhook is not all
// that refuses: the API server holds an object to its definition first.
var otherwise = []struct{ change, why string }{
	{`gets null$`, "the API server refuses an element that is null"},
	{`is a number$`, "the API server takes words of a list as texts only"},
	{`\.match\[\d+\]\.uri gets `, "the API server refuses two values to compare with"},
	{`\.jwtRules\[\d+\] gets jwks|\.issuer is ""$`, "the API server refuses both, and an empty issuer"},
	{`is 600$`, "Envoy refuses the routes"},
	{`portLevelSettings\[0\]\.port\.number is 70000`, "there is no such port"},
	{`\.when\[\d+\]\.values\[0\] is "(a/b|https|ftp)`, "no trust domain has a slash"},
	{`^Gateway.*(is removed|is empty|is ""|is doubled)$`, "an input may be a part of a Gateway"},
}

// excepted reports whether a change is among the exceptions: kgw says more, or the
// Gateway is a part.
func excepted(change, why string) bool {
	return slices.ContainsFunc(otherwise, func(e struct{ change, why string }) bool {
		return (why == "") != strings.HasPrefix(e.change, "^Gateway") && regexp.MustCompile(e.change).MatchString(change)
	})
}

// judged returns what kgw says against an object: Istio refuses it, or kgw does not
// read all of it.
func judged(t *testing.T, kind string, spec object) string {
	t.Helper()
	doc, err := json.Marshal(object{"apiVersion": judgedKinds[kind].Group + "/v1", "kind": kind, "metadata": object{"name": "a", "namespace": "ns"}, "spec": spec})
	if err != nil {
		t.Fatal(err)
	}
	m := &simulatetest.Manifests(t, "ns", string(doc))[0]
	if fields := simulate.TableOf(m).Unread(m.Root); len(fields) > 0 {
		return "unread: " + fields[0].Path
	}
	why, _ := prove.Refused(m)
	return why
}

// webhook returns why Istio's webhook refuses an object, "" if it accepts it.
func webhook(t *testing.T, kind string, spec object) string {
	t.Helper()
	c, err := decoded(judgedKinds[kind], "ns", "a", []byte(text(spec)))
	if err != nil {
		return "decode: " + err.Error()
	}
	schema, _ := collections.Pilot.FindByGroupVersionKind(c.GroupVersionKind)
	if _, err = schema.ValidateConfig(c); err != nil {
		return err.Error()
	}
	return ""
}

// changed is an object that differs from another in one field.
type changed struct {
	spec any
	done string
}

// keysOf collects the values of all fields by the path of the object they are in.
func keysOf(v any, path string, into map[string][]any) {
	switch v := v.(type) {
	case object:
		for key, value := range v {
			into[path] = append(into[path], object{key: value})
			keysOf(value, path+"."+key, into)
		}
	case []any:
		for _, e := range v {
			keysOf(e, path+"[]", into)
		}
	}
}

// hostileTexts and hostileNumbers are values that some fields do not accept.
var (
	hostileTexts   = []string{"", "*", "a b", "*.x", "x*", "(", "{", "/{**}/{*}", "-", "a/b", "a/b/c", ".", "~", "A_B", "70000", "0", "%", "host", ":path", "::1", "300.1.1.1", "0s", "-1s", "1.5h", "GET", "DISABLE", "https://x", "ftp://x", strings.Repeat("x", 1100)}
	hostileNumbers = []any{0, -1, 99, 101, 600, 70000, 1.5}
)

// changesOf returns all objects that differ in one field: without it, with another
// value, with a field that others of its place have.
func changesOf(v any, path string, added map[string][]any) []changed {
	var out []changed
	put := func(done string, value any) { out = append(out, changed{value, path + " " + done}) }
	switch v := v.(type) {
	case object:
		for key, value := range v {
			for _, c := range changesOf(value, path+"."+key, added) {
				c.spec = with(v, key, c.spec)
				out = append(out, c)
			}
			less := with(v, key, nil)
			delete(less, key)
			out = append(out, changed{less, path + "." + key + " is removed"})
		}
		for _, one := range added[numbered(path)] {
			for key, value := range one.(object) {
				if _, has := v[key]; !has {
					put(fmt.Sprintf("gets %s: %s", key, text(value)), with(v, key, value))
				}
			}
		}
		put("is empty", object{})
		put("is a text", "x")
	case []any:
		for i, e := range v {
			for _, c := range changesOf(e, fmt.Sprintf("%s[%d]", path, i), added) {
				list := slices.Clone(v)
				list[i] = c.spec
				out = append(out, changed{list, c.done})
			}
		}
		put("is empty", []any{})
		put("is doubled", append(slices.Clone(v), v...))
		put("gets null", append(slices.Clone(v), nil))
		put("is a text", "x")
	case string:
		for _, other := range hostileTexts {
			put(fmt.Sprintf("is %.20q", other), other)
		}
		put("is a number", 7)
	case bool:
		put("is turned", !v)
	default:
		for _, other := range hostileNumbers {
			put(fmt.Sprint("is ", other), other)
		}
		put("is a text", "x")
	}
	return out
}

func numbered(path string) string {
	var out strings.Builder
	for i, part := range strings.Split(path, "[") {
		if _, rest, found := strings.Cut(part, "]"); i > 0 && found {
			part = "[]" + rest
		}
		out.WriteString(part)
	}
	return out.String()
}

func with(o object, key string, value any) object {
	out := object{}
	for k, v := range o {
		out[k] = v
	}
	out[key] = value
	return out
}
