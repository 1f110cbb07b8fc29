package report

import "strings"

// Page is Markdown of a limited size: for a comment, or the summary of a job.
// What does not fit is left out and counted.
type Page struct {
	text               strings.Builder
	limit, room, lacks int
}

// footer is kept free for what comes last.
const footer = 300

// NewPage returns a page of at most limit bytes that begins with a head.
func NewPage(limit int, head string) *Page {
	p := &Page{limit: limit, room: limit - len(head) - footer}
	p.text.WriteString(head)
	return p
}

// Fits reports whether there is room for a text.
func (p *Page) Fits(text string) bool { return p.lacks == 0 && len(text) <= p.room }

// Add adds texts in their order, with a head before the first of them. After one
// that does not fit, none is added.
func (p *Page) Add(head string, texts ...string) {
	for _, text := range texts {
		if !p.Fits(head + text) {
			p.lacks++
			continue
		}
		p.text.WriteString(head + text)
		p.room -= len(head + text)
		head = ""
	}
}

// End returns the page with last lines: what lacks returns for the number of texts
// that are left out, if there are any, and tail. Both together have at most 300
// bytes; a page that is too long all the same is cut.
func (p *Page) End(lacks func(n int) string, tail string) string {
	if p.lacks > 0 {
		p.text.WriteString("\n" + lacks(p.lacks) + "\n")
	}
	out := p.text.String() + tail
	if len(out) > p.limit {
		out = strings.ToValidUTF8(out[:max(p.limit, 0)], "")
	}
	return out
}

// TableHead returns the lines of Markdown that begin a table with columns.
func TableHead(columns ...string) string {
	head := strings.ReplaceAll(TableRow(columns...), "|  |", "| |")
	return head + "|" + strings.Repeat("---|", len(columns)) + "\n"
}

// TableRow returns the line of a table with cells of Markdown, as Cell and Code
// return them.
func TableRow(cells ...string) string { return "| " + strings.Join(cells, " | ") + " |\n" }
