package istio

import (
	"fmt"
	"math/rand"
	"strconv"
	"strings"
	"testing"

	controllers "istio.io/istio/pilot/pkg/config/kube/gateway"
	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/networking/core"
	"istio.io/istio/pilot/pkg/serviceregistry/kube/controller"
	istio "istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/host"
	"istio.io/istio/pkg/config/protocol"
	"istio.io/istio/pkg/config/schema/gvk"
	"istio.io/istio/pkg/config/schema/gvr"
	"istio.io/istio/pkg/kube"
	"istio.io/istio/pkg/kube/kclient/clienttest"
	"istio.io/istio/pkg/kube/krt"
	"istio.io/istio/pkg/test"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/gateway-api/pkg/consts"
	"sigs.k8s.io/yaml"

	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
	kgw "github.com/kgw-dev/kgw/simulate/envoy"
	"github.com/kgw-dev/kgw/simulate/gatewayapi"
)

// parents are the class and the Gateway istio-system/gw, which serves every host at
// port 80 to all namespaces.
const parents = `
{apiVersion: gateway.networking.k8s.io/v1, kind: GatewayClass, metadata: {name: istio}, spec: {controllerName: istio.io/gateway-controller}}
---
{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: gw, namespace: istio-system}, spec: {gatewayClassName: istio,
  listeners: [{name: web, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}]}}
`

// gatewayAPI is istiod with its controller of the Gateway API.
type gatewayAPI struct {
	services  []*model.Service
	instances []*model.ServiceInstance
}

// newGatewayAPI knows Services by "namespace/name", at port 80, and that of the
// Gateway's proxy.
func newGatewayAPI(names []string) *gatewayAPI {
	g := &gatewayAPI{}
	for _, n := range append([]string{"istio-system/gw-istio"}, names...) {
		namespace, name, _ := strings.Cut(n, "/")
		s := &model.Service{
			Attributes: model.ServiceAttributes{Name: name, Namespace: namespace},
			Hostname:   host.Name(name + "." + namespace + ".svc.cluster.local"),
			Ports:      model.PortList{{Name: "http", Port: port, Protocol: protocol.HTTP}},
		}
		address := "10.0.0.9"
		if len(g.services) == 0 {
			address = "10.0.0.1"
		}
		g.services = append(g.services, s)
		g.instances = append(g.instances, &model.ServiceInstance{Service: s, ServicePort: s.Ports[0], Endpoint: &model.IstioEndpoint{
			Addresses: []string{address}, EndpointPort: port, ServicePortName: "http", Namespace: namespace,
		}})
	}
	return g
}

// kinds are those that the controller waits for.
var kinds = []schema.GroupVersionResource{
	gvr.KubernetesGateway, gvr.ReferenceGrant, gvr.ListenerSet, gvr.GatewayClass, gvr.HTTPRoute, gvr.GRPCRoute, gvr.TCPRoute, gvr.TLSRoute,
	gvr.ServiceEntry, gvr.XBackendTrafficPolicy, gvr.BackendTLSPolicy, gvr.InferencePool,
}

// routes returns the route configuration that istiod makes of the documents for the
// proxy of the Gateway.
func (g *gatewayAPI) routes(t *testing.T, docs string) *routev3.RouteConfiguration {
	t.Helper()
	var objects []runtime.Object
	for _, d := range strings.Split(parents+"\n---\n"+docs, "\n---\n") {
		if strings.TrimSpace(d) == "" {
			continue
		}
		data, err := yaml.YAMLToJSON([]byte(d))
		if err != nil {
			t.Fatal(err, d)
		}
		o, _, err := kube.IstioCodec.UniversalDeserializer().Decode(data, nil, nil)
		if err != nil {
			t.Fatal(err, d)
		}
		objects = append(objects, o)
	}
	stop, client := test.NewStop(t), kube.NewFakeClient(objects...)
	for _, k := range kinds {
		clienttest.MakeCRDWithAnnotations(t, client, k, map[string]string{consts.BundleVersionAnnotation: consts.BundleVersion})
	}
	known := core.NewConfigGenTest(t, core.TestOptions{Services: g.services, Instances: g.instances})
	c := controllers.NewController(client, func(schema.GroupVersionResource, <-chan struct{}) bool { return true },
		controller.Options{DomainSuffix: "cluster.local", KrtDebugger: &krt.DebugHandler{}}, nil)
	go c.Run(stop)
	client.RunAndWait(stop)
	c.Reconcile(known.PushContext())
	kube.WaitForCacheSync("gateway-api", stop, c.HasSynced)
	return g.configuration(t, append(c.List(gvk.Gateway, ""), c.List(gvk.VirtualService, "")...))
}

func (g *gatewayAPI) configuration(t *testing.T, configs []istio.Config) *routev3.RouteConfiguration {
	t.Helper()
	fake := core.NewConfigGenTest(t, core.TestOptions{Configs: configs, Services: g.services, Instances: g.instances})
	proxy := fake.SetupProxy(&model.Proxy{
		Type: model.Router, ConfigNamespace: "istio-system", IPAddresses: []string{"10.0.0.1"},
		Metadata: &model.NodeMetadata{Namespace: "istio-system", IstioVersion: "1.31.0"},
	})
	resources, _ := fake.ConfigGen.BuildHTTPRoutes(proxy, &model.PushRequest{Push: fake.PushContext()}, []string{routeConfiguration})
	if len(resources) != 1 {
		t.Fatalf("istiod makes %d route configurations", len(resources))
	}
	out := &routev3.RouteConfiguration{}
	if err := resources[0].Resource.UnmarshalTo(out); err != nil {
		t.Fatal(err)
	}
	return out
}

// apiRoutes draws HTTPRoutes of others, each rule with a Service of its own.
type apiRoutes struct {
	*rand.Rand
	services []string
}

func (g *apiRoutes) pick(list ...string) string { return list[g.Intn(len(list))] }

func (g *apiRoutes) match() string {
	path := g.pick("{type: Exact, value: /items}", "{type: Exact, value: /items/1}", "{type: PathPrefix, value: /}", "{type: PathPrefix, value: /items}", "{type: PathPrefix, value: /items/}",
		"{type: RegularExpression, value: '/.*'}", "{type: RegularExpression, value: '.*'}", "{type: RegularExpression, value: '/items/[0-9]+'}", "{type: RegularExpression, value: '/i.*'}", "{value: /x}")
	out := "path: " + path
	if g.Intn(3) == 0 {
		out += ", method: " + g.pick("GET", "POST")
	}
	if g.Intn(3) == 0 {
		out += ", headers: [" + g.pick("{name: x-a, value: b}", "{name: x-a, type: RegularExpression, value: 'b+'}", "{name: x-a, value: b}, {name: x-c, value: d}") + "]"
	}
	if g.Intn(5) == 0 {
		out += ", queryParams: [{name: q, value: '1'}]"
	}
	return "{" + out + "}"
}

func (g *apiRoutes) rule() string {
	var matches []string
	for range 1 + g.Intn(2) {
		matches = append(matches, g.match())
	}
	out := "matches: [" + strings.Join(matches, ", ") + "]"
	switch g.Intn(8) {
	case 0:
		return "{" + out + "}" // answers 500
	case 1:
		return "{" + out + ", filters: [{type: RequestRedirect, requestRedirect: {scheme: https, statusCode: 301}}]}"
	}
	name := "s" + strconv.Itoa(len(g.services))
	g.services = append(g.services, "default/"+name)
	return "{" + out + ", backendRefs: [{name: " + name + ", port: 80}]}"
}

func (g *apiRoutes) set() string {
	var out []string
	for i := range 1 + g.Intn(3) {
		var rules []string
		for range 1 + g.Intn(4) {
			rules = append(rules, g.rule())
		}
		out = append(out, fmt.Sprintf("{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: r%d, namespace: default, creationTimestamp: '2024-01-0%dT00:00:00Z'}, spec: {parentRefs: [{name: gw, namespace: istio-system}], hostnames: [%s], rules: [%s]}}",
			i, 1+g.Intn(3), g.pick("a.test", "a.test", "'*.test'", "a.test, b.test"), strings.Join(rules, ", ")))
	}
	return strings.Join(out, "\n---\n")
}

func (g *apiRoutes) request() *simulate.Request {
	r := &simulate.Request{
		Method: g.pick("GET", "GET", "POST", "PUT"), Scheme: "http", Host: g.pick("a.test", "a.test", "b.test", "c.test", "A.TEST"),
		Target: g.pick("/", "/items", "/items/", "/items/1", "/itemsx", "/items/a", "/x", "/x/y", "/items?q=1", "/i"),
	}
	for _, h := range []simulate.Header{{Name: "x-a", Value: g.pick("b", "bb", "c")}, {Name: "x-c", Value: "d"}} {
		if g.Intn(3) == 0 {
			r.Headers = append(r.Headers, h)
		}
	}
	return r
}

// TestDecidesHTTPRoutesAsIstiod compares the simulator with Envoy's decisions on
// the configuration that istiod makes of generated HTTPRoutes.
func TestDecidesHTTPRoutesAsIstiod(t *testing.T) {
	seed, outcomes := number("KGW_SEED", 1), map[string]int{}
	for i := range number("KGW_SETS", 120) {
		g := &apiRoutes{Rand: rand.New(rand.NewSource(int64(seed + i)))}
		docs := g.set()
		e, err := newEnvoy(newGatewayAPI(g.services).routes(t, docs))
		if err != nil {
			t.Fatal(err, docs)
		}
		own := simulatedAPI(t, parents+"\n---\n"+docs)
		for range 40 {
			q := g.request()
			want, got := e.decide(q.AsSent()), own.Decide(q.Clone(), nil)
			outcomes[strconv.Itoa(want.Status)]++
			if to := upstreamOf(&got); want.Status != got.Status && !got.Passed() || want.Upstream != to || got.Cause == simulate.Anything {
				t.Errorf("seed %d: %s %s%s %v: Envoy %d %s, the simulator %d %s %s\n%s", seed+i, q.Method, q.Host, q.Target, q.Headers, want.Status, want.Upstream, got.Status, to, got.Reason, docs)
				break
			}
		}
	}
	t.Log(outcomes)
	for _, status := range []string{"200", "301", "404", "500"} {
		if outcomes[status] == 0 {
			t.Errorf("no request is answered with %s", status)
		}
	}
}

func upstreamOf(d *simulate.Decision) string {
	if !d.Passed() || d.Next == nil {
		return ""
	}
	return d.Next.To
}

func simulatedAPI(t *testing.T, docs string) *kgw.Gateway {
	t.Helper()
	converted, _ := gatewayapi.Convert(read(t, docs), gatewayapi.Options{})
	return kgw.Load(converted, "istio-system")
}

func read(t *testing.T, docs string) []simulate.Manifest {
	t.Helper()
	f, problem := source.NewFile("in.yaml", []byte(docs))
	if problem != nil {
		t.Fatal(problem.Message)
	}
	parts, problems := source.Split(f)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	var out []simulate.Manifest
	for _, d := range parts {
		root, problems := d.Parse()
		if root == nil {
			t.Fatal(problems)
		}
		out = append(out, simulate.ReadManifest(root, source.Ref{Doc: d}, false, "default"))
	}
	return out
}

// TestHTTPRoutesDecideAsVirtualServices compiles generated APIRules with either
// API and holds istiod's configuration of both to each other: every request goes
// to the same Service.
func TestHTTPRoutesDecideAsVirtualServices(t *testing.T) {
	seed, sent := number("KGW_SEED", 1), 0
	for i := range number("KGW_SETS", 60) {
		g := &apiRoutes{Rand: rand.New(rand.NewSource(int64(seed + i)))}
		in := g.apiRule()
		services := objectsOf(t, in, "virtualservice", "VirtualService")
		routes := objectsOf(t, in, "gateway-api", "HTTPRoute")
		if len(services) == 0 || len(routes) == 0 {
			continue // two rules for one request
		}
		before, err := newEnvoy(istiod(t, parsedServices(t, services)))
		if err != nil {
			t.Fatal(err, services)
		}
		after, err := newEnvoy(newGatewayAPI(g.services).routes(t, strings.Join(routes, "\n---\n")))
		if err != nil {
			t.Fatal(err, routes)
		}
		for range 60 {
			q := g.request()
			want, got := before.decide(q.AsSent()), after.decide(q.AsSent())
			if want.Upstream != "" {
				sent++
			}
			if want.Status != got.Status || want.Upstream != got.Upstream || want.Headers != got.Headers {
				t.Errorf("seed %d: %s %s%s: VirtualService %d %s %s, HTTPRoute %d %s %s\n%s", seed+i, q.Method, q.Host, q.Target, want.Status, want.Upstream, want.Headers, got.Status, got.Upstream, got.Headers, in)
				break
			}
		}
	}
	if sent < 100 {
		t.Errorf("%d requests reached a Service", sent)
	}
}

// apiRule draws an APIRule v2 or v1beta1 whose rules have requests in common,
// each with a Service of its own.
func (g *apiRoutes) apiRule() string {
	v2 := g.Intn(2) == 0
	var rules, services []string
	paths := []string{"/items/[0-9]+", "/.*", "/i.*", "/items", "/items/1", "/items/.*", "/(x|items)", "/[a-z]+", "/items/?"}
	if v2 {
		paths = []string{"/items/{*}", "/{**}", "/items", "/items/1", "/{*}", "/items/{**}", "/{*}/1", "/*", "/x/{**}"}
	}
	g.Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
	for i, path := range paths[:2+g.Intn(len(paths)-2)] {
		name := "s" + strconv.Itoa(i)
		g.services = append(g.services, "shop/"+name)
		access := "accessStrategies: [{handler: no_auth}]"
		if v2 {
			access = "noAuth: true"
		}
		rules = append(rules, fmt.Sprintf("{path: '%s', methods: [%s], service: {name: %s, port: 80}, %s}", path, g.pick("GET", "POST", "GET, POST"), name, access))
		services = append(services, fmt.Sprintf("{apiVersion: v1, kind: Service, metadata: {name: %s, namespace: shop}, spec: {selector: {app: %s}, ports: [{port: 80}]}}", name, name))
	}
	version, hosts := "v1beta1", "host: a.test"
	if v2 {
		version, hosts = "v2", "hosts: [a.test]"
	}
	rule := fmt.Sprintf("{apiVersion: gateway.kyma-project.io/%s, kind: APIRule, metadata: {name: a, namespace: shop}, spec: {%s, gateway: istio-system/gw, rules: [%s]}}", version, hosts, strings.Join(rules, ", "))
	return rule + "\n---\n" + strings.Join(services, "\n---\n")
}

// objectsOf returns the objects of one kind that an input compiles to, as the
// controller would write them: what kgw finds fault with is written too.
func objectsOf(t *testing.T, in, api, kind string) []string {
	t.Helper()
	f, problem := source.NewFile("in.yaml", []byte(in))
	if problem != nil {
		t.Fatal(problem.Message)
	}
	var out []string
	for _, o := range compile.Run(compile.Input{Files: []*source.File{f}}, compile.Options{RouteAPI: api, Config: permissive()}).Objects {
		if o.Kind == kind {
			out = append(out, string(o.AppendYAML(nil)))
		}
	}
	return out
}

// permissive returns the configuration in which what a controller writes is written.
func permissive() *config.Config {
	c := config.Default()
	c.Compat = "controller"
	c.Known.Gateways = []config.KnownGateway{{Name: "gw", Namespace: "istio-system", Hosts: []string{"*"}}}
	return c
}

// parsedServices returns VirtualServices as istiod has them.
func parsedServices(t *testing.T, docs []string) []istio.Config {
	t.Helper()
	var out []istio.Config
	for _, d := range docs {
		var v object
		if err := yaml.Unmarshal([]byte(d), &v); err != nil {
			t.Fatal(err)
		}
		out = append(out, configs(t, []object{v})...)
	}
	return out
}

// TestOriginsAsIstiod holds what the simulator makes of allowed origins to what
// istiod makes of them.
func TestOriginsAsIstiod(t *testing.T) {
	for _, o := range []string{"*", "https://a.test", "https://a.test:8443", "https://*.a.test", "http://*", "https://*", "https://*.a-b.test:80"} {
		doc := fmt.Sprintf("{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: r, namespace: default}, spec: {parentRefs: [{name: gw, namespace: istio-system}], hostnames: [a.test], rules: [{filters: [{type: CORS, cors: {allowOrigins: ['%s'], maxAge: 5}}], backendRefs: [{name: s, port: 80}]}]}}", o)
		policy, err := corsOf(newGatewayAPI([]string{"default/s"}).routes(t, doc).VirtualHosts[0].Routes[0])
		if err != nil || len(policy.GetAllowOriginStringMatch()) != 1 {
			t.Fatalf("%s: istiod makes %v of it: %v", o, policy, err)
		}
		m := policy.AllowOriginStringMatch[0]
		want := map[string]string{"exact": m.GetExact(), "prefix": m.GetPrefix(), "regex": m.GetSafeRegex().GetRegex()}
		converted, _ := gatewayapi.Convert(read(t, parents+"\n---\n"+doc), gatewayapi.Options{})
		found := false
		for i := range converted {
			for _, entry := range source.Elements(source.Field(converted[i].Spec(), "http")) {
				origin := source.Elements(source.Field(source.Field(entry, "corsPolicy"), "allowOrigins"))[0]
				for kind, text := range want {
					if got := source.Text(source.Field(origin, kind)); got != text {
						t.Errorf("%s: %s %q, istiod has %q", o, kind, got, text)
					}
				}
				found = true
			}
		}
		if !found {
			t.Errorf("%s: the route is not followed", o)
		}
	}
}
