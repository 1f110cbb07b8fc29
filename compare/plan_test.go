package compare

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compare/diff"
	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove/classes"
)

const older = `apiVersion: gateway.kyma-project.io/v1beta1
kind: APIRule
metadata: {name: orders, namespace: shop}
spec:
  host: orders.example.com
  gateway: ns/gw
  service: {name: orders, port: 80}
  rules:
  - path: /list
    methods: [GET]
    accessStrategies: [{handler: jwt, config: {trusted_issuers: [https://i.example.com], jwks_urls: [https://i.example.com/k]}}]
`

const newer = `apiVersion: gateway.kyma-project.io/v2
kind: APIRule
metadata: {name: orders, namespace: shop}
spec:
  hosts: [orders.example.com]
  gateway: ns/gw
  service: {name: orders, port: 80}
  rules:
  - path: /list
    methods: [GET]
    jwt: {authentications: [{issuer: https://i.example.com, jwksUri: https://i.example.com/k}]}
`

func sideOf(t *testing.T, name, text string) *Side {
	t.Helper()
	f, problem := source.NewFile(name+".yaml", []byte(text))
	if problem != nil {
		t.Fatal(problem)
	}
	c := config.Default()
	for _, name := range []string{"orders", "bills"} {
		c.Known.Services = append(c.Known.Services, config.KnownService{Name: name, Namespace: "shop", Selector: map[string]string{"app": name}, Ports: []config.KnownPort{{Port: 80}}})
	}
	c.Known.Gateways = []config.KnownGateway{{Name: "gw", Namespace: "ns", Hosts: []string{"*.example.com"}}}
	return Compile(name, compile.Input{Files: []*source.File{f}}, compile.Options{Config: c})
}

// TestPlansOfOtherChanges: nothing is refused or exposed between where a rule goes
// to other pods, nor on the way back to Oathkeeper, where what lets Oathkeeper in is
// deleted last.
func TestPlansOfOtherChanges(t *testing.T) {
	for name, texts := range map[string][2]string{
		"another Service":       {newer, strings.Replace(newer, "service: {name: orders", "service: {name: bills", 1)},
		"another issuer":        {newer, strings.ReplaceAll(newer, "https://i.", "https://j.")},
		"back":                  {newer, older},
		"back, past Oathkeeper": {newer, strings.Replace(older, "handler: jwt, config: {trusted_issuers: [https://i.example.com], jwks_urls: [https://i.example.com/k]}", "handler: no_auth", 1)},
		"both":                  {older, strings.Replace(newer, "service: {name: orders", "service: {name: bills", 1)},
	} {
		before, after := sideOf(t, "before", texts[0]), sideOf(t, "after", texts[1])
		steps := Plan(before, after, Scope{All: true})
		for _, s := range steps {
			if len(s.Gaps) > 0 || s.Unknown {
				t.Errorf("%s, %s: %v", name, s.Name, s.Gaps)
			}
		}
		last := steps[len(steps)-1].Delete
		if id := last[len(last)-1]; !strings.HasPrefix(id.Name, "kgw-between") {
			t.Errorf("%s: %v are deleted last", name, last)
		}
	}
}

// TestPlan: the switch from Oathkeeper to policies has no gap and no opening,
// and each of its orders that leaves something out has one.
func TestPlan(t *testing.T) {
	before, after := sideOf(t, "before", older), sideOf(t, "after", newer)
	steps := Plan(before, after, Scope{})
	var names []string
	for _, s := range steps {
		names = append(names, s.Name)
		if len(s.Gaps) > 0 || s.Unknown {
			t.Errorf("%s: %v", s.Name, s.Gaps)
		}
	}
	if want := "[request-authentications policies routes old-routes-and-rules old-policies]"; len(names) != 5 || want != fmt.Sprint(names) {
		t.Errorf("steps %v, want %s", names, want)
	}
	for name, order := range map[string]func(*plan){
		"policies without Oathkeeper": func(p *plan) {
			p.addStep("policies", p.changedObjects("AuthorizationPolicy"), nil)
			p.addStep("routes", p.otherChanges(), nil)
		},
		"routes before policies": func(p *plan) {
			p.addStep("routes", p.otherChanges(), nil)
			p.addStep("policies", p.changedObjects("AuthorizationPolicy"), nil)
		},
		"Rules go first": func(p *plan) {
			p.addStep("old", nil, p.goneObjects(func(diff.ID) bool { return true }))
			p.addStep("routes", p.otherChanges(), nil)
		},
	} {
		p := newPlan(before, after, Scope{})
		order(p)
		p.addStep("end", nil, nil)
		p.prove(before, after)
		if len(p.steps[0].Gaps) == 0 {
			t.Errorf("%s: no gap is seen", name)
		}
		alike(t, name, p, before, after)
	}
}

// TestBetweenOpensOwnPodsOnly: a policy for the time between lets in the public
// requests of its pods, and no others: with those of all pods a plan grows with the
// square of its Services.
func TestBetweenOpensOwnPodsOnly(t *testing.T) {
	open := func(host, service string) string {
		return strings.NewReplacer("orders.example.com", host+".example.com", "name: orders", "name: "+service).Replace(strings.Replace(older, "rules:\n", "rules:\n  - {path: /open, methods: [GET], accessStrategies: [{handler: no_auth}]}\n", 1))
	}
	for _, c := range []struct {
		text string
		want []string
	}{
		{open("orders", "orders") + "---\n" + open("bills", "bills"), []string{"orders.example.com"}},
		{open("orders", "orders") + "---\n" + open("others", "unknown"), []string{"orders.example.com", "others.example.com"}},
	} {
		before, after := sideOf(t, "before", c.text), sideOf(t, "after", newer)
		var hosts []string
		for _, o := range newPlan(before, after, Scope{}).betweenPolicies() {
			for _, r := range list(o.Value["spec"].(map[string]any)["rules"]) {
				for _, to := range list(r.(map[string]any)["to"]) {
					operation := to.(map[string]any)["operation"].(map[string]any)
					hosts = append(hosts, fmt.Sprint(list(operation["hosts"])...))
				}
			}
		}
		if !slices.Equal(hosts, c.want) {
			t.Errorf("the policies for the time between open %q, want %q", hosts, c.want)
		}
	}
}

// alike holds the states of a plan against the same, each asked about alone.
func alike(t *testing.T, name string, p *plan, before, after *Side) {
	t.Helper()
	was, is := p.endStates(before, after)
	steps, states := p.statesBetween(before, after)
	for k, s := range steps {
		var got, want []string
		for _, g := range s.Gaps {
			got = append(got, g.String()+" "+g.Witness.URL)
		}
		for _, g := range classes.Between(was, states[k:k+1], is)[0] {
			want = append(want, g.String()+" "+g.Witness.URL)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %s has the gaps %q among other states, and %q alone", name, s.Name, got, want)
		}
	}
}
