package moves

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/migrate"
	"github.com/kgw-dev/kgw/prove/changes"
	"github.com/kgw-dev/kgw/prove/classes"
)

// TestAsterisks: what is refused for a "*" in the path is counted apart, unless the
// path is about it.
func TestAsterisks(t *testing.T) {
	m := &Moves{}
	star := changes.Change{Kind: classes.Tightened, Path: "/.*", Witness: changes.Witness{URL: "https://a.test/*"}}
	meant, open, plain := star, star, star
	meant.Path, open.Kind, plain.Witness.URL = `/a\*`, classes.Exposed, "https://a.test/x"
	if out := m.settleChanges([]changes.Change{star, meant, open, plain}); len(out) != 3 || m.Asterisks != 1 {
		t.Errorf("%d are left out, and %v said", m.Asterisks, out)
	}
}

// TestAuthorizerNotAsked: the policy of an authorizer is for the host without a port;
// what lets requests in that name one is shown with the header that they have.
func TestAuthorizerNotAsked(t *testing.T) {
	const rule = "{apiVersion: gateway.kyma-project.io/v1beta1, kind: APIRule, metadata: {name: a, namespace: shop}, spec: {host: a.example.com, " +
		"gateway: kyma-system/kyma-gateway, service: {name: a, port: 80}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: oauth2_introspection}]}]}}\n"
	const open = "---\n{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: all, namespace: shop}, spec: {selector: {matchLabels: {app: a}}, rules: [{}]}}\n"
	for text, want := range map[string]string{rule: "", rule + open: "a.example.com:8443"} {
		f, _ := source.NewFile("a.yaml", []byte(text))
		in := compile.Input{Files: []*source.File{f}}
		m := Compare(in, compile.Options{}, migrate.Run(in.Files, migrate.Options{To: "v2", ExtAuthorizer: "p"}), &secret.Book{})
		host, asked := "", false
		for _, c := range m.Resources[0].Changes {
			asked = asked || c.Kind == classes.Unknown && strings.Contains(c.Line, "decided by p now") && c.Witness.Host == ""
			if c.Kind == classes.Exposed && c.Before != "no route" {
				host = c.Witness.Host
			}
		}
		if host != want || !asked {
			t.Errorf("opened with the host %q, want %q, and %v that the authorizer decides:\n%s", host, want, asked, text)
		}
	}
}

// TestRivals: of an APIRule whose host an Api has too, it is not known what was served
// before; nor what of an Api whose policy cannot be said.
func TestRivals(t *testing.T) {
	const api = "{apiVersion: gateway.kyma-project.io/v1alpha2, kind: Api, metadata: {name: NAME, namespace: shop}, spec: {hostname: HOST, " +
		"service: {name: OTHER, port: 80}, authentication: [{type: JWT, jwt: {issuer: https://i, jwksUri: https://i/k, triggerRule: {excludedPaths: [PATH]}}}]}}\n---\n"
	const rule = "{apiVersion: gateway.kyma-project.io/v1beta1, kind: APIRule, metadata: {name: a, namespace: shop}, spec: {host: a.example.com, " +
		"gateway: kyma-system/kyma-gateway, service: {name: a, port: 80}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: noop}]}]}}\n"
	for name, c := range map[string]struct {
		name, host, service, path, want string
		general                         int
	}{
		"its name":       {"a", "a.example.com", "b", "exact: /x", "the Api shop/a has its host too", 0},
		"another name":   {"b", "A.example.com", "b", "exact: /x", "the Api shop/b has its host too", 0},
		"a short host":   {"b", "a", "b", "exact: /x", "the Api shop/b has its host too", 0},
		"by expression":  {"b", "a.example.com", "b", "regex: /x.*", "the Api shop/b has its host too", 0},
		"another host":   {"a", "b.example.com", "b", "exact: /x", "", 0},
		"unknown policy": {"b", "b.example.com", "a", "regex: /x.*", "", 1},
	} {
		f, _ := source.NewFile("a.yaml", []byte(strings.NewReplacer("NAME", c.name, "HOST", c.host, "OTHER", c.service, "PATH", c.path).Replace(api)+rule))
		in := compile.Input{Files: []*source.File{f}}
		cfg := config.Default()
		cfg.Domains.Default = "example.com"
		m := Compare(in, compile.Options{Config: cfg}, migrate.Run(in.Files, migrate.Options{To: "v2", Config: cfg}), &secret.Book{})
		for _, one := range m.Resources {
			if one.Resource == "shop/a" && (!strings.HasPrefix(one.NotCompared, c.want) || (c.want == "") != (one.NotCompared == "")) {
				t.Errorf("%s: not compared: %q, want %q", name, one.NotCompared, c.want)
			}
		}
		if len(m.General) < c.general {
			t.Errorf("%s: %v beside", name, m.General)
		}
	}
}

// TestDefinedTwice: a resource that is defined again is not without a change because
// the changes are those of the first.
func TestDefinedTwice(t *testing.T) {
	const rule = "{apiVersion: gateway.kyma-project.io/v1beta1, kind: APIRule, metadata: {name: a, namespace: shop}, spec: {host: a.example.com, " +
		"gateway: kyma-system/kyma-gateway, service: {name: a, port: 80}, rules: [{path: /a, methods: [GET], accessStrategies: [{handler: METHOD}]}]}}\n"
	for second, want := range map[string]int{"noop": 1, "allow": 0} {
		var in compile.Input
		for i, handler := range []string{"noop", second} {
			f, _ := source.NewFile(fmt.Sprintf("%d.yaml", i), []byte(strings.Replace(rule, "METHOD", handler, 1)))
			in.Files = append(in.Files, f)
		}
		m := Compare(in, compile.Options{}, migrate.Run(in.Files, migrate.Options{To: "v2"}), &secret.Book{})
		compared := 0
		for _, one := range m.Resources {
			if one.NotCompared == "" {
				compared++
			}
		}
		if len(m.Resources) != 2 || compared != want || m.Resources[1].NotCompared != "it is defined in 0.yaml too" {
			t.Errorf("%s: %d are compared, want %d; of the second: %q", second, compared, want, m.Resources[1].NotCompared)
		}
	}
}

// TestItemsOfLists: the changes of an item of a List belong to it, however the List is
// written.
func TestItemsOfLists(t *testing.T) {
	const rule = `{"apiVersion":"gateway.kyma-project.io/v1beta1","kind":"APIRule","metadata":{"name":"NAME","namespace":"shop"},"spec":{"host":"NAME.example.com",` +
		`"gateway":"ns/gw","service":{"name":"a","port":80},"rules":[{"path":"/PATH","methods":["GET"],"accessStrategies":[{"handler":"allow"}]}]}}`
	first, second := strings.NewReplacer("NAME", "first", "PATH", "a").Replace(rule), strings.NewReplacer("NAME", "second", "PATH", "b").Replace(rule)
	for name, text := range map[string]string{
		"block":   "apiVersion: v1\nkind: List\nitems:\n- " + first + "\n- " + second + "\n",
		"flow":    "apiVersion: v1\nkind: List\nitems: [" + first + ", " + second + "]\n",
		"nested":  "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: List\n  items:\n  - " + first + "\n- " + second + "\n",
		"json":    "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[\n" + first + ",\n" + second + "\n]}\n",
		"typed":   "apiVersion: gateway.kyma-project.io/v1beta1\nkind: APIRuleList\nitems:\n- " + first + "\n- " + second + "\n",
		"several": first + "\n---\n" + second + "\n",
	} {
		f, _ := source.NewFile("a.yaml", []byte(text))
		in := compile.Input{Files: []*source.File{f}}
		m := Compare(in, compile.Options{}, migrate.Run(in.Files, migrate.Options{To: "v2"}), &secret.Book{})
		if len(m.Resources) != 2 {
			t.Errorf("%s: %d resources", name, len(m.Resources))
		}
		for _, one := range m.Resources {
			host := strings.TrimPrefix(one.Resource, "shop/") + ".example.com"
			if !slices.ContainsFunc(one.Changes, func(c changes.Change) bool { return c.Kind == classes.Removed && strings.Contains(c.Host, host) }) {
				t.Errorf("%s: %s has the changes %v, and beside them there are %v", name, one.Resource, one.Changes, m.General)
			}
		}
	}
}
