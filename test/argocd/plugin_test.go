package argocd_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

const config = "apiVersion: kgw.dev/v1alpha1\nkind: Config\ndomains: {default: example.com}\n"

// shops returns a repository with an application in apps/shop, and others that must
// not render.
func shops(t *testing.T) string {
	t.Helper()
	return repository(t, map[string]string{
		"kgw.yaml":                "apiVersion: kgw.dev/v1alpha1\nkind: Config\ndomains: {default: above.example.com}\n",
		"apps/shop/kgw.yaml":      config,
		"apps/shop/apirule.yaml":  apiRule("shop"),
		"apps/shop/service.yaml":  "apiVersion: v1\nkind: Service\nmetadata: {name: shop}\nspec: {selector: {app: shop}, ports: [{port: 8080}]}\n",
		"apps/shop/other.yaml":    "apiVersion: kgw.dev/v1alpha1\nkind: Config\ndomains: {default: other.example.com}\n",
		"apps/plain/apirule.yaml": apiRule("plain"),
		"apps/web/deploy.yaml":    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n",
		"apps/blank/kgw.yaml":     config,
		"apps/blank/README.md":    "nothing here\n",
		"apps/wrong/kgw.yaml":     config,
		"apps/wrong/good.yaml":    apiRule("good"),
		"apps/wrong/bad.yaml":     strings.ReplaceAll(apiRule("bad"), "no_auth", "noauth") + "  gatway: x\n",
		"apps/mixed/kgw.yaml":     config,
		"apps/mixed/apirule.yaml": apiRule("mixed"),
		"apps/mixed/deploy.yaml":  "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n",
	})
}

// object has the parts of a manifest that the tests look at.
type object struct {
	APIVersion, Kind string
	Metadata         struct{ Namespace string }
	Spec             struct{ Hosts []string }
}

func objects(t *testing.T, manifests []string) []object {
	t.Helper()
	var out []object
	for _, text := range manifests {
		var o object
		if err := json.Unmarshal([]byte(text), &o); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		out = append(out, o)
	}
	return out
}

func kinds(list []object) string {
	count := map[string]int{}
	for _, o := range list {
		count[o.Kind]++
	}
	var out []string
	for _, kind := range slices.Sorted(maps.Keys(count)) {
		out = append(out, fmt.Sprintf("%d %s", count[kind], kind))
	}
	return strings.Join(out, ", ")
}

func TestDiscovers(t *testing.T) {
	c, root := serve(t), shops(t)
	if !discovery(t, c) {
		t.Error("the plugin does not discover")
	}
	for path, want := range map[string]bool{"apps/shop": true, "apps": true, "apps/plain": false, "apps/web": false} {
		if r := (&application{root: root, path: path}).matches(t, c); r.IsSupported != want || !r.IsDiscoveryEnabled {
			t.Errorf("%s: %+v, want %v", path, r, want)
		}
	}
	if c := serve(t, "--glob", "**/apirule.yaml", "--version", "v1"); !(&application{root: root, path: "apps/plain"}).matches(t, c).IsSupported {
		t.Error("the pattern of the flag does not count")
	}
	if c := serve(t, "--no-discover"); discovery(t, c) {
		t.Error("a plugin without discovery discovers")
	}
}

func TestAnnouncesParameters(t *testing.T) {
	c, root := serve(t), shops(t)
	r := (&application{root: root, path: "apps/shop"}).parameters(t, c)
	form := map[string]string{}
	for _, p := range r.ParameterAnnouncements {
		form[p.Name] = p.CollectionType
		if p.Title == "" || p.Tooltip == "" || p.Required {
			t.Errorf("%+v", p)
		}
	}
	for name, want := range map[string]string{"target": "string", "config": "string", "compat": "string", "namespace": "string", "paths": "array", "rules": "map"} {
		if form[name] != want {
			t.Errorf("%s is %q, want %q", name, form[name], want)
		}
	}
}

func TestGenerates(t *testing.T) {
	c, root := serve(t), shops(t)
	for name, want := range map[string]struct {
		env       []string
		kinds     string
		host      string
		namespace string
	}{
		"plain":       {nil, "1 Rule, 1 VirtualService", "shop.example.com", "default"},
		"destination": {[]string{"ARGOCD_APP_NAMESPACE=shop", "ARGOCD_APP_NAME=shop"}, "1 Rule, 1 VirtualService", "shop.example.com", "shop"},
		"variable": {
			[]string{"ARGOCD_APP_NAMESPACE=shop", "ARGOCD_ENV_KGW_NAMESPACE=web", "ARGOCD_ENV_KGW_DOMAINS_DEFAULT=env.example.com"},
			"1 Rule, 1 VirtualService", "shop.env.example.com", "web",
		},
		"configuration": {[]string{"ARGOCD_ENV_KGW_CONFIG=../../kgw.yaml"}, "1 Rule, 1 VirtualService", "shop.above.example.com", "default"},
		"parameters": {
			[]string{`ARGOCD_APP_PARAMETERS=[{"name":"config","string":"other.yaml"},{"name":"namespace","string":"param"},{"name":"passthrough","string":"true"},{"name":"paths","array":["."]}]`, "ARGOCD_ENV_KGW_NAMESPACE=web"},
			"1 Rule, 1 Service, 1 VirtualService", "shop.other.example.com", "param",
		},
	} {
		t.Run(name, func(t *testing.T) {
			manifests, err := (&application{root, "apps/shop", want.env}).generate(t, c)
			if err != nil {
				t.Fatal(err)
			}
			list := objects(t, manifests)
			if got := kinds(list); got != want.kinds {
				t.Errorf("got %s, want %s", got, want.kinds)
			}
			vs := list[slices.IndexFunc(list, func(o object) bool { return o.Kind == "VirtualService" })]
			if vs.Metadata.Namespace != want.namespace || !slices.Equal(vs.Spec.Hosts, []string{want.host}) {
				t.Errorf("got %+v, want host %s in %s", vs, want.host, want.namespace)
			}
		})
	}
}

func TestFlagsOfThePluginWin(t *testing.T) {
	c, root := serve(t, "--", "--namespace", "admin"), shops(t)
	manifests, err := (&application{root, "apps/shop", []string{`ARGOCD_APP_PARAMETERS=[{"name":"namespace","string":"param"}]`}}).generate(t, c)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range objects(t, manifests) {
		if o.Metadata.Namespace != "admin" {
			t.Errorf("%+v", o)
		}
	}
}

func TestRefuses(t *testing.T) {
	c, root := serve(t), shops(t)
	for name, want := range map[string]struct {
		path string
		env  []string
		text []string
	}{
		"blank":   {"apps/blank", nil, []string{"exit status 1: kgw: nothing was written: there are no objects to write"}},
		"partial": {"apps/wrong", nil, []string{"exit status 1: apps/wrong/bad.yaml:", `unknown field "gatway"`, `"noauth"`}},
		"mixed":   {"apps/mixed", nil, []string{`Deployment "web" (apps/mixed/deploy.yaml:1) would be left out`}},
		"parameter": {
			"apps/shop",
			[]string{`ARGOCD_APP_PARAMETERS=[{"name":"targt","string":"istio"}]`},
			[]string{`exit status 2: kgw: there is no parameter "targt": did you mean "target"?`},
		},
		"outside": {"apps/shop", []string{"ARGOCD_ENV_KGW_CONFIG=../../../conf/plugin.yaml"}, []string{"leads out of the repository"}},
	} {
		t.Run(name, func(t *testing.T) {
			a := &application{root, want.path, want.env}
			manifests, err := a.generate(t, c)
			if err == nil {
				t.Fatalf("rendered %q", manifests)
			}
			for _, text := range want.text {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("got %v\nwant %s", err, text)
				}
			}
			for range 3 {
				if _, again := a.generate(t, c); again == nil || again.Error() != err.Error() {
					t.Errorf("first %v\nthen %v", err, again)
				}
			}
		})
	}
}

func TestBlankOnPurpose(t *testing.T) {
	c, root := serve(t), shops(t)
	manifests, err := (&application{root, "apps/blank", []string{`ARGOCD_APP_PARAMETERS=[{"name":"allow-empty","string":"true"}]`}}).generate(t, c)
	if err != nil || len(manifests) != 0 {
		t.Errorf("got %q, %v", manifests, err)
	}
}

// TestLargeRepository: 10,000 APIRules within Argo CD's timeout.
func TestLargeRepository(t *testing.T) {
	files := map[string]string{"apps/kgw.yaml": config}
	for i := range 10_000 {
		files[fmt.Sprintf("apps/%02d/rule-%05d.yaml", i%100, i)] = apiRule(fmt.Sprintf("shop-%05d", i))
	}
	c := serve(t)
	manifests, err := (&application{repository(t, files), "apps", nil}).generate(t, c)
	if err != nil {
		t.Fatal(err)
	}
	if len(manifests) != 20_000 {
		t.Errorf("%d manifests", len(manifests))
	}
}
