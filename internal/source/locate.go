package source

import (
	"bytes"
	"strings"
	"sync"
	"unicode/utf8"
)

// Locator finds places in one document. It parses the document again, so one
// is made for all the places of a document and then dropped: trees are not
// kept while thousands of documents are compiled.
type Locator struct {
	doc  *Document
	root *Node
	// texts are the trees of texts within the document, by their path.
	texts map[string]*Node
}

// Locator returns a Locator for the document.
func (d *Document) Locator() *Locator {
	root := d.root
	if root == nil {
		root, _ = d.Parse()
	}
	return &Locator{doc: d, root: root}
}

// Locate calls use with a Locator for the document, which ends with it.
func (d *Document) Locate(use func(*Locator)) {
	d.Visit(func(root *Node, problem *Problem) (keeps bool) {
		if problem == nil {
			root, _ = d.Expand(root)
		}
		use(&Locator{doc: d, root: root})
		return false
	})
}

// Span returns where the place is in the file: the value when it is a
// scalar, the field's name when it is a list or a mapping or when key is set,
// and the nearest existing parent when the field is absent.
func (l *Locator) Span(path string, key bool) Span {
	d := l.doc
	start := Span{File: d.File.Name, Line: d.line, Column: 1, EndLine: d.line, EndColumn: 1}
	if l.root == nil {
		return start
	}
	f := l.lookup(path)
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

// lookup follows a path, also into a text that is YAML itself.
func (l *Locator) lookup(path string) found {
	outer, inner, within := strings.Cut(path, JoinKey("", Inside))
	f := lookup(l.root, outer)
	if !within || !f.exact {
		return f
	}
	root, known := l.texts[outer]
	if !known {
		if l.texts == nil {
			l.texts = map[string]*Node{}
		}
		root = l.doc.Within(f.value)
		l.texts[outer] = root
	}
	if root == nil {
		return f
	}
	return lookup(root, strings.TrimPrefix(inner, "."))
}

// nodeSpan is the span of a node whose positions are relative to the document.
func (d *Document) nodeSpan(n *Node) Span {
	line, column := d.filePlace(n.Line, n.Column)
	s := Span{File: d.File.Name, Line: line, Column: column, EndLine: line}
	s.EndColumn = column + max(1, d.width(n, line, column))
	return s
}

// filePlace turns a line and a column of the document, as the YAML library counts
// them, into those of the file. The library also ends a line at the breaks of
// YAML 1.1: U+0085, U+2028 and U+2029.
func (d *Document) filePlace(line, column int) (int, int) {
	if d.odd == nil {
		return d.line + line - 1, column
	}
	starts := d.odd.startsOf(d.text)
	fileLine, first := d.File.Position(d.File.start(d.line) + starts[min(line, len(starts))-1])
	return fileLine, first + column - 1
}

// oddLines are the lines of a document as the YAML library counts them.
type oddLines struct {
	once   sync.Once
	starts []int // offsets of their first bytes
}

func (o *oddLines) startsOf(text []byte) []int {
	o.once.Do(func() {
		o.starts = []int{0}
		for at := 0; at < len(text); {
			end := nextLine(text, at)
			for at < end {
				next := end
				for _, b := range oddBreak {
					if i := bytes.Index(text[at:next], b); i >= 0 {
						next = at + i + len(b)
					}
				}
				at = next
				o.starts = append(o.starts, at)
			}
		}
	})
	return o.starts
}

var oddBreak = [...][]byte{[]byte("\u0085"), []byte("\u2028"), []byte("\u2029")}

// findOddLines returns the lines of a text that the library ends elsewhere, nil
// where it has none.
func findOddLines(text []byte) *oddLines {
	for _, b := range oddBreak {
		if bytes.Contains(text, b) {
			return &oddLines{}
		}
	}
	return nil
}

// width is the number of code points of the node on its first line.
func (d *Document) width(n *Node, line, column int) int {
	if n.Kind != scalar {
		return 1
	}
	text := d.File.textFrom(line, column)
	if len(text) == 0 {
		return 1
	}
	switch text[0] {
	case '\'', '"':
		return quotedWidth(text)
	case '|', '>', '&', '!', '*':
		return 1
	}
	width := utf8.RuneCountInString(n.Value)
	if len(text) < 4*width {
		width = min(width, utf8.RuneCount(text))
	}
	return width
}

// quotedWidth is how many code points a text in quotes has on its first line.
func quotedWidth(text []byte) int {
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && text[0] == '"':
			i++
		case text[i] == text[0] && text[0] == '\'' && i+1 < len(text) && text[i+1] == '\'':
			i++
		case text[i] == text[0]:
			return utf8.RuneCount(text[:i+1])
		}
	}
	return utf8.RuneCount(text)
}

// NodeSpan returns where a node of the document's own tree is in the file, to
// its end on its first line. The tree is that of Outline: its positions are
// those of the document's text.
func (d *Document) NodeSpan(n *Node) Span { return d.nodeSpan(n) }

// Has reports whether the document has a field, whatever its value.
func (l *Locator) Has(path string) bool { return l.root != nil && lookup(l.root, path).exact }

// Len returns how many elements the list at a path has; 0 where there is none.
func (l *Locator) Len(path string) int {
	if !l.Has(path) {
		return 0
	}
	return len(Elements(lookup(l.root, path).value))
}

// Locators are the Locators of documents, each of which is read once.
type Locators map[*Document]*Locator

// Of returns the Locator of a document.
func (l Locators) Of(doc *Document) *Locator {
	if l[doc] == nil {
		l[doc] = doc.Locator()
	}
	return l[doc]
}

// Span returns where something is; the zero Span where it is in no document.
func (l Locators) Span(at Ref) Span {
	if at.Doc == nil {
		return Span{}
	}
	return l.Of(at.Doc).Span(at.Path, at.Key)
}
