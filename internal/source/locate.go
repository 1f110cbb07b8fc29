package source

import (
	"bytes"
	"unicode/utf8"
)

// Locator finds places in one document. It parses the document again, so one
// is made for all the places of a document and then dropped: trees are not
// kept while thousands of documents are compiled.
type Locator struct {
	doc  *Document
	root *Node
}

// Locator returns a Locator for the document.
func (d *Document) Locator() *Locator {
	root := d.root
	if root == nil {
		root, _ = d.Parse()
	}
	return &Locator{doc: d, root: root}
}

// Span returns where the place stands in the file: the value when it is a
// scalar, the field's name when it is a list or a mapping or when key is set,
// and the nearest existing parent when the field is absent.
func (l *Locator) Span(path string, key bool) Span {
	d := l.doc
	start := Span{File: d.File.Name, Line: d.line, Column: 1, EndLine: d.line, EndColumn: 1}
	if l.root == nil {
		return start
	}
	f := lookup(l.root, path)
	n := f.value
	if f.key != nil && (key || !f.exact || n.Kind != scalar || n.Line == 0) {
		n = f.key
	}
	for n.Kind != scalar && len(n.Content) > 0 && f.key != n {
		n = n.Content[0]
	}
	if n.Line == 0 {
		return start
	}
	return d.nodeSpan(n)
}

// nodeSpan is the span of a node whose positions are relative to the document.
func (d *Document) nodeSpan(n *Node) Span {
	line, column := d.place(n.Line, n.Column)
	s := Span{File: d.File.Name, Line: line, Column: column, EndLine: line}
	s.EndColumn = column + max(1, d.width(n, line, column))
	return s
}

// place turns a line and a column of the document, as the YAML library counts
// them, into those of the file. The library also ends a line at the breaks of
// YAML 1.1: U+0085, U+2028 and U+2029.
func (d *Document) place(line, column int) (int, int) {
	if !d.odd {
		return d.line + line - 1, column
	}
	at := 0
	for ; line > 1 && at < len(d.text); line-- {
		end := nextLine(d.text, at)
		for _, b := range oddBreak {
			if i := bytes.Index(d.text[at:end], b); i >= 0 {
				end = at + i + len(b)
			}
		}
		at = end
	}
	for ; column > 1 && at < len(d.text); column-- {
		_, n := utf8.DecodeRune(d.text[at:])
		at += n
	}
	return d.File.Position(d.File.start(d.line) + at)
}

var oddBreak = [...][]byte{[]byte("\u0085"), []byte("\u2028"), []byte("\u2029")}

func oddBreaks(text []byte) bool {
	for _, b := range oddBreak {
		if bytes.Contains(text, b) {
			return true
		}
	}
	return false
}

// width is the number of code points the node takes on its first line.
func (d *Document) width(n *Node, line, column int) int {
	if n.Kind != scalar {
		return 1
	}
	text := []rune(d.File.Line(line))
	if column < 1 || column > len(text) {
		return 1
	}
	text = text[column-1:]
	switch text[0] {
	case '\'', '"':
		return quotedWidth(text)
	case '|', '>', '&', '!', '*':
		return 1
	}
	return min(len(text), utf8.RuneCountInString(n.Value))
}

func quotedWidth(text []rune) int {
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && text[0] == '"':
			i++
		case text[i] == text[0] && text[0] == '\'' && i+1 < len(text) && text[i+1] == '\'':
			i++
		case text[i] == text[0]:
			return i + 1
		}
	}
	return len(text)
}

// NodeSpan returns where a node of the document's own tree is in the file, to
// its end on its first line. The tree is that of Outline: its positions are
// those of the document's text.
func (d *Document) NodeSpan(n *Node) Span { return d.nodeSpan(n) }
