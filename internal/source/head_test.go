package source

import (
	"strings"
	"testing"
)

// TestHead reads heads before anything is expanded, as they are after it.
func TestHead(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"plain":             {"apiVersion: g/v1\nkind: A\nmetadata: {name: n, namespace: s}\n", "g/v1 A s n"},
		"quoted":            {"{\"apiVersion\": \"g/v1\", 'kind': 'A'}\n", "g/v1 A - -"},
		"nothing":           {"a: 1\n", "- - - -"},
		"null":              {"apiVersion: null\nkind:\nmetadata: ~\n", "- - - -"},
		"wrong types":       {"apiVersion: [a]\nkind: {b: c}\nmetadata: [name]\n", "- - - -"},
		"a text":            {"kind\n", "- - - -"},
		"a list":            {"- kind: A\n", "- - - -"},
		"aliases":           {"x: &k A\nkind: *k\nm: &m {name: n}\nmetadata: *m\n", "- A - n"},
		"merged":            {"metadata:\n  <<: {namespace: s, name: other}\n  name: n\n<<: {kind: A, apiVersion: g/v1}\n", "g/v1 A s n"},
		"merged twice":      {"x: &x {kind: A}\ny: &y {kind: B, apiVersion: g/v1}\n<<: [*x, *y]\n", "g/v1 A - -"},
		"given twice":       {"kind: A\nkind: B\nmetadata: {name: a}\nmetadata: {name: b}\n", "- B - b"},
		"a number":          {"kind: 5\nmetadata: {name: 12}\n", "- 5 - 12"},
		"merged many times": {"<<: {<<: {<<: {<<: {kind: A}}}}\n", "- A - -"},
	} {
		doc := documents(t, c.text)[0]
		root, problem := doc.Outline()
		if problem != nil {
			t.Errorf("%s: %s", name, problem.Message)
			continue
		}
		before := head(root)
		expanded, _ := doc.Expand(root)
		if after := head(expanded); before != c.want || after != c.want {
			t.Errorf("%s: the head is %s, and %s when it is expanded; want %s", name, before, after, c.want)
		}
	}
}

func TestHeadOfAMergeOfItself(t *testing.T) {
	doc := documents(t, "&a\n<<: *a\nb: 1\n")[0]
	root, problem := doc.Outline()
	if problem != nil {
		t.Fatal(problem.Message)
	}
	if got := head(root); got != "- - - -" {
		t.Errorf("the head is %s", got)
	}
}

func head(root *Node) string {
	apiVersion, kind, namespace, name := Head(root)
	out := []string{apiVersion, kind, namespace, name}
	for i := range out {
		if out[i] == "" {
			out[i] = "-"
		}
	}
	return strings.Join(out, " ")
}
