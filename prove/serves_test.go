package prove_test

import (
	"slices"
	"testing"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// TestServesHost knows the hosts of all ways in.
func TestServesHost(t *testing.T) {
	every := "apiVersion: zalando.org/v1\nkind: RouteGroup\nmetadata: {name: g}\nspec:\n  hosts: [g.test]\n  backends: [{name: s, type: service, serviceName: s, servicePort: 80}]\n  defaultBackends: [{backendName: s}]\n  routes: [{path: /a}]\n"
	for name, c := range map[string]struct {
		text       string
		served     []string
		unserved   []string
		path, none string
	}{
		"a VirtualService": {head + admin, []string{"a.example.com", "a.example.com:443", "x.shop.svc.cluster.local"}, []string{"b.example.com"}, "/admin/x", ""},
		"a Rule":           {ruleFor("r", "<http|https>://h.test/<.*>", "{handler: noop}"), []string{"h.test"}, []string{"g.test"}, "/x", ""},
		"an Ingress":       {skipped("i", `Path("/a")`, ""), []string{"h", "h:80"}, []string{"i"}, "/a", "/b"},
		"a RouteGroup":     {every, []string{"g.test"}, []string{"h.test"}, "/a", "/b"},
	} {
		_, cluster, _ := simulated(t, c.text, config.Default())
		for _, h := range c.served {
			if !cluster.ServesHost(h) {
				t.Errorf("%s does not serve %s", name, h)
			}
		}
		for _, h := range c.unserved {
			if cluster.ServesHost(h) {
				t.Errorf("%s serves %s", name, h)
			}
		}
		if !slices.Contains(cluster.Hosts(), c.served[0]) {
			t.Errorf("the hosts of %s are %v", name, cluster.Hosts())
		}
		set := match.Set{Hosts: c.served[:1], Path: pathlang.Path{Lang: pathlang.Exact, Text: c.path}, View: match.RawPath}
		if !cluster.MatchesAny(set) {
			t.Errorf("%s takes no request for %s", name, c.path)
		}
		if set.Path.Text = c.none; c.none != "" && name != "an Ingress" && cluster.MatchesAny(set) {
			t.Errorf("%s takes requests for %s", name, c.none)
		}
	}
}
