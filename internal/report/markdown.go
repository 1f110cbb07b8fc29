package report

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/lazyregexp"
)

// Limits of what GitHub shows.
const (
	// MaxComment is how many characters a comment may have.
	MaxComment = 65536
	// MaxSummary is how many bytes the summary of a step may have:
	// https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions#step-isolation-and-limits
	MaxSummary = 1 << 20
)

// Markdown returns the document as GitHub renders it, in at most limit bytes.
func (d *Document) Markdown(limit int) string {
	head := ""
	if len(d.Title) > 0 {
		head = strings.Repeat("#", d.Level) + " " + d.Title.text() + "\n"
	}
	if len(d.Intro) > 0 {
		head += "\n" + d.Intro.text() + "\n"
	}
	p := newPage(limit, head)
	for _, b := range d.Blocks {
		b.write(p)
	}
	return p.end(d.left, d.End)
}

func (d *Document) left(n int) string {
	if d.Left == nil {
		return Plural(n, "more line is left out.", "more lines are left out.")
	}
	return d.Left(n)
}

func (h Heading) write(p *page) {
	p.head("\n" + strings.Repeat("#", h.Level) + " " + h.Text.text() + "\n")
}

func (t Paragraph) write(p *page) { p.add("\n" + Inline(t).text() + "\n") }

func (l List) write(p *page) {
	if len(l) > 0 {
		p.head("\n")
	}
	for _, i := range l {
		text := "- " + i.Text.text() + "\n"
		for _, sub := range i.Items {
			text += "  - " + sub.text() + "\n"
		}
		p.add(text)
	}
}

func (t *Table) write(p *page) {
	if len(t.Rows) == 0 {
		return
	}
	names, line := make([]string, len(t.Columns)), "|"
	for i, c := range t.Columns {
		names[i] = c.Name
		if line += "---"; c.Number {
			line += ":"
		}
		line += "|"
	}
	p.head("\n" + strings.ReplaceAll(tableRow(names), "|  |", "| |") + line + "\n")
	for _, row := range t.Rows {
		cells := make([]string, len(row))
		for i := range row {
			cells[i] = row[i].cell()
		}
		p.add(tableRow(cells))
	}
}

func tableRow(cells []string) string { return "| " + strings.Join(cells, " | ") + " |\n" }

func (d *Details) write(p *page) {
	short := "\n- " + Plain(d.Summary).text()
	if d.Brief {
		p.add(short + "\n")
		return
	}
	if full := d.full(); p.fits(full) {
		p.add(full)
		return
	}
	p.add(short + " (too long to be shown)\n")
}

func (d *Details) full() string {
	var b strings.Builder
	b.WriteString("\n<details><summary>" + entitiesOf(d.Summary) + "</summary>\n\n")
	for _, l := range d.Lines {
		b.WriteString("- " + entitiesOf(l) + "\n")
	}
	if text := Patch(d.Patch); text != "" {
		f := fence(text)
		b.WriteString("\n" + f + "diff\n" + text + f + "\n")
	}
	b.WriteString("\n</details>\n")
	return b.String()
}

// text returns the pieces as Markdown outside of tables, and cell as a cell of one.
func (t Inline) text() string { return withoutBlock(t.markdown(literal)) }
func (t Inline) cell() string { return t.markdown(cell) }

// withoutBlock escapes the beginning of a line that would be a list, a rule, or a
// command of a runner.
func withoutBlock(s string) string {
	return blockStart().ReplaceAllStringFunc(s, func(start string) string {
		at := len(start) - 1
		if start[at] == ':' {
			return start[:at-1] + "&#58;:"
		}
		return start[:at] + `\` + start[at:]
	})
}

// blockStart finds what begins a block (https://spec.commonmark.org/0.31.2/#leaf-blocks
// and #container-blocks), less what literal escapes, and "::".
var blockStart = lazyregexp.New(`^[\s\p{Z}]*([-+=]|[0-9]{1,9}[.)]|::)`)

func (t Inline) markdown(escaped func(string) string) string {
	var b strings.Builder
	for _, p := range t {
		switch p.style {
		case code:
			b.WriteString(codeOf(p.text))
		case bold:
			b.WriteString("**" + escaped(p.text) + "**")
		case plain:
			b.WriteString(escaped(p.text))
		}
	}
	return b.String()
}

// entitiesOf returns a text that Markdown and HTML read as plain text, on one
// line, anywhere.
func entitiesOf(s string) string { return entities.Replace(Visible(s)) }

var entities = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "`", "&#96;", "*", "&#42;", "_", "&#95;",
	"[", "&#91;", "]", "&#93;", "|", "&#124;", "@", "&#64;", "#", "&#35;", "~", "&#126;", "\\", "&#92;", ":", "&#58;", "!", "&#33;")

// cell returns a text as a cell of a table.
func cell(s string) string {
	s = strings.NewReplacer("\n", " ", "\r", " ").Replace(s)
	if s = Visible(s); strings.ContainsAny(s, "\\[]&@#~>") || strings.Contains(s, "://") {
		return entities.Replace(s)
	}
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`, "_", `\_`, "`", "\\`").Replace(s)
}

// codeOf returns a text as code, in a cell of a table too.
func codeOf(s string) string {
	s = Visible(strings.NewReplacer("\n", " ", "\r", " ").Replace(s))
	switch {
	case strings.TrimSpace(s) == "":
		return ""
	case strings.ContainsAny(s, "`|") || strings.HasPrefix(s, " ") || strings.HasSuffix(s, " "):
		return "<code>" + entities.Replace(s) + "</code>"
	}
	return "`" + s + "`"
}

// literal returns a text on one line that Markdown prints as it is, outside of
// tables.
func literal(s string) string {
	var b strings.Builder
	for _, r := range Visible(s) {
		switch {
		case r == '&':
			b.WriteString("&amp;")
			continue
		case r == '@':
			b.WriteString("&#64;")
			continue
		case slices.Contains([]rune("\\`*_{}[]<>#|~!"), r):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// fence returns a fence for a block of code that no line of the text closes.
func fence(text string) string {
	longest, run := 2, 0
	for _, c := range text {
		if c != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return strings.Repeat("`", longest+1)
}
