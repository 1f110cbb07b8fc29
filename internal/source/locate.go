package source

import "unicode/utf8"

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
	line := d.line + n.Line - 1
	s := Span{File: d.File.Name, Line: line, Column: n.Column, EndLine: line}
	s.EndColumn = n.Column + max(1, d.width(n, line))
	return s
}

// width is the number of code points the node takes on its first line.
func (d *Document) width(n *Node, line int) int {
	if n.Kind != scalar {
		return 1
	}
	text := []rune(d.File.Line(line))
	if n.Column < 1 || n.Column > len(text) {
		return 1
	}
	text = text[n.Column-1:]
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
