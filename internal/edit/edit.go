// Package edit changes YAML files by place: a scalar, an element of a list, a
// comment. Every byte outside of the change stays as it is.
//
// It takes a file with a place in it and returns changes, new text, unified
// diffs, and files replaced all or not at all. A change is refused if its
// result does not parse to exactly the wanted value. The package must not know
// why something is changed.
package edit

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
)

// Change replaces the bytes from Start to End of a file's data.
type Change struct {
	Start, End int
	Text       string
}

// ErrRefused is wrapped by the errors of changes that cannot be made without
// touching something else.
var ErrRefused = errors.New("cannot be changed in place")

func refusal(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrRefused, fmt.Sprintf(format, args...))
}

// Apply makes the changes. They may come in any order; an error reports that
// two of them overlap or that one is outside of the data.
func Apply(data []byte, changes []Change) ([]byte, error) {
	sorted := slices.Clone(changes)
	slices.SortStableFunc(sorted, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})
	var out []byte
	at := 0
	for _, c := range sorted {
		if c.Start < at || c.End < c.Start || c.End > len(data) {
			return nil, fmt.Errorf("a change of bytes %d to %d of %d overlaps another one or the end", c.Start, c.End, len(data))
		}
		out = append(append(out, data[at:c.Start]...), c.Text...)
		at = c.End
	}
	return append(out, data[at:]...), nil
}

// Append returns a text with documents behind it, which start with "---" and end
// their lines with line feeds; they are written with the text's own line breaks.
func Append(text []byte, documents string) []byte {
	if documents == "" {
		return text
	}
	end := lineBreak(text, nextLine(text, 0))
	if end == "" {
		end = "\n"
	}
	if lineBreak(text, len(text)) == "" {
		text = append(text, end...)
	}
	return append(text, strings.ReplaceAll(documents, "\n", end)...)
}

// textStart is the offset in its file at which a document's text begins.
func textStart(doc *source.Document) int {
	data, text := doc.File.Data, doc.Text()
	if at := cap(data) - cap(text); len(text) > 0 && at >= 0 && at < len(data) && &data[at] == &text[0] {
		return at
	}
	return offset(data, doc.Line(), 1)
}

// parse reads a document's text, changed or not.
func parse(doc *source.Document, text []byte) (*source.Node, error) {
	f, problem := source.NewFile(doc.File.Name, text)
	if problem != nil {
		return nil, refusal("%s", problem.Message)
	}
	docs, problems := source.Split(f)
	if len(problems) > 0 || len(docs) != 1 {
		return nil, refusal("the file would not be made of the same documents")
	}
	root, problems := docs[0].Parse()
	if root == nil || slices.ContainsFunc(problems, func(p source.Problem) bool { return p.Kind.Fatal() }) {
		return nil, refusal("the document would not parse")
	}
	return unshare(root), nil
}

// unshare copies a tree so that the value of each alias is a node of its own.
func unshare(n *source.Node) *source.Node {
	out := *n
	out.Content = make([]*source.Node, len(n.Content))
	for i, c := range n.Content {
		out.Content[i] = unshare(c)
	}
	return &out
}

// verify checks that a change, of the document's own text, turns its tree into
// one with the wanted value.
func verify(doc *source.Document, c Change, want any) error {
	data, err := Apply(doc.Text(), []Change{c})
	if err != nil {
		return err
	}
	root, err := parse(doc, data)
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(source.Value(root), want) {
		return refusal("something else would change too")
	}
	return nil
}

// inFile makes a change of a document's text one of its file.
func inFile(doc *source.Document, c Change) Change {
	at := textStart(doc)
	return Change{Start: c.Start + at, End: c.End + at, Text: c.Text}
}

// parseWhole parses the whole document that a resource is in, for an item of a
// List that of the List.
func parseWhole(doc *source.Document) (*source.Node, error) { return parse(doc, doc.Text()) }

// offset is the byte at a 1-based line and column, which counts code points.
func offset(data []byte, line, column int) int {
	at := 0
	for ; line > 1 && at < len(data); line-- {
		at = nextLine(data, at)
	}
	for ; column > 1 && at < len(data); column-- {
		at += runeLen(data[at:])
	}
	return at
}

func runeLen(b []byte) int {
	n := 1
	for n < len(b) && b[n]&0xC0 == 0x80 {
		n++
	}
	return n
}

// nextLine is the offset behind the line break that ends the line at an
// offset.
func nextLine(data []byte, at int) int {
	i := bytes.IndexAny(data[at:], "\r\n")
	if i < 0 {
		return len(data)
	}
	at += i
	if data[at] == '\r' && at+1 < len(data) && data[at+1] == '\n' {
		return at + 2
	}
	return at + 1
}

// lineStart is the offset of the first byte of the line that holds an offset.
func lineStart(data []byte, at int) int {
	return bytes.LastIndexAny(data[:at], "\r\n") + 1
}

// lineBreak is how the line that ends at an offset is ended, or "".
func lineBreak(data []byte, end int) string {
	switch {
	case end >= 2 && data[end-2] == '\r' && data[end-1] == '\n':
		return "\r\n"
	case end >= 1 && (data[end-1] == '\n' || data[end-1] == '\r'):
		return string(data[end-1 : end])
	}
	return ""
}
