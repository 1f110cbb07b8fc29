package cluster

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kgw-dev/kgw/test/cluster/rig"
)

// defaultedRoute draws an HTTPRoute that leaves fields out for which its definition
// has defaults.
func defaultedRoute(g *rand.Rand, space, name string) string {
	some := func(list ...string) string { return list[g.Intn(len(list))] }
	rule := func() string {
		match := some("{}", "{path: {value: /a}}", "{path: {type: Exact, value: /b}, method: GET}", "{headers: [{name: x-a, value: b}]}", "{queryParams: [{name: q, type: Exact, value: r}]}")
		backend := some("{name: s, port: 80}", "{name: s, port: 80, weight: 3}", "{kind: Service, name: s, namespace: other, port: 80}", `{group: "", kind: Service, name: s, port: 80, weight: 1}`)
		filter := some("", "", ", filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: x, value: z}]}}]", ", filters: [{type: URLRewrite, urlRewrite: {hostname: h.example.com}}]", ", timeouts: {request: 5s}")
		return some("{backendRefs: ["+backend+"]"+filter+"}", "{matches: ["+match+"], backendRefs: ["+backend+", "+backend+"]"+filter+"}",
			"{matches: ["+match+"], filters: [{type: RequestRedirect, requestRedirect: {scheme: https"+some("", ", statusCode: 301", ", port: 8443")+"}}]}")
	}
	rules := rule()
	for range g.Intn(3) {
		rules += ", " + rule()
	}
	parent := some("{name: g}", "{name: g, sectionName: https}", "{group: gateway.networking.k8s.io, kind: Gateway, name: g, namespace: infra}")
	return fmt.Sprintf("{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: %s, namespace: %s}, spec: {hostnames: [a.example.com], parentRefs: [%s]%s}}", name, space, parent, some(", rules: ["+rules+"]", ", rules: ["+rules+"]", ", rules: ["+rules+"]", ""))
}

// tamper changes a field of what is live, as kubectl edit does.
func tamper(g *rand.Rand, spec map[string]any) {
	parent := spec["parentRefs"].([]any)[0].(map[string]any)
	rules, _ := spec["rules"].([]any)
	switch g.Intn(6) {
	case 0:
		parent["port"] = 8443
	case 1:
		parent["sectionName"] = "other"
	case 2:
		spec["hostnames"] = append(spec["hostnames"].([]any), "b.example.com")
	case 3:
		if len(rules) > 0 {
			rules[0].(map[string]any)["timeouts"] = map[string]any{"request": "7s"}
		}
	case 4:
		if len(rules) > 0 {
			if backends, _ := rules[0].(map[string]any)["backendRefs"].([]any); len(backends) > 0 {
				backends[0].(map[string]any)["weight"] = g.Intn(3)
			}
		}
	case 5:
		delete(spec, "hostnames")
	}
}

func inJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestDefaultsOfTheServer: an object gets no dry run where what the server would make
// of it anew is live, and one wherever it is not. For objects whose definitions have
// defaults, those are the same question.
func TestDefaultsOfTheServer(t *testing.T) {
	space := namespace(t)
	g := rand.New(rand.NewSource(18))
	var wanted, lives []map[string]any
	for i := range 120 {
		object := documents(t, defaultedRoute(g, space, fmt.Sprintf("r%d", i)))[0]
		if _, err := server.Apply([]string{"kgw", "gitops"}[i%2], object); err != nil {
			if strings.Contains(err.Error(), "is invalid") {
				continue // the server is not asked what it refuses
			}
			t.Fatal(err)
		}
		live := must(t, func(o map[string]any) (map[string]any, error) { return server.Do(http.MethodGet, rig.Path(o), nil) }, object)
		if i%3 == 0 {
			tamper(g, live["spec"].(map[string]any))
			changed, err := server.Do(http.MethodPut, rig.Path(object), live)
			if err != nil {
				continue
			}
			live = changed
		}
		wanted, lives = append(wanted, object), append(lives, live)
	}
	skipped := 0
	for i, got := range client(t, rig.Auditee, "default").DryRun(t.Context(), wanted) {
		if got.Problem != nil {
			t.Fatal(got.Problem)
		}
		anew := runtime.DeepCopyJSON(wanted[i])
		anew["metadata"].(map[string]any)["name"] = "anew"
		made, err := server.Do(http.MethodPost, rig.Collection(anew)+"?dryRun=All", anew)
		if err != nil {
			t.Fatal(err)
		}
		asked := reflect.ValueOf(got.Merged).Pointer() != reflect.ValueOf(got.Live).Pointer()
		if same := reflect.DeepEqual(made["spec"], lives[i]["spec"]); same == asked {
			t.Errorf("dry run: %v, but live %v\nanew %v\nwanted %v", asked, lives[i]["spec"], made["spec"], wanted[i]["spec"])
		}
		if !asked {
			skipped++
			if with, without := inJSON(t, made["spec"]), inJSON(t, got.Merged["spec"]); with != without {
				t.Errorf("without a dry run\n%s\nby the server\n%s", without, with)
			}
		}
	}
	t.Logf("%d of %d objects without a dry run", skipped, len(wanted))
	if skipped < len(wanted)/3 || skipped > len(wanted)*9/10 {
		t.Errorf("%d of %d objects without a dry run", skipped, len(wanted))
	}
}
