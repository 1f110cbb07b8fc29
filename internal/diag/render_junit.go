package diag

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/source"
)

// JUnit renders a report as JUnit XML: a suite for each file, a case for each
// resource without findings and for each finding. Only errors fail; an error
// about no resource, such as a file that cannot be read, counts as an error of
// the suite. All times are 0, so that equal runs give equal reports, and are
// always there, since some readers demand them.
// https://github.com/testmoapp/junitxml describes what readers accept.
type JUnit struct{}

type junitSuites struct {
	XMLName xml.Name `xml:"testsuites"`
	Name    string   `xml:"name,attr"`
	junitCounts
	Suites []*junitSuite `xml:"testsuite"`
}

type junitCounts struct {
	Tests    int    `xml:"tests,attr"`
	Failures int    `xml:"failures,attr"`
	Errors   int    `xml:"errors,attr"`
	Skipped  int    `xml:"skipped,attr"`
	Time     string `xml:"time,attr"`
}

type junitSuite struct {
	Name string `xml:"name,attr"`
	ID   int    `xml:"id,attr"`
	junitCounts
	Cases []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Time    string        `xml:"time,attr"`
	Failure *junitFailure `xml:"failure"`
	Error   *junitFailure `xml:"error"`
	Out     *junitText    `xml:"system-out"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

type junitText struct {
	Text string `xml:",chardata"`
}

// Render implements Renderer.
func (JUnit) Render(w io.Writer, r *Report) error {
	r = r.masked()
	out := junitSuites{Name: "kgw", junitCounts: junitCounts{Time: "0"}, Suites: collectSuites(r)}
	for i, s := range out.Suites {
		s.ID = i
		out.Tests += s.Tests
		out.Failures += s.Failures
		out.Errors += s.Errors
	}
	return report.XML(w, out)
}

// junitName is what must be unique in a file: the name of a suite, and the class
// and the name of a case in it.
type junitName struct{ suite, class, name string }

// collectSuites returns a suite for each file, in the order of their names: in
// each the resources in input order with their findings, then what is about
// other documents or none.
func collectSuites(r *Report) []*junitSuite {
	about := map[*source.Document][]*Finding{}
	for i := range r.Findings {
		f := &r.Findings[i]
		about[f.Document()] = append(about[f.Document()], f)
	}
	b := junitBuilder{suites: map[string]*junitSuite{}, names: map[junitName]int{}, text: newTextPrinter(Text{}, r.Secrets)}
	listed := map[*source.Document]bool{}
	for _, d := range r.Resources {
		listed[d] = true
		if len(about[d]) == 0 {
			b.add(d.File.Name, junitCase{Class: className(d), Name: resourceName(d)})
		}
		for _, f := range about[d] {
			b.addFinding(f)
		}
	}
	for i := range r.Findings {
		if f := &r.Findings[i]; !listed[f.Document()] {
			b.addFinding(f)
		}
	}
	return slices.SortedFunc(maps.Values(b.suites), func(x, y *junitSuite) int { return strings.Compare(x.Name, y.Name) })
}

// junitBuilder puts cases into the suites of their files.
type junitBuilder struct {
	suites map[string]*junitSuite
	names  map[junitName]int // how often a case's name occurred, by suite and name
	text   *textPrinter
}

func (b *junitBuilder) addFinding(f *Finding) {
	d := f.Document()
	file, c := f.Span.File, junitCase{Class: "file", Name: f.Span.File}
	if d != nil {
		file, c = d.File.Name, junitCase{Class: className(d), Name: resourceName(d)}
	}
	c.Name += ": " + string(f.Code)
	switch {
	case f.Severity != Error:
		c.Out = &junitText{report.XMLText(b.text.print(f))}
	case d == nil:
		c.Error = b.addFailure(f)
	default:
		c.Failure = b.addFailure(f)
	}
	b.add(file, c)
}

func (b *junitBuilder) addFailure(f *Finding) *junitFailure {
	return &junitFailure{Message: report.XMLText(report.Visible(f.Message)), Type: report.XMLText(report.Visible(string(f.Code))), Text: report.XMLText(b.text.print(f))}
}

// add appends a case; readers merge cases of the same name, so a repeated name
// gets a number.
func (b *junitBuilder) add(file string, c junitCase) {
	name := report.XMLText(report.Visible(cmp.Or(file, "-")))
	s := b.suites[name]
	if s == nil {
		s = &junitSuite{Name: name, junitCounts: junitCounts{Time: "0"}}
		b.suites[name] = s
	}
	c.Class, c.Name, c.Time = report.XMLText(report.Visible(c.Class)), report.XMLText(report.Visible(c.Name)), "0"
	key := junitName{name, c.Class, c.Name}
	if b.names[key]++; b.names[key] > 1 {
		c.Name = fmt.Sprintf("%s #%d", c.Name, b.names[key])
	}
	s.Cases = append(s.Cases, c)
	s.Tests++
	if c.Failure != nil {
		s.Failures++
	}
	if c.Error != nil {
		s.Errors++
	}
}

func className(d *source.Document) string { return d.Kind + "@" + d.APIVersion }

func resourceName(d *source.Document) string {
	if d.Namespace == "" {
		return cmp.Or(d.Name, "-")
	}
	return d.Namespace + "/" + cmp.Or(d.Name, "-")
}
