package source_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/source"
)

// TestInside finds places in texts that are YAML themselves. What has no lines
// of its own is at the text.
func TestInside(t *testing.T) {
	for name, c := range map[string]struct{ text, inner, want string }{
		"a value":            {"data:\n  a: x\n  c: |\n    issuer: i\n    list:\n    - {id: x}\n", "list[0].id", "6:12"},
		"a key":              {"data:\n  c: |\n    list:\n    - id: x\n", "list", "3:5"},
		"an absent field":    {"data:\n  c: |\n    list:\n    - id: x\n", "list[0].name", "4:7"},
		"blank lines":        {"data:\n  c: |\n\n\n      issuer: i\n", "issuer", "5:15"},
		"with an indicator":  {"data:\n  c: |2-\n    issuer: i\n", "issuer", "3:13"},
		"with a marker":      {"data:\n  c: |\n    ---\n    issuer: i\n", "issuer", "4:13"},
		"with an anchor":     {"data:\n  c: &a |+\n    issuer: i\n\n", "issuer", "3:13"},
		"line breaks of DOS": {strings.ReplaceAll("data:\n  c: |\n    issuer: i\n", "\n", "\r\n"), "issuer", "3:13"},
		"in a second one":    {"---\na: b\n---\ndata:\n  c: |\n    issuer: i\n", "issuer", "6:13"},
		"folded":             {"data:\n  c: >\n    issuer: i\n", "issuer", "2:6"},
		"quoted":             {"data:\n  c: \"issuer: i\"\n", "issuer", "2:6"},
		"no YAML":            {"data:\n  c: |\n    {[\n", "issuer", "2:6"},
		"no text":            {"data:\n  c: [a]\n", "issuer", "2:3"},
	} {
		f, problem := source.NewFile("a.yaml", []byte(c.text))
		if problem != nil {
			t.Fatal(problem)
		}
		docs, _ := source.Split(f)
		path := source.Ref{}.At("data", "c", source.Inside).Path
		if !strings.HasPrefix(c.inner, "[") {
			path += "."
		}
		s := docs[len(docs)-1].Locator().Span(path+c.inner, false)
		if got := fmt.Sprintf("%d:%d", s.Line, s.Column); got != c.want {
			t.Errorf("%s: %s is at %s, want %s\n%s", name, c.inner, got, c.want, c.text)
		}
	}
}

// TestHasEscape: the characters that are asked about count right behind a backslash.
func TestHasEscape(t *testing.T) {
	for text, want := range map[string]bool{
		"": false, `\`: false, `a\`: false, "a": false, `x`: false, `\n`: false, `\n\x41`: true, `a \u0041`: true, `\\x`: true, "a\\\r\nb": true, `\/`: false,
	} {
		if got := source.HasEscape([]byte(text), "xuU\r\n"); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
