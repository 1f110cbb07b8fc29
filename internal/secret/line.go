package secret

import (
	"strings"
	"unicode/utf8"

	"github.com/kgw-dev/kgw/internal/source"
)

// Line is a line of a file with its secrets masked.
type Line struct {
	Text string
	// at are the ranges of the line as it is written that Hidden is in the place
	// of.
	at []spot
}

// Line returns line n of a file, from 1, with its secrets masked.
func (b *Book) Line(f *source.File, n int) Line {
	text := f.Line(n)
	if b == nil {
		b = &Book{}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	at := append(findSpots(text), findAssignments(text)...)
	b.readPending()
	at = append(at, b.knownSpots(text)...)
	own := b.secretsOf(f)
	for _, v := range own.short {
		at = append(at, quotedSpots(text, v.Reveal())...)
	}
	for _, c := range own.lines[n] {
		at = append(at, spot{byteAt(text, c.start), byteAt(text, c.end)})
	}
	at = coverComment(text, merge(at))
	return Line{hideSpots(text, at), at}
}

// quotedSpots lists where a text is quoted by itself.
func quotedSpots(s, value string) []spot {
	var out []spot
	for pos := 0; ; {
		i := strings.Index(s[pos:], value)
		if i < 0 {
			return out
		}
		start, end := pos+i, pos+i+len(value)
		if start > 0 && end < len(s) && s[start-1] == s[end] && (s[end] == '"' || s[end] == '\'') {
			out = append(out, spot{start, end})
		}
		pos = end
	}
}

// File returns the text of a file with its secrets masked.
func (b *Book) File(f *source.File) []byte {
	var out []byte
	for n := 1; n <= f.Lines(); n++ {
		out = append(append(out, b.Line(f, n).Text...), f.Break(n)...)
	}
	return out
}

// coverComment lets a secret at the end of a line cover the comment behind it,
// which may hold another.
func coverComment(text string, at []spot) []spot {
	if len(at) == 0 {
		return at
	}
	end := at[len(at)-1].end
	for i := end; i < len(text); i++ {
		if text[i] == '#' && i > 0 && (text[i-1] == ' ' || text[i-1] == '\t') {
			return append(at, spot{i, len(text)})
		}
	}
	return at
}

// byteAt is the offset of the code point of a column, at most the end.
func byteAt(text string, column int) int {
	i := 0
	for ; column > 1 && i < len(text); column-- {
		_, size := utf8.DecodeRuneInString(text[i:])
		i += size
	}
	return i
}

// Masked reports whether the line holds a secret.
func (l *Line) Masked() bool { return len(l.at) > 0 }

// Offset returns where a byte of the line as it is written is in Text: of a
// secret, where Hidden begins.
func (l *Line) Offset(written int) int {
	shift := 0
	for _, p := range l.at {
		if written < p.start {
			break
		}
		if written < p.end {
			return p.start + shift
		}
		shift += len(Hidden) - (p.end - p.start)
	}
	return written + shift
}

// End returns where a range that ends at a byte of the line as it is written
// ends in Text: of a secret, where Hidden ends.
func (l *Line) End(written int) int {
	shift := 0
	for _, p := range l.at {
		if written <= p.start {
			break
		}
		if written <= p.end {
			return p.start + shift + len(Hidden)
		}
		shift += len(Hidden) - (p.end - p.start)
	}
	return written + shift
}
