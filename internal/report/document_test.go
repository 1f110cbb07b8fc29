package report_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/report/reporttest"
)

func TestDocument(t *testing.T) {
	d := &report.Document{Title: report.Plain("Report of a_b"), Level: 3, Intro: report.Join(report.Plain("Against "), report.Code("main"), report.Plain(".")), End: "3 in all"}
	d.Add(report.Heading{Level: 2, Text: report.Plain("Empty")}, report.List(nil), &report.Table{Columns: report.Columns("a")})
	d.Add(&report.Table{Columns: []report.Column{{}, {Name: "n", Number: true}, {}}, Rows: [][]report.Inline{{report.Bold("x*"), report.Plain("1"), nil}}})
	d.Add(report.List{{Text: report.Plain("one"), Items: []report.Inline{report.Plain("sub")}}, {Text: report.Plain("two")}})
	d.Add(report.Paragraph(report.Plain("Note: <b>")))
	d.Add(&report.Details{Summary: "update <X>", Lines: []string{"moved"}, Patch: "--- a\n+++ b\n+```\n"}, &report.Details{Summary: "brief", Brief: true, Patch: "not shown"})
	d.Add(report.Heading{Level: 4, Text: report.Plain("Nothing follows")})
	const want = "### Report of a\\_b\n\nAgainst `main`.\n" +
		"\n## Empty\n" +
		"\n| | n | |\n|---|---:|---|\n| **x\\*** | 1 |  |\n" +
		"\n- one\n  - sub\n- two\n" +
		"\nNote: \\<b\\>\n" +
		"\n<details><summary>update &lt;X&gt;</summary>\n\n- moved\n\n````diff\n--- a\n+++ b\n+```\n````\n\n</details>\n" +
		"\n- brief\n" +
		"\n#### Nothing follows\n" +
		"\n3 in all\n"
	if got := d.Markdown(report.NoLimit); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestDocumentBeginsWithText: no empty line is in front of the first block.
func TestDocumentBeginsWithText(t *testing.T) {
	for _, b := range []report.Block{
		report.Heading{Level: 1, Text: report.Plain("a")},
		report.List{{Text: report.Plain("a")}},
		report.Paragraph(report.Plain("a")),
		&report.Table{Columns: report.Columns("a"), Rows: [][]report.Inline{{nil}}}, &report.Details{Summary: "a"},
	} {
		d := report.Document{Blocks: []report.Block{b, report.Paragraph(report.Plain("z"))}}
		if got := d.Markdown(report.NoLimit); strings.HasPrefix(got, "\n") || !strings.HasSuffix(got, "\nz\n") {
			t.Errorf("%T: %q", b, got)
		}
	}
}

// TestDocumentKeepsItsLimit holds that a document keeps to its limit, that its
// last lines count each text that has no room, and that none is left out before
// one that is shown.
func TestDocumentKeepsItsLimit(t *testing.T) {
	table := func(name string) *report.Table {
		out := &report.Table{Columns: report.Columns("", name)}
		for i := range 40 {
			out.Rows = append(out.Rows, []report.Inline{report.Plain(name), report.Plain(fmt.Sprintf("%03d é", i))})
		}
		return out
	}
	d := &report.Document{
		Title: report.Plain("head"), Level: 1, Blocks: []report.Block{table("call"), &report.Table{Columns: report.Columns("none")}, table("change")},
		Left: func(n int) string { return report.Plural(n, "row left", "rows left") }, End: "tail",
	}
	all := d.Markdown(report.NoLimit)
	if strings.Count(all, "| call | 0")+strings.Count(all, "| change | 0") != 80 || strings.Contains(all, "none") || strings.Contains(all, "left") || !strings.HasSuffix(all, "\ntail\n") {
		t.Errorf("with room for all:\n%s", all)
	}
	for limit := 0; limit < len(all)+300; limit += 7 {
		got := d.Markdown(limit)
		if len(got) > limit || !utf8.ValidString(got) {
			t.Fatalf("%d bytes of at most %d:\n%s", len(got), limit, got)
		}
		shown := strings.Count(got, "| call | 0") + strings.Count(got, "| change | 0")
		if limit < 400 || shown == 80 {
			continue
		}
		if want := fmt.Sprintf("\n%s\n\ntail\n", report.Plural(80-shown, "row left", "rows left")); !strings.HasPrefix(got, "# head\n") || !strings.HasSuffix(got, want) {
			t.Fatalf("at most %d bytes: no %q in\n%s", limit, want, got)
		}
		if strings.Contains(got, "| change | 0") && !strings.Contains(got, "| call | 039") {
			t.Fatalf("at most %d bytes: a row is left out before one that is shown:\n%s", limit, got)
		}
	}
}

// TestDetailsWithoutRoom: details that are too long are a line, and those that
// follow are shown where they fit.
func TestDetailsWithoutRoom(t *testing.T) {
	d := &report.Document{Blocks: []report.Block{
		&report.Details{Summary: "first", Patch: strings.Repeat("+x\n", 1000)}, &report.Details{Summary: "second", Patch: "+y\n"},
	}}
	got := d.Markdown(1000)
	if !strings.HasPrefix(got, "- first (too long to be shown)\n\n<details><summary>second</summary>") || strings.Contains(got, "left out") {
		t.Errorf("got %q", got)
	}
	d.Blocks = append([]report.Block{report.Paragraph(report.Plain(strings.Repeat("z", 2000)))}, d.Blocks...)
	if got, want := d.Markdown(1000), "\n3 more lines are left out.\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestMarkdownIsText looks for what GitHub would read as anything but text: a
// cell that ends, an element, a link, a mention, a line of its own.
func TestMarkdownIsText(t *testing.T) {
	for _, name := range reporttest.Hostile() {
		render := func(blocks ...report.Block) string {
			d := report.Document{Blocks: blocks}
			return strings.TrimSuffix(d.Markdown(report.NoLimit), "\n")
		}
		row := func(text report.Inline) string {
			lines := strings.Split(render(&report.Table{Columns: report.Columns("a", "b"), Rows: [][]report.Inline{{text, report.Plain("b")}}}), "\n")
			if len(lines) != 3 || reporttest.Cells(lines[2]) != 2 {
				t.Errorf("%q makes %d lines, the last with %d cells: %q", name, len(lines), reporttest.Cells(lines[2]), lines)
			}
			return strings.TrimSuffix(strings.TrimPrefix(lines[2], "| "), " | b |")
		}
		texts := map[string]string{
			"cell": "| " + row(report.Plain(name)), "bold": strings.Trim(row(report.Bold("b"+name)), "*"), "paragraph": render(report.Paragraph(report.Plain(name))),
			"heading": render(report.Heading{Level: 1, Text: report.Plain(name)}), "item": render(report.List{{Text: report.Plain(name)}}),
			"brief": render(&report.Details{Summary: name, Brief: true}),
		}
		for what, out := range texts {
			if strings.Contains(out, "\n") {
				t.Errorf("%s of %q has a line break: %q", what, name, out)
			}
			if regexp.MustCompile("[<`]|\\]\\(|\\]\\[|!\\[|@[a-z]").MatchString(escapes.ReplaceAllString(out, "")) {
				t.Errorf("%s of %q is more than text: %q", what, name, out)
			}
			if block := strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(out, "- "), "# ")); regexp.MustCompile(`^([-+*=]|[0-9]+[.)])`).MatchString(block) {
				t.Errorf("%s of %q begins a block: %q", what, name, out)
			}
			reporttest.Runner(t, out)
			reporttest.Terminal(t, out)
		}
		code := row(report.Code(name))
		if tick, ok := strings.CutPrefix(code, "`"); ok && strings.Count(tick, "`") != 1 {
			t.Errorf("code of %q ends early: %q", name, code)
		}
		if html, ok := strings.CutPrefix(code, "<code>"); ok && strings.Count(html, "<") != 1 {
			t.Errorf("code of %q has an element: %q", name, code)
		}
		details := render(&report.Details{Summary: name, Lines: []string{name}, Patch: "+" + name + "\n"})
		reporttest.Runner(t, details)
		if strings.Count(details, "<summary>") != 1 || strings.Count(details, "</details>") != 1 {
			t.Errorf("details of %q end early: %q", name, details)
		}
	}
}

var escapes = regexp.MustCompile(`\\[\\|*_<>\[\]#~!{}` + "`" + `]|&(amp|lt|gt|quot|#\d+);`)
