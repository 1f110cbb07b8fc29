package oathkeeper

import (
	"encoding/json"
	"math/rand"
	"os"
	"strconv"
	"testing"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/simulate"
	kgw "github.com/kgw-dev/kgw/simulate/oathkeeper"
)

// TestDecidesAsOathkeeper asks a real Oathkeeper and the simulator about
// generated rules and requests. KGW_SETS is the number of sets of rules,
// KGW_SEED the first one.
func TestDecidesAsOathkeeper(t *testing.T) {
	file := binary(t)
	w := newWorld(t)
	seed, statuses, pairs := number("KGW_SEED", 1), map[int]int{}, 0
	for i := range number("KGW_SETS", 30) {
		t.Run(strconv.Itoa(seed+i), func(t *testing.T) { pairs += differ(t, w, file, int64(seed+i), statuses) })
	}
	t.Logf("%d requests, statuses of the proxy: %v", pairs, statuses)
	for _, status := range []int{200, 400, 401, 403, 404, 500, 502} {
		if statuses[status] == 0 && number("KGW_SETS", 30) >= 30 {
			t.Errorf("no request was answered with %d: the generator has lost something", status)
		}
	}
}

func number(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return otherwise
}

const requestsPerSet = 80

// canary is always valid, so that the rules can be waited for, and matches requests
// that nobody sends.
var canary = object{"apiVersion": "oathkeeper.ory.sh/v1alpha1", "kind": "Rule", "metadata": object{"name": "canary", "namespace": "default"}, "spec": object{
	"match": object{"url": "http://canary.test/x", "methods": []any{"TRACE"}}, "upstream": object{"url": "http://upstream.test/canary"},
	"authenticators": []any{object{"handler": "noop"}}, "authorizer": object{"handler": "allow"}, "mutators": []any{object{"handler": "noop"}},
}}

func differ(t *testing.T, w *world, file string, seed int64, statuses map[int]int) int {
	t.Helper()
	g := &generator{Rand: rand.New(rand.NewSource(seed))}
	rules := []object{canary}
	for i := range 4 + g.Intn(10) {
		rules = append(rules, g.rule(i, g.Intn(50) == 0))
	}
	accessRules, dropped := maester(t, rules)
	engine := load(t, rules)
	checkDropped(t, engine, dropped)
	in := w.start(t, file, accessRules)
	for range requestsPerSet {
		r := g.request()
		real := w.real(t, &r)
		want, got := ask(t, in.proxy, real.Target, real), engine.Decide(&r, nil)
		statuses[want.status]++
		if want.status != got.Status || want.rule != "" && want.rule+".default" != got.Rule {
			t.Errorf("the proxy answers %d by rule %q, the simulator %d by rule %q (%s)\n%s\n%s", want.status, want.rule, got.Status, got.Rule, got.Reason, text(r), text(chosen(rules, got.Rule)))
		}
		want, got = ask(t, in.api, "/decisions"+real.Target, real), engine.Judge(&r, nil)
		if want.status != got.Status {
			t.Errorf("the decision API answers %d, the simulator %d (%s)\n%s\n%s", want.status, got.Status, got.Reason, text(r), text(chosen(rules, got.Rule)))
		}
	}
	return requestsPerSet
}

func chosen(rules []object, id string) object {
	for _, r := range rules {
		if r["metadata"].(object)["name"].(string)+".default" == id {
			return r["spec"].(object)
		}
	}
	return nil
}

func checkDropped(t *testing.T, e *kgw.Engine, want map[string]bool) {
	t.Helper()
	for _, d := range e.Dropped {
		if !want[d.Manifest.Name] {
			t.Errorf("the simulator drops %s, the Maester does not", d.Manifest.Name)
		}
	}
	if len(e.Dropped) != len(want) {
		t.Errorf("the simulator drops %d rules, the Maester %v", len(e.Dropped), want)
	}
}

// load makes the simulator's Oathkeeper of the same Rules and the same global
// configuration.
func load(t *testing.T, rules []object) *kgw.Engine {
	t.Helper()
	var manifests []simulate.Manifest
	for _, r := range rules {
		f, problem := source.NewFile("rule.json", []byte(text(r)))
		if problem != nil {
			t.Fatal(problem.Message)
		}
		docs, _ := source.Split(f)
		root, problems := docs[0].Parse()
		if root == nil {
			t.Fatal(problems)
		}
		manifests = append(manifests, simulate.ReadManifest(root, source.Ref{Doc: docs[0]}, false, "default"))
	}
	var handlers any
	if err := json.Unmarshal([]byte(handlersJSON), &handlers); err != nil {
		t.Fatal(err)
	}
	c, found := config.Parse("kgw.yaml", []byte(text(object{"apiVersion": config.APIVersion, "kind": config.Kind, "oathkeeper": object{"handlers": handlers}})))
	if len(found) > 0 {
		t.Fatal(found)
	}
	return kgw.Load(manifests, prove.OathkeeperOptions(c))
}
