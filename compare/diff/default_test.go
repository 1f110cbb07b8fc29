package diff_test

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/kgw-dev/kgw/compare/diff"
	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/source"
)

// written compiles everything in examples and returns its objects.
func written(t testing.TB) []diff.Object {
	t.Helper()
	dirs, err := filepath.Glob("../../examples/*")
	if err != nil {
		t.Fatal(err)
	}
	var out []diff.Object
	for _, dir := range dirs {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			continue
		}
		out = append(out, compiled(t, dir)...)
	}
	if len(out) < 40 {
		t.Fatalf("the examples give %d objects", len(out))
	}
	return out
}

func compiled(t testing.TB, dir string) []diff.Object {
	t.Helper()
	o := compile.Options{Config: config.Default()}
	if file := config.Find(dir, source.Bounds{}); file != "" {
		c, _ := config.Read(file, "kgw.yaml", source.Bounds{})
		o.Config = c
	}
	files, problems := (&source.Loader{}).Load([]string{dir})
	result := compile.Run(compile.Input{Files: files, Problems: problems}, o)
	var out []diff.Object
	for i := range result.Objects {
		v, _ := source.Plain(result.Objects[i].Value(), func(n source.Number) any { return n }).(map[string]any)
		out = append(out, diff.Object{Value: v, Origin: result.Objects[i].Origin})
	}
	return out
}

// server is what a cluster makes of objects: its own metadata, the stored
// version, numbers as JSON has them, defaults, and, where order means nothing,
// another order.
type server struct{ *rand.Rand }

func (s server) stored(t testing.TB, o diff.Object) diff.Object {
	t.Helper()
	data, err := json.Marshal(s.numbers(o.Value))
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	meta := v["metadata"].(map[string]any)
	maps.Copy(meta, map[string]any{
		"uid": "u", "generation": 3.0, "resourceVersion": "9", "creationTimestamp": "2026-01-01T00:00:00Z", "selfLink": "/x",
		"managedFields": []any{map[string]any{"manager": "kubectl"}}, "generateName": "x-", "finalizers": []any{},
	})
	annotations, _ := meta["annotations"].(map[string]any)
	meta["annotations"] = merged(annotations, map[string]any{"kubectl.kubernetes.io/last-applied-configuration": "{}", "argocd.argoproj.io/tracking-id": "x"})
	labels, _ := meta["labels"].(map[string]any)
	meta["labels"] = merged(labels, map[string]any{"app.kubernetes.io/instance": "x"})
	v["status"] = map[string]any{"loadBalancer": map[string]any{}}
	spec := v["spec"].(map[string]any)
	switch v["kind"] {
	case "VirtualService":
		v["apiVersion"] = "networking.istio.io/v1"
		s.virtualService(spec)
	case "AuthorizationPolicy":
		v["apiVersion"] = "security.istio.io/v1"
		s.policy(spec)
	case "RequestAuthentication":
		v["apiVersion"] = "security.istio.io/v1"
		for _, r := range list(spec["jwtRules"]) {
			s.shuffle(r["fromParams"])
		}
		s.shuffle(spec["jwtRules"])
	case "Rule":
		s.shuffle(spec["match"].(map[string]any)["methods"])
		upstream, _ := spec["upstream"].(map[string]any)
		if upstream != nil {
			upstream["preserveHost"] = false
		}
		for _, a := range list(spec["authenticators"]) {
			if a["config"] == nil {
				a["config"] = map[string]any{}
			}
		}
	case "Ingress":
		spec["ingressClassName"] = "skipper"
		s.shuffle(spec["rules"])
	case "HTTPRoute":
		for _, p := range list(spec["parentRefs"]) {
			p["group"], p["kind"] = "gateway.networking.k8s.io", "Gateway"
		}
		for _, r := range list(spec["rules"]) {
			s.shuffle(r["matches"])
			for _, b := range list(r["backendRefs"]) {
				b["group"], b["kind"], b["weight"] = "", "Service", 1.0
			}
		}
	case "ReferenceGrant":
		v["apiVersion"] = "gateway.networking.k8s.io/v1"
	case "RouteGroup":
		s.shuffle(spec["hosts"])
		s.shuffle(spec["backends"])
		s.shuffle(spec["routes"])
	}
	return diff.Object{Value: v}
}

func merged(a, b map[string]any) map[string]any {
	out := maps.Clone(b)
	maps.Copy(out, a)
	return out
}

func (s server) virtualService(spec map[string]any) {
	spec["exportTo"] = []any{"*"}
	spec["tcp"], spec["tls"] = nil, []any{}
	s.shuffle(spec["hosts"])
	s.shuffle(spec["gateways"])
	for _, r := range list(spec["http"]) {
		for _, m := range list(r["match"]) {
			m["ignoreUriCase"] = false
		}
		s.shuffle(r["match"])
		s.shuffle(r["route"])
		if r["timeout"] == "180s" {
			r["timeout"] = "3m0s"
		}
		r["redirect"] = nil
		if h, ok := r["headers"].(map[string]any); ok && h["response"] == nil {
			h["response"] = map[string]any{}
		}
		if c, ok := r["corsPolicy"].(map[string]any); ok {
			s.shuffle(c["allowOrigins"])
			s.shuffle(c["allowMethods"])
			s.shuffle(c["allowHeaders"])
		}
	}
}

func (s server) policy(spec map[string]any) {
	if spec["action"] == nil {
		spec["action"] = "ALLOW"
	}
	for _, r := range list(spec["rules"]) {
		s.shuffle(r["when"])
		for _, to := range list(r["to"]) {
			op := to["operation"].(map[string]any)
			s.shuffle(op["paths"])
			s.shuffle(op["methods"])
			op["ports"] = []any{}
		}
	}
	s.shuffle(spec["rules"])
}

// numbers makes JSON numbers of Numbers.
func (s server) numbers(v any) any {
	switch x := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k := range x {
			out[k] = s.numbers(x[k])
		}
		return out
	case []any:
		out := make([]any, len(x))
		for i := range x {
			out[i] = s.numbers(x[i])
		}
		return out
	case source.Number:
		return json.Number(x)
	}
	return v
}

func list(v any) []map[string]any {
	l, _ := v.([]any)
	var out []map[string]any
	for _, e := range l {
		if m, ok := e.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

func (s server) shuffle(v any) {
	l, _ := v.([]any)
	s.Shuffle(len(l), func(i, j int) { l[i], l[j] = l[j], l[i] })
}

// TestDefaultsDoNotShow is the property of the whole package: what a server
// makes of an object does not differ from it.
func TestDefaultsDoNotShow(t *testing.T) {
	s := server{rand.New(rand.NewPCG(1, 2))}
	objects := written(t)
	counts := map[string]int{}
	for range 5 {
		var pairs []diff.Pair
		for i := range objects {
			live := s.stored(t, objects[i])
			counts[objects[i].ID().Kind]++
			pairs = append(pairs, diff.Pair{Before: &live, After: &objects[i]})
		}
		for _, d := range diff.Compare(pairs, diff.Options{Live: true}) {
			t.Errorf("%s", diff.View{Before: "stored", After: "written", Context: 3}.Unified(&d))
		}
	}
	for _, k := range kinds.Names() {
		if counts[k] == 0 && k != "RouteGroup" {
			t.Errorf("no %s was compared", k)
		}
	}
}

// TestEveryFieldCounts changes every value of every object, one at a time: each
// change is seen, at its place.
func TestEveryFieldCounts(t *testing.T) {
	n := 0
	for _, o := range written(t) {
		for _, path := range leaves("", o.Value["spec"]) {
			n++
			changed := diff.Object{Value: replaced(o.Value, append([]any{"spec"}, path...)).(map[string]any)}
			found := diff.Compare([]diff.Pair{{Before: &o, After: &changed}}, diff.Options{Live: true})
			if len(found) != 1 && !weight(path) {
				t.Fatalf("%s: a change of %v is not seen", o.ID(), path)
			}
		}
	}
	if n < 500 {
		t.Errorf("only %d fields were changed", n)
	}
}

// weight reports whether a path is the weight of a destination, of which the
// only one of a route does not count.
func weight(path []any) bool { return path[len(path)-1] == "weight" }

func leaves(_ string, v any) [][]any {
	var out [][]any
	under := func(step, v any) {
		for _, p := range leaves("", v) {
			out = append(out, append([]any{step}, p...))
		}
	}
	switch x := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(x)) {
			under(k, x[k])
		}
	case []any:
		for i := range x {
			under(i, x[i])
		}
	default:
		return [][]any{{}}
	}
	return out
}

// replaced copies a value with another text or number at a path.
func replaced(v any, path []any) any {
	if len(path) == 0 {
		switch x := v.(type) {
		case string:
			return x + "x"
		case bool:
			return !x
		}
		return source.Number("4711")
	}
	switch x := v.(type) {
	case map[string]any:
		out := maps.Clone(x)
		out[path[0].(string)] = replaced(x[path[0].(string)], path[1:])
		return out
	case []any:
		out := slices.Clone(x)
		out[path[0].(int)] = replaced(x[path[0].(int)], path[1:])
		return out
	}
	return v
}
