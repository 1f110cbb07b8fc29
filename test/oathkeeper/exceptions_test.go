package oathkeeper

import (
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/simulate"
)

// exceptions are the requests that the simulator knowingly answers otherwise
// (docs/testing.md lists them). There is one: Oathkeeper gives up matching after
// 250 ms, which depends on the machine and its load; the simulator finishes.
var exceptions = []struct {
	why             string
	expr, target    string
	real, simulated int
}{
	{"an expression that takes longer than 250 ms", "/(a+)+b", "/" + strings.Repeat("a", 60), 500, 404},
}

func TestExceptions(t *testing.T) {
	file := binary(t)
	w := newWorld(t)
	for _, e := range exceptions {
		t.Run(e.why, func(t *testing.T) {
			rules := []object{canary, open("slow", "http://slow.test<"+e.expr+">")}
			accessRules, _ := maester(t, rules)
			in := w.start(t, file, accessRules)
			r := simulate.Request{Method: "GET", Scheme: "http", Host: "slow.test", Target: e.target}
			if got := ask(t, in.proxy, e.target, &r); got.status != e.real {
				t.Errorf("Oathkeeper answers %d, not %d: the exception has gone", got.status, e.real)
			}
			if d := load(t, rules).Decide(&r, nil); d.Status != e.simulated {
				t.Errorf("the simulator answers %d, not %d", d.Status, e.simulated)
			}
		})
	}
}

// open returns a Rule that lets everything through.
func open(name, url string) object {
	return object{"apiVersion": "oathkeeper.ory.sh/v1alpha1", "kind": "Rule", "metadata": object{"name": name, "namespace": "default"}, "spec": object{
		"match": object{"url": url, "methods": []any{"GET"}}, "upstream": object{"url": "http://upstream.test/" + name},
		"authenticators": []any{object{"handler": "noop"}}, "authorizer": object{"handler": "allow"}, "mutators": []any{object{"handler": "noop"}},
	}}
}

// TestPoison shows how one rule decides about requests that others would match.
func TestPoison(t *testing.T) {
	file := binary(t)
	w := newWorld(t)
	with := func(name, url string, methods ...any) object {
		r := open(name, url)
		r["spec"].(object)["match"] = object{"url": url, "methods": methods}
		return r
	}
	noMatch := open("nomatch", "")
	delete(noMatch["spec"].(object), "match")
	for _, poison := range []object{
		with("uncompilable", "http://else.test</a\\Q>", "POST"), with("lookbehind", "http://else.test</(?<=a)b>", "post"),
		with("unbalanced", "http://else.test</a", "POST"), with("empty", "", "POST"), with("dead", "http://x.test</.*>"), noMatch,
	} {
		rules := []object{canary, with("good", "http://a.test</.*>", "GET", "POST"), poison}
		accessRules, _ := maester(t, rules)
		in, engine := w.start(t, file, accessRules), load(t, rules)
		for _, r := range []simulate.Request{{Method: "GET"}, {Method: "POST"}, {Method: "POST", Host: "b.test"}, {Method: "DELETE"}} {
			r.Scheme, r.Target = "http", "/x"
			if r.Host == "" {
				r.Host = "a.test"
			}
			if want, got := ask(t, in.proxy, r.Target, &r), engine.Decide(&r, nil); want.status != got.Status {
				t.Errorf("%s: Oathkeeper answers %d to %s %s, the simulator %d", text(poison), want.status, r.Method, r.Host, got.Status)
			}
		}
	}
}
