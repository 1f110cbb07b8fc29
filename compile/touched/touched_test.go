package touched_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/compile/touched"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/source"
)

// touchRule is an APIRule of a namespace, on a host, whose tokens are of an issuer.
func touchRule(namespace, host, issuer string) string {
	return fmt.Sprintf(`apiVersion: gateway.kyma-project.io/v2
kind: APIRule
metadata:
  name: a
  namespace: %s
spec:
  hosts: [%s]
  gateway: infra/public
  service: {name: a, port: 80}
  rules:
  - path: /
    methods: [GET]
    jwt: {authentications: [{issuer: %q, jwksUri: "https://keys"}]}
---
apiVersion: v1
kind: Service
metadata: {name: a, namespace: %s}
spec: {selector: {app: a}, ports: [{port: 80}]}
`, namespace, host, issuer, namespace)
}

// TestFind changes the first of some files: the names of those that are touched, and
// of those that are read in addition.
func TestFind(t *testing.T) {
	changed, far := touchRule("one", "one.example.com", "https://a"), touchRule("far", "far.example.com", "https://far")
	gateway := "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: public, namespace: infra}\nspec: {servers: [{hosts: ['*.example.com']}]}\n"
	deployment := "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d, namespace: far}\nspec: {template: {metadata: {labels: {app: a}}}}\n"
	const all = "everything"
	for _, c := range []struct {
		name, changed string
		others        []string
		touched, read string
	}{
		{"what is far is not read", changed, []string{far}, "0", "0"},
		{"a namespace", changed, []string{touchRule("one", "b.example.com", "https://b"), far}, "0 1", "0 1"},
		{"a namespace in other words", changed, []string{touchRule("\n    'one'", "b.example.com", "https://b"), far}, "0 1", "0 1"},
		{"a namespace of which that is a part", changed, []string{touchRule("one-more", "b.example.com", "https://b")}, "0", "0"},
		{"the namespace of a Service", changed, []string{strings.Replace(far, "name: a, port", "name: a, namespace: one, port", 1)}, "0 1", "0 1"},
		{"none, which is the default one", strings.Replace(changed, "namespace: one", "namespace: default", 1), []string{strings.Replace(far, "  namespace: far\n", "", 1)}, "0 1", "0 1"},
		{"a host", changed, []string{touchRule("two", "One.Example.com", "https://b"), far}, "0 1", "0 1"},
		{"a host without a domain", changed, []string{touchRule("two", "one", "https://b"), far}, "0 1", "0 1"},
		{"a host of another domain", changed, []string{touchRule("two", "one.example.org", "https://b")}, "0", "0"},
		{"a wildcard that covers it", changed, []string{touchRule("two", `"*.example.com"`, "https://b")}, all, ""},
		{"a wildcard that does not", changed, []string{touchRule("two", `"*.example.org"`, "https://b")}, "0", "0"},
		{"a host that is a wildcard", strings.Replace(changed, "[one.example.com]", "['*.example.com']", 1), []string{far}, all, ""},
		{"what the touched touch", changed, []string{touchRule("two", "one.example.com", "https://b"), touchRule("two", "c.example.com", "https://c"), far}, "0 1 2", "0 1 2"},
		{"an escape that may hide the name", changed, []string{strings.Replace(far, "namespace: far", `namespace: "\x6fne"`, 1)}, "0", "0 1"},
		{"a change with an escape", strings.Replace(changed, "namespace: one", `namespace: "\x6fne"`, 1), []string{far}, all, ""},
		{"a Gateway is read", changed, []string{gateway, far}, "0", "0 1"},
		{"a Gateway that changed", gateway, []string{far}, all, ""},
		{"a file with anything beside", changed, []string{far + "---\n" + gateway}, "0", "0 1"},
		{"which touches others", changed, []string{strings.Replace(far, "far.", "one.", 1) + "---\n" + gateway, far}, "0 2", "0 1 2"},
		{"what has no kind", changed, []string{"- {id: x, authenticators: []}\n", far}, "0", "0 1"},
		{"workloads without policies", changed, []string{deployment}, "0", "0"},
		{"workloads and a policy", changed, []string{deployment, "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: p, namespace: istio-system}\n"}, "0", "0 1 2"},
		{"an issuer that it is the first with", changed, []string{touchRule("far", "far.example.com", "https://a")}, all, ""},
		{"a missing Service of a name", strings.Split(changed, "---")[0], []string{far, "apiVersion: v1\nkind: Service\nmetadata: {name: c, namespace: c}\n"}, "0", "0 1"},
		{"a name that can be spelled otherwise", strings.Replace(changed, "[one.example.com]", "['o''ne']", 1), []string{far}, all, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := touchInput(t, append([]string{c.changed}, c.others...))
			touched := touched.Find(in, compile.Options{}, []touched.Change{{Now: in.Files[0], Before: in.Files[0]}})
			if touched == nil {
				if c.touched != all {
					t.Errorf("everything is touched, want %s", c.touched)
				}
				return
			}
			var read []string
			for _, f := range touched.Input.Files {
				read = append(read, f.Name)
			}
			if got := strings.Join(touched.Names(), " "); got != c.touched || strings.Join(read, " ") != c.read {
				t.Errorf("touched: %s, want %s; read: %s, want %s", got, c.touched, read, c.read)
			}
		})
	}
}

func touchInput(t *testing.T, texts []string) compile.Input {
	t.Helper()
	var in compile.Input
	for i, text := range texts {
		f, problem := source.NewFile(fmt.Sprint(i), []byte(text))
		if problem != nil {
			t.Fatal(problem)
		}
		in.Files = append(in.Files, f)
	}
	return in
}

// TestFindOfWhatWas checks which resources a change of a file affects: a removed file
// affects the resources of its old text, and a changed file those of both texts.
func TestFindOfWhatWas(t *testing.T) {
	in := touchInput(t, []string{touchRule("one", "one.example.com", "https://a"), touchRule("two", "two.example.com", "https://b"), touchRule("three", "three.example.com", "https://c")})
	before := touchInput(t, []string{touchRule("two", "x.example.com", "https://d")}).Files[0]
	for _, c := range []struct {
		change touched.Change
		want   []string
	}{
		{touched.Change{Before: before}, []string{"1"}},
		{touched.Change{Now: in.Files[0], Before: before}, []string{"0", "1"}},
		{touched.Change{Now: in.Files[2]}, []string{"2"}},
	} {
		touched := touched.Find(in, compile.Options{}, []touched.Change{c.change})
		if touched == nil || !slices.Equal(touched.Names(), c.want) {
			t.Errorf("%v: %v, want %v", c.change, touched, c.want)
		}
	}
}

// TestFindEverything: where gateways meet in other ways, and where an input cannot
// be read.
func TestFindEverything(t *testing.T) {
	in := touchInput(t, []string{touchRule("one", "one.example.com", "https://a"), touchRule("two", "two.example.com", "https://b")})
	changes := []touched.Change{{Now: in.Files[0]}}
	broken := in
	broken.Problems = []source.Problem{{Kind: source.Unreadable, File: in.Files[1]}}
	routes := config.Default()
	routes.Istio.RouteAPI = "gateway-api"
	targets := config.Default()
	targets.Targets = map[string]string{"APIRule": "gateway-api"}
	if touched.Find(in, compile.Options{}, changes) == nil {
		t.Fatal("everything is touched")
	}
	for name, touched := range map[string]*touched.Inputs{
		"a problem":         touched.Find(broken, compile.Options{}, changes),
		"HTTPRoutes":        touched.Find(in, compile.Options{Config: routes}, changes),
		"of one directory":  touched.Find(in, compile.Options{Scopes: map[string]*config.Config{"1": routes}}, changes),
		"of one kind":       touched.Find(in, compile.Options{Config: targets}, changes),
		"by a flag":         touched.Find(in, compile.Options{RouteAPI: "gateway-api"}, changes),
		"a file apart":      touched.Find(in, compile.Options{}, []touched.Change{{Now: touchInput(t, []string{"kind: APIRule\n"}).Files[0]}}),
		"documents already": touched.Find(compile.Input{Files: in.Files, Documents: []*source.Document{{}}}, compile.Options{}, changes),
	} {
		if touched != nil {
			t.Errorf("%s: not everything is touched, but %v", name, touched.Names())
		}
	}
}
