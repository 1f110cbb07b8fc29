package manifest

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	sigs "sigs.k8s.io/yaml"

	"github.com/kgw-dev/kgw/internal/source"
)

// random returns a value of Objects, lists and scalars.
func random(r *rand.Rand, all []string, depth int) any {
	switch n := r.IntN(10); {
	case n < 2 && depth > 0:
		o := source.Object{}
		seen := map[string]bool{}
		for range r.IntN(4) {
			if k := all[r.IntN(len(all))]; !seen[k] && len(k) < 100 {
				seen[k] = true
				o = append(o, source.Member{Key: k, Value: random(r, all, depth-1)})
			}
		}
		return o
	case n < 4 && depth > 0:
		l := make([]any, r.IntN(4))
		for i := range l {
			l[i] = random(r, all, depth-1)
		}
		return l
	case n == 5:
		return r.IntN(2) == 0
	case n == 6:
		return nil
	case n == 7:
		return []source.Number{"0", "-1", "80", "1.5", "1e+06", "1e-7", "1E5", "2e10", "12345678901234567890", "-0.25"}[r.IntN(10)]
	}
	return all[r.IntN(len(all))]
}

// decoded reads JSON with numbers by their value.
func decoded(t *testing.T, text []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return v
}

// fromYAML reads YAML as kubectl does.
func fromYAML(t *testing.T, text []byte) any {
	t.Helper()
	data, err := sigs.YAMLToJSONStrict(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return decoded(t, data)
}

// TestJSONAndYAMLSayTheSame writes random values in both forms, and reads the
// YAML back with kgw's own reader too.
func TestJSONAndYAMLSayTheSame(t *testing.T) {
	var all []string
	for _, s := range texts() {
		if strings.ToValidUTF8(s, "") == s && len(s) < 200 {
			all = append(all, s)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		v := source.Object{{Key: "root", Value: random(r, all, 5)}}
		asJSON := AppendJSON(nil, v, 0)
		asYAML := AppendYAMLValue(nil, v)
		want := decoded(t, asJSON)
		if d := cmp.Diff(want, fromYAML(t, asYAML)); d != "" {
			t.Fatalf("(- JSON, + YAML)\n%s\n%s", d, asYAML)
		}
		docs, _ := source.Split(&source.File{Data: asYAML})
		if len(docs) != 1 {
			t.Fatalf("%d documents:\n%s", len(docs), asYAML)
		}
		root, problems := docs[0].Parse()
		if root == nil {
			t.Fatalf("%v\n%s", problems, asYAML)
		}
		for _, p := range problems {
			t.Errorf("what is written is found fault with: %s\n%s", p.Message, asYAML)
		}
		if d := cmp.Diff(want, decoded(t, AppendJSON(nil, source.Value(root), 0))); d != "" {
			t.Fatalf("(- JSON, + read)\n%s\n%s", d, asYAML)
		}
	}
}

func flag(b bool) *bool { return &b }

// every is an object of each kind with every field filled.
var every = []Object{
	{
		APIVersion: "networking.istio.io/v1beta1", Kind: "VirtualService",
		Meta: Meta{Name: "a", Namespace: "n", Labels: map[string]string{"z": "1", "a/b": "on", "m": ""}, Annotations: map[string]string{"k": "v\nw"}},
		Spec: &VirtualService{Gateways: []string{"a/b"}, Hosts: []string{"*", "a.b"}, HTTP: []HTTPEntry{
			{
				Name: "r", Match: []HTTPMatch{{URI: &StringMatch{Regex: ".*"}, Method: &StringMatch{Exact: "GET"}, Headers: map[string]*StringMatch{"x": {Prefix: "a"}, "b": {}}}},
				Route:      []RouteDestination{{Destination: Destination{Host: "h", Port: Port{Number: 80}}, Weight: 100, Headers: &Headers{Request: &HeaderOperations{Add: map[string]string{"a": "b"}}}}},
				CorsPolicy: &CorsPolicy{AllowOrigins: []StringMatch{{Exact: "*"}}, AllowMethods: []string{"GET"}, AllowCredentials: flag(false), MaxAge: "1.500s"},
				Headers:    &Headers{Request: &HeaderOperations{Set: map[string]string{"a": "%REQ(:AUTHORITY)%"}}, Response: &HeaderOperations{}}, Timeout: "180s",
			},
			{DirectResponse: &DirectResponse{Status: 404, Body: &ResponseBody{String: "{\"a\": \"b\"}"}}},
			{},
		}},
	},
	{APIVersion: "oathkeeper.ory.sh/v1alpha1", Kind: "Rule", Meta: Meta{Name: "b"}, Spec: &Rule{
		Upstream: &RuleUpstream{URL: "http://a", PreserveHost: true}, Match: &RuleMatch{URL: "<http|https>://a</.*>", Methods: nil},
		Authenticators: []Handler{{Handler: "jwt", Config: source.Object{}}, {Handler: "noop"}, {Handler: "x", Config: source.Object{{Key: "n", Value: source.Number("1.0")}, {Key: "l", Value: []any{}}, {Key: "o", Value: source.Object{{Key: "e", Value: source.Object{}}}}, {Key: "nil", Value: nil}}}},
		Authorizer:     &Handler{Handler: "allow"},
	}},
	{APIVersion: "security.istio.io/v1", Kind: "AuthorizationPolicy", Meta: Meta{Name: "c"}, Spec: &AuthorizationPolicy{Selector: &Selector{}, Rules: []PolicyRule{{}, {From: []PolicyFrom{{}}, When: []Condition{{Key: "a", Values: []string{"b"}}}}}}},
	{APIVersion: "v1", Kind: "Nothing", Meta: Meta{Name: "d"}},
	{APIVersion: "v1", Kind: "Free", Meta: Meta{Name: "e"}, Spec: source.Object{{Key: "a", Value: "b"}}},
}

func TestObjectsInBothForms(t *testing.T) {
	for i := range every {
		o := &every[i]
		asYAML := o.AppendYAML(nil)
		if d := cmp.Diff(decoded(t, AppendJSON(nil, o.Value(), 0)), fromYAML(t, asYAML)); d != "" {
			t.Errorf("%s (- JSON, + YAML)\n%s\n%s", o.Kind, d, asYAML)
		}
		if !bytes.HasPrefix(asYAML, []byte("apiVersion: ")) || !bytes.HasSuffix(asYAML, []byte("\n")) || bytes.Contains(asYAML, []byte(" \n")) {
			t.Errorf("%s is written as\n%s", o.Kind, asYAML)
		}
		for range 5 {
			if again := o.AppendYAML(nil); !bytes.Equal(again, asYAML) {
				t.Fatalf("%s is written differently:\n%s\n%s", o.Kind, asYAML, again)
			}
		}
	}
}

func FuzzValue(f *testing.F) {
	f.Add([]byte(`{"a": [1, "b", null, true, {"c": []}, [[], [1]], {}]}`))
	f.Add([]byte(`[{"a": {"b": {}}}, [[["x"]]]]`))
	f.Add([]byte(`{"": "", "on": "y", "a: b": "#"}`))
	f.Add([]byte(`{"a": 1e300, "b": -0, "c": 1.0}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var m map[string]any
		if json.Unmarshal(text, &m) != nil || m == nil {
			return // null is not an object
		}
		o := source.ObjectOf(m)
		want, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(decoded(t, want), decoded(t, AppendJSON(nil, o, 0))); d != "" {
			t.Errorf("JSON (- want, + got):\n%s", d)
		}
		if d := cmp.Diff(decoded(t, want), fromYAML(t, AppendYAMLValue(nil, o))); d != "" {
			t.Errorf("YAML (- want, + got):\n%s\n%s", d, AppendYAMLValue(nil, o))
		}
	})
}
