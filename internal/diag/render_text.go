package diag

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/internal/source"
)

// Text renders findings for people: "file:line:col: severity[KGWnnn]: message"
// with a snippet of the source, and a last line that sums up. Nothing of the
// inputs reaches the writer that could steer a terminal.
type Text struct {
	// Color adds ANSI colours.
	Color bool
	// Width is the width of snippets in columns; 0 means 100.
	Width int
	// Quiet leaves out the summary when there are no findings.
	Quiet bool
}

const defaultWidth = 100

// Render implements Renderer.
func (t Text) Render(w io.Writer, r *Report) error {
	if (t.Quiet || r.Quiet) && len(r.Findings) == 0 {
		return nil
	}
	r = r.masked()
	out := bufio.NewWriter(w)
	p := newTextPrinter(t, r.Secrets)
	shown := map[Code]int{}
	for i := range r.Findings {
		f := &r.Findings[i]
		if shown[f.Code]++; r.Limit > 0 && shown[f.Code] > r.Limit {
			continue
		}
		out.WriteString(p.print(f))
		out.WriteByte('\n')
	}
	out.WriteString(byCode(r, shown))
	out.WriteString(paint(t.Color, bold, headline(r.Summary)))
	out.WriteByte('\n')
	return out.Flush()
}

// Each returns what Render prints for each finding, without the counts behind them.
func (t Text) Each(r *Report) []string {
	r = r.masked()
	p, out := newTextPrinter(t, r.Secrets), make([]string, len(r.Findings))
	for i := range r.Findings {
		out[i] = p.print(&r.Findings[i])
	}
	return out
}

// manyFindings is how many findings of more than one code make a table of them
// worth its lines.
const manyFindings = 10

// byCode counts the findings of each code, the most frequent first. Nothing is
// counted where there are few and all are shown.
func byCode(r *Report, shown map[Code]int) string {
	hidden := 0
	for _, n := range shown {
		if r.Limit > 0 && n > r.Limit {
			hidden += n - r.Limit
		}
	}
	if hidden == 0 && (len(r.Findings) < manyFindings || len(shown) < 2) {
		return ""
	}
	codes := slices.SortedFunc(maps.Keys(shown), func(a, b Code) int {
		return cmp.Or(cmp.Compare(shown[b], shown[a]), strings.Compare(string(a), string(b)))
	})
	var out strings.Builder
	for _, c := range codes {
		text := ""
		if rule, ok := Lookup(c); ok {
			text = rule.Summary
		}
		fmt.Fprintf(&out, "%6d %s %s\n", shown[c], report.Visible(string(c)), text)
	}
	if hidden > 0 {
		fmt.Fprintf(&out, "%s not shown: --limit 0 shows all\n", report.Counted(hidden, "finding"))
	}
	return out.String() + "\n"
}

// textPrinter prints the findings of one report.
type textPrinter struct {
	Text
	out    strings.Builder
	lines  lines
	gutter string // blank, as wide as the finding's line numbers
}

// newTextPrinter returns a printer of masked findings; book masks what their
// snippets quote.
func newTextPrinter(t Text, book *secret.Book) *textPrinter {
	if t.Width <= 0 {
		t.Width = defaultWidth
	}
	return &textPrinter{Text: t, lines: lines{book: book}}
}

// print returns the lines of a finding.
func (p *textPrinter) print(f *Finding) string {
	p.out.Reset()
	p.printFinding(f)
	return p.out.String()
}

func (p *textPrinter) printFinding(f *Finding) {
	p.gutter = gutterOf(f)
	kind := paint(p.Color, f.Severity.style(), fmt.Sprintf("%s[%s]", f.Severity, report.Visible(string(f.Code))))
	p.printLine(paint(p.Color, bold, placePrefix(f.Span)) + kind + ": " + paint(p.Color, bold, report.Visible(f.Message)))
	p.printSnippet(f.At, f.Span, '^', f.Severity.style())
	for _, rel := range f.Related {
		p.printLine("  " + paint(p.Color, bold, placePrefix(rel.Span)) + report.Visible(rel.Message))
		p.printSnippet(rel.At, rel.Span, '-', blue)
	}
	if f.Witness != nil {
		p.printNote("witness", f.Witness.String())
	}
	if f.Help != "" {
		p.printNote("help", f.Help)
	}
	p.printNote("more", "kgw explain "+string(f.Code))
}

// printSnippet prints the line of a place and a line that marks the place.
func (p *textPrinter) printSnippet(at source.Ref, span source.Span, mark rune, s style) {
	f := fileOf(at, span)
	if f == nil {
		return
	}
	text, offset, length := p.lines.lineAt(f, span)
	if strings.TrimSpace(text) == "" {
		return
	}
	e := newExcerpt(text, offset, length, p.Width-len(p.gutter)-4)
	number := fmt.Sprintf(" %*d | ", len(p.gutter), span.Line)
	p.printLine(paint(p.Color, blue, number) + report.SameWidth(e.text))
	marks := strings.Repeat(string(mark), e.mark)
	p.printLine(paint(p.Color, blue, " "+p.gutter+" | ") + strings.Repeat(" ", e.indent) + paint(p.Color, s, marks))
}

// printNote prints a word and a text, whose further lines are indented below it.
func (p *textPrinter) printNote(word, text string) {
	lines := strings.Split(text, "\n")
	p.printLine(paint(p.Color, blue, " "+p.gutter+" = ") + paint(p.Color, bold, word+":") + " " + report.Visible(lines[0]))
	for _, line := range lines[1:] {
		if strings.HasPrefix(strings.TrimSpace(line), "::") {
			line = strings.Replace(line, ":", `\u003a`, 1) // a runner would read it as a command
		}
		p.printLine("   " + p.gutter + report.Visible(line))
	}
}

func (p *textPrinter) printLine(s string) {
	p.out.WriteString(s)
	p.out.WriteByte('\n')
}

// gutterOf is as wide as the widest line number of a finding.
func gutterOf(f *Finding) string {
	last := f.Span.Line
	for _, rel := range f.Related {
		last = max(last, rel.Span.Line)
	}
	return strings.Repeat(" ", len(strconv.Itoa(last)))
}
