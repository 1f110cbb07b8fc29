package gatewayapi

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/simulate/simulatetest"
)

// TestAlike: two identities are the same to policies that have one wherever they
// have the other, also in two policies, and to no others.
func TestAlike(t *testing.T) {
	const from, to = "cluster.local/ns/istio-system/sa/gateway", "cluster.local/ns/gates/sa/public-istio"
	policy := func(name, namespace, spec string) string {
		spec = strings.NewReplacer("OLD", from, "NEW", to).Replace(spec)
		return "---\n{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: " + name + ", namespace: " + namespace + "}, spec: {" + spec + "}}\n"
	}
	const pods, get = "selector: {matchLabels: {app: a}}", "to: [{operation: {methods: [GET]}}]"
	source := func(s string) string { return "from: [{source: {" + s + "}}]" }
	for _, c := range []struct {
		name, text string
		want       bool
	}{
		{"no policy", "", true},
		{"no identity", policy("a", "shop", pods+", rules: [{"+get+"}]"), true},
		{"both in a list", policy("a", "shop", pods+", rules: [{"+source("principals: [OLD, other, NEW]")+"}]"), true},
		{"both left out", policy("a", "shop", pods+", action: DENY, rules: [{"+source("notPrincipals: [NEW, OLD]")+"}]"), true},
		{"two policies", policy("a", "shop", pods+", rules: [{"+source("principals: [OLD]")+"}]") + policy("b", "shop", pods+", rules: [{"+source("principals: [NEW]")+"}]"), true},
		{"two rules", policy("a", "shop", pods+", rules: [{"+source("principals: [OLD]")+", "+get+"}, {"+source("principals: [NEW]")+", "+get+"}]"), true},
		{"two sources", policy("a", "shop", pods+", rules: [{from: [{source: {principals: [OLD]}}, {source: {principals: [NEW]}}]}]"), true},
		{"the old alone", policy("a", "shop", pods+", rules: [{"+source("principals: [OLD]")+"}]"), false},
		{"the new alone", policy("a", "shop", pods+", rules: [{"+source("principals: [NEW]")+"}]"), false},
		{"other pods", policy("a", "shop", pods+", rules: [{"+source("principals: [OLD]")+"}]") + policy("b", "shop", "selector: {matchLabels: {app: b}}, rules: [{"+source("principals: [NEW]")+"}]"), false},
		{"other namespace", policy("a", "shop", "rules: [{"+source("principals: [OLD]")+"}]") + policy("b", "web", "rules: [{"+source("principals: [NEW]")+"}]"), false},
		{"other methods", policy("a", "shop", pods+", rules: [{"+source("principals: [OLD]")+"}, {"+source("principals: [NEW]")+", "+get+"}]"), false},
		{"other action", policy("a", "shop", pods+", rules: [{"+source("principals: [OLD]")+"}]") + policy("b", "shop", pods+", action: DENY, rules: [{"+source("principals: [NEW]")+"}]"), false},
		{"a dry run", policy("a", "shop", pods+", rules: [{"+source("principals: [OLD]")+"}]") + strings.Replace(policy("b", "shop", pods+", rules: [{"+source("principals: [NEW]")+"}]"), "namespace: shop", "namespace: shop, annotations: {istio.io/dry-run: 'true'}", 1), false},
		{"one of two lists", policy("a", "shop", pods+", rules: [{"+source("principals: [OLD, NEW]")+"}, {"+source("notPrincipals: [OLD]")+"}]"), false},
		{"a pattern for both", policy("a", "shop", pods+", rules: [{"+source("principals: ['cluster.local/*']")+"}]"), true},
		{"a pattern for one", policy("a", "shop", pods+", rules: [{"+source("principals: ['cluster.local/ns/istio-system/*']")+"}]"), false},
		{"a suffix for one", policy("a", "shop", pods+", rules: [{"+source("principals: ['*/public-istio']")+"}]"), false},
		{"a namespace", policy("a", "shop", pods+", rules: [{"+source("namespaces: [gates]")+"}]"), false},
		{"a pattern of namespaces", policy("a", "shop", pods+", rules: [{"+source("namespaces: ['istio-*']")+"}]"), false},
		{"another namespace", policy("a", "shop", pods+", rules: [{"+source("namespaces: [web]")+"}]"), true},
		{"a service account", policy("a", "shop", pods+", rules: [{"+source("serviceAccounts: [gates/public-istio]")+"}]"), false},
		{"a condition", policy("a", "shop", pods+", rules: [{when: [{key: source.principal, values: [OLD]}]}]"), false},
		{"a condition on both", policy("a", "shop", pods+", rules: [{when: [{key: source.principal, values: [NEW, OLD]}]}]"), true},
		{"at a gateway", policy("a", "gates", "rules: [{"+get+"}]"), false},
	} {
		in := &converter{}
		in.read(simulatetest.Manifests(t, "shop", "---\n{apiVersion: v1, kind: Service, metadata: {name: s, namespace: shop}}\n"+c.text))
		if got := in.sameToPolicies(from, to); got != c.want || in.sameToPolicies(to, from) != got {
			t.Errorf("%s: alike: %v", c.name, got)
		}
	}
}
