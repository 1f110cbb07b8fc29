package diag

import (
	"regexp"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/internal/source"
)

func TestTextSnippet(t *testing.T) {
	cases := []struct{ name, yaml, path, line, marks string }{
		{"plain", "host: abc\n", "host", `host: abc`, `      ^^^`},
		{"quoted", "host: \"a b\" # c\n", "host", `host: "a b" # c`, `      ^^^^^`},
		{"wide", "東京: ab\n", source.JoinKey("", "東京"), `東京: ab`, `      ^^`},
		{"wide value", "k: 東京x\n", "k", `k: 東京x`, `   ^^^^^`},
		{"combining", "k: e\u0301e\u0301 # x\n", "k", "k: e\u0301e\u0301 # x", `   ^^`},
		{"tab", "k:\tv\n", "k", `k:    v`, `      ^`},
		{"tab before", "a: {k:\tv,\tw: x}\n", "a.w", `a: {k:    v,    w: x}`, `                   ^`},
		{"invisible", "k: \"a\u200bb\" # c\n", "k", `k: "a\u200bb" # c`, `   ^^^^^^^^^^`},
		{"bidi", "a: b\u202ec\n", "a", `a: b\u202ec`, `   ^^^^^^^^`},
		{"CRLF", "a: b\r\nc: d\r\n", "c", `c: d`, `   ^`},
		{"mapping", "a:\n  b: c\n", "a", `a:`, `^`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			out := strings.Split(render(t, Text{}, single(t, c.yaml, c.path)), "\n")
			if got := strings.SplitN(out[1], " | ", 2)[1]; got != c.line {
				t.Errorf("line %q, want %q", got, c.line)
			}
			if got := strings.SplitN(out[2], " | ", 2)[1]; got != c.marks {
				t.Errorf("marks %q, want %q", got, c.marks)
			}
		})
	}
}

func TestTextWithoutSnippet(t *testing.T) {
	doc := documents(t, "a.yaml", "a: b\n\nc: d\n")[0]
	for name, f := range map[string]Finding{
		"no document":  {Span: source.Span{File: "a.yaml", Line: 1, Column: 1}},
		"no line":      {At: source.Ref{Doc: doc}, Span: source.Span{File: "a.yaml", Line: 99, Column: 7}},
		"blank line":   {At: source.Ref{Doc: doc}, Span: source.Span{File: "a.yaml", Line: 2, Column: 1}},
		"other file":   {At: source.Ref{Doc: doc}, Span: source.Span{File: "b.yaml", Line: 1, Column: 1}},
		"no file":      {},
		"no line, doc": {At: source.Ref{Doc: doc}, Span: source.Span{File: "a.yaml"}},
	} {
		if out := render(t, Text{}, &Report{Findings: List{f}}); strings.Contains(out, " | ") {
			t.Errorf("%s: a snippet:\n%s", name, out)
		}
	}
}

func TestTextFirstLine(t *testing.T) {
	r := fixture(t)
	out := render(t, Text{}, r)
	first := regexp.MustCompile(`(?m)^([^ \n][^:\n]*):(\d+):(\d+): (error|warning|info)\[(KGW\d{3})\]: (.+)$`)
	if got := len(first.FindAllString(out, -1)); got != len(r.Findings) {
		t.Errorf("%d first lines for %d findings:\n%s", got, len(r.Findings), out)
	}
	if !strings.Contains(out, "\napis/shop.yaml:9:13: error[KGW504]: the path \"/orders/(\" does not compile: missing \")\"\n") {
		t.Errorf("no exact first line:\n%s", out)
	}
}

func TestTextQuiet(t *testing.T) {
	if out := render(t, Text{Quiet: true}, &Report{}); out != "" {
		t.Errorf("got %q", out)
	}
	r := single(t, "a: b\n", "a")
	if quiet, loud := render(t, Text{Quiet: true}, r), render(t, Text{}, r); quiet != loud {
		t.Errorf("quiet changes findings: %q, %q", quiet, loud)
	}
}

func TestTextColorOnlyAdds(t *testing.T) {
	sgr := regexp.MustCompile("\x1b\\[[0-9;]*m")
	colored := render(t, Text{Color: true}, fixture(t))
	if got, want := sgr.ReplaceAllString(colored, ""), render(t, Text{}, fixture(t)); got != want {
		t.Errorf("without colours:\n%s\nwant:\n%s", got, want)
	}
}

func TestExcerptOfLongLine(t *testing.T) {
	line := strings.Repeat("abcdefghij", 1000)
	for _, offset := range []int{0, 1, 30, 5000, 9990, 9999, 10000} {
		for _, length := range []int{1, 5, 500} {
			e := newExcerpt(line, offset, length, 60)
			if n := len([]rune(e.text)); n > 60 || n < 58 && offset < 9990 {
				t.Errorf("%d+%d: %d columns", offset, length, n)
			}
			if e.indent+e.mark > 60 || e.mark < 1 {
				t.Errorf("%d+%d: mark %d+%d", offset, length, e.indent, e.mark)
			}
			if offset < len(line) && []rune(e.text)[e.indent] != rune(line[offset]) {
				t.Errorf("%d+%d: the mark points at %q in %q", offset, length, []rune(e.text)[e.indent], e.text)
			}
		}
	}
}

func TestExcerptKeepsShortLines(t *testing.T) {
	line := "    - path: /orders/.*"
	for offset := range line {
		if e := newExcerpt(line, offset, 3, 40); e.text != line || e.indent != offset {
			t.Errorf("%d: %+v", offset, e)
		}
	}
}

func TestLinesGoesBackAndForth(t *testing.T) {
	file, _ := source.NewFile("a", []byte("xéy東z\nabc"))
	l := lines{book: &secret.Book{}}
	for _, c := range []struct{ line, column, offset int }{{1, 5, 7}, {1, 2, 1}, {1, 3, 3}, {1, 3, 3}, {2, 2, 1}, {1, 1, 0}, {1, 99, 8}, {1, 98, 8}, {1, 4, 4}, {3, 1, 0}} {
		if _, got, _ := l.lineAt(file, source.Span{Line: c.line, Column: c.column}); got != c.offset {
			t.Errorf("%d:%d: byte %d, want %d", c.line, c.column, got, c.offset)
		}
	}
}

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"plain ~ text":        "plain ~ text",
		"é東\u0301":            "é東\u0301",
		"\x1b[31m":            `\x1b[31m`,
		"a\nb\rc\td\x00":      `a\nb\rc\td\x00`,
		"\u009b2J\x7f":        `\u009b2J\x7f`,
		"\xff\xfe":            `\xff\xfe`,
		"\u202e\u2028\u200b":  `\u202e\u2028\u200b`,
		"\U000e0041\ufffd":    `\U000e0041` + "\ufffd",
		"::error::%0A stays,": "::error::%0A stays,",
	} {
		if got := report.Visible(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// TestMinifiedDocument holds the renderer to time linear in the text when one
// long line has many findings.
func TestMinifiedDocument(t *testing.T) {
	var b strings.Builder
	for b.Len() < 4<<20 {
		b.WriteString(`{"path": "/orders"}, `)
	}
	d := documents(t, "a.json", "["+b.String()+"1]")[0]
	r := &Report{}
	for column := 1; column < b.Len(); column += 500 {
		r.Findings.Add(Finding{Code: BadHost, Severity: Error, At: source.Ref{Doc: d}, Span: source.Span{File: "a.json", Line: 1, Column: column}})
	}
	render(t, Text{}, r)
}
