// Package attack makes inputs that their schemas allow and whose authors may mean
// harm, for tests that search for builds that open something. It takes a source of
// random numbers and returns documents with a configuration. It must not know how
// requests to them are decided.
package attack

import (
	"fmt"
	"math/rand"
	"strings"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/manifest"
)

// Hostile makes inputs.
type Hostile struct{ *rand.Rand }

// New returns inputs that depend on a seed.
func New(seed int64) *Hostile { return &Hostile{rand.New(rand.NewSource(seed))} }

func (h *Hostile) pick(list ...string) string { return list[h.Intn(len(list))] }

// oftenUsual picks the usual value most of the time.
func (h *Hostile) oftenUsual(percent int, usual string, list ...string) string {
	if h.Intn(100) < percent {
		return h.pick(list...)
	}
	return usual
}

// Inputs returns documents of one repository, and its configuration.
func (h *Hostile) Inputs() (string, *config.Config) {
	settings := "apiVersion: kgw.dev/v1alpha1\nkind: Config\njwtHandler: " + h.pick("ory", "istio", "istio") + "\n" +
		"targets: {FabricGateway: " + h.pick("istio", "istio", "skipper", "oathkeeper") + "}\nistio: {gateway: mesh/front, extAuthProviders: [opa]}\n" +
		"fabric: {issuers: {services: {issuer: \"https://svc.example\", jwksUri: \"https://svc.example/k\"}, employees: {issuer: \"https://emp.example\", jwksUri: \"https://emp.example/k\"}}}\n" +
		"known:\n  gateways: [{name: front, namespace: mesh, hosts: [\"*.example.com\"]}]\n"
	if h.Intn(4) == 0 {
		settings += "domains: {allow: [example.com]}\n"
	}
	if h.Intn(4) == 0 {
		settings += "policy: {public: deny, publicRoutes: [{path: /a, methods: [GET]}, {path: /b}]}\n"
	}
	c, found := config.Parse("kgw.yaml", []byte(settings))
	if len(found) > 0 {
		panic(fmt.Sprint(found))
	}
	var b strings.Builder
	for _, s := range []string{"one: {app: x}", "two: {app: x, part: w}", "three: {app: z}", "four: {version: v1}"} {
		name, selector, _ := strings.Cut(s, ": ")
		fmt.Fprintf(&b, "---\napiVersion: v1\nkind: Service\nmetadata: {name: %s, namespace: shop}\nspec: {selector: %s, ports: [{name: http, port: 80}]}\n", name, selector)
	}
	if h.Intn(4) == 0 { // facts that are not known otherwise
		for i, labels := range []string{h.pick("app: x, version: v1", "app: x"), h.pick("app: q, version: v1", "app: z, version: v1")} {
			fmt.Fprintf(&b, "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d%d, namespace: shop}\nspec: {template: {metadata: {labels: {%s}}, spec: {containers: [{name: c}]}}}\n", i, labels)
		}
	}
	for i := range 1 + h.Intn(3) {
		host := h.oftenUsual(4, fmt.Sprintf("h%d.example.com", i), "h0.example.com", "H.example.com", "h.example.com.", "short", "evil.test", "badexample.com")
		switch h.Intn(4) {
		case 0:
			h.writeLegacy(&b, i, host)
		case 1, 2:
			h.writeModern(&b, i, host)
		default:
			h.writeFabric(&b, i, host)
		}
	}
	if h.Intn(3) == 0 {
		h.writeForeign(&b)
	}
	return b.String(), c
}

// writeForeign writes an object that somebody else wrote, or that claims to be a
// controller's.
func (h *Hostile) writeForeign(b *strings.Builder) {
	labels := h.oftenUsual(40, "", ", labels: {apirule.gateway.kyma-project.io/v1beta1: r0.shop}", ", labels: {apirule.gateway.kyma-project.io/name: r0, apirule.gateway.kyma-project.io/namespace: shop}", ", labels: {kgw.dev/owner: shop.r0}",
		", ownerReferences: [{apiVersion: gateway.kyma-project.io/v2, kind: APIRule, name: r0, uid: u}]")
	host := h.oftenUsual(30, "h0.example.com", "*.example.com", "H0.example.com", "*", "other.example.com")
	head := func(api, kind, namespace string) {
		fmt.Fprintf(b, "---\napiVersion: %s\nkind: %s\nmetadata: {name: %s, namespace: %s%s}\n", api, kind, h.oftenUsual(10, "own", manifest.StableName("r0", "APIRule", "shop", "r0")), namespace, labels)
	}
	switch h.Intn(8) {
	case 0:
		head("networking.istio.io/v1", "VirtualService", h.pick("shop", "other"))
		fmt.Fprintf(b, "spec:\n  hosts: [%q]\n  gateways: [mesh/front]\n  http: [{match: [{uri: {prefix: %s}}], route: [{destination: {host: one.shop.svc.cluster.local, port: {number: 80}}}]}]\n", host, h.pick("/", "/a", "/b"))
	case 1, 2, 3:
		head("oathkeeper.ory.sh/v1alpha1", "Rule", "shop")
		fmt.Fprintf(b, "spec:\n  upstream: {url: \"http://one.shop.svc.cluster.local:80\"}\n  match: {url: \"<http|https>://%s<%s>\", methods: [%s]}\n  authenticators: [{handler: %s}]\n  authorizer: {handler: allow}\n  mutators: [{handler: noop}]\n",
			h.pick("h0.example.com", "h0.example.com", "<.*>"), h.pick("/a", "/b", "/ab", "/a/b"), h.methods(), h.pick("noop", "anonymous", "unauthorized"))
	case 4:
		head(h.pick("networking.k8s.io/v1", "zalando.org/v1"), "Ingress", "shop")
		fmt.Fprintf(b, "spec: {rules: [{host: %q, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: one, port: {number: 80}}}}]}}]}\n", host)
	case 5:
		head("security.istio.io/v1", "RequestAuthentication", "shop")
		fmt.Fprintf(b, "spec:\n  selector: {matchLabels: {%s}}\n  jwtRules: [%s]\n", h.pick("app: x", "version: v1"), h.issuer())
	default:
		head("security.istio.io/v1", "AuthorizationPolicy", h.pick("shop", "shop", "istio-system"))
		fmt.Fprintf(b, "spec:\n  selector: {matchLabels: {%s}}\n  rules: [{to: [{operation: {paths: [%q]%s}}]}]\n", h.pick("app: x", "app: z", "part: w", "version: v1"), h.pick("/a", "/a*", "*", "/{*}"),
			h.oftenUsual(40, "", ", hosts: [h0.example.com]", ", hosts: [\"h0.*\"]", ", hosts: [\"*1.example.com\"]", ", hosts: [\"sub.example.com:*\"]", ", notHosts: [h0.example.com]", ", methods: [\"G*\"]", ", methods: [\"*T\"]", ", notMethods: [GET]"))
	}
}

func (h *Hostile) meta(i int) string {
	ignore := h.oftenUsual(5, "", `, annotations: {kgw.dev/ignore: "KGW407 meant; KGW409 meant"}`, `, annotations: {kgw.dev/ignore: "KGW304 meant; KGW301 meant"}`)
	return fmt.Sprintf("metadata: {name: r%d, namespace: shop%s}\nspec:\n", i, ignore)
}

func (h *Hostile) service() string {
	return h.oftenUsual(3, h.oftenUsual(10, h.pick("one", "two", "three"), "four"), "kubernetes, namespace: default", "Kubernetes, namespace: default", "\"one.shop.svc.cluster.local:80/x\"", "\"one?\"", "ONE", "nosuch")
}

// ruleService sometimes returns a Service for one rule.
func (h *Hostile) ruleService() string {
	if h.Intn(10) > 0 {
		return ""
	}
	return fmt.Sprintf("    service: {name: %s, port: 80}\n", h.oftenUsual(10, h.pick("one", "two", "three", "four"), "kubernetes, namespace: default", "KUBERNETES, namespace: default"))
}

func (h *Hostile) methods() string {
	return h.pick("GET", "GET", "GET, POST", "POST", "DELETE", "GET, DELETE, PATCH", "GET, OPTIONS")
}

func (h *Hostile) issuer() string {
	name := h.oftenUsual(10, "i", "j", "i")
	keys := h.oftenUsual(4, name+".example/k", "evil.example/k")
	return fmt.Sprintf("{issuer: \"https://%s.example\", jwksUri: \"https://%s\"}", name, keys)
}

func (h *Hostile) demand() string {
	return h.pick("", "", "requiredScopes: [read]", "requiredScopes: [read, write]", "audiences: [shop]", "requiredScopes: ["+h.oftenUsual(20, "read", "\"read*\"", "\"*\"")+"]")
}

// writeLegacy writes an APIRule of v1alpha1 or v1beta1.
func (h *Hostile) writeLegacy(b *strings.Builder, i int, host string) {
	v := h.pick("v1alpha1", "v1beta1", "v1beta1", "v1beta1")
	fmt.Fprintf(b, "---\napiVersion: gateway.kyma-project.io/%s\nkind: APIRule\n%s", v, h.meta(i))
	if v == "v1alpha1" {
		fmt.Fprintf(b, "  gateway: front.mesh.svc.cluster.local\n  service: {name: %s, port: 80, host: %s}\n  rules:\n", h.service(), host)
	} else {
		fmt.Fprintf(b, "  host: %s\n  gateway: mesh/front\n  service: {name: %s, port: 80}\n  rules:\n", host, h.service())
	}
	for range 1 + h.Intn(3) {
		path := h.oftenUsual(25, h.pick("/a", "/b", "/a/.*", "/.*", "/a/b", "/ab"), "/a*", "/*", "/{*}", "/{**}", "/a/[^/]+", "/(a|b)", "/a|/b", "/admin>/delete<", "/a.b", "/A", "/a/", "/a/*", "//a", "/.*/b", "/a?b")
		service := h.ruleService()
		if v == "v1alpha1" {
			service = ""
		}
		fmt.Fprintf(b, "  - path: %q\n    methods: [%s]\n%s    accessStrategies:\n", path, h.methods(), service)
		jwt := "{handler: jwt, config: {trusted_issuers: [\"https://i.example\"], jwks_urls: [\"https://i.example/k\"]}}"
		if v == "v1beta1" {
			jwt = "{handler: jwt, config: {authentications: [" + h.issuer() + "]"
			if d := h.demand(); d != "" {
				jwt += ", authorizations: [{" + d + "}]"
			}
			jwt += "}}"
		}
		fmt.Fprintf(b, "    - %s\n", h.pick("{handler: noop}", "{handler: allow}", "{handler: no_auth}", "{handler: oauth2_introspection, config: {required_scope: [read]}}", jwt, jwt, jwt))
	}
}

// writeModern writes an APIRule of v2 or v2alpha1.
func (h *Hostile) writeModern(b *strings.Builder, i int, host string) {
	fmt.Fprintf(b, "---\napiVersion: gateway.kyma-project.io/%s\nkind: APIRule\n%s  hosts: [%q]\n  gateway: mesh/front\n  service: {name: %s, port: 80}\n  rules:\n",
		h.pick("v2", "v2", "v2alpha1"), h.meta(i), h.oftenUsual(3, host, "*.example.com"), h.service())
	for range 1 + h.Intn(3) {
		path := h.oftenUsual(25, h.pick("/a", "/b", "/a/{*}", "/a/{**}", "/{**}", "/a/b"), "/*", "/{*}", "/a/{**}/b", "/{**}/b", "/a.b", "/A", "/a/", "/{*}/b", "/a%2Fb", "/a(b")
		fmt.Fprintf(b, "  - path: %q\n    methods: [%s]\n%s", path, h.methods(), h.ruleService())
		jwt := "jwt: {authentications: [" + h.issuer() + "]"
		if d := h.demand(); d != "" {
			jwt += ", authorizations: [{" + d + "}]"
		}
		fmt.Fprintf(b, "    %s\n", h.pick("noAuth: true", jwt+"}", jwt+"}", "extAuth: {authorizers: [opa]}"))
	}
}

// writeFabric writes a FabricGateway.
func (h *Hostile) writeFabric(b *strings.Builder, i int, host string) {
	fmt.Fprintf(b, "---\napiVersion: zalando.org/v1\nkind: FabricGateway\n%s  x-fabric-service: [{host: %s, serviceName: %s}]\n  paths:\n", h.meta(i), host, h.pick("one", "two", "three"))
	for k, path := range []string{"/a", "/a/", "/a/*", "/a/**", "/a/b", "/{x}/b", "/**", "/a.b/{x}"} {
		if h.Intn(3) > 0 && k != i {
			continue
		}
		fmt.Fprintf(b, "    %q:\n", path)
		for _, verb := range []string{"get", "delete"} {
			if verb == "get" || h.Intn(2) == 0 {
				fmt.Fprintf(b, "      %s: {%s}\n", verb, h.pick("", "x-fabric-privileges: [a.read]", "x-fabric-privileges: ["+h.oftenUsual(10, "uid", "\"a*\"")+"]",
					"x-fabric-whitelist: {service-list: [stups_a]}", "x-fabric-employee-access: {type: deny_all}", "x-fabric-employee-access: {type: allow_list, user-list: [jdoe]}", h.oftenUsual(20, "", "x-fabric-static-response: {status: 410, headers: {X: y1}, body: gone}")))
			}
		}
	}
}
