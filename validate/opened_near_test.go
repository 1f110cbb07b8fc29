package validate

import (
	"math/rand"
	"testing"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/pathlang"
)

// TestWhatIsPassedOverOpensNothing checks on generated gateways that those whose
// requests are not split into classes would have no finding.
func TestWhatIsPassedOverOpensNothing(t *testing.T) {
	passed, told := 0, 0
	for seed := range int64(1000) {
		v := generateGuarded(rand.New(rand.NewSource(seed)))
		w := newWorkloads(v)
		for _, g := range v.Gateways {
			c := w.guardedOf(g)
			c.findPolicies()
			wanted := map[shelf]bool{}
			for _, s := range c.looks {
				wanted[s] = true
			}
			w.indexOpeners(wanted)
			near, opens := c.listPolicies()
			c.addOpeners(near)
			c.compile()
			found := c.run()
			if !opens && len(near) > 0 {
				passed++
				if len(found) > 0 {
					t.Fatalf("seed %d: it is passed over, and %s", seed, found[0].Message)
				}
			}
			if opens && len(found) > 0 {
				told++
			}
		}
	}
	if passed < 50 || told < 200 {
		t.Errorf("%d gateways are passed over, %d have findings", passed, told)
	}
}

// generateGuarded makes two gateways on one host and the same pods.
func generateGuarded(r *rand.Rand) *View {
	pick := func(list ...string) string { return list[r.Intn(len(list))] }
	methods := func() []string {
		return [][]string{nil, {"GET"}, {"GET", "POST"}, {"DELETE"}}[r.Intn(4)]
	}
	v := &View{}
	selector := map[string]string{"app": "a"}
	for range 2 {
		g := &ir.Gateway{Hosts: []ir.Host{{Name: "a.test"}}}
		v.Gateways = append(v.Gateways, g)
		for range 1 + r.Intn(4) {
			path := pick("/a", "/b", "/a/{*}", "/a/{**}", "/b/{**}", "/c", "/{**}", "/a/{**}/x", "/a.b")
			route := &ir.Route{Match: match.Set{Path: pathlang.Path{Lang: pathlang.Template, Text: path}, Methods: methods()}}
			route.Action = ir.Forward{To: []ir.Upstream{{Name: "a", Namespace: "n", Selector: &selector}}}
			demand := ir.Demand{}
			switch r.Intn(4) {
			case 0:
				route.Access.Grants = []ir.Grant{{Proof: ir.None{}}}
			case 1:
				route.Access.Grants = []ir.Grant{{Proof: ir.External{}}}
			default:
				issuer := pick("i", "j")
				route.Access.Grants = []ir.Grant{{Proof: ir.JWT{}}}
				demand.Issuers = []string{issuer}
			}
			g.Routes = append(g.Routes, route)
			set := match.Set{Hosts: []string{"a.test"}, Path: route.Match.Path, View: match.RawPath}
			if r.Intn(2) == 0 {
				set.Methods = route.Match.Methods
			}
			v.Routes = append(v.Routes, &ir.Entry{Gateway: g, Route: route, Set: set, Methods: route.Match.Methods, Path: pathlang.TemplateMeaning(route.Match.Path), Delegated: r.Intn(8) == 0})
			policy := match.Set{Hosts: []string{"a.test"}, Methods: route.Match.Methods, Path: pathlang.PolicyPath(path), View: match.RawPath}
			if r.Intn(5) == 0 {
				policy.Hosts, policy.Methods = nil, methods()
			}
			v.Openers = append(v.Openers, ir.Opener{Gateway: g, Route: route, Pods: ir.Pods{Namespace: "n", Labels: selector}, Sets: []match.Set{policy}, Demand: demand})
		}
	}
	return v
}
