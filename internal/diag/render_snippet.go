package diag

import (
	"math"
	"strings"
	"unicode/utf8"

	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/internal/source"
)

// lines hands out lines of source. It keeps the last one and the last place in
// it: findings are sorted, and a minified document is one line with them all.
type lines struct {
	book           *secret.Book
	file           *source.File
	number         int
	text           string
	shown          secret.Line
	column, offset int // the byte of text at which the code point of column starts
}

// lineAt returns the line on which a span starts without its secrets, the byte at
// which the span starts, at most the line's end, and the code points of the
// span on the line.
func (l *lines) lineAt(f *source.File, span source.Span) (text string, offset, length int) {
	if l.file != f || l.number != span.Line {
		*l = lines{book: l.book, file: f, number: span.Line, text: f.Line(span.Line), shown: l.book.Line(f, span.Line), column: 1}
	}
	l.advanceTo(span.Column)
	offset, length = l.shown.Offset(l.offset), spanLength(span)
	if !l.shown.Masked() || length == math.MaxInt {
		return l.shown.Text, offset, length
	}
	end := l.offset
	for ; length > 0 && end < len(l.text); length-- {
		_, size := utf8.DecodeRuneInString(l.text[end:])
		end += size
	}
	return l.shown.Text, offset, max(1, utf8.RuneCountInString(l.shown.Text[offset:max(offset, l.shown.End(end))]))
}

// Lines returns for each resolved finding the text of the line that it starts on,
// without the blanks around it and without secrets: at most maxLine code points
// from the finding on where the line is longer, "" where no text is at hand.
func (l List) Lines(book *secret.Book) []string {
	out, from := make([]string, len(l)), lines{book: book}
	for i := range l {
		f := fileOf(l[i].At, l[i].Span)
		if f == nil {
			continue
		}
		text, offset, _ := from.lineAt(f, l[i].Span)
		if utf8.RuneCountInString(text) > maxLine {
			text = string([]rune(text[offset:])[:min(maxLine, utf8.RuneCountInString(text[offset:]))])
		}
		out[i] = strings.TrimSpace(strings.ToValidUTF8(text, "\ufffd"))
	}
	return out
}

const maxLine = 200

// advanceTo moves to a column, at most to the line's end.
func (l *lines) advanceTo(column int) {
	if column < l.column {
		l.column, l.offset = 1, 0
	}
	for l.column < column && l.offset < len(l.text) {
		_, size := utf8.DecodeRuneInString(l.text[l.offset:])
		l.offset += size
		l.column++
	}
}

// excerpt is as much of a line as fits, and where its mark is, in columns.
type excerpt struct {
	text         string
	indent, mark int
}

// ellipsis is the sign for what was left out of a line.
const ellipsis = "…"

// newExcerpt returns the part of a line around length code points at offset
// that fits into width columns.
func newExcerpt(line string, offset, length, width int) excerpt {
	width = max(width, 20)
	before, after := showEnd(line[:offset], width), showStart(line[offset:], length, width)
	if before.rest || after.rest || before.width+after.width > width {
		width -= 2 // an ellipsis on each side
		after = showStart(line[offset:], length, width)
		before = showEnd(line[:offset], max(width-after.width, width/3))
		after = showStart(line[offset:], length, width-before.width)
	}
	e := excerpt{indent: before.width, mark: max(1, after.marked)}
	if before.rest {
		e.text = ellipsis
		e.indent++
	}
	e.text += before.text + after.text
	if after.rest {
		e.text += ellipsis
	}
	return e
}

// run is text on one side of a mark.
type run struct {
	text          string
	width, marked int  // columns; those that are marked
	rest          bool // whether there was more than fits
}

// showStart shows the start of s, of which length code points are marked.
func showStart(s string, length, width int) run {
	var out run
	var b strings.Builder
	for i := 0; s != ""; i++ {
		r, size := utf8.DecodeRuneInString(s)
		c := snippetCell(s, r, size)
		if out.width+c.Width > width {
			out.rest = true
			break
		}
		b.WriteString(c.Text)
		out.width += c.Width
		if i < length {
			out.marked = out.width
		}
		s = s[size:]
	}
	out.text = b.String()
	return out
}

// showEnd shows the end of s.
func showEnd(s string, width int) run {
	var out run
	var cells []report.Glyph
	for s != "" {
		r, size := utf8.DecodeLastRuneInString(s)
		c := snippetCell(s[len(s)-size:], r, size)
		if out.width+c.Width > width {
			out.rest = true
			break
		}
		cells = append(cells, c)
		out.width += c.Width
		s = s[:len(s)-size]
	}
	var b strings.Builder
	for i := len(cells) - 1; i >= 0; i-- {
		b.WriteString(cells[i].Text)
	}
	out.text = b.String()
	return out
}

// tabWidth is the number of columns of a tab in a snippet.
const tabWidth = 4

// snippetCell is report.GlyphOf, except for tabs, which show as what they are for.
func snippetCell(s string, r rune, size int) report.Glyph {
	if r == '\t' {
		return report.Glyph{Text: strings.Repeat(" ", tabWidth), Width: tabWidth}
	}
	return report.GlyphOf(s, r, size)
}

// spanLength is the number of code points of a span on its first line.
func spanLength(s source.Span) int {
	if s.EndLine > s.Line {
		return math.MaxInt
	}
	return max(1, s.EndColumn-s.Column)
}

// fileOf returns the file whose text a span is about, or nil.
func fileOf(at source.Ref, s source.Span) *source.File {
	if at.Doc == nil || at.Doc.File == nil || at.Doc.File.Name != s.File || s.Line < 1 {
		return nil
	}
	return at.Doc.File
}
