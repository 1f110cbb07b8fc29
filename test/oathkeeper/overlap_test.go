package oathkeeper

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/simulate"
)

// witnessed are the answers that findings with a witness promise.
var witnessed = map[diag.Code]int{diag.RulesOverlap: http.StatusInternalServerError, diag.RuleUnreached: http.StatusNotFound}

// TestWitnessesOfGeneratedRules asks Oathkeeper about the witness of every
// overlap that kgw finds among generated Rules, and about requests to those of
// them that kgw proves to have none in common: it answers none of these with
// 500. KGW_OVERLAPS is the number of sets of rules.
func TestWitnessesOfGeneratedRules(t *testing.T) {
	file := binary(t)
	g := &generator{Rand: rand.New(rand.NewSource(int64(number("KGW_SEED", 1))))}
	sets := number("KGW_OVERLAPS", 300)
	rules := map[string]object{}
	for s := range sets {
		for i := range 3 + g.Intn(6) {
			name, expr := fmt.Sprintf("s%d-%d", s, i), paths[g.Intn(len(paths))].expr
			if strings.Contains(expr, `\1`) || strings.Contains(expr, `\2`) {
				expr = "/r/.*" // kgw says of back-references that it cannot tell
			}
			rules[name] = plainRule(name, fmt.Sprintf("<http|https>://s%d.test<%s>", s, expr), g.methods())
		}
	}
	result, names := run(t, rules)
	all := []object{canary}
	for _, name := range names {
		all = append(all, rules[name])
	}
	w := newWorld(t)
	in := w.start(t, file, written(t, all))
	if n := confirm(t, in, result.Findings); n < sets {
		t.Errorf("only %d witnesses", n)
	}

	free := []object{canary}
	for _, name := range withoutRules(names, result.Findings) {
		free = append(free, rules[name])
	}
	if proof, _ := run(t, byName(free[1:])); proof.Proof.Rules.Meeting+proof.Proof.Rules.Unknown > 0 {
		t.Fatalf("%+v", proof.Proof.Rules)
	}
	in = newWorld(t).start(t, file, written(t, free))
	statuses := map[int]int{}
	for range 10 * sets {
		p := paths[g.Intn(len(paths))]
		r := &simulate.Request{Method: pick(g, "GET", "POST", "DELETE", "PUT", "get"), Host: fmt.Sprintf("s%d.test", g.Intn(sets)), Target: pick(g, p.texts...)}
		if r.Target == "" {
			r.Target = "/"
		}
		got := ask(t, in.proxy, r.Target, r)
		if statuses[got.status]++; got.status == http.StatusInternalServerError {
			t.Errorf("%s %s%s is answered with 500, though no two rules meet", r.Method, r.Host, r.Target)
		}
	}
	t.Logf("%d rules with %d witnesses, %d rules apart, answers there: %v", len(all), len(result.Findings), len(free), statuses)
	if statuses[http.StatusOK] < sets/2 {
		t.Error("too few requests matched a rule")
	}
}

// plainRule lets everything through.
func plainRule(name, match string, methods []any) object {
	return object{"apiVersion": "oathkeeper.ory.sh/v1alpha1", "kind": "Rule", "metadata": object{"name": name, "namespace": "default"}, "spec": object{
		"match": object{"url": match, "methods": methods}, "upstream": object{"url": "http://upstream.test/" + name},
		"authenticators": []any{object{"handler": "noop"}}, "authorizer": object{"handler": "allow"}, "mutators": []any{object{"handler": "noop"}},
	}}
}

func byName(rules []object) map[string]object {
	out := map[string]object{}
	for _, r := range rules {
		out[r["metadata"].(object)["name"].(string)] = r
	}
	return out
}

// run gives what kgw says of Rules, and their names in order.
func run(t *testing.T, rules map[string]object) (*compile.Result, []string) {
	t.Helper()
	var names []string
	var b strings.Builder
	for s := range len(rules) {
		for i := range 10 {
			name := fmt.Sprintf("s%d-%d", s, i)
			if r, ok := rules[name]; ok {
				names = append(names, name)
				b.WriteString("---\n" + text(r) + "\n")
			}
		}
	}
	f, problem := source.NewFile("rules.yaml", []byte(b.String()))
	if problem != nil {
		t.Fatal(problem.Message)
	}
	if len(names) != len(rules) {
		t.Fatalf("%d names of %d rules", len(names), len(rules))
	}
	return compile.Run(compile.Input{Files: []*source.File{f}}, compile.Options{}), names
}

// written returns rules as the Maester hands them on.
func written(t *testing.T, rules []object) []byte {
	t.Helper()
	data, dropped := maester(t, rules)
	if len(dropped) > 0 {
		t.Fatalf("the Maester drops %v", dropped)
	}
	return data
}

// confirm asks about all witnesses and returns how many there are.
func confirm(t *testing.T, in *instance, found diag.List) (n int) {
	t.Helper()
	for i := range found {
		f := &found[i]
		want, known := witnessed[f.Code]
		if !known {
			continue
		}
		n++
		u, err := url.Parse(f.Witness.URL)
		if err != nil {
			t.Fatal(err)
		}
		r := &simulate.Request{Method: f.Witness.Method, Host: u.Host, Headers: []simulate.Header{{Name: "X-Forwarded-Proto", Value: u.Scheme}}}
		if got := ask(t, in.proxy, u.EscapedPath(), r); got.status != want {
			t.Errorf("%s %s is answered with %d, want %d: %s", f.Witness.Method, f.Witness.URL, got.status, want, f.Message)
		}
	}
	return n
}

// withoutRules picks rules of which no two are in one finding.
func withoutRules(names []string, found diag.List) []string {
	meets := map[[2]string]bool{}
	for i := range found {
		for _, r := range found[i].Related {
			a, b := found[i].At.Doc.Name, r.At.Doc.Name
			meets[[2]string{a, b}], meets[[2]string{b, a}] = true, true
		}
	}
	var out []string
next:
	for _, name := range names {
		for _, o := range out {
			if meets[[2]string{name, o}] {
				continue next
			}
		}
		out = append(out, name)
	}
	return out
}

// TestWitnessesOfGoldenCases asks Oathkeeper, with the Rules that kgw writes
// for them, about the witnesses of the golden cases of validate.
func TestWitnessesOfGoldenCases(t *testing.T) {
	file := binary(t)
	inputs, err := filepath.Glob("../../validate/testdata/*/*")
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for _, input := range inputs {
		files, err := filepath.Glob(filepath.Join(input, "*.yaml"))
		if strings.HasSuffix(input, ".yaml") {
			files = []string{input}
		}
		if err != nil || len(files) == 0 {
			continue
		}
		manifests, found := golden(t, files)
		if len(found) == 0 {
			continue
		}
		rules := []object{canary}
		for i := range manifests {
			if m := &manifests[i]; m.Kind == "Rule" {
				rules = append(rules, asObject(t, m))
			}
		}
		t.Run(filepath.Base(filepath.Dir(input))+"/"+filepath.Base(input), func(t *testing.T) {
			asked += confirm(t, newWorld(t).start(t, file, written(t, rules)), found)
		})
	}
	if asked < 15 {
		t.Errorf("only %d witnesses", asked)
	}
}

// golden compiles a case of Oathkeeper 0.40 and keeps the findings that promise
// an answer.
func golden(t *testing.T, files []string) ([]simulate.Manifest, diag.List) {
	t.Helper()
	in, c := compile.Input{}, config.Default()
	for _, name := range files {
		if filepath.Base(name) == config.FileName {
			read, found := config.Read(name, name, source.Bounds{})
			if len(found) > 0 {
				t.Fatal(found)
			}
			c = read
			continue
		}
		loader := &source.Loader{Dir: "."}
		loaded, problems := loader.Load([]string{name})
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		in.Files = append(in.Files, loaded...)
	}
	if c.Oathkeeper.Version != "0.40" {
		return nil, nil
	}
	c.Compat = "controller"
	manifests, result := prove.Manifests(in, compile.Options{Config: c, Levels: map[diag.Code]diag.Severity{diag.HostConflict: diag.Warning}}, nil)
	var found diag.List
	for i := range result.Findings {
		if _, ok := witnessed[result.Findings[i].Code]; ok {
			found = append(found, result.Findings[i])
		}
	}
	return manifests, found
}

func asObject(t *testing.T, m *simulate.Manifest) object {
	t.Helper()
	out := object{}
	if err := json.Unmarshal(manifest.AppendJSON(nil, source.Value(m.Root), 0), &out); err != nil {
		t.Fatal(err)
	}
	return out
}
