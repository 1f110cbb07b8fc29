package source

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var compareSteps = cmp.AllowUnexported(Step{})

func TestSplitPath(t *testing.T) {
	key := func(k string) Step { return Step{key: k, index: -1} }
	at := func(i int) Step { return Step{index: i} }
	for path, want := range map[string][]Step{
		"":                     nil,
		"spec":                 {key("spec")},
		"spec.rules[2].path":   {key("spec"), key("rules"), at(2), key("path")},
		"[0][10]":              {at(0), at(10)},
		`a["b.c/d"].e`:         {key("a"), key("b.c/d"), key("e")},
		`["x\"]"]`:             {key(`x"]`)},
		`a[""]`:                {key("a"), key("")},
		`metadata.labels["ü"]`: {key("metadata"), key("labels"), key("ü")},
		"a-b_c.0":              {key("a-b_c"), key("0")},
	} {
		got, ok := SplitPath(path)
		if d := cmp.Diff(want, got, compareSteps); !ok || d != "" {
			t.Errorf("%q: %v (- want, + got)\n%s", path, ok, d)
		}
	}
	for _, path := range []string{".", ".a", "a.", "a..b", "a[", "a[]", "a[x]", "a[-1]", "a[+1]", "a[0", `a["b]`, `a["b"`, "a[0]b", "a b", "a[99999999999999999999]", "ü", "[", `a["\q"]`} {
		if steps, ok := SplitPath(path); ok {
			t.Errorf("%q is read as %v", path, steps)
		}
	}
}

// TestLookup reads places in a document: what is there, and the nearest parent
// of what is not.
func TestLookup(t *testing.T) {
	const text = `apiVersion: v1
metadata:
  annotations:
    kgw.dev/ignore: "x"
    "": empty
spec:
  rules:
  - path: /a
    methods: [GET,  POST]
  - path: '/ü'   # c
  flow: {a: {b: "c \" d"}}
  text: |
    one
    two
  empty: {}
`
	doc := documents(t, text)[0]
	for path, want := range map[string][4]int{
		"":                                       {1, 1, 1, 11},
		"apiVersion":                             {1, 13, 1, 15},
		"metadata":                               {2, 1, 2, 9},
		"nothing":                                {1, 1, 1, 11},
		"metadata.name":                          {2, 1, 2, 9},
		"metadata.name.x.y":                      {2, 1, 2, 9},
		"spec.rules":                             {7, 3, 7, 8},
		"spec.rules[0]":                          {8, 5, 8, 9},
		"spec.rules[0].path":                     {8, 11, 8, 13},
		"spec.rules[0].methods":                  {9, 5, 9, 12},
		"spec.rules[0].methods[1]":               {9, 21, 9, 25},
		"spec.rules[0].methods[2]":               {9, 5, 9, 12},
		"spec.rules[1].path":                     {10, 11, 10, 15},
		"spec.rules[7].path":                     {7, 3, 7, 8},
		"spec.flow.a.b":                          {11, 17, 11, 25},
		"spec.text":                              {12, 9, 12, 10},
		"spec.empty":                             {15, 3, 15, 8},
		`metadata.annotations["kgw.dev/ignore"]`: {4, 21, 4, 24},
		`metadata.annotations[""]`:               {5, 9, 5, 14},
		"spec..":                                 {6, 1, 6, 5},
	} {
		s := doc.Locator().Span(path, false)
		if got := [4]int{s.Line, s.Column, s.EndLine, s.EndColumn}; got != want {
			t.Errorf("%q stands at %v, want %v", path, got, want)
		}
	}
	s := doc.Locator().Span("spec.rules[0].path", true)
	if got := [4]int{s.Line, s.Column, s.EndLine, s.EndColumn}; got != [4]int{8, 5, 8, 9} {
		t.Errorf("the name of the field stands at %v", got)
	}
}

// checkKeys builds a path of any keys and reads it again; a document that has
// these keys has a value there.
func checkKeys(t *testing.T, a, b string, i int) {
	path := JoinKey(JoinIndex(JoinKey("", a), i), b)
	steps, ok := SplitPath(path)
	want := []Step{{key: a, index: -1}, {index: i}, {key: b, index: -1}}
	if d := cmp.Diff(want, steps, compareSteps); !ok || d != "" {
		t.Errorf("%q and %q make %q, read as %v (- want, + got)\n%s", a, b, path, ok, d)
	}
	leaf := NodeOf("value")
	list := make([]any, i%8+1)
	root := NodeOf(Object{{Key: a, Value: list}})
	root.Content[1].Content[i%8] = NodeOf(Object{{Key: b, Value: "x"}})
	root.Content[1].Content[i%8].Content[1] = leaf
	if got := Lookup(root, JoinKey(JoinIndex(JoinKey("", a), i%8), b)); got != leaf {
		t.Errorf("%q leads to %v", path, got)
	}
}

func FuzzFieldPath(f *testing.F) {
	f.Add("spec", "path", 0, "spec.rules[0]")
	f.Add("kgw.dev/ignore", "", 3, `a["b\"]"][1]`)
	f.Add("a\"]", "\\", 12, "a..b")
	f.Add("ü\u2028", "[0]", 1, "[")
	f.Fuzz(func(t *testing.T, a, b string, i int, path string) {
		if utf8.ValidString(a) && utf8.ValidString(b) && i >= 0 {
			checkKeys(t, a, b, i)
		}
		steps, ok := SplitPath(path)
		if !ok {
			return
		}
		again := ""
		for _, s := range steps {
			if s.index >= 0 {
				again = JoinIndex(again, s.index)
			} else {
				again = JoinKey(again, s.key)
			}
		}
		second, ok := SplitPath(again)
		if d := cmp.Diff(steps, second, compareSteps); !ok || d != "" {
			t.Errorf("%q is written anew as %q, read as %v\n%s", path, again, ok, d)
		}
	})
}

func TestKeysOfAnyKind(t *testing.T) {
	for _, k := range []string{"", "a", "a.b", "a[0]", `"`, `\`, "a b", "ü", "\n", "\x00", strings.Repeat("x", 300), "[", "]", `["a"]`, "$x", "-"} {
		checkKeys(t, k, k, 7)
		checkKeys(t, "a", k, 0)
	}
}
