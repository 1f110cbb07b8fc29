package prove_test

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove/classes"
	"github.com/kgw-dev/kgw/simulate"
)

// skipperObjects are objects that others write for Skipper, each field of which
// matters to somebody.
var skipperObjects = map[string]string{
	"group": `apiVersion: zalando.org/v1
kind: RouteGroup
metadata: {name: g, namespace: shop}
spec:
  hosts: [a.com]
  backends:
  - {name: web, type: service, serviceName: web, servicePort: 80}
  - {name: ext, type: network, address: "https://x.test"}
  - {name: lb, type: lb, endpoints: ["http://10.0.0.1", "http://10.0.0.2"], algorithm: random}
  - {name: none, type: shunt}
  defaultBackends: [{backendName: web}]
  routes:
  - {pathSubtree: /, filters: ['oauthTokeninfoAnyScope("read")']}
  - {path: /old, filters: ['redirectTo(301, "https://n.test/")'], backends: [{backendName: none}]}
  - {pathSubtree: /ext, methods: [GET], predicates: ['Header("X-A", "1")'], backends: [{backendName: ext}]}
  - {pathSubtree: /lb, filters: ['oauthTokeninfoAllScope("lb")'], backends: [{backendName: lb}]}
  - {pathRegexp: ^/never, filters: ['oauthTokeninfoAllScope("never")']}
`,
	"opaque": `apiVersion: zalando.org/v1
kind: RouteGroup
metadata: {name: g, namespace: shop}
spec:
  hosts: [a.com]
  backends:
  - {name: web, type: service, serviceName: web, servicePort: 80}
  defaultBackends: [{backendName: web}]
  routes:
  - {pathSubtree: /lua, filters: ['lua("file.lua")', 'oauthTokeninfoAnyScope("read")']}
`,
	"elsewhere": nginxIngress("", "ingressClassName: nginx"),
	"no class":  nginxIngress(", zalando.org/skipper-filter: 'oauthTokeninfoAnyScope(\"read\")'", ""),
	"ingress": `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: i
  namespace: shop
  annotations: {zalando.org/skipper-filter: 'oauthTokeninfoAnyScope("read")', zalando.org/skipper-predicate: 'Methods("GET", "POST")'}
spec:
  ingressClassName: skipper
  defaultBackend: {service: {name: fallback, port: {number: 80}}}
  rules:
  - host: a.com
    http:
      paths:
      - {path: /a, pathType: Exact, backend: {service: {name: a, port: {number: 80}}}}
      - {path: /b, pathType: Prefix, backend: {service: {name: b, port: {number: 80}}}}
`,
}

// nginxIngress returns an Ingress with an annotation of another controller.
func nginxIngress(annotations, class string) string {
	return `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: i
  namespace: shop
  annotations: {nginx.ingress.kubernetes.io/auth-url: 'https://login.test'` + annotations + `}
spec:
  ` + class + `
  rules:
  - host: a.com
    http:
      paths:
      - {path: /a, pathType: Exact, backend: {service: {name: a, port: {number: 80}}}}
`
}

// sameToSkipper are fields that may be changed without a caller's noticing, and
// why.
var sameToSkipper = map[string]string{
	"group spec.backends[0].type":      "a backend without a type is a Service",
	"opaque spec.backends[0].type":     "a backend without a type is a Service",
	"group spec.backends[2].algorithm": "it chooses among the same addresses",
	"group spec.routes[1].backends":    "a filter answers before the backend",
	"group spec.routes[1].backends[0]": "a filter answers before the backend",
	"group spec.routes[4]":             "the tree of paths has a route for every path",
	"group spec.routes[4].pathRegexp":  "the tree of paths has a route for every path",
	"group spec.routes[4].filters":     "the tree of paths has a route for every path",
	"group spec.routes[4].filters[0]":  "the tree of paths has a route for every path",
	"ingress spec.ingressClassName":    "no class, and every class with the word skipper, are Skipper's",
}

// TestEveryFieldCountsToSkipper changes, adds and removes every field of objects
// for Skipper: the comparison reports it, or the table says that it is inert.
func TestEveryFieldCountsToSkipper(t *testing.T) {
	for name, text := range skipperObjects {
		docs := documents(t, text)
		before := sideOf(t, docs, -1, nil)
		n, missed := 0, 0
		for i, d := range docs {
			table := simulate.TableOf(&d)
			for _, m := range mutations(source.Value(d.Root), "", func(v any) any { return v }) {
				reading, _ := table.Reading(m.path)
				if reading == simulate.Inert || sameToSkipper[name+" "+m.path] != "" || strings.HasPrefix(m.path, "metadata.name") || m.path == "metadata" || m.path == "metadata.creationTimestamp" {
					continue
				}
				n++
				if r := classes.Compare(before, sideOf(t, docs, i, source.NodeOf(m.tree))); len(r.Changes) == 0 {
					missed++
					t.Errorf("%s: %s is changed, and nothing is reported", name, m.path)
				}
			}
		}
		t.Logf("%s: %d mutations, %d missed", name, n, missed)
	}
}
