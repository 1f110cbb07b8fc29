package report

import "strings"

// page is Markdown of a limited size: for a comment, or the summary of a job.
// What does not fit is left out and counted.
type page struct {
	text               strings.Builder
	limit, room, lacks int
	pending            string // what is written before the next text that fits
}

// footer is kept free for what comes last.
const footer = 300

// newPage returns a page of at most limit bytes that begins with a head.
func newPage(limit int, head string) *page {
	p := &page{limit: limit, room: limit - len(head) - footer}
	p.text.WriteString(head)
	return p
}

// head adds a text that is written before the next one that fits, and not alone.
func (p *page) head(text string) { p.pending += text }

// fits reports whether there is room for a text below the heads.
func (p *page) fits(text string) bool { return p.lacks == 0 && len(p.pending)+len(text) <= p.room }

// add adds a text. After one that does not fit, none is added.
func (p *page) add(text string) {
	if !p.fits(text) {
		p.lacks++
		return
	}
	p.write(text)
}

// write writes the heads and a text, without an empty line at the very beginning.
func (p *page) write(text string) {
	text = p.pending + text
	p.pending = ""
	if p.text.Len() == 0 {
		text = strings.TrimPrefix(text, "\n")
	}
	p.text.WriteString(text)
	p.room -= len(text)
}

// end returns the page with last lines: what left returns for the number of texts
// that are left out, if there are any, and tail. A page that is too long all the
// same is cut.
func (p *page) end(left func(n int) string, tail string) string {
	switch {
	case p.lacks > 0:
		p.text.WriteString("\n" + left(p.lacks) + "\n")
	case p.fits(""):
		p.write("")
	}
	if tail != "" {
		p.text.WriteString("\n" + tail + "\n")
	}
	out := p.text.String()
	if len(out) > p.limit {
		out = strings.ToValidUTF8(out[:max(p.limit, 0)], "")
	}
	return out
}
