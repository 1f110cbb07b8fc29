package skipper

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zalando/skipper/dataclients/kubernetes"
	"github.com/zalando/skipper/dataclients/kubernetes/kubernetestest"
	"github.com/zalando/skipper/eskip"
	"github.com/zalando/skipper/filters/auth"
	"github.com/zalando/skipper/filters/builtin"
	ratelimitfilters "github.com/zalando/skipper/filters/ratelimit"
	"github.com/zalando/skipper/logging/loggingtest"
	"github.com/zalando/skipper/predicates/methods"
	"github.com/zalando/skipper/predicates/primitive"
	"github.com/zalando/skipper/predicates/traffic"
	"github.com/zalando/skipper/proxy"
	"github.com/zalando/skipper/proxy/proxytest"
	"github.com/zalando/skipper/ratelimit"
	"github.com/zalando/skipper/routing"

	jwt "github.com/zalando/skipper/predicates/auth"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

// build compiles files, with a configuration if there is one.
func build(t testing.TB, api, configFile string, names ...string) []manifest.Object {
	t.Helper()
	c := config.Default()
	if configFile != "" {
		data, err := os.ReadFile(configFile)
		if err != nil {
			t.Fatal(err)
		}
		var found diag.List
		if c, found = config.Parse("kgw.yaml", data); len(found) > 0 {
			t.Fatal(found)
		}
	}
	var in compile.Input
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f, problem := source.NewFile(filepath.Base(name), data)
		if problem != nil {
			t.Fatal(problem)
		}
		in.Files = append(in.Files, f)
	}
	return objects(t, in, compile.Options{Config: c, SkipperAPI: api})
}

// objects compiles in memory; an error is a failure.
func objects(t testing.TB, in compile.Input, o compile.Options) []manifest.Object {
	t.Helper()
	result := compile.Run(in, o)
	for _, f := range result.Findings {
		if f.Severity == diag.Error {
			t.Fatalf("%s %s", f.Code, f.Message)
		}
	}
	return result.Objects
}

// text returns a document in memory.
func text(t testing.TB, s string) compile.Input {
	t.Helper()
	f, problem := source.NewFile("gateway.yaml", []byte(s))
	if problem != nil {
		t.Fatal(problem)
	}
	return compile.Input{Files: []*source.File{f}}
}

// cluster is a Skipper with upstreams and a token information service.
type cluster struct {
	url     string
	log     *loggingtest.Logger
	names   []string // of the objects
	tokens  map[string]tokenInfo
	mu      sync.Mutex
	reached string      // the Service that the last request reached
	header  http.Header // with which headers
	target  string      // and which path and query
	answer  http.Header // headers of the answer
}

type tokenInfo struct {
	Status int      `json:"status"`
	UID    string   `json:"uid"`
	Realm  string   `json:"realm"`
	Scope  []string `json:"scope"`
}

// alone is a swarm of one Skipper.
type alone struct{ last sync.Map }

func (a *alone) ShareValue(key string, v any) error { a.last.Store(key, v); return nil }

func (a *alone) Values(key string) map[string]any {
	v, _ := a.last.Load(key)
	return map[string]any{"self": v}
}

// stamp writes the id of the route that answers into the response.
type stamp struct{}

func (stamp) Do(routes []*eskip.Route) []*eskip.Route {
	for _, r := range routes {
		r.Filters = append([]*eskip.Filter{{Name: "setResponseHeader", Args: []any{"X-Route-Id", r.Id}}}, r.Filters...)
	}
	return routes
}

// start loads the objects into a Skipper.
func start(t testing.TB, written []manifest.Object) *cluster {
	t.Helper()
	c := &cluster{tokens: map[string]tokenInfo{}}
	var yaml []byte
	for i := range written {
		yaml = written[i].AppendYAML(append(yaml, "---\n"...))
		if written[i].Kind == "Ingress" {
			c.names = append(c.names, written[i].Meta.Namespace+"/"+written[i].Meta.Name)
		}
	}
	yaml = append(yaml, c.services(t, written)...)
	api, err := kubernetestest.NewAPI(kubernetestest.TestAPIOptions{}, bytes.NewReader(yaml))
	if err != nil {
		t.Fatalf("%v\n%s", err, yaml)
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
	c.run(t, client, info.URL)
	return c
}

func (c *cluster) run(t testing.TB, client routing.DataClient, info string) {
	registry := builtin.MakeRegistry()
	o := auth.TokeninfoOptions{URL: info, Timeout: 5 * time.Second}
	registry.Register(auth.NewOAuthTokeninfoAllScopeWithOptions(o))
	registry.Register(auth.NewOAuthTokeninfoAnyKVWithOptions(o))
	registry.Register(auth.NewForwardToken())
	limits := ratelimit.NewSwarmRegistry(&alone{}, nil, nil)
	t.Cleanup(limits.Close)
	registry.Register(ratelimitfilters.NewClusterClientRateLimit(ratelimitfilters.NewRatelimitProvider(limits)))
	p := proxytest.Config{
		RoutingOptions: routing.Options{
			FilterRegistry: registry, DataClients: []routing.DataClient{client}, PreProcessors: []routing.PreProcessor{stamp{}},
			Predicates:  []routing.PredicateSpec{methods.New(), jwt.NewJWTPayloadAllKV(), jwt.NewJWTPayloadAnyKV(), traffic.New(), primitive.NewTrue()},
			PollTimeout: time.Hour,
		},
		ProxyParams: proxy.Params{CloseIdleConnsPeriod: -time.Second},
		WaitTime:    20 * time.Second,
	}.Create()
	t.Cleanup(func() { p.Close() })
	c.url, c.log = p.URL, p.Log
}

// services writes the Services and Endpoints that the objects name. Each has
// an address of its own, and all of them one server.
func (c *cluster) services(t testing.TB, written []manifest.Object) []byte {
	ports := map[string]map[string]int{} // of namespace/name, by name
	add := func(namespace, name, port string, number uint32) {
		key := namespace + "/" + name
		if ports[key] == nil {
			ports[key] = map[string]int{}
		}
		if number == 0 {
			number = 8000
		}
		ports[key][port] = int(number)
	}
	for i := range written {
		namespace := written[i].Meta.Namespace
		switch spec := written[i].Spec.(type) {
		case *manifest.Ingress:
			for _, r := range spec.Rules {
				for _, p := range r.HTTP.Paths {
					s := p.Backend.Service
					name := s.Port.Name
					if name == "" {
						name = "main"
					}
					add(namespace, s.Name, name, s.Port.Number)
				}
			}
		case *manifest.RouteGroup:
			for _, b := range spec.Backends {
				if b.Type == "service" {
					add(namespace, b.ServiceName, "main", b.ServicePort)
				}
			}
		}
	}
	return c.serve(t, ports)
}

func (c *cluster) serve(t testing.TB, ports map[string]map[string]int) []byte {
	listener, err := net.Listen("tcp4", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	services := map[string]string{} // by address
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, _ := net.SplitHostPort(r.Context().Value(http.LocalAddrContextKey).(net.Addr).String())
		c.mu.Lock()
		defer c.mu.Unlock()
		c.reached, c.header, c.target = services[host], r.Header, r.RequestURI
		fmt.Fprint(w, "upstream")
	})}}
	server.Start()
	t.Cleanup(server.Close)
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	keys := make([]string, 0, len(ports))
	for k := range ports {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	var out bytes.Buffer
	for i, k := range keys {
		namespace, name, _ := strings.Cut(k, "/")
		address := fmt.Sprintf("127.0.1.%d", i+1)
		services[address] = name
		fmt.Fprintf(&out, "---\napiVersion: v1\nkind: Service\nmetadata: {name: %s, namespace: %s}\nspec:\n  type: ClusterIP\n  clusterIP: 10.0.0.%d\n  ports:\n", name, namespace, i+1)
		for p, number := range ports[k] {
			fmt.Fprintf(&out, "  - {name: %s, port: %d, targetPort: %s, protocol: TCP}\n", p, number, port)
		}
		fmt.Fprintf(&out, "---\napiVersion: v1\nkind: Endpoints\nmetadata: {name: %s, namespace: %s}\nsubsets:\n- addresses: [{ip: %s}]\n  ports:\n", name, namespace, address)
		for p := range ports[k] {
			fmt.Fprintf(&out, "  - {name: %s, port: %s, protocol: TCP}\n", p, port)
		}
	}
	return out.Bytes()
}

func (c *cluster) tokenInfo(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	info, ok := c.tokens[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
	c.mu.Unlock()
	if !ok {
		info.Status = http.StatusUnauthorized
	}
	if info.Status != 0 && info.Status != http.StatusOK {
		w.WriteHeader(info.Status)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"uid": info.UID, "realm": info.Realm, "scope": info.Scope})
}

var nonWord = regexp.MustCompile(`\W`)

// ingress names the Ingress that a route was made from, "" when there is none.
func (c *cluster) ingress(id string) string {
	best := ""
	for _, key := range c.names {
		namespace, name, _ := strings.Cut(key, "/")
		prefix := "kube_" + nonWord.ReplaceAllString(namespace, "_") + "__" + nonWord.ReplaceAllString(name, "_") + "__"
		if strings.HasPrefix(id, prefix) && len(name) > len(best) {
			best = name
		}
	}
	return best
}
