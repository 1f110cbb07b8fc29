package lsp

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"go.lsp.dev/protocol"

	"github.com/kgw-dev/kgw/internal/source"
)

// units is a text as an editor has it: units of UTF-16 in lines.
func units(text string) []uint16 { return utf16.Encode([]rune(text)) }

// editorOffset is the offset of a position as an editor counts, an independent
// reading of the protocol.
func editorOffset(text []uint16, p protocol.Position) int {
	line, at := uint32(0), 0
	for at < len(text) && line < p.Line {
		switch {
		case text[at] == '\r' && at+1 < len(text) && text[at+1] == '\n':
			at, line = at+2, line+1
		case text[at] == '\r' || text[at] == '\n':
			at, line = at+1, line+1
		default:
			at++
		}
	}
	if line < p.Line {
		return len(text)
	}
	end := at
	for end < len(text) && text[end] != '\r' && text[end] != '\n' {
		end++
	}
	at = min(at+int(p.Character), end)
	if at > 0 && at < len(text) && utf16.IsSurrogate(rune(text[at])) && text[at] >= 0xdc00 {
		at-- // inside of a pair
	}
	return at
}

// FuzzApply holds the changes of a text to those that an editor makes in its own
// units, and positions to their inverse.
func FuzzApply(f *testing.F) {
	f.Add("a: 1\nb: 😀x\r\nc: é\n", uint32(1), uint32(4), uint32(2), uint32(1), "zz\n")
	f.Add("", uint32(0), uint32(9), uint32(7), uint32(0), "x")
	f.Add("a\rb\r\n\nc", uint32(2), uint32(0), uint32(1), uint32(5), "\r")
	f.Fuzz(func(t *testing.T, text string, line, character, toLine, toCharacter uint32, with string) {
		if !utf8.ValidString(text) || !utf8.ValidString(with) || line > 1000 || toLine > 1000 || character > 1<<20 || toCharacter > 1<<20 {
			t.Skip()
		}
		r := protocol.Range{Start: protocol.Position{Line: line, Character: character}, End: protocol.Position{Line: toLine, Character: toCharacter}}
		got := applyChange(text, &protocol.TextDocumentContentChangePartial{Range: r, Text: with})
		before := units(text)
		start, end := editorOffset(before, r.Start), editorOffset(before, r.End)
		if end < start {
			start, end = end, start
		}
		want := string(utf16.Decode(before[:start])) + with + string(utf16.Decode(before[end:]))
		if got != want {
			t.Fatalf("%q %v %q: %q, want %q", text, r, with, got, want)
		}
		if whole := applyChange(text, &protocol.TextDocumentContentChangeWholeDocument{Text: want}); whole != got {
			t.Fatalf("the full text is %q, the changes make %q", whole, got)
		}
		for at := range got {
			if at > 0 && got[at-1] == '\r' && got[at] == '\n' {
				continue
			}
			if back := offset(got, positionAt(got, at)); back != at {
				t.Fatalf("%q: byte %d is at %v, which is byte %d", got, at, positionAt(got, at), back)
			}
		}
	})
}

// TestPositions: places of findings count code points, those of the protocol units
// of UTF-16.
func TestPositions(t *testing.T) {
	text := "a: 1\n😀é: x\n"
	f := &source.File{Name: "a.yaml", Data: []byte(text)}
	for _, c := range []struct {
		line, column int
		want         protocol.Position
	}{{1, 4, protocol.Position{Character: 3}}, {2, 1, protocol.Position{Line: 1}}, {2, 2, protocol.Position{Line: 1, Character: 2}}, {2, 3, protocol.Position{Line: 1, Character: 3}}, {2, 99, protocol.Position{Line: 1, Character: 6}}, {9, 1, protocol.Position{Line: 8}}} {
		if got := positionOf(f, c.line, c.column); got != c.want {
			t.Errorf("%d:%d is %v, want %v", c.line, c.column, got, c.want)
		}
		if line, column := placeOf(f, c.want); c.column < 9 && (line != c.line || column != c.column) {
			t.Errorf("%v is %d:%d, want %d:%d", c.want, line, column, c.line, c.column)
		}
	}
	if at := offset(text, protocol.Position{Line: 1, Character: 1}); at != strings.Index(text, "😀") {
		t.Errorf("inside of a pair is byte %d", at)
	}
}
