package diag

import (
	"fmt"

	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/source"
)

// placePrefix is "file:line:col: ", or nothing where there is no file.
func placePrefix(s source.Span) string {
	if s.File == "" {
		return ""
	}
	return fmt.Sprintf("%s:%d:%d: ", report.File(s.File), max(1, s.Line), max(1, s.Column))
}

// wholeSpan returns the span with four numbers of at least 1 and an end after
// its start.
func wholeSpan(s source.Span) source.Span {
	s.Line, s.Column = max(1, s.Line), max(1, s.Column)
	s.EndLine = max(s.Line, s.EndLine)
	s.EndColumn = max(1, s.EndColumn)
	if s.EndLine == s.Line {
		s.EndColumn = max(s.Column+1, s.EndColumn)
	}
	return s
}

// messageLines is what a finding says, for formats that show its place
// themselves: message, related places where they are wanted, witness and help.
func messageLines(f *Finding, related bool) []string {
	text := []string{report.Visible(f.Message)}
	if related {
		for _, rel := range f.Related {
			text = append(text, placePrefix(rel.Span)+report.Visible(rel.Message))
		}
	}
	if f.Witness != nil {
		text = append(text, "witness: "+report.Visible(f.Witness.String()))
	}
	if f.Help != "" {
		text = append(text, "help: "+report.Visible(f.Help))
	}
	return text
}

// String returns the request as "GET https://...".
func (w *Witness) String() string { return w.Method + " " + w.URL }
