package testfile

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/source"
)

// Report is what a run of tests gave.
type Report struct {
	Outcomes []*Outcome
	// Coverage, if it was asked for, is about routes and rules.
	Coverage *Coverage
}

// Coverage lists the routes and rules that no test of a request touches.
type Coverage struct {
	Total     int
	Untouched []Untouched
}

// Untouched is a route or rule, and where it is written.
type Untouched struct {
	Name string
	At   source.Ref
}

// Percent is the share that is touched; everything of nothing.
func (c *Coverage) Percent() float64 {
	if c.Total == 0 {
		return 100
	}
	return 100 * float64(c.Total-len(c.Untouched)) / float64(c.Total)
}

// Mask passes the names of tests, which may quote a URL, and the texts about
// decisions through a function that masks secrets.
func (r *Report) Mask(text func(string) string) {
	for _, o := range r.Outcomes {
		named := *o.Case
		named.Name = text(named.Name)
		o.Case = &named
		for i := range o.Failures {
			o.Failures[i] = text(o.Failures[i])
		}
	}
}

// Failed counts the tests that did not pass.
func (r *Report) Failed() int {
	n := 0
	for _, o := range r.Outcomes {
		if !o.Passed() {
			n++
		}
	}
	return n
}

// Renderers are the formats by name.
var Renderers = map[string]func(io.Writer, *Report) error{
	"text": renderText, "json": renderJSON, "junit": renderJUnit, "github": renderGitHub, "tap": renderTAP,
}

// Formats lists the formats.
func Formats() []string { return []string{"text", "json", "junit", "github", "tap"} }

// printer writes and remembers the first error.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}

func renderText(w io.Writer, r *Report) error {
	p, at := &printer{w: w}, source.Locators{}
	for _, o := range r.Outcomes {
		if o.Passed() {
			continue
		}
		span := at.Span(o.Case.At)
		p.line("%s:%d: FAIL: %s", report.File(span.File), span.Line, report.Visible(o.Case.Name))
		for _, f := range o.Failures {
			p.line("%s", report.Line("    "+f))
		}
		p.line("")
	}
	if c := r.Coverage; c != nil {
		for _, u := range c.Untouched {
			span := at.Span(u.At)
			p.line("%s:%d: no test touches %s", report.File(span.File), span.Line, report.Visible(u.Name))
		}
		p.line("%.0f%% of %s touched", c.Percent(), report.Plural(c.Total, "route or rule", "routes and rules"))
	}
	p.line("%s, %d failed", report.Counted(len(r.Outcomes), "test"), r.Failed())
	return p.err
}

type jsonTest struct {
	Name     string   `json:"name"`
	Passed   bool     `json:"passed"`
	File     string   `json:"file"`
	Line     int      `json:"line"`
	Column   int      `json:"column"`
	Status   *int     `json:"status,omitempty"`
	Decision string   `json:"decision,omitempty"`
	Failures []string `json:"failures"`
}

type jsonPlace struct {
	Name   string `json:"name"`
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// renderJSON writes a public form: additions only.
func renderJSON(w io.Writer, r *Report) error {
	type summary struct {
		Tests  int `json:"tests"`
		Passed int `json:"passed"`
		Failed int `json:"failed"`
	}
	type coverage struct {
		Total     int         `json:"total"`
		Percent   float64     `json:"percent"`
		Untouched []jsonPlace `json:"untouched"`
	}
	at := source.Locators{}
	out := struct {
		Tests    []jsonTest `json:"tests"`
		Summary  summary    `json:"summary"`
		Coverage *coverage  `json:"coverage,omitempty"`
	}{Tests: []jsonTest{}, Summary: summary{len(r.Outcomes), len(r.Outcomes) - r.Failed(), r.Failed()}}
	for _, o := range r.Outcomes {
		span := at.Span(o.Case.At)
		t := jsonTest{Name: o.Case.Name, Passed: o.Passed(), File: span.File, Line: span.Line, Column: span.Column, Failures: append([]string{}, o.Failures...)}
		if o.Decision != nil {
			t.Status, t.Decision = &o.Decision.Status, Verdict(o.Decision)
		}
		out.Tests = append(out.Tests, t)
	}
	if c := r.Coverage; c != nil {
		out.Coverage = &coverage{Total: c.Total, Percent: c.Percent(), Untouched: []jsonPlace{}}
		for _, u := range c.Untouched {
			span := at.Span(u.At)
			out.Coverage.Untouched = append(out.Coverage.Untouched, jsonPlace{u.Name, span.File, span.Line, span.Column})
		}
	}
	return report.JSON(w, out)
}

// renderJUnit writes a suite for each file of tests.
func renderJUnit(w io.Writer, r *Report) error {
	at := source.Locators{}
	var suites []report.Suite
	for _, o := range r.Outcomes {
		span := at.Span(o.Case.At)
		c := report.Case{Name: o.Case.Name, Class: span.File, File: span.File, Line: span.Line}
		if !o.Passed() {
			lines := make([]string, len(o.Failures))
			for i, f := range o.Failures {
				lines[i] = report.Visible(f)
			}
			c.Failure = &report.Failure{Message: o.Failures[0], Text: strings.Join(lines, "\n")}
		}
		i := slices.IndexFunc(suites, func(s report.Suite) bool { return s.Name == span.File })
		if i < 0 {
			i = len(suites)
			suites = append(suites, report.Suite{Name: span.File})
		}
		suites[i].Cases = append(suites[i].Cases, c)
	}
	return report.JUnit(w, suites)
}

// renderGitHub writes annotations of GitHub Actions.
func renderGitHub(w io.Writer, r *Report) error {
	p, at := &printer{w: w}, source.Locators{}
	for _, o := range r.Outcomes {
		if !o.Passed() {
			span := at.Span(o.Case.At)
			p.line("%s", report.Command("error", [][2]string{
				{"file", span.File}, {"line", strconv.Itoa(span.Line)}, {"col", strconv.Itoa(span.Column)}, {"title", o.Case.Name},
			}, strings.Join(o.Failures, "\n")))
		}
	}
	return p.err
}

// renderTAP writes the Test Anything Protocol, version 13.
func renderTAP(w io.Writer, r *Report) error {
	p := &printer{w: w}
	p.line("TAP version 13")
	p.line("1..%d", len(r.Outcomes))
	for i, o := range r.Outcomes {
		name := report.TAPName(o.Case.Name)
		if o.Passed() {
			p.line("ok %d - %s", i+1, name)
			continue
		}
		p.line("not ok %d - %s", i+1, name)
		for _, f := range o.Failures {
			p.line("# %s", report.Visible(f))
		}
	}
	return p.err
}
