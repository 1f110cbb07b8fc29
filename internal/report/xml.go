package report

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"unicode/utf8"
)

// XML writes a value as indented XML with its header.
func XML(w io.Writer, v any) error {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	e := xml.NewEncoder(&b)
	e.Indent("", "  ")
	if err := e.Encode(v); err != nil {
		return err
	}
	b.WriteByte('\n')
	_, err := w.Write(escapedIn(b.Bytes(), "&#35;"))
	return err
}

// XMLText drops what XML 1.0 (2.2, Char) does not allow in a document.
func XMLText(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\n', r == '\r', r >= ' ' && r < 0xd800, r >= 0xe000 && r < 0xfffe, r > 0xffff && r <= utf8.MaxRune:
			return r
		}
		return -1
	}, s)
}
