package source

import (
	"strings"
	"testing"
)

const (
	blockList = "apiVersion: v1\nitems:\n- apiVersion: a/v1\n  kind: A\n  metadata:\n    name: first\n\n  # a comment\n  spec:\n    list:\n    - x\n- apiVersion: a/v1\n  kind: B\n  metadata: {name: second}\n  text: |\n    - no item\n\nkind: List\nmetadata:\n  resourceVersion: \"\"\n"
	jsonList  = "{\n    \"apiVersion\": \"v1\",\n    \"items\": [\n        {\n            \"kind\": \"A\",\n            \"metadata\": {\"name\": \"first\"}\n        },\n        {\"kind\": \"B\", \"metadata\": {\"name\": \"second\"}}\n    ],\n    \"kind\": \"List\"\n}\n"
)

// TestUnfold holds the items that are cut to those that are parsed, with their
// places.
func TestUnfold(t *testing.T) {
	for name, text := range map[string]string{
		"block":   blockList,
		"markers": "---\n" + blockList,
		"CRLF":    strings.ReplaceAll(strings.ReplaceAll(blockList, "  # a comment\n", ""), "\n", "\r\n"),
		"JSON":    jsonList,
	} {
		f, _ := NewFile("l.yaml", []byte(text))
		docs, _ := Split(f)
		root, problems := docs[0].Parse()
		if root == nil {
			t.Fatal(name, problems)
		}
		docs[0].Kind = "List"
		want, _ := docs[0].Items(root)
		got, ok := docs[0].Unfold()
		if !ok || len(got) != 2 || len(want) != 2 {
			t.Errorf("%s: %d items of %d are cut", name, len(got), len(want))
			continue
		}
		for i := range got {
			item, problems := got[i].Parse()
			if item == nil || len(problems) > 0 {
				t.Fatalf("%s: %v\n%s", name, problems, got[i].Text())
			}
			for _, path := range []string{"metadata.name", "spec.list[0]", "kind"} {
				if a, b := got[i].Locator().Span(path, false), want[i].Locator().Span(path, false); a != b {
					t.Errorf("%s: %s of item %d is at %+v, not %+v", name, path, i, a, b)
				}
			}
		}
	}
}

// TestNotUnfolded leaves alone what may mean something else.
func TestNotUnfolded(t *testing.T) {
	for name, text := range map[string]string{
		"no List":       strings.Replace(blockList, "kind: List", "kind: Other", 1),
		"no items":      "kind: List\n",
		"flow":          "kind: List\nitems: [{kind: A}]\n",
		"anchors":       strings.Replace(blockList, "name: first", "name: &n first", 1),
		"twice":         blockList + "items:\n- kind: A\n",
		"one document":  "kind: A\nmetadata: {name: x}\n",
		"a line":        strings.ReplaceAll(jsonList, "\n", " "),
		"JSON, no List": strings.Replace(jsonList, "List", "Other", 1),
		"broken JSON":   strings.TrimSuffix(jsonList, "}\n"),
		"a tab":         strings.Replace(blockList, "  kind: A", "\tkind: A", 1),
		"a text":        "kind: List\nitems: |\n  - x\n",
	} {
		f, _ := NewFile("l.yaml", []byte(text))
		docs, _ := Split(f)
		if items, ok := docs[0].Unfold(); ok {
			t.Errorf("%s: cut into %d items", name, len(items))
		}
	}
}
