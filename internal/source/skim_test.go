package source

import (
	"slices"
	"strings"
	"testing"
)

// skimSeeds are documents in which lines may seem to be what they are not.
var skimSeeds = []string{
	"kind: A\nmetadata: {name: a}\nspec:\n  match:\n    url: b # c\n  hosts:\n  - a\n  - 'b'\n", "spec: {hosts: [a, b], match: {url: c}}\n",
	"a: \"\nspec:\n \"\nspec:\n  hosts: ['a']\n", "kind: List\nitems:\n- kind: A\n  a: |\n   - b\n\n- kind: B\n", "items:\n  - - a\n    - b: c\n  - d\nkind: AList\n",
	"kind: List\nitems:\n-\n  a: b\n- \n\n  # - c\n  d: e\n-\n", "kind: List\nitems:\n- a: \"\n- b\n  \"\n", "kind: List\nitems: [a]\n", "kind: List\nkind: A\nitems:\n- a\n",
	"{\"kind\": \"List\", \"items\": [\n{\"a\": 1},\n{\"b\": 2}\n]}", "{\"kind\": \"List\", \"kind\": \"A\", \"items\": [\n1]}", "{\"a\": 1e3, \"a\": \"\\u0041\\/\"}",
	"a: b\n  c\n\n  d\nkind: x\n", "kind: a\r\nspec:\r\n  hosts: # c\r\n  - \"x\"\r\n", "kind: Y\n", "kind: 08\nb: 1_0\n",
	"a:\n- b:\n  - c\n- d\n", "note: [a, 'b', {c: d}]\nkind: !x y\n", "? a\n: b\n", "kind: &a b\nmetadata:\n  name: *a\n", "a: \"b\" # c\r    url: decoy\n",
	"spec:\n  match:\n    note: '\n    url: decoy''\n    '\n    \"url\": a\n", "\"\\x6bind\": A\n", "kind: B\n<<: {kind: A}\n",
}

// TestSkim reads what is in the common style, and leaves the rest to Parse.
func TestSkim(t *testing.T) {
	for text, want := range map[string]bool{
		"kind: A\nspec:\n  match:\n    url: <a>\n":                                true,
		"kind: A\nspec: {match: {\"url\": 'a'}}\n":                                true,
		"{\"kind\": \"A\",\n\"spec\": {\"a\": [1, null]}}":                        true,
		"kind: A\nnote: '\nkind: B\n'\n":                                          false,
		"kind: A\nkind: B\n":                                                      false,
		"kind: &a A\nname: *a\n":                                                  false,
		"{\"kind\": \"A\"} {}":                                                    false,
		strings.Repeat("[", 1000) + strings.Repeat("]", 1000):                     false,
		`{"a":` + strings.Repeat(`{"a":`, 1000) + "1" + strings.Repeat("}", 1001): false,
	} {
		if _, ok := documents(t, text)[0].Skim(); ok != want {
			t.Errorf("%.60q is read: %t", text, ok)
		}
	}
	for _, text := range skimSeeds {
		agree(t, text)
	}
}

// FuzzSkim holds what is read at little cost to what is parsed: the values of a
// document, and the items of a List.
func FuzzSkim(f *testing.F) {
	for _, text := range skimSeeds {
		f.Add(text)
	}
	f.Fuzz(agree)
}

func agree(t *testing.T, text string) {
	t.Helper()
	file, problem := NewFile("f.yaml", []byte(text))
	if problem != nil {
		return
	}
	docs, _ := Split(file)
	for _, d := range docs {
		root, problems := d.Parse()
		if root == nil || slices.ContainsFunc(problems, func(p Problem) bool { return p.Kind.Fatal() }) {
			continue // a mistake: nothing of it counts
		}
		if got, ok := d.Skim(); ok && written(got) != written(root) {
			t.Errorf("read %s, parsed %s from\n%s", written(got), written(root), text)
		}
		items, ok := d.Unfold()
		if !ok {
			continue
		}
		want := Elements(Field(root, "items"))
		if len(items) != len(want) || !strings.HasSuffix(Text(Field(root, "kind")), "List") {
			t.Fatalf("%d items, cut %d from\n%s", len(want), len(items), text)
		}
		for i, item := range items {
			if got, _ := item.Parse(); written(got) != written(want[i]) {
				t.Errorf("item %d is %s, cut %s from\n%s", i, written(want[i]), written(got), text)
			}
		}
	}
}

// written is a value as text.
func written(n *Node) string {
	if n == nil {
		return "null\n"
	}
	d := Document{item: "x", root: NodeOf(Value(n))}
	return string(d.Verbatim(nil))
}
