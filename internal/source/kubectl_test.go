package source

import (
	"bytes"
	"encoding/json"
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

// asKubectl reads a document with the library that kubectl uses; ok is false
// where it refuses.
func asKubectl(text []byte) (v any, ok bool) {
	data, err := yaml.YAMLToJSON(text)
	if err != nil {
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return v, d.Decode(&v) == nil
}

// comparable turns a value into maps and exact numbers.
func comparable(v any) any {
	switch x := v.(type) {
	case Object:
		m := map[string]any{}
		for _, e := range x {
			m[e.Key] = comparable(e.Value)
		}
		return m
	case map[string]any:
		m := map[string]any{}
		for k, e := range x {
			m[k] = comparable(e)
		}
		return m
	case []any:
		out := make([]any, len(x))
		for i := range x {
			out[i] = comparable(x[i])
		}
		return out
	case Number:
		return exact(string(x))
	case json.Number:
		return exact(string(x))
	}
	return v
}

// exact is a number by its value: as a float where it is one, or where a float
// cannot tell it from its neighbours, since kubectl holds it so.
func exact(s string) any {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return "not a number: " + s
	}
	f, _ := r.Float64()
	if math.Abs(f) < 1<<53 && f == math.Trunc(f) {
		return "number " + strconv.FormatFloat(f, 'f', 0, 64)
	}
	return f
}

// scalars are plain scalars, a blank in them written as "␣". "! 80" is left
// out: the tree does not hold its tag.
var scalars = strings.Fields(`null Null NULL ~ true True TRUE false False yes Yes YES no on On ON off y Y n N TrUe
0 1 -1 +1 80 007 017 08 0o17 0O17 0x1F 0X1f 0b11 0b12 -0x10 -0b1 1_000 1__0 _1 0_7 0x_F 1_000.5 12:30:45 1:2 190:20:30 1:60 -1:30
1.0 1. .5 -.5 +.5 5.e3 1e3 1E3 1e+3 1e-3 1.5e3 8e1 0e0 1e400 1e-400 0.1 1_0.5 .inf .Inf -.INF +.inf .nan .NaN 1.2.3 1e 0x 0b 0o - +
2001-01-01 2001-01-01T00:00:00Z 2001-1-1 18446744073709551615 18446744073709551616 9223372036854775808 -9223372036854775809 123456789012345678901234567890
"80" '80' "on" 'null' "" '' !!str␣80 !!int␣80 !!int␣"80" !!float␣80 !!float␣"1.5" !!bool␣"true" !!bool␣yes !!null␣"" !!binary␣aGVsbG8= !custom␣x
<< = a:b a#b -a ?a :a @ %a &a␣b 0.0 -0 -0.0 00 0000 1e05 0e5 01e3 1.e1 0x1p3 0777777777777777777777 1/2 Infinity nan inf 1_ 0_ 0__1 +0x10 --1 ++1`)

func TestScalarsAreReadAsKubectlReadsThem(t *testing.T) {
	for _, s := range scalars {
		text := "k: " + strings.ReplaceAll(s, "␣", " ") + "\n"
		want, ok := asKubectl([]byte(text))
		root, problems := documents(t, text)[0].Parse()
		if !ok {
			t.Logf("kubectl refuses %q (%d problems here)", text, len(problems))
			continue
		}
		if root == nil {
			t.Errorf("%q is refused: %v", text, problems)
			continue
		}
		if d := cmp.Diff(comparable(want), comparable(Value(root))); d != "" {
			t.Errorf("%q (- kubectl, + kgw):\n%s", text, d)
		}
	}
}

// documents splits a text that must be readable.
func documents(t testing.TB, text string) []*Document {
	t.Helper()
	f, problem := NewFile("a.yaml", []byte(text))
	if problem != nil {
		t.Fatalf("%q: %s", text, problem.Message)
	}
	docs, problems := Split(f)
	if len(problems) > 0 {
		t.Fatalf("%q: %v", text, problems)
	}
	return docs
}

func TestKeysAreReadAsKubectlReadsThem(t *testing.T) {
	for _, k := range strings.Fields(`on true True y no 1 0x10 1.0 1.5 1e3 -1 1_000 .inf 017 2001-01-01 '' "" 9223372036854775807 0.1 100000000.0 1e30 "on" '1' a.b <<x 12:30`) {
		checkAsKubectl(t, k+": a\n")
		checkAsKubectl(t, "{"+k+": {"+k+": b}}\n")
	}
}

// checkAsKubectl compares the value of a document that both read.
func checkAsKubectl(t *testing.T, text string) {
	f, problem := NewFile("a.yaml", []byte(text))
	if problem != nil {
		return
	}
	docs, _ := Split(f)
	if len(docs) != 1 {
		return
	}
	root, problems := docs[0].Parse()
	for _, p := range problems {
		if p.Kind != Ambiguous {
			return
		}
	}
	want, ok := asKubectl(docs[0].Text())
	if !ok || root == nil {
		return
	}
	if d := cmp.Diff(comparable(want), comparable(Value(root))); d != "" {
		t.Errorf("%q (- kubectl, + kgw):\n%s", text, d)
	}
}

func FuzzReadAsKubectl(f *testing.F) {
	for _, s := range scalars {
		f.Add("k: " + strings.ReplaceAll(s, "␣", " ") + "\n")
	}
	f.Add("a: &a {b: 1, c: [x]}\nd: {<<: *a, b: 2}\ne: *a\n")
	f.Add("a: |\n  x\n  y\nb: >-\n  c\n  d\n? e\n: f\n")
	f.Add("{\"a\": [1, 2.50, \"\\u00e9\"], 'b': null}")
	f.Add("x: &x {a: 1}\ny: {<<: [*x, {b: 2}], a: 3}\n")
	f.Fuzz(func(t *testing.T, text string) {
		if !strings.Contains(text, "!") { // the library's trees do not hold every tag
			checkAsKubectl(t, text)
		}
	})
}
