package prove_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/prove/classes"
	"github.com/kgw-dev/kgw/simulate"
)

// mutation is a change of one field, and what is done to it.
type mutation struct {
	path string
	tree any
	done string
}

// mutations returns all trees that differ from one in one field: another value,
// none, one more.
func mutations(v any, path string, put func(any) any) []mutation {
	var out []mutation
	switch v := v.(type) {
	case source.Object:
		for i, m := range v {
			at := source.JoinKey(path, m.Key)
			with := func(value any) any {
				o := append(source.Object{}, v...)
				o[i].Value = value
				return put(o)
			}
			if path != "" || m.Key == "spec" {
				out = append(out, mutation{at, put(append(append(source.Object{}, v[:i]...), v[i+1:]...)), "removed"})
			}
			if path != "" || m.Key == "spec" || m.Key == "metadata" {
				out = append(out, mutations(m.Value, at, with)...)
			}
		}
		if strings.HasPrefix(path, "spec") {
			out = append(out, mutation{source.JoinKey(path, "kgwUnheardOf"), put(append(append(source.Object{}, v...), source.Member{Key: "kgwUnheardOf", Value: "x"})), "added"})
		}
	case []any:
		for i, e := range v {
			at := source.JoinIndex(path, i)
			with := func(value any) any {
				l := append([]any{}, v...)
				l[i] = value
				return put(l)
			}
			out = append(out, mutation{at, put(append(append([]any{}, v[:i]...), v[i+1:]...)), "removed"})
			out = append(out, mutations(e, at, with)...)
		}
	case string:
		out = append(out, mutation{path, put(other(v)), "changed"})
	case source.Number:
		out = append(out, mutation{path, put(source.Number("7" + string(v))), "changed"})
	case bool:
		out = append(out, mutation{path, put(!v), "changed"})
	}
	return out
}

// other returns a text that is not v, and of its kind where there is one.
func other(v string) string {
	for _, pair := range [][2]string{{"ALLOW", "DENY"}, {"GET", "PUT"}, {"HTTPS", "HTTP"}, {"SIMPLE", "MUTUAL"}, {"STRICT", "DISABLE"}, {"true", "false"}, {"10.0.0.0/8", "11.0.0.0/8"}} {
		if v == pair[0] {
			return pair[1]
		}
		if v == pair[1] {
			return pair[0]
		}
	}
	if strings.HasPrefix(v, "/") {
		return "/kgw-else" + v
	}
	return v + "-else"
}

// same are changes after which everything is as before, by the name of the
// manifests, with the reason.
var same = map[string]string{
	"Service spec.ports":                                                "without any, nothing is known of them",
	"Service spec.ports[0]":                                             "without any, nothing is known of them",
	"tokens AuthorizationPolicy spec.selector":                          "the rule matches nothing at the other proxies",
	"tokens AuthorizationPolicy spec.selector.matchLabels":              "the rule matches nothing at the other proxies",
	"tokens AuthorizationPolicy spec.selector.matchLabels.istio":        "the rule matches nothing at the other proxies",
	"tokens AuthorizationPolicy spec.rules[0].to[0].operation.hosts":    "the rule closes the host with a port too, which nobody has to write",
	"tokens AuthorizationPolicy spec.rules[0].to[0].operation.hosts[0]": "the rule closes the host with a port too, which nobody has to write",
	"tokens Service spec.selector.app":                                  "no policy is for the pods",
	"tokens Service spec.selector.kgwUnheardOf":                         "the policies are for all of the pods before",
	"gateways Gateway spec.servers[1].tls":                              "Istio refuses it; it is read as SIMPLE",
	"gateways Service spec.ports[0].name":                               "with the name or without, it is HTTP",
	"gateways Deployment spec.template.metadata.labels.kgwUnheardOf":    "nothing selects the label",
	"gateways Deployment spec.template.spec":                            "no port is named",
	"gateways Deployment spec.template.spec.containers":                 "no port is named",
	"gateways Deployment spec.template.spec.containers[0]":              "no port is named",
	"gateways Deployment spec.template.spec.containers[0].name":         "no name but istio-proxy counts",
	"gateways AuthorizationPolicy spec.selector":                        "there are no other pods",
	"gateways AuthorizationPolicy spec.selector.matchLabels":            "there are no other pods",
	"gateways AuthorizationPolicy spec.selector.matchLabels.app":        "the other label is enough",
	"gateways AuthorizationPolicy spec.selector.matchLabels.version":    "the other label is enough",
	"gateways AuthorizationPolicy spec.rules[0].to":                     "there is no other port",
	"gateways AuthorizationPolicy spec.rules[0].to[0]":                  "there is no other port",
}

// TestEveryFieldCounts changes, adds and removes every field of every object:
// the comparison reports it, or says that it does not know, or the table of the
// kind says that the field changes nothing.
func TestEveryFieldCounts(t *testing.T) {
	for name, text := range foreign(t) {
		docs := documents(t, text)
		before := sideOf(t, docs, -1, nil)
		n, missed := 0, 0
		for i, d := range docs {
			table := simulate.TableOf(&d)
			if table == nil {
				continue
			}
			for _, m := range mutations(source.Value(d.Root), "", func(v any) any { return v }) {
				reading, _ := table.Reading(m.path)
				if reading == simulate.Inert || same[d.Kind+" "+m.path] != "" || same[name+" "+d.Kind+" "+m.path] != "" || strings.HasPrefix(m.path, "metadata.name") || m.path == "metadata" || m.path == "metadata.creationTimestamp" {
					continue
				}
				if n++; testing.Short() && n%8 != 0 {
					continue
				}
				after := sideOf(t, docs, i, source.NodeOf(m.tree))
				if r := classes.Compare(before, after); len(r.Changes) == 0 {
					missed++
					if missed < 20 {
						t.Errorf("%s: %s %s is changed, and nothing is reported", name, d.Kind, m.path)
					}
				}
			}
		}
		t.Logf("%s: %d mutations, %d missed", name, n, missed)
	}
}

// TestNoMutationLeavesAFalseProof changes every field, and asks whether what is
// proved then is so: no request that was tried gets through.
func TestNoMutationLeavesAFalseProof(t *testing.T) {
	var sets []set
	for name, text := range foreign(t) {
		sets = append(sets, set{name, documents(t, text)})
	}
	for i := range sets {
		for _, c := range all(sets[i : i+1]) {
			c.proof(t, func() []*simulate.Request {
				var out []*simulate.Request
				for _, line := range []string{"GET https://a.com/", "GET https://a.com/x", "GET https://a.com:8443/x", "OPTIONS https://a.com/x Origin: o; Access-Control-Request-Method: GET", "PUT http://a.com/admin"} {
					out = append(out, asked(line, simulate.Token{}))
				}
				return out
			})
		}
	}
}

// TestNoMutationOfWhatIsDrawnLeavesAFalseProof is the same over manifests as
// somebody else may have written them.
func TestNoMutationOfWhatIsDrawnLeavesAFalseProof(t *testing.T) {
	rnd := rand.New(rand.NewPCG(15, 7))
	sets := drawnSets(t, rnd, 10*sampledSets)
	holds := 0
	tried := sample(all(sets), 10*sampled, rnd)
	for i := range tried {
		holds += tried[i].proof(t, func() []*simulate.Request {
			var out []*simulate.Request
			for range 60 {
				if r := sent(rnd); strings.HasPrefix(strings.ToLower(r.Host), "a.com") {
					out = append(out, r)
				}
			}
			return out
		})
	}
	t.Logf("%d mutations, %d statements still proved", len(tried), holds)
	if holds == 0 {
		t.Error("nothing was proved: the test says nothing")
	}
}

// proof asks whether nobody gets to a.com without a token after the change, and
// where that is proved, whether a request does; it returns 1 where it is proved.
func (c *change) proof(t *testing.T, requests func() []*simulate.Request) int {
	t.Helper()
	statement := match.Set{Hosts: []string{"a.com"}, Path: pathlang.Path{Lang: pathlang.Regex, Text: "/.*"}, View: match.RawPath}
	cluster := clusterOf(c.in.docs, c.of, source.NodeOf(c.tree))
	if cluster.NeverWithout(statement, []string{"jwt"}).Verdict != prove.Holds {
		return 0
	}
	for _, r := range requests() {
		d := cluster.Mesh.Decide(r, nil)
		for _, o := range d.Each() {
			if o.Decision.MayPass() && !slices.Contains(o.Decision.Proofs, "jwt") {
				t.Errorf("%s: %s %s is %s: it is proved, and %s %s://%s%s %v gets through", c.in.name, c.in.docs[c.of].Kind, c.path, c.done, r.Method, r.Scheme, r.Host, r.Target, r.Headers)
			}
		}
	}
	return 1
}

func documents(t *testing.T, text string) []simulate.Manifest {
	t.Helper()
	f, problem := source.NewFile("in.yaml", []byte(text))
	if problem != nil {
		t.Fatal(problem.Message)
	}
	list, _ := prove.Manifests(compile.Input{Files: []*source.File{f}}, compile.Options{Config: config.Default()}, nil)
	return list
}

func clusterOf(docs []simulate.Manifest, i int, root *source.Node) *prove.Cluster {
	list := append([]simulate.Manifest{}, docs...)
	if i >= 0 {
		m := simulate.ReadManifest(root, docs[i].Origin, false, "")
		list[i] = m
	}
	return prove.Simulate(list, compile.Options{Config: config.Default()})
}

func sideOf(t *testing.T, docs []simulate.Manifest, i int, root *source.Node) classes.Side {
	t.Helper()
	return clusterOf(docs, i, root).Side(nil)
}

// foreign returns manifests that somebody else may have written.
func foreign(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{
		"tokens": vs("a.com", "{match: [{uri: {prefix: /x}, method: {exact: GET}, headers: {x-a: {exact: b}}}], rewrite: {uri: /y, authority: in.test}, timeout: 3s, headers: {request: {set: {x-b: c}, remove: [x-d]}, response: {add: {x-e: f}}}, route: [{destination: {host: api, port: {number: 80}}, weight: 90}, {destination: {host: other, port: {number: 80}}, weight: 10}]}",
			"{match: [{uri: {exact: /r}}], redirect: {uri: /s, redirectCode: 302}}", "{match: [{uri: {exact: /d}}], directResponse: {status: 418, body: {string: stop}}}", toAPI) +
			service("api") + service("other") + verifies("api", "a", ", audiences: [b], forwardOriginalToken: true, fromHeaders: [{name: x-t, prefix: 'T '}]") +
			policy("api", "p", "rules: [{from: [{source: {requestPrincipals: ['https://a/me*']}}], to: [{operation: {methods: [GET], paths: ['/y*', /z]}}], when: [{key: 'request.auth.claims[scp]', values: [w]}]}]") +
			policy("gateway", "d", "action: DENY, rules: [{from: [{source: {remoteIpBlocks: ['10.0.0.0/8']}}], to: [{operation: {hosts: [a.com], paths: ['/x/admin*']}}]}]"),
		"gateways": object("Gateway", "istio-system/gw", "selector: {istio: ingressgateway}, servers: [{port: {number: 80, name: h, protocol: HTTP}, hosts: ['*.com'], tls: {httpsRedirect: true}}, {port: {number: 443, name: s, protocol: HTTPS}, hosts: ['*.com'], tls: {mode: SIMPLE, credentialName: c}}]") +
			vs("a.com", "{match: [{uri: {prefix: /d}}], delegate: {name: leaf, namespace: leaves}}", toAPI) + object("VirtualService", "leaves/leaf", "http: [{match: [{uri: {prefix: /d/e}}], route: [{destination: {host: api.shop.svc.cluster.local, port: {number: 80}}}]}, {directResponse: {status: 404}}]") +
			service("api", "{name: http, port: 80, targetPort: 8080}") + deployment("v1") + object("AuthorizationPolicy", "p", "selector: {matchLabels: {app: api, version: v1}}, rules: [{from: [{source: {requestPrincipals: ['*']}}], to: [{operation: {ports: ['8080']}}]}]") + verifies("", "a", ""),
	}
	return out
}

// surroundings returns manifests of somebody else with objects around the routes, and
// routes of the Gateway API.
func surroundings(t *testing.T) []set {
	t.Helper()
	texts := map[string]string{
		"mesh": vs("a.com", "{route: [{destination: {host: api, subset: one, port: {number: 80}}}]}") + service("api") +
			"---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {istio-injection: enabled}}\n" +
			deployment("v1") + policy("api", "p", "rules: [{from: [{source: {requestPrincipals: ['*']}}]}]") + verifies("api", "a", "") +
			object("PeerAuthentication", "mtls", "selector: {matchLabels: {app: api}}, mtls: {mode: STRICT}, portLevelMtls: {80: {mode: PERMISSIVE}}") +
			object("DestinationRule", "api", "host: api.shop.svc.cluster.local, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}, subsets: [{name: one, labels: {version: v1}}]"),
		"rules": rule("one", "http://a.com/x<.*>", "authenticators: [{handler: jwt, config: {jwks_urls: [https://a/keys], trusted_issuers: [https://a], target_audience: [t], required_scope: [s], scope_strategy: exact, token_from: {header: x-t}}}, {handler: oauth2_introspection, config: {introspection_url: https://i/in, required_scope: [r], token_from: {cookie: c}}}], authorizer: {handler: allow}, mutators: [{handler: header, config: {headers: {x-user: '{{ print .Subject }}'}}}, {handler: cookie, config: {cookies: {u: '{{ print .Subject }}'}}}], errors: [{handler: redirect, config: {to: https://login, code: 302, when: [{error: [unauthorized], request: {header: {accept: [text/html]}}}]}}]") +
			rule("two", "http://a.com/y<[0-9]+>", "authenticators: [{handler: cookie_session, config: {check_session_url: https://s/who, only: [sid], preserve_path: true}}, {handler: anonymous, config: {subject: nobody}}], authorizer: {handler: remote_json, config: {remote: https://z/allow, payload: '{}'}}, mutators: [{handler: id_token, config: {issuer_url: https://me, ttl: 60s}}]") +
			rule("three", "http://a.com/z", "authenticators: [{handler: noop}], authorizer: {handler: deny}, mutators: [{handler: noop}]"),
		"routes": strings.Replace(object("Gateway", "istio-system/gw", "gatewayClassName: istio, listeners: [{name: http, port: 80, protocol: HTTP, hostname: '*.com', allowedRoutes: {namespaces: {from: All}}}, {name: https, port: 443, protocol: HTTPS, hostname: '*.com', tls: {certificateRefs: [{name: c}]}, allowedRoutes: {namespaces: {from: All}}}]"), "networking.istio.io", "gateway.networking.k8s.io", 1) +
			object("HTTPRoute", "r", "parentRefs: [{name: gw, namespace: istio-system, sectionName: https}], hostnames: [a.com], rules: [{matches: [{path: {type: PathPrefix, value: /x}, method: GET, headers: [{name: x-a, value: b}], queryParams: [{name: q, value: v}]}], filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: x-b, value: c}]}}], timeouts: {request: 3s}, backendRefs: [{name: api, port: 80, weight: 9}, {name: far, namespace: other, port: 80, weight: 1}]}, {matches: [{path: {type: Exact, value: /r}}], filters: [{type: RequestRedirect, requestRedirect: {statusCode: 302, path: {type: ReplaceFullPath, replaceFullPath: /s}}}]}]") +
			object("ReferenceGrant", "other/g", "from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}], to: [{group: '', kind: Service, name: far}]") +
			service("api") + strings.ReplaceAll(service("far"), "namespace: shop", "namespace: other"),
	}
	var out []set
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		out = append(out, set{name, documents(t, texts[name])})
	}
	return out
}

// rule returns a Rule of Oathkeeper.
func rule(name, url, spec string) string {
	return "---\napiVersion: oathkeeper.ory.sh/v1alpha1\nkind: Rule\nmetadata: {name: " + name + ", namespace: shop}\nspec: {upstream: {url: http://api.shop, stripPath: /x, preserveHost: true}, match: {url: '" + url + "', methods: [GET, POST]}, " + spec + "}\n"
}
