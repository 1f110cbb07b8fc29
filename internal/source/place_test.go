package source

import (
	"fmt"
	"strings"
	"testing"
)

// TestPlacesInFiles finds every scalar of a document by its own text: the
// column counts code points, the line breaks of the file, and a mark in front
// counts nothing.
func TestPlacesInFiles(t *testing.T) {
	const text = "# ä comment\nfirst: v01\nsecond:\n  ümlaut: v02\n  list: [v03, 'ö', v04]\n  \"😀\": {k: v05}\n---\n\nthird: v06\n"
	for name, change := range map[string]func(string) string{
		"LF":              func(s string) string { return s },
		"CRLF":            func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
		"CR":              func(s string) string { return strings.ReplaceAll(s, "\n", "\r") },
		"mark":            func(s string) string { return "\ufeff" + s },
		"mark and CRLF":   func(s string) string { return "\ufeff" + strings.ReplaceAll(s, "\n", "\r\n") },
		"line separator":  func(s string) string { return strings.Replace(s, "comment\n", "comm\u2028#\n", 1) },
		"next line":       func(s string) string { return strings.Replace(s, "comment\n", "comm\u0085#\n", 1) },
		"separators":      func(s string) string { return strings.ReplaceAll(s, "'ö'", "'ö\u2028\u2029x'") },
		"tab in a line":   func(s string) string { return strings.ReplaceAll(s, ": v", ": \tv") },
		"no break at end": func(s string) string { return strings.TrimSuffix(s, "\n") },
	} {
		t.Run(name, func(t *testing.T) {
			data := change(text)
			found := 0
			for _, d := range documents(t, data) {
				root, problems := d.Parse()
				if root == nil {
					t.Fatalf("problems: %v", problems)
				}
				found += checkScalars(t, d, root, strings.TrimPrefix(data, "\ufeff"))
			}
			if found != 6 {
				t.Errorf("%d of 6 values are found", found)
			}
		})
	}
}

// checkScalars compares the places of the values v01 ... with those a search
// finds.
func checkScalars(t *testing.T, d *Document, n *Node, data string) (found int) {
	t.Helper()
	for _, c := range n.Content {
		found += checkScalars(t, d, c, data)
	}
	if n.Kind != scalar || len(n.Value) != 3 || n.Value[0] != 'v' {
		return found
	}
	before := data[:strings.Index(data, n.Value)]
	before = strings.ReplaceAll(strings.ReplaceAll(before, "\r\n", "\n"), "\r", "\n")
	line := strings.Count(before, "\n") + 1
	column := len([]rune(before[strings.LastIndex(before, "\n")+1:])) + 1
	s := d.nodeSpan(n)
	want := Span{File: "a.yaml", Line: line, Column: column, EndLine: line, EndColumn: column + 3}
	if s != want {
		t.Errorf("%s stands at %v, want %v", n.Value, s, want)
	}
	if text := []rune(d.File.Line(line)); string(text[column-1:column+2]) != n.Value {
		t.Errorf("line %d is %q", line, string(text))
	}
	return found + 1
}

func TestPlacesBehindAnchors(t *testing.T) {
	const text = "base: &base\n  host: a\n  list: [b]\nuse:\n  <<: *base\n  more: &m c\nthird: *m\n"
	doc := documents(t, text)[0]
	for path, want := range map[string]string{
		"use.host":    "2:9",
		"use.list[0]": "3:10",
		"use.more":    "6:9",
		"third":       "6:9",
		"use.missing": "4:1",
	} {
		s := doc.Locator().Span(path, false)
		if got := fmt.Sprintf("%d:%d", s.Line, s.Column); got != want {
			t.Errorf("%s stands at %s, want %s", path, got, want)
		}
	}
}

func TestItemsOfALists(t *testing.T) {
	const text = "x: 1\n---\napiVersion: v1\nkind: List\nitems:\n- kind: A\n  metadata: {name: one, namespace: n}\n- kind: BList\n  items:\n  - {kind: C, apiVersion: g/v1}\n- 3\n-\n"
	doc := documents(t, text)[1]
	root, _ := doc.Parse()
	doc.APIVersion, doc.Kind, _, _ = Head(root)
	items, ok := doc.Items(root)
	if !ok || len(items) != 4 {
		t.Fatalf("%d items, %v", len(items), ok)
	}
	if a := items[0]; a.Kind != "A" || a.Name != "one" || a.Namespace != "n" || a.Item() != "items[0]" {
		t.Errorf("first item: %+v", a)
	}
	if s := items[0].Locator().Span("metadata.name", false); s.Line != 7 || s.Column != 20 {
		t.Errorf("its name stands at %v", s)
	}
	inner, _ := items[1].Parse()
	nested, ok := items[1].Items(inner)
	if !ok || len(nested) != 1 || nested[0].Item() != "items[1].items[0]" || nested[0].APIVersion != "g/v1" {
		t.Fatalf("nested items: %+v", nested)
	}
	if s := nested[0].Locator().Span("kind", false); s.Line != 10 || s.Column != 12 {
		t.Errorf("its kind stands at %v", s)
	}
	for i, d := range items[2:] {
		if s := d.Locator().Span("kind", false); s.Line != 11+i {
			t.Errorf("item %d stands at %v", i+2, s)
		}
	}
}

func TestVerbatim(t *testing.T) {
	for text, want := range map[string]string{
		"a: 1":                         "a: 1\n",
		"---\na: 1\n":                  "a: 1\n",
		"--- # c\na: 1\n":              " # c\na: 1\n",
		"---\r\na: 1\r\n":              "a: 1\r\n",
		"# c\na: 1 # d\n":              "# c\na: 1 # d\n",
		"%YAML 1.2\n---\na: 1\n":       "a: 1\n",
		"# c\n%YAML 1.2\n--- {a: 1}\n": " {a: 1}\n",
		"a: |\n  %x\n":                 "a: |\n  %x\n",
	} {
		if got := string(documents(t, text)[0].Verbatim(nil)); got != want {
			t.Errorf("%q gives %q, want %q", text, got, want)
		}
	}
}
