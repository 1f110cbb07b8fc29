package lsp

import (
	"unicode/utf8"

	"go.lsp.dev/protocol"

	"github.com/kgw-dev/kgw/internal/source"
)

// applyChange makes one change of a text as the protocol describes it: a range
// that is replaced, or the whole text.
func applyChange(text string, change protocol.TextDocumentContentChangeEvent) string {
	switch c := change.(type) {
	case *protocol.TextDocumentContentChangePartial:
		start, end := offset(text, c.Range.Start), offset(text, c.Range.End)
		if end < start {
			start, end = end, start
		}
		return text[:start] + c.Text + text[end:]
	case *protocol.TextDocumentContentChangeWholeDocument:
		return c.Text
	}
	return text
}

// offset returns the byte offset of a position, whose characters are units of
// UTF-16. One behind the end of its line is that end, one behind the last line the
// end of the text, and one inside a pair of surrogates the start of the pair
// (https://microsoft.github.io/language-server-protocol, Position).
func offset(text string, p protocol.Position) int {
	at := 0
	for range p.Line {
		next := lineBreak(text, at)
		if next == len(text) {
			return next
		}
		if at = next + 1; text[next] == '\r' && at < len(text) && text[at] == '\n' {
			at++
		}
	}
	return at + bytesOf(text[at:lineBreak(text, at)], int(p.Character))
}

// lineBreak returns the offset of the line break that ends the line at start.
func lineBreak(text string, start int) int {
	for i := start; i < len(text); i++ {
		if text[i] == '\n' || text[i] == '\r' {
			return i
		}
	}
	return len(text)
}

// bytesOf returns how many bytes so many units of UTF-16 are in a line, without
// the part of a character.
func bytesOf(line string, units int) int {
	for i, r := range line {
		if units -= unitsOf(r); units < 0 {
			return i
		}
	}
	return len(line)
}

// unitsOf returns how many units of UTF-16 a character is.
func unitsOf(r rune) int {
	if r > 0xffff {
		return 2
	}
	return 1
}

// positionOf returns the position of a line and a column of a file, both from 1,
// the column in code points.
func positionOf(f *source.File, line, column int) protocol.Position {
	p := protocol.Position{Line: uint32(max(line-1, 0))}
	for _, r := range f.Line(line) {
		if column--; column < 1 {
			break
		}
		p.Character += uint32(unitsOf(r))
	}
	return p
}

// placeOf is the inverse of positionOf.
func placeOf(f *source.File, p protocol.Position) (line, column int) {
	text := f.Line(int(p.Line) + 1)
	return int(p.Line) + 1, utf8.RuneCountInString(text[:bytesOf(text, int(p.Character))]) + 1
}

// rangeOf returns the range of a span of a file.
func rangeOf(f *source.File, s source.Span) protocol.Range {
	return protocol.Range{Start: positionOf(f, s.Line, s.Column), End: positionOf(f, s.EndLine, s.EndColumn)}
}

// rangeOfBytes returns the range from one byte of a text to another.
func rangeOfBytes(text string, start, end int) protocol.Range {
	return protocol.Range{Start: positionAt(text, start), End: positionAt(text, end)}
}

// positionAt is the inverse of offset.
func positionAt(text string, at int) protocol.Position {
	var p protocol.Position
	start := 0
	for {
		next := lineBreak(text, start)
		if next >= at || next == len(text) {
			break
		}
		if text[next] == '\r' && next+1 < len(text) && text[next+1] == '\n' {
			if next++; next >= at { // inside of the line break
				at = next - 1
				break
			}
		}
		start = next + 1
		p.Line++
	}
	for _, r := range text[start:min(at, len(text))] {
		p.Character += uint32(unitsOf(r))
	}
	return p
}
