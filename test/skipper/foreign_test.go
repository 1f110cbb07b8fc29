package skipper

import (
	"bytes"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/zalando/skipper/dataclients/kubernetes"
	"github.com/zalando/skipper/dataclients/kubernetes/kubernetestest"
	"github.com/zalando/skipper/proxy"
	"github.com/zalando/skipper/proxy/proxytest"
	"github.com/zalando/skipper/routing"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
	simskipper "github.com/kgw-dev/kgw/simulate/skipper"
)

// foreignServices are the Services that foreign objects name, and the token of
// callers that the token information service knows.
var foreignServices = []string{"a", "b", "c", "open"}

const knownToken = "tk~b3BhcXVl" // that of simulate.Token

// TestForeign holds the simulator to a real Skipper with its own Kubernetes
// client, on Ingresses and RouteGroups of any shape: the same status, upstream
// and headers, or the simulator says that it is not known and has the answer
// among its outcomes. KGW_SEED is the first of the sets.
func TestForeign(t *testing.T) {
	asked, unknown := 0, 0
	first, _ := strconv.ParseInt(os.Getenv("KGW_SEED"), 10, 64)
	for i := range int64(300) {
		g := rand.New(rand.NewSource(first + i))
		yaml := ""
		for i := range 1 + g.Intn(4) {
			yaml += "---\n" + foreignObject(g, i)
		}
		if !forSkipper(yaml) {
			continue
		}
		c := startForeign(t, yaml)
		e := simskipper.Load(read(t, yaml+foreignSpecs()), simskipper.Options{})
		for range 60 {
			asked++
			if !c.compare(t, e, foreignRequest(g), yaml) {
				unknown++
			}
		}
	}
	t.Logf("%d requests, %d of them not known", asked, unknown)
	if asked < 15000 || unknown > asked/4 {
		t.Errorf("%d requests, %d of them not known", asked, unknown)
	}
}

// forSkipper reports whether an object is for Skipper. Where none is, the
// simulator knows nothing of a Skipper, which would redirect plain HTTP of all
// hosts.
func forSkipper(yaml string) bool {
	return slices.ContainsFunc(strings.Split(yaml, "---\n"), func(doc string) bool {
		return strings.Contains(doc, "kind:") && !strings.Contains(doc, "ingressClassName: nginx")
	})
}

// compare reports whether the simulator knows the answer.
func (c *cluster) compare(t *testing.T, e *simskipper.Engine, r *simulate.Request, yaml string) bool {
	d := simulate.Outcomes(r, nil, e.Session().Decide)
	status, reached, header := c.ask(t, r)
	fits := func(d *simulate.Decision) bool {
		upstream, _, _ := strings.Cut(d.Upstream, ".")
		if d.Cause == simulate.Anything || d.Cause == simulate.Undecided {
			return true
		}
		if strings.Contains(d.Upstream, "127.0.0.1:1") {
			return status == http.StatusBadGateway // nobody listens there
		}
		if d.Status != status || upstream != reached {
			return false
		}
		if c.answer.Get("Location") != d.Response["location"] || !equalHeader(c.answer, d.Response, "X-R") || !equalHeader(c.answer, d.Response, "Access-Control-Allow-Origin") {
			return false
		}
		if reached == "" {
			return true
		}
		if !slices.Equal(header.Values("Cookie"), linesOf(d.Next, "Cookie")) {
			return false
		}
		set, escaped := d.Next.Header("X-Set"), strings.Contains(r.Target, "%2F") || strings.Contains(r.Target, "/x/..")
		return (set == header.Get("X-Set") || strings.HasPrefix(set, "<not known")) && d.Next.Header("X-Info") == header.Get("X-Info") && (escaped || c.target == d.Next.Target)
	}
	if d.Reason == "too many conditions are not known" || slices.ContainsFunc(d.Each(), func(o simulate.Outcome) bool { return fits(&o.Decision) }) {
		return d.Known()
	}
	t.Errorf("%s %s%s %v: Skipper answers %d from %q (X-Set %q, X-Info %q), the simulator %d from %q (%s, known %v)\n%v %s\n%s", r.Method, r.Host, r.Target, r.Headers, status, reached,
		header.Get("X-Set"), header.Get("X-Info"), d.Status, d.Upstream, d.Reason, d.Known(), c.answer, c.target, yaml)
	return true
}

func linesOf(q *simulate.Request, name string) []string {
	var out []string
	for _, h := range q.Headers {
		if strings.EqualFold(h.Name, name) {
			out = append(out, h.Value)
		}
	}
	return out
}

// equalHeader compares a header of the answer with what is said of it.
func equalHeader(answer http.Header, said map[string]string, name string) bool {
	return strings.Join(answer.Values(name), ", ") == said[strings.ToLower(name)]
}

// ask sends the request as it is.
func (c *cluster) ask(t *testing.T, r *simulate.Request) (status int, reached string, header http.Header) {
	t.Helper()
	real := r.AsSent()
	c.mu.Lock()
	c.reached, c.header, c.answer, c.target = "", nil, nil, ""
	c.mu.Unlock()
	req, err := http.NewRequest(real.Method, c.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	path, query, _ := strings.Cut(real.Target, "?")
	req.URL.Opaque, req.URL.RawQuery, req.Host = path, query, real.Host
	for _, h := range real.Headers {
		req.Header.Add(h.Name, h.Value)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, res.Body)
	res.Body.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answer = res.Header
	return res.StatusCode, c.reached, c.header
}

// foreignSpecs returns the Services as the simulator reads them.
func foreignSpecs() string {
	out := ""
	for _, s := range foreignServices {
		out += "---\napiVersion: v1\nkind: Service\nmetadata: {name: " + s + ", namespace: shop}\nspec: {type: ClusterIP, ports: [{name: main, port: 80}]}\n"
	}
	return out
}

func read(t *testing.T, yaml string) []simulate.Manifest {
	t.Helper()
	f, problem := source.NewFile("f.yaml", []byte(yaml))
	if problem != nil {
		t.Fatal(problem.Message)
	}
	docs, _ := source.Split(f)
	var out []simulate.Manifest
	for _, d := range docs {
		if root, _ := d.Parse(); root != nil {
			out = append(out, simulate.ReadManifest(root, source.Ref{Doc: d}, false, "shop"))
		}
	}
	return out
}

// startForeign loads objects into a Skipper with every predicate and filter that
// they may use.
func startForeign(t *testing.T, yaml string) *cluster {
	t.Helper()
	c := &cluster{tokens: map[string]tokenInfo{knownToken: {UID: "u1", Realm: "/services", Scope: []string{"uid", "read"}}}}
	ports := map[string]map[string]int{}
	for _, s := range foreignServices {
		ports["shop/"+s] = map[string]int{"main": 80}
	}
	text := append([]byte(yaml), c.serve(t, ports)...)
	api, err := kubernetestest.NewAPI(kubernetestest.TestAPIOptions{}, bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	client, err := kubernetes.New(kubernetes.Options{KubernetesURL: server.URL, ProvideHTTPSRedirect: true, HTTPSRedirectCode: 308})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	info := httptest.NewServer(http.HandlerFunc(c.tokenInfo))
	t.Cleanup(info.Close)
	p := proxytest.Config{
		RoutingOptions: routing.Options{
			FilterRegistry: fullRegistry(t, info.URL), DataClients: []routing.DataClient{client}, PollTimeout: time.Hour,
			Predicates: allPredicates(),
		},
		ProxyParams: proxy.Params{CloseIdleConnsPeriod: -time.Second},
		WaitTime:    20 * time.Second,
	}.Create()
	t.Cleanup(func() { p.Close() })
	c.url, c.log = p.URL, p.Log
	return c
}

// some joins as many of the texts as chance says.
func some(g *rand.Rand, separator string, list ...string) string {
	var out []string
	for _, s := range list {
		if g.Intn(3) == 0 {
			out = append(out, s)
		}
	}
	g.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return strings.Join(out, separator)
}

var foreignFilters = []string{
	`oauthTokeninfoAllScope("uid")`, `oauthTokeninfoAnyScope("nosuch", "read")`, `oauthTokeninfoAllKV("realm", "/services")`, `oauthTokeninfoAnyKV("realm", "/employees")`,
	`setRequestHeader("X-Set", "1")`, `dropRequestHeader("Authorization")`, `setPath("/p")`, `status(418)`, `inlineContent("x")`, `redirectTo(302, "https://e.test/")`,
	`copyRequestHeader("X-Token", "Authorization")`, `queryToHeader("t", "Authorization", "Bearer %s")`, `modRequestHeader("Authorization", "^bearer ", "Bearer ")`,
	`forwardToken("X-Info", "uid", "realm")`, `corsOrigin()`, `compress()`, `appendRequestHeader("X-Set", "2")`, `dropQuery("t")`, `modPath("^/p", "/q")`,
	// others of each family
	`forwardTokenField("X-Info", "uid")`, `forwardTokenField("X-Info", "none")`, `setRequestHeader("X-Set", "${request.host}")`, `setRequestHeader("X-Set", "${request.header.X-A}")`, `setRequestHeader("X-Set", "a${request.query.v}b")`,
	`requestHeader("X-Set", "3")`, `requestCopyHeader("X-A", "X-Set")`, `dropRequestHeaderRegexp("X-Set", "^1$")`, `dropRequestHeaderRegexp("Authorization", "^Basic")`, `encodeBase64RequestHeader("X-Set")`, `headerToQuery("X-A", "v")`,
	`requestCookie("c", "1")`, `dropRequestCookie("c")`, `requestCookie("d", "a b")`, `setRequestHeader("X-Set", "${request.cookie.c}")`, `dropRequestHeader("Cookie")`, `stripQuery()`, `stripQuery("true")`, `setQuery("v", "2")`, `setQuery("v=2")`, `preserveHost("false")`, `setPath("/${request.header.X-A}")`, `setPath("/q${id}")`, `setRequestHeader("X-Set", "${id}")`, `setRequestHeader("X-Set", "${*}")`, `setRequestHeader("X-Set", "${request.source}")`, `setRequestHeader("Authorization", "Bearer ` + knownToken + `")`,
	`redirect(303, "/x")`, `redirectTo(301)`, `redirectToLower(308, "//n.test")`, `redirectTo(302, "/else?x=1")`, `redirectTo(307, "http:")`, `status(204)`, `absorb()`, `absorbSilent()`, `randomContent(3)`, `repeatContent("x", 3)`, `wrapContent("a", "b")`,
	`inlineContentIfStatus(404, "x")`, `healthcheck()`, `corsOrigin("https://o.test")`, `setResponseHeader("X-R", "1")`, `appendResponseHeader("X-R", "2")`, `responseHeader("X-R", "3")`, `dropResponseHeader("X-R")`, `dropResponseHeaderRegexp("X-R", "1")`,
	`copyResponseHeader("X-R", "X-Q")`, `modResponseHeader("X-R", "1", "4")`, `setResponseHeader("X-R", "${request.host}")`, `setResponseHeader("Location", "/l")`,
	`setDynamicBackendUrl("http://127.0.0.1:1")`, `xforward()`, `xforwardFirst()`, `flowId()`, `latency(0)`, `backendTimeout("10s")`, `consecutiveBreaker(100)`, `disableRatelimit()`, `blockContent("nothing")`,
	`admissionControl("m", "active", "1s", 5, 10, 0.1, 0.95, 0.5)`, `auditLog()`, `unverifiedAuditLog()`, `annotate("a", "b")`, `comment("x")`, `tracingTag("a", "b")`, `setFastCgiFilename("x")`, `rfcPath()`, `rfcHost()`, `clientRatelimit(0, "1m")`, `ratelimit(0, "1m", 503)`,
	`sed("a", "b")`, `jwtMetrics()`, `apiUsageMonitoring()`, `loopbackIfStatus(404, "/q")`, `modRequestHeader("X-Set", "[0-9]", "x")`, `setContextRequestHeader("X-Set", "k")`,
	// wrong arguments: the route is not there
	`oauthTokeninfoAllKV("realm")`, `oauthTokeninfoAllScope()`, `status("200")`, `setPath(1)`, `inlineContent()`, `fifo()`, `jwtValidation()`, `noSuchFilter()`, `ratelimit("x")`, `modPath("(", "")`, `setRequestHeader("X")`, `redirectTo("302")`,
}

var foreignPredicates = []string{
	`Method("GET")`, `Methods("get", "post")`, `Header("X-A", "1")`, `HeaderRegexp("X-A", "^[0-9]$")`, `Cookie("c", "^1$")`, `QueryParam("v", "^2$")`, `QueryParam("v")`,
	`HostAny("h.test")`, `True()`, `False()`, `Weight(3)`, `PathRegexp("[.]css$")`, `Source("10.0.0.0/8")`, `Header("X-Forwarded-Proto", "https")`, `ForwardedProtocol("https")`,
	`JWTPayloadAllKV("a", "b")`, `SourceFromLast("10.0.0.0/8")`, `ClientIP("127.0.0.1")`, `ClientIP("10.0.0.0/8")`, `Traffic(1)`, `Traffic(0)`, `Traffic(0, "c", "1")`, `Traffic(1, "c", "2")`, `TrafficSegment(0, 1)`, `Shutdown()`, `Tee("t")`, `HeaderSHA256("X-A", "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b")`,
	`ContentLengthBetween(0, 5)`, `After(0)`, `Before(0)`, `Before("2020-01-01T00:00:00Z")`, `Cron("* * * * *")`, `ForwardedHost("^h")`, `Method("get")`, `Host("^h[.]test$")`, `Weight("3")`, `Weight(-1)`, `Method()`, `Source("x")`, `Traffic(2)`, `NoSuch("x")`, `Header("x-a", "1")`,
	`Path("/q")`, `PathSubtree("/p")`, `Any()`,
}

// picks returns a few of a list, at most n.
func picks(g *rand.Rand, n int, list []string) []string {
	var out []string
	for range g.Intn(n + 1) {
		out = append(out, one(g, list...))
	}
	return out
}

func foreignObject(g *rand.Rand, i int) string {
	if g.Intn(2) == 0 {
		return foreignIngress(g, i)
	}
	return foreignGroup(g, i)
}

func foreignIngress(g *rand.Rand, i int) string {
	annotations := ""
	add := func(key, value string) { annotations += fmt.Sprintf("    zalando.org/%s: '%s'\n", key, value) }
	if f := picks(g, 2, foreignFilters); len(f) > 0 {
		add("skipper-filter", strings.Join(f, " -> "))
	}
	if p := picks(g, 1, foreignPredicates); len(p) > 0 {
		add("skipper-predicate", strings.Join(p, " && "))
	}
	switch g.Intn(8) {
	case 0:
		add("skipper-routes", one(g, `r1: Method("OPTIONS") -> status(204) -> <shunt>; r2: Path("/q") -> redirectTo(308, "https://n.test") -> <shunt>`, `* -> inlineContent("all") -> <shunt>`, `PathSubtree("/p") -> setPath("/q") -> <loopback>`, `r: Broken( -> <shunt>`))
	case 1:
		add("skipper-ingress-redirect", one(g, "true", "false"))
	case 2:
		add("skipper-ingress-path-mode", one(g, "path-prefix", "path-regexp", "kubernetes-ingress"))
	case 3:
		add("backend-weights", `{"a": 0, "b": 1}`)
	}
	class := ""
	if g.Intn(8) == 0 {
		class = "  ingressClassName: " + one(g, "skipper", "nginx", "skipper-2") + "\n"
	}
	if g.Intn(6) == 0 {
		class += "  defaultBackend: {service: {name: open, port: {name: main}}}\n"
	}
	paths := ""
	for range 1 + g.Intn(3) {
		paths += fmt.Sprintf("      - {%s%sbackend: {service: {name: %s, port: {name: %s}}}}\n", one(g, "", "path: /, ", "path: /p, ", "path: /p/, ", "path: /q, ", "path: /p/x, "),
			one(g, "pathType: Exact, ", "pathType: Prefix, ", "pathType: ImplementationSpecific, ", ""), one(g, "a", "b", "c"), one(g, "main", "main", "main", "nosuch"))
	}
	if annotations != "" {
		annotations = "  annotations:\n" + annotations
	}
	return fmt.Sprintf("apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: i%d\n  namespace: shop\n%sspec:\n%s  rules:\n  - %shttp:\n      paths:\n%s", i, annotations, class, one(g, "host: h.test\n    ", "host: h.test\n    ", "host: i.test\n    ", ""), paths)
}

func quoted(list []string) string {
	for i := range list {
		list[i] = "'" + list[i] + "'"
	}
	return "[" + strings.Join(list, ", ") + "]"
}

func foreignGroup(g *rand.Rand, i int) string {
	hosts := one(g, "  hosts: [h.test]\n", "  hosts: [h.test]\n", "  hosts: [h.test, i.test]\n", "")
	out := fmt.Sprintf("apiVersion: zalando.org/v1\nkind: RouteGroup\nmetadata: {name: g%d, namespace: shop}\nspec:\n%s  backends:\n  - {name: a, type: service, serviceName: a, servicePort: 80}\n  - {name: b, serviceName: b, servicePort: 80}\n"+
		"  - {name: shunt, type: shunt}\n  - {name: again, type: loopback}\n  - {name: dyn, type: dynamic}\n  - {name: forward, type: forward}\n  - {name: gone, serviceName: a, servicePort: 81}\n  defaultBackends: [{backendName: %s}%s]\n", i, hosts, one(g, "a", "b"), one(g, "", "", ", {backendName: shunt, weight: 0}"))
	if g.Intn(6) == 0 {
		return out // implicit routes
	}
	out += "  routes:\n"
	for range 1 + g.Intn(5) {
		out += fmt.Sprintf("  - {%s", one(g, "path: /p", "path: /q", "pathSubtree: /p", "pathSubtree: /", "pathRegexp: ^/p", "pathSubtree: /p/, pathRegexp: x$", "path: '/p/:id'", "path: '/p/**'", "pathSubtree: /p/x"))
		if f := picks(g, 3, foreignFilters); len(f) > 0 {
			out += ", filters: " + quoted(f)
		}
		if p := picks(g, 2, foreignPredicates); len(p) > 0 {
			out += ", predicates: " + quoted(p)
		}
		if m := some(g, ", ", "GET", "post"); m != "" {
			out += ", methods: [" + m + "]"
		}
		if b := one(g, "", "", "", "shunt", "again", "dyn", "gone", "b", "forward"); b != "" {
			out += ", backends: [{backendName: " + b + "}]"
		}
		out += "}\n"
	}
	return out
}

// foreignRequest returns a request whose token is known, or that has none.
func foreignRequest(g *rand.Rand) *simulate.Request {
	r := &simulate.Request{
		Method: one(g, "GET", "GET", "POST", "OPTIONS", "HEAD"), Scheme: one(g, "https", "https", "http", ""), Host: one(g, "h.test", "h.test", "i.test", "h.test:80", "H.test", "else.test"),
		Target: one(g, "/", "/p", "/p/", "/p/x", "/p/x/y", "/q", "/px", "/a.css", "/p/a.css", "/p?v=2", "/p?v", "/q?t="+knownToken, "/p//x", "/x/../p", "/p%2Fx"),
	}
	r.Headers = append(r.Headers, simulate.Header{Name: "X-Forwarded-For", Value: one(g, "10.1.1.1", "192.0.2.1")})
	for _, h := range []simulate.Header{{Name: "X-A", Value: "1"}, {Name: "x-a", Value: "2"}, {Name: "Forwarded", Value: "proto=https"}, {Name: "X-Info", Value: "spoofed"}} {
		if g.Intn(3) == 0 {
			r.Headers = append(r.Headers, h)
		}
	}
	for range g.Intn(3) {
		r.Headers = append(r.Headers, simulate.Header{Name: one(g, "Cookie", "cookie"), Value: one(g, "c=1", "d=2; c=2", `c="1"`, "e=a b; c=3", "c=; d=4", "c", "f=1;c=1", `g=a,b; c=x"y`, "")})
	}
	info := map[string]any{"uid": "u1", "realm": "/services", "scope": []any{"uid", "read"}}
	r.Token = simulate.Token{Kind: "opaque", Introspection: info, Via: simulate.Via{In: "placed"}}
	switch g.Intn(4) {
	case 0, 1:
		r.Headers = append(r.Headers, simulate.Header{Name: "Authorization", Value: "Bearer " + knownToken})
	case 2:
		r.Headers = append(r.Headers, simulate.Header{Name: one(g, "X-Token", "Authorization"), Value: one(g, "bearer ", "Bearer ", "Basic ") + knownToken})
	}
	return r
}
