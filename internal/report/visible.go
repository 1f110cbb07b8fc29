// Package report writes reports, and makes text safe for their interpreters:
// terminals, the runner of GitHub Actions, Markdown, spreadsheets, JSON, XML and
// TAP.
//
// It takes texts that inputs may have a part in and returns them so that they
// are read as texts: they steer no terminal, start no command, and end no cell,
// line or element. A Document is a report for people, which renders as Markdown
// within a limit, and its tables as CSV; Suites are cases, which render as JUnit
// XML. The package must not know what is reported.
package report

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Glyph is one code point as it is shown: what is printed, and on how many
// columns of a terminal.
type Glyph struct {
	Text  string
	Width int
}

// GlyphOf returns how the code point r, the first size bytes of s, is shown.
// What could steer a terminal or reorder a line (https://trojansource.codes),
// and bytes that are not UTF-8, show as escapes.
func GlyphOf(s string, r rune, size int) Glyph {
	var text string
	switch {
	case r == utf8.RuneError && size == 1:
		text = fmt.Sprintf(`\x%02x`, s[0])
	case canSteer(r):
		quoted := strconv.QuoteRuneToASCII(r)
		text = quoted[1 : len(quoted)-1]
	default:
		return Glyph{s[:size], runeWidth(r)}
	}
	return Glyph{text, len(text)}
}

// canSteer reports whether a code point can steer a terminal or reorder a line.
func canSteer(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) }

// Visible returns the text as a part of one line for people, with everything
// that could steer a terminal escaped, and everything that the runner of GitHub
// Actions would run as a command in the middle of a line.
func Visible(s string) string { return withoutCommands(escape(s, "")) }

// escape escapes what could steer a terminal, except for the code points of keep.
func escape(s, keep string) string {
	if isPlain(s) {
		return s
	}
	var b strings.Builder
	for s != "" {
		r, size := utf8.DecodeRuneInString(s)
		if size > 0 && r != utf8.RuneError && strings.ContainsRune(keep, r) {
			b.WriteRune(r)
		} else {
			b.WriteString(GlyphOf(s, r, size).Text)
		}
		s = s[size:]
	}
	return b.String()
}

func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// runeWidth is the number of terminal columns of a printable code point.
func runeWidth(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case unicode.Is(wideRunes, r):
		return 2
	}
	return 1
}

// wideRunes are the code points whose East_Asian_Width is W or F (Unicode
// Standard Annex #11), small gaps between them filled.
var wideRunes = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x1100, 0x115f, 1},
		{0x231a, 0x231b, 1},
		{0x2329, 0x232a, 1},
		{0x23e9, 0x23ec, 1},
		{0x23f0, 0x23f3, 3},
		{0x25fd, 0x25fe, 1},
		{0x2614, 0x2615, 1},
		{0x2648, 0x2653, 1},
		{0x267f, 0x2693, 20},
		{0x26a1, 0x26a1, 1},
		{0x26aa, 0x26ab, 1},
		{0x26bd, 0x26be, 1},
		{0x26c4, 0x26c5, 1},
		{0x26ce, 0x26d4, 6},
		{0x26ea, 0x26ea, 1},
		{0x26f2, 0x26f3, 1},
		{0x26f5, 0x26fa, 5},
		{0x26fd, 0x2705, 8},
		{0x270a, 0x270b, 1},
		{0x2728, 0x2728, 1},
		{0x274c, 0x274e, 2},
		{0x2753, 0x2755, 1},
		{0x2757, 0x2757, 1},
		{0x2795, 0x2797, 1},
		{0x27b0, 0x27bf, 15},
		{0x2b1b, 0x2b1c, 1},
		{0x2b50, 0x2b55, 5},
		{0x2e80, 0x303e, 1},
		{0x3041, 0xa4cf, 1},
		{0xa960, 0xa97f, 1},
		{0xac00, 0xd7a3, 1},
		{0xf900, 0xfaff, 1},
		{0xfe10, 0xfe19, 1},
		{0xfe30, 0xfe6f, 1},
		{0xff01, 0xff60, 1},
		{0xffe0, 0xffe6, 1},
	},
	R32: []unicode.Range32{
		{0x16fe0, 0x18d08, 1},
		{0x1aff0, 0x1b2fb, 1},
		{0x1f004, 0x1f004, 1},
		{0x1f0cf, 0x1f0cf, 1},
		{0x1f18e, 0x1f18e, 1},
		{0x1f191, 0x1f19a, 1},
		{0x1f200, 0x1f320, 1},
		{0x1f32d, 0x1f64f, 1},
		{0x1f680, 0x1f6ff, 1},
		{0x1f7e0, 0x1f7eb, 1},
		{0x1f90c, 0x1f9ff, 1},
		{0x1fa70, 0x1faff, 1},
		{0x20000, 0x3fffd, 1},
	},
}
