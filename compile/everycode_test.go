package compile_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/explain"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

// TestLoweredCodesWriteNothingEmpty lowers every code that can be lowered, alone
// and all at once, for the example that raises it: whatever is written then has
// selectors, hosts and backends. With compat: controller what is written is what
// the controller writes, whatever was lowered.
func TestLoweredCodesWriteNothingEmpty(t *testing.T) {
	all := map[diag.Code]diag.Severity{}
	for _, r := range diag.Rules {
		if r.Code.Adjustable() {
			all[r.Code] = diag.Off
		}
	}
	for i, r := range diag.Rules {
		page, err := explain.Lookup(r.Code)
		if err != nil || page.Bad.Script != "" || testing.Short() && i%10 != 0 {
			continue
		}
		var files []*source.File
		text := ""
		for _, f := range page.Bad.Files {
			if f.Name == config.FileName {
				text = f.Text
			} else if file, problem := source.NewFile(f.Name, []byte(f.Text)); problem == nil {
				files = append(files, file)
			}
		}
		lowered := []map[diag.Code]diag.Severity{all}
		if r.Code.Adjustable() {
			lowered = append(lowered, map[diag.Code]diag.Severity{r.Code: diag.Off})
		}
		for _, levels := range lowered {
			for _, target := range []string{"", "istio"} {
				complete(t, string(r.Code)+" for target "+target, runLowered(text, files, levels, "strict", target))
			}
		}
		kept := emptyParts(runLowered(text, files, nil, "controller", ""))
		if got := emptyParts(runLowered(text, files, all, "controller", "")); !slices.Equal(got, kept) {
			t.Errorf("%s: with compat: controller, %v is written; without lowering %v", r.Code, got, kept)
		}
	}
}

// TestEmptyValuesWriteNothingEmpty makes each value of a resource of every
// version, and of what it refers to, empty or absent, with every code lowered.
func TestEmptyValuesWriteNothingEmpty(t *testing.T) {
	all := map[diag.Code]diag.Severity{}
	for _, r := range diag.Rules {
		if r.Code.Adjustable() {
			all[r.Code] = diag.Off
		}
	}
	wrote := 0
	for _, text := range wholeResources {
		for _, at := range scalarValue.FindAllStringSubmatchIndex(text, -1) {
			for _, value := range []string{`""`, `" "`, "null", ".", "{}", "[]"} {
				changed := text[:at[2]] + value + text[at[3]:]
				file, problem := source.NewFile("in.yaml", []byte(changed))
				if problem != nil {
					t.Fatal(problem.Message)
				}
				for _, target := range []string{"", "istio", "skipper"} {
					result := runLowered("", []*source.File{file}, all, "strict", target)
					wrote += len(result.Objects)
					complete(t, changed, result)
				}
			}
		}
	}
	if wrote == 0 {
		t.Error("nothing was written")
	}
}

// TestBaselineHidesNoMore: what a baseline can hide is what an author can suppress
// alone.
func TestBaselineHidesNoMore(t *testing.T) {
	o := compile.Options{Config: config.Default()}
	hidden := 0
	for _, r := range diag.Rules {
		can := o.Hidable(&diag.Finding{Code: r.Code})
		must := r.Code.Adjustable() && !slices.Contains(diag.DefaultLocked, r.Code) && r.Code != diag.HostConflict && r.Code != diag.WildcardHostConflict
		if can != must {
			t.Errorf("%s: can be hidden: %v", r.Code, can)
		}
		if can {
			hidden++
		}
	}
	if hidden == 0 {
		t.Error("nothing can be hidden")
	}
	nearer := config.Default()
	nearer.Policy.Locked = []string{}
	o.Scopes = map[string]*config.Config{"a.yaml": nearer}
	at := source.Ref{Doc: &source.Document{File: &source.File{Name: "a.yaml"}}}
	if o.Hidable(&diag.Finding{Code: diag.RouteWeaker, At: at}) {
		t.Error("a nearer configuration unlocks")
	}
	o.Config.Policy.Locked = []string{string(diag.RulesOverlap)}
	if o.Hidable(&diag.Finding{Code: diag.RulesOverlap, At: at}) || o.Hidable(&diag.Finding{Code: diag.RulesOverlap}) {
		t.Error("a locked code can be hidden")
	}
}

// scalarValue is a key with a plain value, in block or flow style.
var scalarValue = regexp.MustCompile(`\w: +([^\s{}\[\],"]+|"[^"]*")`)

const companionsOfAll = `
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {selector: {app: cart}, ports: [{name: http, port: 80}]}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: front, namespace: mesh}
spec: {selector: {istio: ingressgateway}, servers: [{port: {number: 443, protocol: HTTPS, name: https}, hosts: ["*.example.com"]}]}
`

var wholeResources = []string{
	`
apiVersion: gateway.kyma-project.io/v1alpha1
kind: APIRule
metadata: {name: cart, namespace: shop}
spec:
  gateway: front.mesh.svc.cluster.local
  service: {name: cart, port: 80, host: cart.example.com}
  rules: [{path: /.*, methods: [GET], accessStrategies: [{handler: noop}]}]` + companionsOfAll, `
apiVersion: gateway.kyma-project.io/v1beta1
kind: APIRule
metadata: {name: cart, namespace: shop}
spec:
  host: cart.example.com
  gateway: mesh/front
  service: {name: cart, namespace: shop, port: 80}
  rules: [{path: /a, methods: [GET], accessStrategies: [{handler: allow}], service: {name: cart, namespace: shop, port: 80}}]` + companionsOfAll, `
apiVersion: gateway.kyma-project.io/v2
kind: APIRule
metadata: {name: cart, namespace: shop}
spec:
  hosts: [cart.example.com]
  gateway: mesh/front
  service: {name: cart, namespace: shop, port: 80}
  rules:
  - {path: "/*", methods: [GET], jwt: {authentications: [{issuer: "https://i.example", jwksUri: "https://i.example/k"}]}}
  - {path: /open, methods: [POST], noAuth: true}` + companionsOfAll, `
apiVersion: zalando.org/v1
kind: FabricGateway
metadata: {name: cart, namespace: shop}
spec:
  x-fabric-service: [{host: cart.example.com, serviceName: cart, servicePort: http}]
  paths: {/a: {get: {}}}` + companionsOfAll,
}

func runLowered(text string, files []*source.File, levels map[diag.Code]diag.Severity, compat, target string) *compile.Result {
	c := config.Default()
	if text != "" {
		c, _ = config.Parse(config.FileName, []byte(text))
	}
	c.Measure(compat)
	var accept []diag.Code
	for _, r := range diag.Rules {
		if r.Code.Acceptable() {
			accept = append(accept, r.Code)
		}
	}
	return compile.Run(compile.Input{Files: files}, compile.Options{Config: c, Target: target, Levels: levels, Accept: accept})
}

func complete(t *testing.T, what string, result *compile.Result) {
	t.Helper()
	if parts := emptyParts(result); len(parts) > 0 {
		t.Errorf("%s: written with something empty: %v", what, parts)
	}
}

// emptyParts lists what is empty in objects and must not be: an empty selector
// is all pods of a namespace, an empty host every host or none.
func emptyParts(result *compile.Result) []string {
	var out []string
	for i := range result.Objects {
		o := &result.Objects[i]
		for _, part := range emptyOf(o.Spec) {
			out = append(out, fmt.Sprintf("%s %s: %s", o.Kind, o.Meta.Name, part))
		}
	}
	return out
}

func emptyOf(spec any) []string {
	var out []string
	need := func(there bool, what string) {
		if !there {
			out = append(out, what)
		}
	}
	switch s := spec.(type) {
	case *manifest.VirtualService:
		need(names(s.Hosts...), "hosts")
		need(names(s.Gateways...), "gateways")
		for _, h := range s.HTTP {
			need(len(h.Route) > 0 || h.DirectResponse != nil, "route")
			for _, r := range h.Route {
				need(names(r.Destination.Host) && r.Destination.Port.Number > 0, "destination")
			}
		}
	case *manifest.AuthorizationPolicy:
		need(s.Selector != nil && len(s.Selector.MatchLabels) > 0, "selector")
		for _, r := range s.Rules {
			for _, to := range r.To {
				need(to.Operation == nil || len(to.Operation.Hosts) == 0 || names(to.Operation.Hosts...), "hosts")
			}
		}
	case *manifest.RequestAuthentication:
		need(s.Selector != nil && len(s.Selector.MatchLabels) > 0, "selector")
	case *manifest.Ingress:
		need(len(s.Rules) > 0, "rules")
		for _, r := range s.Rules {
			need(names(r.Host), "host")
			for _, p := range r.HTTP.Paths {
				need(names(p.Backend.Service.Name) && p.Backend.Service.Port != (manifest.ServicePort{}), "backend")
			}
		}
	case *manifest.Rule:
		need(s.Match != nil && names(hostOf(s.Match.URL)), "match")
		need(s.Upstream == nil || names(hostOf(s.Upstream.URL)), "upstream")
	}
	return out
}

// hostOf returns the host in the URL of a Rule, which may have an expression as its
// scheme.
func hostOf(url string) string {
	_, rest, _ := strings.Cut(url, "://")
	host, _, _ := strings.Cut(rest, "/")
	host, _, _ = strings.Cut(host, "<")
	host, _, _ = strings.Cut(host, ":")
	return host
}

// names reports whether the texts are host names without empty parts.
func names(hosts ...string) bool {
	return len(hosts) > 0 && !slices.ContainsFunc(hosts, func(h string) bool { return slices.Contains(strings.Split(h, "."), "") || strings.ContainsAny(h, " ") })
}
