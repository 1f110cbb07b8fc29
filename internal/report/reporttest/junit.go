package reporttest

import (
	"encoding/xml"
	"testing"
)

// Suites are the suites of a JUnit report.
type Suites struct {
	XMLName xml.Name `xml:"testsuites"`
	Counts
	Suites []struct {
		Name string `xml:"name,attr"`
		ID   int    `xml:"id,attr"`
		Counts
		Cases []TestCase `xml:"testcase"`
	} `xml:"testsuite"`
}

// Counts are what a report or a suite counts of its cases.
type Counts struct {
	Tests    int    `xml:"tests,attr"`
	Failures int    `xml:"failures,attr"`
	Errors   int    `xml:"errors,attr"`
	Time     string `xml:"time,attr"`
}

// TestCase is a case of a suite.
type TestCase struct {
	Class   string       `xml:"classname,attr"`
	Name    string       `xml:"name,attr"`
	Time    string       `xml:"time,attr"`
	File    string       `xml:"file,attr"`
	Line    int          `xml:"line,attr"`
	Failure *TestFailure `xml:"failure"`
	Error   *TestFailure `xml:"error"`
	Out     string       `xml:"system-out"`
}

// TestFailure is why a case fails.
type TestFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// JUnit reads a report as readers of JUnit XML do, and checks its counts.
func JUnit(t testing.TB, printed string) *Suites {
	t.Helper()
	got := &Suites{}
	if err := xml.Unmarshal([]byte(printed), got); err != nil {
		t.Fatalf("%v\n%s", err, printed)
	}
	total := Counts{Time: "0"}
	for i, s := range got.Suites {
		want := Counts{Tests: len(s.Cases), Time: "0"}
		for _, c := range s.Cases {
			if c.Failure != nil {
				want.Failures++
			}
			if c.Error != nil {
				want.Errors++
			}
			if c.Time != "0" {
				t.Errorf("case %q takes %q", c.Name, c.Time)
			}
		}
		if s.ID != i || s.Counts != want {
			t.Errorf("suite %d has the number %d and the counts %+v, want %+v", i, s.ID, s.Counts, want)
		}
		total.Tests, total.Failures, total.Errors = total.Tests+s.Tests, total.Failures+want.Failures, total.Errors+want.Errors
	}
	if got.Counts != total {
		t.Errorf("counts %+v, want %+v", got.Counts, total)
	}
	return got
}
