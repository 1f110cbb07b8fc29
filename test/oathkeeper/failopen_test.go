package oathkeeper

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove/attack"
	"github.com/kgw-dev/kgw/prove/reference"
	"github.com/kgw-dev/kgw/simulate"
)

// TestNothingOpensAtOathkeeper compiles hostile APIRules, as the search for
// builds that open something does, and asks a real Oathkeeper about those that
// are accepted: without a token it lets nothing through that the authors closed.
func TestNothingOpensAtOathkeeper(t *testing.T) {
	file := binary(t)
	w := newWorld(t)
	accepted, asked := 0, 0
	for seed := range int64(number("KGW_SETS", 30) * 8) {
		text := hostileRules(rand.New(rand.NewSource(seed)))
		f, problem := source.NewFile("in.yaml", []byte(text))
		if problem != nil {
			t.Fatal(problem.Message)
		}
		result := compile.Run(compile.Input{Files: []*source.File{f}}, compile.Options{Model: true})
		if result.Findings.Max() == diag.Error || accepted == 6 {
			continue
		}
		accepted++
		rules, gateways := append([]object{canary}, rulesOf(t, result)...), []*ir.Gateway(nil)
		for i := range result.Resources {
			gateways = append(gateways, result.Resources[i].Gateway)
		}
		access, _ := maester(t, rules)
		in, model := w.start(t, file, access), reference.New(gateways)
		for _, path := range []string{"/", "/a", "/a/b", "/ab", "/b", "/admin", "/admin/delete", "/a/", "/A", "/b/a", "/admin%3E/delete%3C"} {
			for _, method := range []string{"GET", "POST", "DELETE"} {
				r := simulate.Request{Method: method, Scheme: "https", Host: "h.example.com", Target: path}
				asked++
				if got := ask(t, in.api, "/decisions"+path, r.AsSent()); got.status == 200 {
					if d := model.Decide(&r, nil); d.Passed() {
						continue
					}
					t.Errorf("%s\nOathkeeper lets %s %s through, and the authors do not", text, method, path)
				}
			}
		}
	}
	t.Logf("%d builds accepted, %d requests asked", accepted, asked)
	if accepted < 5 {
		t.Errorf("only %d builds were accepted", accepted)
	}
}

// TestNothingOpensOfTheSearch gives inputs of the search in package prove to a
// real Oathkeeper: those that build and have Rules of their own.
func TestNothingOpensOfTheSearch(t *testing.T) {
	file := binary(t)
	w := newWorld(t)
	accepted, asked := 0, 0
	for seed := int64(0); accepted < 5 && seed < 600; seed++ {
		text, c := attack.New(seed).Inputs()
		f, problem := source.NewFile("in.yaml", []byte(text))
		if problem != nil {
			t.Fatal(problem.Message)
		}
		result := compile.Run(compile.Input{Files: []*source.File{f}}, compile.Options{Config: c, Model: true})
		rules := append([]object{canary}, rulesOf(t, result)...)
		if result.Findings.Max() == diag.Error || len(rules) < 3 {
			continue
		}
		accepted++
		var gateways []*ir.Gateway
		for i := range result.Resources {
			gateways = append(gateways, result.Resources[i].Gateway)
		}
		access, _ := maester(t, rules)
		in, model := w.start(t, file, access), reference.New(gateways)
		for _, host := range []string{"h0.example.com", "h1.example.com", "h2.example.com"} {
			for _, path := range []string{"/", "/a", "/a/b", "/a/c", "/ab", "/b", "/a/", "/A", "/axb", "//a", "/a.b"} {
				for _, method := range []string{"GET", "POST", "DELETE", "PATCH"} {
					r := simulate.Request{Method: method, Scheme: "https", Host: host, Target: path}
					asked++
					if got := ask(t, in.api, "/decisions"+path, r.AsSent()); got.status == 200 {
						if d := model.Decide(&r, nil); d.Passed() {
							continue
						}
						t.Errorf("seed %d\n%s\nOathkeeper lets %s %s%s through, and the authors do not", seed, text, method, host, path)
					}
				}
			}
		}
	}
	t.Logf("%d builds accepted, %d requests asked", accepted, asked)
	if accepted < 5 {
		t.Errorf("only %d builds were accepted", accepted)
	}
}

// rulesOf returns the Rules that were written.
func rulesOf(t *testing.T, result *compile.Result) []object {
	t.Helper()
	var out []object
	for i := range result.Objects {
		if result.Objects[i].Kind != "Rule" {
			continue
		}
		var o object
		if err := json.Unmarshal(manifest.AppendJSON(nil, result.Objects[i].Value(), 0), &o); err != nil {
			t.Fatal(err)
		}
		out = append(out, o)
	}
	return out
}

// hostileRules returns an APIRule whose author may mean harm.
func hostileRules(g *rand.Rand) string {
	pick := func(list ...string) string { return list[g.Intn(len(list))] }
	version, head := "v1beta1", "  host: h.example.com\n  gateway: kyma-system/kyma-gateway\n  service: {name: "+pick("shop", "shop", "shop", "\"shop:80/x\"")+", port: 80}\n"
	if g.Intn(3) == 0 {
		version, head = "v1alpha1", "  gateway: kyma-gateway.kyma-system.svc.cluster.local\n  service: {name: shop, port: 80, host: h.example.com}\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "apiVersion: gateway.kyma-project.io/%s\nkind: APIRule\nmetadata: {name: r, namespace: shop}\nspec:\n%s  rules:\n", version, head)
	for range 1 + g.Intn(3) {
		path := pick("/a", "/b", "/a/.*", "/.*", "/admin>/delete<", "/admin(?P<x>/delete)", "/a*", "/[ab]", "/(a|b)/?", "/a><b", "/a|/admin", "/(?i)a", "/a.b", "/a%3Eb")
		fmt.Fprintf(&b, "  - path: %q\n    methods: [%s]\n    accessStrategies: [%s]\n", path, pick("GET", "POST", "GET, DELETE"),
			pick("{handler: noop}", "{handler: allow}", "{handler: oauth2_introspection, config: {required_scope: [read]}}", "{handler: jwt, config: {trusted_issuers: [\"https://i.example\"], jwks_urls: [\"https://idp.example.test/jwks.json\"]}}"))
	}
	return b.String()
}
