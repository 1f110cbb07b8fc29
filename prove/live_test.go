package prove_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/simulate"
)

const itemsRule = `apiVersion: gateway.kyma-project.io/v1beta1
kind: APIRule
metadata:
  name: my.items
  namespace: shop
spec:
  host: a.test
  gateway: kyma-system/kyma-gateway
  service: {name: items, port: 80}
  rules:
  - path: /items/.*
    methods: [GET]
    accessStrategies: [{handler: noop}]
`

// liveRule and liveService are objects with labels in flow style.
func liveRule(name, labels, path string) string {
	return "apiVersion: oathkeeper.ory.sh/v1alpha1\nkind: Rule\nmetadata:\n  name: " + name + "\n  namespace: shop\n  labels: " + labels +
		"\nspec:\n  upstream:\n    url: http://live\n  match:\n    url: <http|https>://a.test<" + path + ">\n    methods:\n    - GET\n  authenticators:\n  - handler: noop\n  authorizer:\n    handler: allow\n"
}

func liveService(name, labels, host string) string {
	return "apiVersion: networking.istio.io/v1beta1\nkind: VirtualService\nmetadata:\n  name: " + name + "\n  namespace: shop\n  labels: " + labels +
		"\nspec:\n  gateways: [g]\n  hosts:\n  - " + host + "\n  http:\n  - match:\n    - uri: {regex: /items/.*}\n    route:\n    - destination: {host: ory-oathkeeper-proxy.kyma-system.svc.cluster.local, port: {number: 4455}}\n"
}

func TestLiveObjects(t *testing.T) {
	const (
		beta  = "{apirule.gateway.kyma-project.io/v1beta1: my.items.shop}"
		alpha = "{apirule.gateway.kyma-project.io/v1alpha1: my.items.shop}"
		pair  = "{apirule.gateway.kyma-project.io/name: my.items, apirule.gateway.kyma-project.io/namespace: shop}"
		own   = "{kgw.dev/owner: shop.my.items}"
		other = "{apirule.gateway.kyma-project.io/v1beta1: else.shop}"
		away  = "{apirule.gateway.kyma-project.io/v1beta1: my.items.else}"
	)
	compiled := []string{"Rule my.items-kwynpgup", "VirtualService my.items-ae3fk2yl"}
	tests := []struct {
		name   string
		docs   []string
		want   []string // kinds and names of what is simulated, live ones with a star
		status int
	}{
		{"no live objects", nil, compiled, 200},
		{"v1beta1", []string{liveRule("r", beta, "/items/.*"), liveService("v", beta, "a.test")}, []string{"Rule r*", "VirtualService v*"}, 200},
		{"v1alpha1", []string{liveRule("r", alpha, "/items/.*")}, []string{"Rule r*", compiled[1]}, 200},
		{"name and namespace", []string{liveService("v", pair, "a.test")}, []string{compiled[0], "VirtualService v*"}, 200},
		{"kgw's label", []string{liveRule("r", own, "/items/.*")}, []string{"Rule r*", compiled[1]}, 200},
		{"more than was compiled", []string{liveRule("r", beta, "/items/.*"), liveRule("s", beta, "/else")}, []string{"Rule r*", "Rule s*", compiled[1]}, 200},
		{"a live rule that takes something else", []string{liveRule("r", beta, "/else")}, []string{"Rule r*", compiled[1]}, 404},
		{"the same beside another's rule", []string{liveRule("r", beta, "/else"), liveRule("z", other, "/items/[a-z]+")}, []string{"Rule r*", "Rule z", compiled[1]}, 404},
		{"a live host that is another", []string{liveService("v", beta, "b.test")}, []string{compiled[0], "VirtualService v*"}, 404},
		{"of another resource", []string{liveRule("r", other, "/items/.*")}, []string{"Rule r", compiled[0], compiled[1]}, 500},
		{"of a resource elsewhere", []string{liveRule("r", away, "/items/.*")}, []string{"Rule r", compiled[0], compiled[1]}, 500},
		{"of nobody", []string{liveRule("r", "{}", "/items/.*")}, []string{"Rule r", compiled[0], compiled[1]}, 500},
		{"written by kgw", []string{liveRule("my.items-kwynpgup", beta, "/old"), liveService("my.items-ae3fk2yl", beta, "old.test")}, compiled, 200},
		{"left behind beside what kgw wrote", []string{liveRule("my.items-kwynpgup", beta, "/items/.*"), liveRule("r", beta, "/items/.*")}, []string{"Rule r", compiled[0], compiled[1]}, 500},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			docs := append([]string{itemsRule}, test.docs...)
			list := asList(docs)
			for form, text := range map[string]string{"documents": strings.Join(docs, "---\n"), "List": list, "JSON": asJSON(t, list)} {
				for _, urls := range [][]string{nil, {"a.test/items/1"}} {
					got, status := simulatedOf(t, text, urls)
					if urls == nil && !cmp.Equal(got, slices.Sorted(slices.Values(test.want))) {
						t.Errorf("%s: %s", form, cmp.Diff(slices.Sorted(slices.Values(test.want)), got))
					}
					if status != test.status {
						t.Errorf("%s for %q: status %d, not %d, of %q", form, urls, status, test.status, got)
					}
				}
			}
		})
	}
}

// simulatedOf names what is simulated, and returns what GET
// https://a.test/items/1 is answered.
func simulatedOf(t *testing.T, text string, urls []string) (names []string, status int) {
	t.Helper()
	f, problem := source.NewFile("in.yaml", []byte(text))
	if problem != nil {
		t.Fatal(problem.Message)
	}
	o := compile.Options{Config: config.Default()}
	manifests, result := prove.Manifests(compile.Input{Files: []*source.File{f}}, o, urls)
	if result.Fatal {
		t.Fatal(result.Findings)
	}
	for _, m := range manifests {
		name := m.Kind + " " + m.Name
		if m.Instead.Origin.Doc != nil {
			name += "*"
		}
		names = append(names, name)
	}
	slices.Sort(names)
	r := &simulate.Request{Method: "GET", Scheme: "https", Host: "a.test", Target: "/items/1"}
	return names, prove.Simulate(manifests, o).Mesh.Decide(r, nil).Status
}
