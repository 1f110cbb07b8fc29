package kube

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
)

// parse returns the only document of a text, in the namespace attic unless it
// names another one, and its root.
func parse(t *testing.T, text string) (*source.Document, *source.Node) {
	t.Helper()
	f, problem := source.NewFile("a.yaml", []byte(text))
	if problem != nil {
		t.Fatal(problem.Message)
	}
	docs, problems := source.Split(f)
	if len(docs) != 1 || len(problems) > 0 {
		t.Fatal(len(docs), problems)
	}
	root, problems := docs[0].Parse()
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	_, docs[0].Kind, docs[0].Namespace, docs[0].Name = source.Head(root)
	if docs[0].Namespace == "" {
		docs[0].Namespace = "attic"
	}
	return docs[0], root
}

// sameObjects compares objects; of places the path and whether there is a document.
var sameObjects = cmp.Options{
	cmp.Comparer(func(a, b source.Ref) bool { return a.Path == b.Path && a.Key == b.Key }),
	cmp.AllowUnexported(ParentListener{}),
	cmp.Comparer(func(a, b *source.Node) bool { return cmp.Equal(source.Value(a), source.Value(b)) }),
}

func in(path string) source.Ref { return source.Ref{Path: path} }

// TestDecode holds what is read of each kind that gateways refer to.
func TestDecode(t *testing.T) {
	books := ir.Name{Namespace: "attic", Name: "books"}
	for name, c := range map[string]struct {
		group, text string
		want        Object
	}{
		"Service": {"", `kind: Service
metadata: {name: books}
spec:
  selector: {app: books, tier: 1}
  ports:
  - {name: http, port: 80, targetPort: web}
  - {port: 81, targetPort: 8081}
  - {port: 82}
  - {port: 83, targetPort: 0}
`, &Service{
			Name: books, Selector: map[string]string{"app": "books", "tier": ""}, BadLabels: []string{"tier"},
			Ports: []ServicePort{{"http", 80, "web"}, {"", 81, "8081"}, {"", 82, "82"}, {"", 83, "83"}},
		}},
		"Service without a selector": {"", "kind: Service\nmetadata: {name: books}\n", &Service{Name: books}},
		"Service of another name": {"", "kind: Service\nmetadata: {name: books}\nspec: {type: ExternalName, externalName: books.example.com, externalIPs: [10.0.0.1]}\n", &Service{
			Name: books, External: "books.example.com",
		}},
		"Service of a type that has no name": {"", "kind: Service\nmetadata: {name: books}\nspec: {externalName: books.example.com}\n", &Service{Name: books}},
		"Service of a load balancer": {"", "kind: Service\nmetadata: {name: books}\nspec: {type: LoadBalancer}\n", &Service{
			Name: books, Outside: "of type LoadBalancer", OutsideAt: in("spec.type"),
		}},
		"Service of a port of nodes": {"", "kind: Service\nmetadata: {name: books}\nspec: {type: NodePort}\n", &Service{
			Name: books, Outside: "of type NodePort", OutsideAt: in("spec.type"),
		}},
		"Service with addresses": {"", "kind: Service\nmetadata: {name: books}\nspec: {type: ClusterIP, externalIPs: [10.0.0.1]}\n", &Service{
			Name: books, Outside: "with externalIPs", OutsideAt: in("spec.externalIPs"),
		}},
		"Service without addresses": {"", "kind: Service\nmetadata: {name: books}\nspec: {type: ClusterIP, externalIPs: []}\n", &Service{Name: books}},
		"Function": {FunctionGroup, "kind: Function\nmetadata: {name: books}\n", &Service{
			Name: books, Function: true, Ports: []ServicePort{{Name: "http", Port: 80}},
			Selector: map[string]string{
				"serverless.kyma-project.io/function-name": "books", "serverless.kyma-project.io/managed-by": "function-controller",
				"serverless.kyma-project.io/resource": "deployment",
			},
		}},
		"VirtualService": {"networking.istio.io", `kind: VirtualService
metadata: {name: books, labels: {team: a}, ownerReferences: [{kind: APIRule, name: r}]}
spec:
  hosts: [a.example.com]
  gateways: [mesh, infra/gw]
  http:
  - route:
    - {destination: {host: books}}
    - {destination: {host: shelves.hall.svc.cluster.local}}
    mirror: {host: copies.hall}
    mirrors: [{destination: {host: more.hall.svc}}]
  - delegate: {name: d}
  - delegate: {name: e, namespace: hall}
  tls:
  - route: [{destination: {host: secret}}]
  tcp:
  - route: [{destination: {host: raw.example.com}}]
`, &VirtualService{
			Name: books, Hosts: []string{"a.example.com"}, Labels: map[string]string{"team": "a"}, Owners: []Owner{{"APIRule", "r"}}, Outside: true,
			Doors: []Door{
				{in("spec.http[0].route[0].destination.host"), books, "books"},
				{in("spec.http[0].route[1].destination.host"), ir.Name{Namespace: "hall", Name: "shelves"}, "shelves.hall.svc.cluster.local"},
				{in("spec.http[0].mirror.host"), ir.Name{Namespace: "hall", Name: "copies"}, "copies.hall"},
				{in("spec.http[0].mirrors[0].destination.host"), ir.Name{Namespace: "hall", Name: "more"}, "more.hall.svc"},
				{in("spec.tls[0].route[0].destination.host"), ir.Name{Namespace: "attic", Name: "secret"}, "secret"},
				{in("spec.tcp[0].route[0].destination.host"), ir.Name{}, "raw.example.com"},
			},
			Delegates: []ir.Name{{Namespace: "attic", Name: "d"}, {Namespace: "hall", Name: "e"}},
		}},
		"VirtualService for the mesh":  {"networking.istio.io", "kind: VirtualService\nmetadata: {name: books}\nspec: {gateways: [mesh]}\n", &VirtualService{Name: books}},
		"VirtualService of no gateway": {"networking.istio.io", "kind: VirtualService\nmetadata: {name: books}\n", &VirtualService{Name: books}},
		"ServiceEntry": {"networking.istio.io", `kind: ServiceEntry
metadata: {name: books}
spec:
  hosts: [a.example.com]
  workloadSelector: {labels: {app: a}}
  endpoints: [{address: 10.0.0.1}, {address: b.example.com}]
`, &ServiceEntry{Name: books, Hosts: []string{"a.example.com"}, Addresses: []string{"10.0.0.1", "b.example.com"}, Selector: map[string]string{"app": "a"}}},
		"AuthorizationPolicy": {"security.istio.io", "kind: AuthorizationPolicy\nmetadata: {name: books, labels: {own: x}}\nspec: {selector: {matchLabels: {app: a}}, action: DENY, rules: [{}]}\n", &AuthorizationPolicy{
			Name: books, Labels: map[string]string{"app": "a"}, Own: map[string]string{"own": "x"}, Action: "DENY", Rules: []*source.Node{source.NodeOfText("{}")},
		}},
		"AuthorizationPolicy of everything": {"security.istio.io", "kind: AuthorizationPolicy\nmetadata: {name: books}\nspec: {}\n", &AuthorizationPolicy{Name: books, Action: "ALLOW"}},
		"RequestAuthentication": {"security.istio.io", `kind: RequestAuthentication
metadata: {name: books, labels: {own: x}}
spec:
  selector: {matchLabels: {app: a}}
  jwtRules:
  - {issuer: a, jwksUri: "https://a/keys", jwks: "{}"}
  - {issuer: b, jwks_uri: "https://b/keys"}
  - {issuer: c, jwks: "{}"}
  - {issuer: d}
`, &RequestAuthentication{
			Name: books, Labels: map[string]string{"app": "a"}, Own: map[string]string{"own": "x"},
			Issuers: []Issuer{{"a", "https://a/keys"}, {"b", "https://b/keys"}, {"c", "inline {}"}, {"d", ""}},
		}},
		"ConfigMap": {"", "kind: ConfigMap\nmetadata: {name: books}\ndata: {a: b}\n", &ConfigMap{Name: books, Data: map[string]string{"a": "b"}}},
		"Pod": {"", `kind: Pod
metadata: {name: books, labels: {app: a}, annotations: {sidecar.istio.io/inject: "true", traffic.sidecar.istio.io/excludeInboundPorts: "90, 91"}}
spec:
  initContainers: [{name: istio-proxy}]
  containers: [{name: a, ports: [{name: web, containerPort: 8080}, {containerPort: 8081}]}, {name: b, ports: [{name: more, containerPort: 9090}]}]
`, &Pod{
			Name: books, Labels: map[string]string{"app": "a"}, Containers: []string{"a", "b"}, Init: []string{"istio-proxy"}, Injection: "true",
			Ports: map[string]uint32{"web": 8080, "more": 9090}, Capture: Capture{Not: []string{"90", "91"}},
		}},
		"Pod whose label is stronger": {"", "kind: Pod\nmetadata: {name: books, labels: {sidecar.istio.io/inject: \"false\"}, annotations: {sidecar.istio.io/inject: \"true\"}}\n", &Pod{
			Name: books, Labels: map[string]string{"sidecar.istio.io/inject": "false"}, Injection: "false",
		}},
		"Pod in the network of its node": {"", "kind: Pod\nmetadata: {name: books, labels: {sidecar.istio.io/inject: \"true\"}}\nspec: {hostNetwork: true}\n", &Pod{
			Name: books, Labels: map[string]string{"sidecar.istio.io/inject": "true"}, Injection: "false",
		}},
		"Deployment": {"apps", "kind: Deployment\nmetadata: {name: books, labels: {own: x}}\nspec: {template: {metadata: {labels: {app: a}}, spec: {containers: [{name: a}]}}}\n", &Pod{
			Name: books, Template: "Deployment", Labels: map[string]string{"app": "a"}, Containers: []string{"a"},
		}},
		"Job":             {"batch", "kind: Job\nmetadata: {name: books}\n", &Pod{Name: books, Template: "Job"}},
		"ExternalGateway": {"gateway.kyma-project.io", "kind: ExternalGateway\nmetadata: {name: books}\nspec: {externalDomain: example.com}\n", &ExternalGateway{Name: books, Domain: "example.com"}},
		"Rule": {"oathkeeper.ory.sh", "kind: Rule\nmetadata: {name: books, labels: {own: x}}\nspec: {match: {url: \"http://a\", methods: [GET, PUT]}}\n", &Rule{
			Name: books, Labels: map[string]string{"own": "x"}, URL: "http://a", Methods: []string{"GET", "PUT"},
		}},
		"Ingress": {"networking.k8s.io", `kind: Ingress
metadata: {name: books, annotations: {a: b}, ownerReferences: [{kind: FabricGateway}]}
spec:
  defaultBackend: {service: {name: rest}}
  rules:
  - host: a.example.com
    http: {paths: [{backend: {service: {name: one}}}, {backend: {resource: {name: none}}}]}
  - http: {paths: [{backend: {service: {name: two}}}]}
`, &Exposure{
			Kind: "Ingress", Name: books, Annotations: map[string]string{"a": "b"}, Owners: []string{"FabricGateway"},
			Hosts: []ExposedHost{{in("spec.rules[0].host"), "a.example.com"}, {in("spec.rules[1].host"), ""}, {in("spec"), ""}},
			Doors: []Door{
				{Origin: in("spec.defaultBackend.service.name"), Service: ir.Name{Namespace: "attic", Name: "rest"}},
				{Origin: in("spec.rules[0].http.paths[0].backend.service.name"), Service: ir.Name{Namespace: "attic", Name: "one"}},
				{Origin: in("spec.rules[1].http.paths[0].backend.service.name"), Service: ir.Name{Namespace: "attic", Name: "two"}},
			},
		}},
		"Ingress of an older version": {"extensions", "kind: Ingress\nmetadata: {name: books}\nspec: {backend: {serviceName: rest}}\n", &Exposure{
			Kind: "Ingress", Name: books, Hosts: []ExposedHost{{in("spec"), ""}},
			Doors: []Door{{Origin: in("spec.backend.serviceName"), Service: ir.Name{Namespace: "attic", Name: "rest"}}},
		}},
		"RouteGroup": {"zalando.org", `kind: RouteGroup
metadata: {name: books, ownerReferences: [{kind: StackSet}]}
spec:
  hosts: [a.example.com, b.example.com]
  backends:
  - {name: one, type: service, serviceName: books}
  - {name: unused, type: service, serviceName: shelves}
  - {name: two, type: network, address: "http://copies.hall.svc.cluster.local"}
  - {name: three, type: lb, endpoints: ["http://10.0.0.1", "http://more.hall", "http://alone", "%"]}
  defaultBackends: [{backendName: one}]
  routes: [{backends: [{backendName: two}, {backendName: three}]}]
`, &Exposure{
			Kind: "RouteGroup", Name: books, Owners: []string{"StackSet"},
			Hosts: []ExposedHost{{in("spec.hosts[0]"), "a.example.com"}, {in("spec.hosts[1]"), "b.example.com"}},
			Doors: []Door{
				{Origin: in("spec.backends[0].serviceName"), Service: books},
				{Origin: in("spec.backends[2].address"), Service: ir.Name{Namespace: "hall", Name: "copies"}},
				{Origin: in("spec.backends[3].endpoints[1]"), Service: ir.Name{Namespace: "hall", Name: "more"}},
			},
		}},
		"RouteGroup of all hosts": {"zalando.org", "kind: RouteGroup\nmetadata: {name: books}\n", &Exposure{Kind: "RouteGroup", Name: books, Hosts: []ExposedHost{{in("spec"), ""}}}},
		"StackSet": {"zalando.org", `kind: StackSet
metadata: {name: books}
status:
  traffic:
  - {serviceName: a, servicePort: 80, weight: 75.5}
  - {serviceName: b, servicePort: web, weight: 24.5}
  - {serviceName: c, servicePort: "81"}
`, &StackSet{Name: books, Traffic: []TrafficShare{
			{in("status.traffic[0]"), "a", ir.Port{Number: 80}, 75.5}, {in("status.traffic[1]"), "b", ir.Port{Name: "web"}, 24.5}, {in("status.traffic[2]"), "c", ir.Port{Number: 81}, 0},
		}}},
		"Namespace": {"", "kind: Namespace\nmetadata: {name: books, labels: {istio-injection: enabled}}\n", &Namespace{Name: "books", Labels: map[string]string{"istio-injection": "enabled"}}},
		"Gateway": {"networking.istio.io", `kind: Gateway
metadata: {name: books}
spec:
  selector: {istio: ingress}
  servers:
  - {port: {number: 443, protocol: HTTPS}, hosts: ["*.example.com"], tls: {mode: SIMPLE, credentialName: c, credentialNames: [d, e]}}
  - {port: {number: 80, protocol: HTTP}, hosts: [a.example.com], tls: {httpsRedirect: true}}
  - {port: {number: 444, protocol: tls}, hosts: [b.example.com], tls: {mode: PASSTHROUGH}}
  - {port: {number: 445, protocol: TLS}, hosts: [c.example.com], tls: {mode: AUTO_PASSTHROUGH}}
  - {port: {number: 446, protocol: HTTPS}, hosts: [d.example.com], tls: {mode: ISTIO_MUTUAL}}
  - {port: {number: 447, protocol: HTTPS}, hosts: [e.example.com], tls: {mode: MUTUAL, serverCertificate: /etc/istio/ingressgateway-certs/tls.crt}}
  - {port: {number: 448, protocol: HTTPS}, hosts: [f.example.com], tls: {tlsCertificates: [{}]}}
`, &Gateway{
			Name: books, HostsAt: in("spec.servers"), Selector: map[string]string{"istio": "ingress"},
			Servers: [][]string{{"*.example.com"}, {"a.example.com"}, {"b.example.com"}, {"c.example.com"}, {"d.example.com"}, {"e.example.com"}, {"f.example.com"}},
			HTTPS:   [][]string{{"*.example.com"}, {"d.example.com"}, {"e.example.com"}, {"f.example.com"}}, Secured: []string{"*.example.com"},
			Listens: []Listener{
				{Origin: in("spec.servers[0]"), Hosts: []string{"*.example.com"}, Port: 443, EndsTLS: true, Credentials: []string{"c", "d", "e"}},
				{Origin: in("spec.servers[1]"), Hosts: []string{"a.example.com"}, Port: 80, Redirects: true},
				{Origin: in("spec.servers[2]"), Hosts: []string{"b.example.com"}, Port: 444, Passes: true},
				{Origin: in("spec.servers[3]"), Hosts: []string{"c.example.com"}, Port: 445, Passes: true},
				{Origin: in("spec.servers[4]"), Hosts: []string{"d.example.com"}, Port: 446, EndsTLS: true, Files: true},
				{Origin: in("spec.servers[5]"), Hosts: []string{"e.example.com"}, Port: 447, EndsTLS: true, Files: true, Credentials: []string{"kubernetes://istio-system/istio-ingressgateway-certs"}},
				{Origin: in("spec.servers[6]"), Hosts: []string{"f.example.com"}, Port: 448, EndsTLS: true, Files: true},
			},
		}},
		"Gateway of the Gateway API": {routes, `kind: Gateway
metadata: {name: books, annotations: {gateway.istio.io/service-account: own}}
spec:
  listeners:
  - {name: web, hostname: "A.example.com", port: 443, protocol: HTTPS, allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {a: b}}}}}
  - {name: rest, port: 80, allowedRoutes: {namespaces: {from: All, selector: {matchExpressions: []}}}}
`, &ParentGateway{Name: books, Account: "own", Listeners: []ParentListener{
			{Origin: in("spec.listeners[0]"), Name: "web", Host: "a.example.com", Port: 443, Protocol: "HTTPS", from: "Selector", labels: map[string]string{"a": "b"}},
			{Origin: in("spec.listeners[1]"), Name: "rest", Host: "*", Port: 80, from: "All", odd: true},
		}}},
		"Gateway of its own namespace": {routes, "kind: Gateway\nmetadata: {name: books}\nspec: {listeners: [{name: web}]}\n", &ParentGateway{
			Name: books, Account: "books-istio", Listeners: []ParentListener{{Origin: in("spec.listeners[0]"), Name: "web", Host: "*", from: "Same"}},
		}},
		"HTTPRoute": {routes, `kind: HTTPRoute
metadata: {name: books, labels: {a: b}, ownerReferences: [{kind: APIRule, name: r}]}
spec:
  hostnames: [a.example.com]
  parentRefs: [{name: gw}, {name: w, namespace: hall, kind: Service, sectionName: s}]
  rules:
  - backendRefs: [{name: one}, {name: two, namespace: hall, kind: Service}, {name: bucket, kind: Bucket}]
    filters: [{type: RequestMirror, requestMirror: {backendRef: {name: copies}}}, {type: URLRewrite}]
`, &Route{
			Kind: "HTTPRoute", Name: books, Labels: map[string]string{"a": "b"}, Owners: []Owner{{"APIRule", "r"}}, Hosts: []string{"a.example.com"}, All: []string{"a.example.com"},
			Parents: []RouteParent{{"Gateway", ir.Name{Namespace: "attic", Name: "gw"}, ""}, {"Service", ir.Name{Namespace: "hall", Name: "w"}, "s"}},
			Doors: []Door{
				{Origin: in("spec.rules[0].backendRefs[0].name"), Service: ir.Name{Namespace: "attic", Name: "one"}},
				{Origin: in("spec.rules[0].backendRefs[1].name"), Service: ir.Name{Namespace: "hall", Name: "two"}},
				{Origin: in("spec.rules[0].filters[0].requestMirror.backendRef.name"), Service: ir.Name{Namespace: "attic", Name: "copies"}},
			},
		}},
		"HTTPRoute that redirects": {routes, "kind: HTTPRoute\nmetadata: {name: books}\nspec: {hostnames: [a.example.com], rules: [{filters: [{type: RequestRedirect}]}]}\n", &Route{
			Kind: "HTTPRoute", Name: books, All: []string{"a.example.com"},
		}},
		"another kind":            {"", "kind: Secret\nmetadata: {name: books}\n", nil},
		"a kind of another group": {"example.com", "kind: Service\nmetadata: {name: books}\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			doc, root := parse(t, c.text)
			got := Decode(doc, c.group, root)
			if d := cmp.Diff(c.want, got, sameObjects); d != "" {
				t.Errorf("(- want, + got):\n%s", d)
			}
			decoded := c.want != nil
			if reads := Reads(c.group, doc.Kind) || MakesPods(c.group, doc.Kind) || Protects(c.group, doc.Kind); reads != decoded {
				t.Errorf("it is read: %v", reads)
			}
		})
	}
}

// TestDomain holds the domain that hosts without a dot get from a Gateway.
func TestDomain(t *testing.T) {
	for name, c := range map[string]struct {
		https [][]string
		want  string
	}{
		"one":             {[][]string{{"*.example.com"}}, "example.com"},
		"none":            {nil, ""},
		"no wildcard":     {[][]string{{"a.example.com"}}, ""},
		"every host":      {[][]string{{"*"}}, ""},
		"two hosts":       {[][]string{{"*.example.com", "*.example.org"}}, ""},
		"two servers":     {[][]string{{"*.example.com"}, {"*.example.com"}}, ""},
		"not of one host": {[][]string{{}}, ""},
	} {
		if got := (&Gateway{HTTPS: c.https}).Domain(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestFunctionService holds that the manifest of a Function's Service is read as
// the Service of the Function.
func TestFunctionService(t *testing.T) {
	f, root := parse(t, "kind: Function\nmetadata: {name: books}\n")
	want, _ := Decode(f, FunctionGroup, root).(*Service)
	node := source.NodeOf(FunctionService("attic", "books"))
	version, kind, namespace, name := source.Head(node)
	if version != "v1" || kind != "Service" || namespace != "attic" || name != "books" {
		t.Errorf("%s %s %s/%s", version, kind, namespace, name)
	}
	got, _ := Decode(&source.Document{Kind: kind, Namespace: namespace, Name: name}, "", node).(*Service)
	if got.Ports[0].Target != "80" {
		t.Errorf("target %q", got.Ports[0].Target)
	}
	got.Function, got.Ports[0].Target = true, ""
	if d := cmp.Diff(want, got, sameObjects); d != "" {
		t.Errorf("(- Function, + Service):\n%s", d)
	}
}

// TestServiceOfHost holds which Service a host in the mesh is.
func TestServiceOfHost(t *testing.T) {
	for host, want := range map[string]ir.Name{
		"books": {Namespace: "attic", Name: "books"}, "books.hall": {Namespace: "hall", Name: "books"}, "books.hall.svc": {Namespace: "hall", Name: "books"},
		"books.hall.svc.cluster.local": {Namespace: "hall", Name: "books"}, "books.hall.svc.cluster.local.": {Namespace: "hall", Name: "books"},
		"books.hall.example.com": {}, "books.hall.svc.other": {}, "": {},
	} {
		got, ok := ServiceOfHost(host, "attic")
		if want.Name == "" && ok || want.Name != "" && (!ok || got != want) {
			t.Errorf("%q: %v, %v, want %v", host, got, ok, want)
		}
	}
}

// TestProviders holds which external authorizers a mesh configuration defines.
func TestProviders(t *testing.T) {
	got, err := Providers("extensionProviders: [{name: a, envoyExtAuthzHttp: {service: a}}, {name: b, envoyExtAuthzGrpc: {service: b}}]")
	if d := cmp.Diff(map[string]bool{"a": true, "b": false}, got); d != "" || err != nil {
		t.Error(err, d)
	}
	if got, err := Providers(""); len(got) != 0 || err != nil {
		t.Error("nothing is configured:", got, err)
	}
	if _, err := Providers("extensionProviders: {a: b}"); err == nil {
		t.Error("an object is no list")
	}
}
