package source

import (
	"bytes"
	"encoding/json"
)

// Split cuts a file into its YAML documents. A line that starts with "---" or
// "..." at its first column ends a document wherever it is (YAML 1.2,
// 9.1.2), so no parsing is needed. JSON objects that follow each other, each on
// a line of its own, are documents too. Documents without content are left out.
// Directives and comments before a "---" belong to the document after it.
func Split(f *File) ([]*Document, []Problem) {
	s := splitter{file: f, line: 1, startLine: 1}
	for pos := 0; pos < len(f.Data) && len(s.docs) <= MaxDocuments; {
		next := nextLine(f.Data, pos)
		s.takeLine(pos, next)
		pos = next
		s.line++
	}
	if len(s.docs) <= MaxDocuments {
		s.flush(len(f.Data))
	}
	if len(s.docs) > MaxDocuments {
		s.problems = append(s.problems, Problem{
			Kind: TooManyDocuments, File: f, Line: s.docs[MaxDocuments].line, Column: 1,
			Message: "the file holds more than 10000 documents", Help: "split the file",
		})
		s.docs = s.docs[:MaxDocuments]
	}
	return s.docs, s.problems
}

type splitter struct {
	file             *File
	docs             []*Document
	problems         []Problem
	start, startLine int  // of the current document
	line             int  // of the current line
	content          bool // a line that is neither blank, comment nor directive
	open             bool // "---" was seen for the current document
}

func (s *splitter) takeLine(pos, next int) {
	text := s.file.Data[pos:next]
	switch {
	case isMarker(text, "---"):
		if s.open || s.content {
			s.flush(pos)
		}
		s.open = true
		s.content = len(stripComment(text[3:])) > 0
	case isMarker(text, "..."):
		s.flush(pos)
		s.start, s.startLine = next, s.line+1
	case !s.content:
		t := trimBlank(text)
		s.content = len(t) > 0 && t[0] != '#' && text[0] != '%'
	}
}

func (s *splitter) flush(end int) {
	if s.content {
		line := s.startLine
		for _, text := range splitObjects(s.file.Data[s.start:end]) {
			s.add(text, line)
			line += countBreaks(text)
		}
	}
	s.start, s.startLine, s.content, s.open = end, s.line, false, false
}

// splitObjects cuts a stream of JSON objects at the lines on which they start;
// any other text stays whole.
func splitObjects(text []byte) [][]byte {
	var out [][]byte
	for len(out) <= MaxDocuments {
		if start := bytes.TrimLeft(text, " \t\r\n"); len(start) == 0 || start[0] != '{' {
			break
		}
		var value json.RawMessage
		d := json.NewDecoder(bytes.NewReader(text))
		if d.Decode(&value) != nil {
			break
		}
		behind := text[d.InputOffset():]
		space := behind[:len(behind)-len(bytes.TrimLeft(behind, " \t\r\n"))]
		line := bytes.LastIndexAny(space, "\r\n")
		if line < 0 || len(space) == len(behind) || behind[len(space)] != '{' {
			break
		}
		end := int(d.InputOffset()) + line + 1
		out, text = append(out, text[:end]), text[end:]
	}
	return append(out, text)
}

// countBreaks counts the line breaks of a text.
func countBreaks(text []byte) int {
	n := 0
	for pos := 0; pos < len(text); pos = nextLine(text, pos) {
		n++
	}
	return n
}

func (s *splitter) add(text []byte, line int) {
	if len(text) > MaxDocumentBytes {
		s.problems = append(s.problems, Problem{
			Kind: DocumentTooLarge, File: s.file, Line: line, Column: 1,
			Message: "the document is larger than 64 MiB",
		})
		return
	}
	s.docs = append(s.docs, &Document{File: s.file, Index: len(s.docs), line: line, text: text, odd: findOddLines(text)})
}

func isMarker(line []byte, m string) bool {
	if len(line) < 3 || string(line[:3]) != m {
		return false
	}
	return len(line) == 3 || line[3] == ' ' || line[3] == '\t' || isBreak(line[3])
}

// trimBlank leaves out what is blank to YAML: other spaces are text.
func trimBlank(b []byte) []byte { return bytes.Trim(b, " \t\r\n") }

func stripComment(b []byte) []byte {
	t := trimBlank(b)
	if len(t) > 0 && t[0] == '#' {
		return nil
	}
	return t
}
