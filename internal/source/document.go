// Package source turns bytes into documents that remember where everything is.
//
// It takes files, directories, standard input and byte slices and returns
// Documents: the text of one YAML document with its file, its first line, and
// on demand its node tree. It reports faults of the YAML itself with their
// places. It must not know any kind of resource: a document's head (apiVersion,
// kind, name) is all it reads of the meaning.
package source

import (
	"sort"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// Node is a node of a document's YAML tree. Line and Column are relative to
// the document's text; use Document.Locate for places in the file.
type Node = yaml.Node

// Limits of one input, each with its own Problem when exceeded.
const (
	MaxFileBytes     = 512 << 20 // bytes of one file
	MaxDocumentBytes = 64 << 20  // bytes of one document
	MaxDocuments     = 10_000    // documents of one file
	MaxExpandedNodes = 100_000   // nodes that the aliases of one document may expand to
	MaxNodes         = 4_000_000 // nodes of one document
)

// File is one input: a file, standard input, or bytes in memory.
type File struct {
	// Name is how the file is named in findings: relative to the working
	// directory where possible, with slashes.
	Name string
	// Data is the content without a byte order mark.
	Data []byte
	// Walked marks a file that nobody named and that may have nothing to do
	// with gateways.
	Walked bool
	// Rendered marks text that differs from the file: a program or --set-env
	// made it, so that it cannot be written back.
	Rendered bool

	once  sync.Once
	lines []int    // offset of the first byte of each line
	marks sync.Map // of long lines, by number: offsets of every markEvery-th code point
}

// Line returns the text of line n (1-based) without its line break, or "" when
// there is no such line.
func (f *File) Line(n int) string {
	f.once.Do(f.index)
	if n < 1 || n > len(f.lines) {
		return ""
	}
	return string(f.Data[f.lines[n-1]:f.lineEnd(n)])
}

// Lines returns how many lines the file has; the last may have no line break.
func (f *File) Lines() int {
	f.once.Do(f.index)
	return len(f.lines)
}

// Break returns the line break at the end of line n (1-based), "" where there
// is none.
func (f *File) Break(n int) string {
	start, end := f.start(n), len(f.Data)
	if n < len(f.lines) {
		end = f.lines[n]
	}
	return string(f.Data[start+len(f.Line(n)) : end])
}

// Position returns the 1-based line and the 1-based column, in code points, of
// the byte at offset.
func (f *File) Position(offset int) (line, column int) {
	f.once.Do(f.index)
	i := sort.SearchInts(f.lines, offset+1) - 1
	return i + 1, f.columnOf(i+1, offset)
}

// start returns the offset of a line that exists.
func (f *File) start(line int) int {
	f.once.Do(f.index)
	return f.lines[line-1]
}

func (f *File) index() {
	f.lines = append(f.lines, 0)
	for start := 0; start < len(f.Data); {
		next := nextLine(f.Data, start)
		if next == len(f.Data) && !isBreak(f.Data[next-1]) {
			break
		}
		f.lines = append(f.lines, next)
		start = next
	}
}

// nextLine returns the offset after the line break that ends the line at start.
func nextLine(data []byte, start int) int {
	for i := start; i < len(data); i++ {
		switch data[i] {
		case '\n':
			return i + 1
		case '\r':
			if i+1 < len(data) && data[i+1] == '\n' {
				return i + 2
			}
			return i + 1
		}
	}
	return len(data)
}

func isBreak(b byte) bool { return b == '\n' || b == '\r' }

// Document is one YAML document, or one item of a List.
type Document struct {
	File  *File
	Index int // position among the documents of the file, from 0

	// The head, as far as the document has one; empty otherwise.
	APIVersion, Kind, Namespace, Name string

	line int       // line of the file on which text starts
	text []byte    // the document's bytes
	odd  *oddLines // where text holds breaks that end a line for the library only
	item string    // path of the item inside its List, or ""
	from string    // path that the text had in the List that it was cut out of, or ""
	root *Node     // kept only for items of a List, which share one tree
}

// Text returns the bytes of the whole YAML document, for an item those of its
// List. The caller must not change them.
func (d *Document) Text() []byte { return d.text }

// Item returns the path of the item inside its List ("items[3]"), or "".
func (d *Document) Item() string { return d.item }

// Position returns the path of the item inside the List of the file, or "": also that of
// a document that Unfold cut out of it, whose own text is not a List.
func (d *Document) Position() string {
	if d.from == "" || d.item == "" {
		return d.from + d.item
	}
	return d.from + "." + d.item
}

// Line returns the line of the file on which the document's text starts.
func (d *Document) Line() int { return d.line }

// Ref is a place in a document by field path ("spec.rules[2].path"). The
// empty path is the whole document.
type Ref struct {
	Doc  *Document
	Path string
	// Key makes the place the field's name and not its value.
	Key bool
}

// At returns the place below r: At("a", "b") of "spec" is "spec.a.b".
func (r Ref) At(keys ...string) Ref {
	for _, k := range keys {
		r.Path = JoinKey(r.Path, k)
	}
	return r
}

// Elem returns the place of element i of the list at r.
func (r Ref) Elem(i int) Ref {
	r.Path = JoinIndex(r.Path, i)
	return r
}

// Span is a range in a file. Lines and columns are 1-based, columns count code
// points, the end is exclusive.
type Span struct {
	File                             string
	Line, Column, EndLine, EndColumn int
}

// On returns the span as it is shown where states are compared, on the side of a
// name: a file of a git ref ("git:REF") is not that of the work tree.
func (s Span) On(side string) Span {
	if strings.HasPrefix(side, "git:") && s.File != "" {
		s.File = side + ":" + s.File
	}
	return s
}

// Verbatim appends the document as it is written, without directives and "---"
// in front; an item of a List is written out anew.
func (d *Document) Verbatim(b []byte) []byte {
	if d.item != "" {
		if text, err := yaml.Marshal(d.root); err == nil {
			return append(b, text...)
		}
		return b
	}
	text := withoutDirectives(d.text)
	if isMarker(text, "---") {
		text = text[3:]
		if len(text) > 0 && (text[0] == '\n' || text[0] == '\r') {
			text = text[nextLine(text, 0):]
		}
	}
	b = append(b, text...)
	if len(b) > 0 && b[len(b)-1] != '\n' {
		b = append(b, '\n')
	}
	return b
}

// withoutDirectives returns the text from its "---" on when directives are
// in front of it.
func withoutDirectives(text []byte) []byte {
	directives := false
	for pos := 0; pos < len(text); pos = nextLine(text, pos) {
		switch {
		case text[pos] == '%':
			directives = true
		case isMarker(text[pos:], "---") && directives:
			return text[pos:]
		case text[pos] != '#' && !isBreak(text[pos]):
			return text
		}
	}
	return text
}
