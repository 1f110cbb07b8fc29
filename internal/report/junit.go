package report

import (
	"encoding/xml"
	"io"
)

// Suite is a suite of JUnit XML: the cases of one file.
type Suite struct {
	Name  string
	Cases []Case
}

// Case is a case of a suite: one that passes, unless it has a Failure, or an Error
// that kept it from running.
type Case struct {
	Class, Name string
	// File and Line say where the case is written; zero values are left out.
	File           string
	Line           int
	Failure, Error *Failure
	// Out is what a case that passes has to say, in lines.
	Out string
}

// Failure is why a case fails: in one line, and in lines that name the place.
type Failure struct{ Message, Type, Text string }

// JUnit writes suites as JUnit XML with their counts. All times are 0, so that
// equal runs give equal reports, and are always there, since some readers demand
// them. https://github.com/testmoapp/junitxml describes what readers accept.
func JUnit(w io.Writer, suites []Suite) error {
	out := junitSuites{Name: "kgw", junitCounts: junitCounts{Time: "0"}}
	for id, s := range suites {
		one := junitSuite{Name: xmlLine(s.Name), ID: id, junitCounts: junitCounts{Time: "0"}}
		for i := range s.Cases {
			one.add(&s.Cases[i])
		}
		out.Suites = append(out.Suites, one)
		out.Tests += one.Tests
		out.Failures += one.Failures
		out.Errors += one.Errors
	}
	return XML(w, out)
}

type junitSuites struct {
	XMLName xml.Name `xml:"testsuites"`
	Name    string   `xml:"name,attr"`
	junitCounts
	Suites []junitSuite `xml:"testsuite"`
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

func (s *junitSuite) add(c *Case) {
	one := junitCase{
		Class: xmlLine(c.Class), Name: xmlLine(c.Name), Time: "0", File: xmlLine(c.File), Line: c.Line,
		Failure: newJUnitFailure(c.Failure), Error: newJUnitFailure(c.Error),
	}
	if c.Out != "" {
		one.Out = &junitText{XMLText(c.Out)}
	}
	s.Cases = append(s.Cases, one)
	s.Tests++
	if c.Failure != nil {
		s.Failures++
	}
	if c.Error != nil {
		s.Errors++
	}
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Time    string        `xml:"time,attr"`
	File    string        `xml:"file,attr,omitempty"`
	Line    int           `xml:"line,attr,omitempty"`
	Failure *junitFailure `xml:"failure"`
	Error   *junitFailure `xml:"error"`
	Out     *junitText    `xml:"system-out"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

type junitText struct {
	Text string `xml:",chardata"`
}

func newJUnitFailure(f *Failure) *junitFailure {
	if f == nil {
		return nil
	}
	return &junitFailure{xmlLine(f.Message), xmlLine(f.Type), XMLText(f.Text)}
}

// xmlLine returns a text on one line that may be in XML.
func xmlLine(s string) string { return XMLText(Visible(s)) }
