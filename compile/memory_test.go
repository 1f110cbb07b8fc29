package compile_test

import (
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/source"
)

// folder is a folder whose files are edited: an unchanged file keeps its *source.File.
type folder struct {
	files map[string]*source.File
	later map[string]compile.Later
}

func (d *folder) put(t *testing.T, name, text string) {
	t.Helper()
	f, problem := source.NewFile(name, []byte(text))
	if problem != nil {
		t.Fatal(problem)
	}
	d.files[name] = f
}

// compiled returns what a run finds and writes. The configuration is the nearest
// kgw.yaml.
func (d *folder) compiled(t *testing.T, m *compile.Memory) string {
	t.Helper()
	scopes := map[string]*config.Config{}
	for name, f := range d.files {
		if path.Base(name) != config.FileName {
			continue
		}
		c, found := config.Parse(name, f.Data)
		if len(found) > 0 {
			t.Fatal(found)
		}
		scopes[path.Dir(name)] = c
	}
	o := compile.Options{Config: scopes["."], Scopes: map[string]*config.Config{}, Later: d.later, Schema: compile.SchemaAll, Memory: m}
	var in compile.Input
	for _, name := range slices.Sorted(maps.Keys(d.files)) {
		if path.Base(name) == config.FileName {
			continue
		}
		in.Files = append(in.Files, d.files[name])
		c := scopes[path.Dir(name)]
		if c == nil {
			c = scopes["."]
		}
		if c, _ = c.For(name, map[string]*config.Config{}); c != o.Config {
			o.Scopes[name] = c
		}
	}
	return outputOf(t, compile.Run(in, o))
}

const (
	emptyConfig = "apiVersion: kgw.dev/v1alpha1\nkind: Config\n"
	shopRule    = `apiVersion: gateway.kyma-project.io/v1beta1
kind: APIRule
metadata: {name: shop, annotations: {kgw.dev/idp-presets: login}}
spec:
  host: shop.example.com
  gateway: kyma-system/kyma-gateway
  service: {name: shop, port: 8080}
  rules:
  - {path: /orders, methods: [GET], accessStrategies: [{handler: jwt}]}
`
	cartsRule = `apiVersion: gateway.kyma-project.io/v2
kind: APIRule
metadata: {name: carts}
spec:
  gateway: kyma-system/kyma-gateway
  service: {name: shop, port: 8080}
  hosts: [carts.example.com]
  rules: [{path: /carts, methods: [GET], noAuth: true}]
`
	shopService = "apiVersion: v1\nkind: Service\nmetadata: {name: shop, namespace: web}\nspec: {selector: {app: shop}, ports: [{port: 8080}]}\n"
	loginPreset = "apiVersion: authentication.kyma-project.io/v1alpha1\nkind: IDPPreset\nmetadata: {name: login}\n" +
		"spec: {issuer: https://login.example.com, jwksUri: https://login.example.com/keys}\n"
)

const (
	closedRule = `apiVersion: gateway.kyma-project.io/v2
kind: APIRule
metadata: {name: closed}
spec:
  gateway: kyma-system/kyma-gateway
  service: {name: shop, namespace: web, port: 8080}
  hosts: [closed.example.com]
  rules:
  - path: /closed
    methods: [GET]
    jwt: {authentications: [{issuer: "https://b", jwksUri: "https://b/keys"}]}
  - {path: /else, methods: [GET], jwt: {authentications: [{issuer: "https://b", jwksUri: "https://b/keys"}]}}
`
	strangersPolicy = `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: strangers, namespace: web}
spec:
  action: ALLOW
  selector: {matchLabels: {app: shop}}
  rules: [{from: [{source: {requestPrincipals: ["https://a/*"]}}], to: [{operation: {paths: [/closed]}}]}]
`
	frontPods = `apiVersion: v1
kind: Pod
metadata: {name: front, namespace: web, labels: {app: shop, tier: front}}
`
)

// TestMemoryIsNeverStale edits a folder step by step. After each step, a run that
// remembers the earlier ones finds and writes what a run without a memory does, and
// each step changes that: an answer that is kept for too long differs.
func TestMemoryIsNeverStale(t *testing.T) {
	d := &folder{files: map[string]*source.File{}}
	d.put(t, "kgw.yaml", emptyConfig)
	d.put(t, "apis/kgw.yaml", emptyConfig+"namespace: web\n")
	d.put(t, "apis/shop.yaml", shopRule)
	d.put(t, "apis/carts.yaml", cartsRule)
	d.put(t, "apis/closed.yaml", closedRule)
	d.put(t, "services.yaml", shopService)
	d.put(t, "login.yaml", loginPreset)
	put := func(name, text string) func() { return func() { d.put(t, name, text) } }
	later := func(namespace string) func() {
		return func() { d.later = map[string]compile.Later{"apis/shop.yaml": {Namespace: namespace, By: "Kustomize"}} }
	}
	d.neverStale(t, []step{
		{"nothing is remembered", func() {}},
		{"the rule", put("apis/shop.yaml", strings.Replace(shopRule, "/orders", "/carts", 1))},
		{"the rule again", put("apis/shop.yaml", shopRule)},
		{"the preset of the rule", put("login.yaml", strings.ReplaceAll(loginPreset, "login.", "other."))},
		{"the pods of its Service", put("services.yaml", strings.Replace(shopService, "app: shop", "app: other", 1))},
		{"the port of its Service", put("services.yaml", strings.Replace(shopService, "port: 8080", "port: 80", 1))},
		{"a rule beside it for the same requests", put("apis/again.yaml", strings.Replace(shopRule, "name: shop", "name: again", 1))},
		{"no rule beside it", func() { delete(d.files, "apis/again.yaml") }},
		{"labels", put("apis/kgw.yaml", emptyConfig+"namespace: web\nlabels: {team: shop}\n")},
		{"the target", put("apis/kgw.yaml", emptyConfig+"namespace: web\nistio: {api: v1}\n")},
		{"the namespace", put("apis/kgw.yaml", emptyConfig+"namespace: other\n")},
		{"no namespace", put("apis/kgw.yaml", emptyConfig)},
		{"the namespace that is set later", later("web")},
		{"another one that is set later", later("other")},
		{"a policy of somebody else", put("policy.yaml", strangersPolicy)},
		{"for another path", put("policy.yaml", strings.Replace(strangersPolicy, "/closed", "/else", 1))},
		{"of the issuer of the rule", put("policy.yaml", strings.Replace(strangersPolicy, "https://a/", "https://b/", 1))},
		{"of somebody else again", put("policy.yaml", strangersPolicy)},
		{"for other pods", put("policy.yaml", strings.Replace(strangersPolicy, "app: shop", "app: none", 1))},
		{"for pods that may be the same", put("policy.yaml", strings.Replace(strangersPolicy, "app: shop", "tier: front", 1))},
		{"for pods that are the same", put("pods.yaml", frontPods)},
		{"for pods that are not", put("pods.yaml", strings.Replace(frontPods, "app: shop, tier: front", "app: shop", 1)+"---\n"+strings.NewReplacer("name: front", "name: other", "app: shop, tier: front", "tier: front").Replace(frontPods))},
		{"no pods", func() { delete(d.files, "pods.yaml") }},
		{"a policy that allows nothing", put("policy.yaml", strings.Replace(strangersPolicy, "action: ALLOW", "action: DENY", 1))},
		{"no preset", func() { delete(d.files, "login.yaml") }},
		{"the preset again", put("login.yaml", loginPreset)},
	})
}

// step is an edit of a folder.
type step struct {
	name string
	edit func()
}

// neverStale makes the edits, compares runs with and without a memory after each, and
// checks that each edit changes what is said or written.
func (d *folder) neverStale(t *testing.T, steps []step) {
	t.Helper()
	memory, before := &compile.Memory{}, ""
	for _, step := range steps {
		step.edit()
		got, want := d.compiled(t, memory), d.compiled(t, nil)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: (- without a memory, + with it)\n%s", step.name, diff)
		}
		if got == before {
			t.Errorf("%s: nothing is another than before:\n%s", step.name, got)
		}
		before = got
	}
}

// putting is an edit that writes a file; nil deletes it.
func (d *folder) putting(t *testing.T, name, text string) func() {
	return func() { d.put(t, name, text) }
}

func (d *folder) deleting(name string) func() { return func() { delete(d.files, name) } }

const (
	oathkeeperFile = "serve: {proxy: {port: 4455}}\nauthenticators: {oauth2_introspection: {enabled: true, config: {introspection_url: https://hydra/introspect}}}\n" +
		"authorizers: {allow: {enabled: true}}\nmutators: {noop: {enabled: true}}\n"
	introspectedRule = `apiVersion: gateway.kyma-project.io/v1beta1
kind: APIRule
metadata: {name: shop, namespace: web}
spec:
  host: shop.example.com
  gateway: kyma-system/kyma-gateway
  service: {name: shop, port: 8080}
  rules:
  - {path: /orders, methods: [GET], accessStrategies: [{handler: oauth2_introspection, config: {required_scope: [x]}}]}
`
)

// TestMemoryOfSurroundings edits what the links of a gateway depend on, and nothing
// else, so that no other edit makes them anew.
func TestMemoryOfSurroundings(t *testing.T) {
	const (
		askedRule = `apiVersion: gateway.kyma-project.io/v2
kind: APIRule
metadata: {name: asked, namespace: web}
spec:
  gateway: kyma-system/kyma-gateway
  # kgw:ignore KGW315 the port will be there
  service: {name: shop, port: 8080}
  hosts: [asked.example.com]
  rules: [{path: /asked, methods: [GET], extAuth: {authorizers: [asker]}}]
`
		mesh   = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\n"
		module = "apiVersion: operator.kyma-project.io/v1alpha1\nkind: APIGateway\nmetadata: {name: default}\nspec: {enableKymaGateway: false}\n"
	)
	d := &folder{files: map[string]*source.File{}}
	d.put(t, "kgw.yaml", emptyConfig)
	d.put(t, "more/kgw.yaml", emptyConfig)
	d.put(t, "more/services.yaml", strings.Replace(shopService, "name: shop", "name: more", 1))
	d.put(t, "asked.yaml", askedRule)
	d.put(t, "list.yaml", "apiVersion: v1\nkind: List\nitems:\n- "+strings.ReplaceAll(strings.TrimSpace(strings.NewReplacer("asked", "listed", "  # kgw:ignore KGW315 the port will be there\n", "").Replace(askedRule)), "\n", "\n  ")+"\n")
	d.neverStale(t, []step{
		{"nothing is remembered", func() {}},
		{"a provider that another folder knows", d.putting(t, "more/kgw.yaml", emptyConfig+"known: {providers: [asker]}\n")},
		{"no such provider", d.putting(t, "more/kgw.yaml", emptyConfig)},
		{"a mesh configuration without providers", d.putting(t, "mesh.yaml", mesh+"data: {mesh: ''}\n")},
		{"one that cannot be read", d.putting(t, "mesh.yaml", mesh+"data: {meshes: ''}\n")},
		{"no mesh configuration", d.deleting("mesh.yaml")},
		{"a module without a Gateway", d.putting(t, "module.yaml", module)},
		{"no module", d.deleting("module.yaml")},
		{"a Service of the name elsewhere", d.putting(t, "services.yaml", strings.Replace(shopService, "namespace: web", "namespace: else", 1))},
		{"no Service", d.deleting("services.yaml")},
		{"a Service without the port", d.putting(t, "services.yaml", strings.Replace(shopService, "8080", "80", 1))},
		{"with it, so that nothing is to be suppressed", d.putting(t, "services.yaml", shopService)},
		{"without it again", d.putting(t, "services.yaml", strings.Replace(shopService, "8080", "80", 1))},
	})
}

// TestMemoryOfFindings edits a file beside one whose findings follow from others, or
// depend on what is set later.
func TestMemoryOfFindings(t *testing.T) {
	d := &folder{files: map[string]*source.File{}}
	d.put(t, "kgw.yaml", emptyConfig)
	d.put(t, "shop.yaml", strings.Replace(shopRule, "annotations:", "labels: {c: '${A}', a: b, a: d}, annotations:", 1))
	d.put(t, "carts.yaml", cartsRule)
	d.put(t, "login.yaml", loginPreset)
	d.neverStale(t, []step{
		{"nothing is remembered", func() {}},
		{"a Service", d.putting(t, "services.yaml", strings.Replace(shopService, "namespace: web", "namespace: default", 1))},
		{"a namespace that is set later", func() { d.later = map[string]compile.Later{"": {Namespace: "later", By: "Kustomize"}} }},
	})
}

// TestMemoryOfMovedSettings moves a kgw.yaml: the paths in it are others then, and its
// text is not.
func TestMemoryOfMovedSettings(t *testing.T) {
	const settings = emptyConfig + "overrides: [{paths: ['apis/*.yaml'], namespace: web}]\n"
	d := &folder{files: map[string]*source.File{}}
	d.put(t, "kgw.yaml", settings)
	d.put(t, "apis/shop.yaml", cartsRule)
	d.neverStale(t, []step{
		{"nothing is remembered", func() {}},
		{"the settings further down", func() {
			d.put(t, "apis/kgw.yaml", settings)
			d.put(t, "kgw.yaml", emptyConfig)
		}},
	})
}

// TestMemoryOfOathkeeper edits the configuration of Oathkeeper among the inputs: all
// that the configuration of the folder holds for depends on it.
func TestMemoryOfOathkeeper(t *testing.T) {
	d := &folder{files: map[string]*source.File{}}
	d.put(t, "kgw.yaml", emptyConfig)
	d.put(t, "apis/kgw.yaml", emptyConfig)
	d.put(t, "services.yaml", shopService)
	d.put(t, "shop.yaml", introspectedRule)
	d.neverStale(t, []step{
		{"nothing is remembered", func() {}},
		{"without the handler", d.putting(t, "oathkeeper.yaml", strings.ReplaceAll(oathkeeperFile, "oauth2_introspection", "noop"))},
		{"a Gateway", d.putting(t, "gateway.yaml", "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: kyma-gateway, namespace: kyma-system}\nspec: {servers: [{port: {number: 443, protocol: HTTPS}, hosts: ['*.elsewhere.com']}]}\n")},
		{"with the handler", d.putting(t, "oathkeeper.yaml", oathkeeperFile)},
		{"without it again", d.putting(t, "oathkeeper.yaml", strings.ReplaceAll(oathkeeperFile, "oauth2_introspection", "noop"))},
		{"no file", d.deleting("oathkeeper.yaml")},
	})
}
