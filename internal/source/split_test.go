package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// cut is a document as Split gives it: its first line and its text.
type cut struct {
	Line int
	Text string
}

func cuts(t testing.TB, text string) []cut {
	t.Helper()
	var out []cut
	for i, d := range documents(t, text) {
		if d.Index != i {
			t.Errorf("document %d has the index %d", i, d.Index)
		}
		out = append(out, cut{d.Line(), string(d.Text())})
	}
	return out
}

func TestSplit(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []cut
	}{
		"nothing":                   {"", nil},
		"blank lines":               {"\n \n\t\n", nil},
		"comments only":             {"# a\n---\n# b\n...\n\n---\n# c", nil},
		"one without a break":       {"a: 1", []cut{{1, "a: 1"}}},
		"two":                       {"a: 1\n---\nb: 2\n", []cut{{1, "a: 1\n"}, {2, "---\nb: 2\n"}}},
		"an empty one between":      {"a: 1\n---\n---\nb: 2\n", []cut{{1, "a: 1\n"}, {3, "---\nb: 2\n"}}},
		"a comment behind the dash": {"--- # first\na: 1\n--- # second\nb: 2\n", []cut{{1, "--- # first\na: 1\n"}, {3, "--- # second\nb: 2\n"}}},
		"content behind the dash":   {"--- {a: 1}\n--- {b: 2}\n", []cut{{1, "--- {a: 1}\n"}, {2, "--- {b: 2}\n"}}},
		"an end marker":             {"a: 1\n...\nb: 2\n...\n", []cut{{1, "a: 1\n"}, {3, "b: 2\n"}}},
		"an end and a start":        {"a: 1\n...\n---\nb: 2\n", []cut{{1, "a: 1\n"}, {3, "---\nb: 2\n"}}},
		"an end with a comment":     {"a: 1\n... # end\nb: 2\n", []cut{{1, "a: 1\n"}, {3, "b: 2\n"}}},
		"a directive":               {"%YAML 1.1\n---\na: 1\n...\n%YAML 1.1\n---\nb: 2\n", []cut{{1, "%YAML 1.1\n---\na: 1\n"}, {5, "%YAML 1.1\n---\nb: 2\n"}}},
		"comments in front":         {"# a\n\n# b\n---\na: 1\n", []cut{{1, "# a\n\n# b\n---\na: 1\n"}}},
		"CRLF":                      {"a: 1\r\n---\r\nb: 2\r\n", []cut{{1, "a: 1\r\n"}, {2, "---\r\nb: 2\r\n"}}},
		"CR":                        {"a: 1\r---\rb: 2\r", []cut{{1, "a: 1\r"}, {2, "---\rb: 2\r"}}},
		"a mark in front":           {"\ufeff---\na: 1\n---\nb: 2\n", []cut{{1, "---\na: 1\n"}, {3, "---\nb: 2\n"}}},
		"dashes in a block":         {"a: |\n  ---\n  b\n", []cut{{1, "a: |\n  ---\n  b\n"}}},
		"dashes that go on":         {"a: 1\n---b: 2\n", []cut{{1, "a: 1\n---b: 2\n"}}},
		"dashes and a tab":          {"a: 1\n---\tb\n", []cut{{1, "a: 1\n"}, {2, "---\tb\n"}}},
		"JSON objects":              {"{\"a\": 1}\n{\n\"b\": \"}\"}\n\n {\"c\": 3}", []cut{{1, "{\"a\": 1}\n"}, {2, "{\n\"b\": \"}\"}\n\n"}, {5, " {\"c\": 3}"}}},
		"JSON objects and a mark":   {"{\"a\": 1}\r\n{}\r\n---\r\n{\"b\": 1}\n", []cut{{1, "{\"a\": 1}\r\n"}, {2, "{}\r\n"}, {3, "---\r\n{\"b\": 1}\n"}}},
		"JSON objects on one line":  {"{\"a\": 1} {\"b\": 1}\n", []cut{{1, "{\"a\": 1} {\"b\": 1}\n"}}},
		"objects that are not JSON": {"{a: 1}\n{b: 1}\n", []cut{{1, "{a: 1}\n{b: 1}\n"}}},
		"a mark ends a block":       {"a: |\n  x\n---\nb: 1\n", []cut{{1, "a: |\n  x\n"}, {3, "---\nb: 1\n"}}},
	} {
		if d := cmp.Diff(c.want, cuts(t, c.text)); d != "" {
			t.Errorf("%s: %q (- want, + got):\n%s", name, c.text, d)
		}
	}
}

func TestTooManyDocuments(t *testing.T) {
	for _, c := range []struct{ n, docs, line int }{
		{MaxDocuments, MaxDocuments, 0},
		{MaxDocuments + 1, MaxDocuments, 2*MaxDocuments + 1},
		{MaxDocuments + 2, MaxDocuments, 2*MaxDocuments + 1},
		{3 * MaxDocuments, MaxDocuments, 2*MaxDocuments + 1},
	} {
		f := &File{Name: "many.yaml", Data: []byte(strings.Repeat("---\na: 1\n", c.n))}
		docs, problems := Split(f)
		line := 0
		for _, p := range problems {
			line = p.Line
			if p.Kind != TooManyDocuments || len(problems) != 1 {
				t.Errorf("%d documents: %v", c.n, problems)
			}
		}
		if len(docs) != c.docs || line != c.line {
			t.Errorf("%d documents: %d are read, a problem on line %d; want %d and %d", c.n, len(docs), line, c.docs, c.line)
		}
	}
}

func TestDocumentTooLarge(t *testing.T) {
	large := bytes.Repeat([]byte("# filler of a document\n"), MaxDocumentBytes/23+1)
	data := append([]byte("a: 1\n---\nb: 2\n"), large...)
	data = append(data, "---\nc: 3\n"...)
	docs, problems := Split(&File{Name: "large.yaml", Data: data})
	if len(docs) != 2 || string(docs[1].Text()) != "---\nc: 3\n" {
		t.Errorf("%d documents are read", len(docs))
	}
	if len(problems) != 1 || problems[0].Kind != DocumentTooLarge || problems[0].Line != 2 {
		t.Errorf("problems: %+v", problems)
	}
}

// streamed reads a text as the library's own reader of several documents does;
// ok is false when it refuses.
func streamed(text string) (values []any, ok bool) {
	d := yaml.NewDecoder(strings.NewReader(text))
	for {
		var n Node
		err := d.Decode(&n)
		if errors.Is(err, io.EOF) {
			return values, true
		}
		if err != nil {
			return nil, false
		}
		if len(n.Content) == 1 && !nothing(n.Content[0]) {
			values = append(values, fmt.Sprint(outline(n.Content[0])))
		}
	}
}

// outline is a tree without places.
func outline(n *Node) any {
	if n.Kind == yaml.AliasNode {
		return "*" + n.Value
	}
	if n.Kind == scalar {
		return n.Tag + " " + n.Value
	}
	out := []any{n.Anchor}
	for _, c := range n.Content {
		out = append(out, outline(c))
	}
	return out
}

// lineOf finds the first line from an offset on that a text starts with, or
// returns -1.
func lineOf(f *File, from int, text []byte) int {
	for {
		at := bytes.Index(f.Data[from:], text)
		if at < 0 {
			return -1
		}
		if _, column := f.Position(from + at); column == 1 {
			return from + at
		}
		from += at + 1
	}
}

// checkSplit holds Split to the library, and every document to its place.
func checkSplit(t *testing.T, text string) {
	f, problem := NewFile("a.yaml", []byte(text))
	if problem != nil {
		return
	}
	docs, _ := Split(f)
	var values []any
	refused := false
	end := 0
	for _, d := range docs {
		at := lineOf(f, end, d.Text())
		if at < 0 {
			t.Fatalf("%q: a document is not part of the file", text)
		}
		if line, _ := f.Position(at); line > d.Line() {
			t.Errorf("%q: a document starts on line %d and says line %d", text, line, d.Line())
		}
		end = f.start(d.Line()) + len(d.Text())
		root, problem := d.Outline()
		refused = refused || problem != nil
		if root != nil && !nothing(root) {
			values = append(values, fmt.Sprint(outline(root)))
		}
	}
	want, ok := streamed(string(f.Data))
	if !ok || refused {
		return
	}
	if d := cmp.Diff(want, values); d != "" {
		t.Errorf("%q (- library, + kgw):\n%s", text, d)
	}
}

var splitSeeds = []string{
	"a: 1\n---\nb: 2\n", "--- # c\na: 1\n...\n---\nb: |\n  x\n---\nc", "%YAML 1.1\n---\n{}\n", "\ufeffa: [1,\r\n2]\r\n",
	"a: &x {b: 1}\nc: {<<: *x}\n", "- \"a\\\n  b\"\n- 'c'''\n", "kind: List\nitems: [{kind: A}, 3]\n", "a: \u2028b: 1\n", "--- |\n x\n...", "\t", "? a\n: b\n",
	"a: *b\n", "!!binary aGk=: !x y\n", "...\n...\n", "---\r---\r",
}

func FuzzSplit(f *testing.F) {
	for _, s := range splitSeeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		checkSplit(t, text)
		checkDocuments(t, text)
	})
}

// checkDocuments parses all that is in a text: problems and values have places
// inside the file, and the size of what comes out is bounded.
func checkDocuments(t *testing.T, text string) {
	f, problem := NewFile("a.yaml", []byte(text))
	if problem != nil {
		inside(t, f, problem.Line, problem.Column)
		return
	}
	docs, problems := Split(f)
	for _, d := range docs {
		root, found := d.Parse()
		problems = append(problems, found...)
		if root == nil {
			continue
		}
		if n := size(root); n > len(text)+MaxExpandedNodes+16 {
			t.Errorf("%d bytes gave %d values", len(text), n)
		}
		d.APIVersion, d.Kind, d.Namespace, d.Name = Head(root)
		locator := d.Locator()
		items, _ := d.Items(root)
		for _, path := range []string{"", "kind", "items[0].a", "a.b", `x["y"]`} {
			s := locator.Span(path, false)
			inside(t, f, s.Line, s.Column)
		}
		for _, item := range items {
			s := item.Locator().Span("kind", true)
			inside(t, f, s.Line, s.Column)
			item.Verbatim(nil)
		}
		d.Verbatim(nil)
	}
	for _, p := range problems {
		inside(t, f, p.Line, p.Column)
	}
}

func size(n *Node) int {
	total := 1
	for _, c := range n.Content {
		total += size(c)
	}
	return total
}

// inside checks that a place is in the file, or just behind its last
// character.
func inside(t *testing.T, f *File, line, column int) {
	t.Helper()
	f.once.Do(f.index)
	if line < 1 || line > len(f.lines) || column < 1 || column > len([]rune(f.Line(line)))+2 {
		t.Errorf("%q: there is no place %d:%d", f.Data, line, column)
	}
}

func TestSplitSeeds(t *testing.T) {
	for _, s := range splitSeeds {
		checkSplit(t, s)
		checkDocuments(t, s)
	}
}

// nothing reports whether a node is the null of a document without content.
func nothing(n *Node) bool { return n.Kind == scalar && n.Value == "" && n.Tag == "!!null" }
