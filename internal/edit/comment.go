package edit

import (
	"bytes"

	"github.com/kgw-dev/kgw/internal/source"
)

// RemoveComment returns the change that removes the comment which starts at a
// place, to the end of its line; where nothing else is on the line, the line.
func RemoveComment(doc *source.Document, span source.Span) (Change, error) {
	root, err := parseWhole(doc)
	if err != nil {
		return Change{}, err
	}
	data := doc.Text()
	start := offset(data, span.Line-doc.Line()+1, span.Column)
	if start >= len(data) || data[start] != '#' {
		return Change{}, refusal("line %d has no comment at column %d", span.Line, span.Column)
	}
	next := nextLine(data, start)
	change := Change{Start: start, End: next - len(lineBreak(data, next))}
	before := bytes.TrimRight(data[lineStart(data, start):start], " \t")
	change.Start = lineStart(data, start) + len(before)
	if len(before) == 0 {
		change.End = next
	}
	return inFile(doc, change), verify(doc, change, source.Value(root))
}
