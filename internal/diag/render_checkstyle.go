package diag

import (
	"cmp"
	"encoding/xml"
	"io"
	"strings"

	"github.com/kgw-dev/kgw/internal/report"
)

// Checkstyle renders findings as the XML of Checkstyle, which Jenkins and many
// other readers of reports know: an element for each file with its findings
// (https://checkstyle.org/config_filters.html describes the tool; the format is
// that of its XMLLogger).
type Checkstyle struct{}

type checkstyleReport struct {
	XMLName xml.Name          `xml:"checkstyle"`
	Version string            `xml:"version,attr"`
	Files   []*checkstyleFile `xml:"file"`
}

type checkstyleFile struct {
	Name   string            `xml:"name,attr"`
	Errors []checkstyleError `xml:"error"`
}

type checkstyleError struct {
	Line     int    `xml:"line,attr"`
	Column   int    `xml:"column,attr"`
	Severity string `xml:"severity,attr"`
	Message  string `xml:"message,attr"`
	Source   string `xml:"source,attr"`
}

// Render implements Renderer.
func (Checkstyle) Render(w io.Writer, r *Report) error {
	r = r.masked()
	text := func(s string) string { return report.XMLText(report.Visible(s)) }
	out := checkstyleReport{Version: "4.3"}
	files := map[string]*checkstyleFile{}
	for i := range r.Findings {
		f := &r.Findings[i]
		name := cmp.Or(text(f.Span.File), "-")
		file := files[name]
		if file == nil {
			file = &checkstyleFile{Name: name}
			files[name] = file
			out.Files = append(out.Files, file)
		}
		s := wholeSpan(f.Span)
		file.Errors = append(file.Errors, checkstyleError{
			Line: s.Line, Column: s.Column, Severity: checkstyleLevel(f.Severity),
			Message: report.XMLText(strings.Join(messageLines(f, true), "\n")), Source: "kgw." + text(string(f.Code)),
		})
	}
	return report.XML(w, out)
}

func checkstyleLevel(s Severity) string {
	switch s {
	case Warning, Info:
		return s.String()
	}
	return "error"
}
