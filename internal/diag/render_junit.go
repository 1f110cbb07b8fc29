package diag

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/source"
)

// JUnit renders a report as JUnit XML: a suite for each file, a case for each
// resource without findings and for each finding. Only errors fail; an error
// about no resource, such as a file that cannot be read, counts as an error of
// the suite.
type JUnit struct{}

// Render implements Renderer.
func (JUnit) Render(w io.Writer, r *Report) error {
	return report.JUnit(w, collectSuites(r.masked()))
}

// junitName is what must be unique in a file: the name of a suite, and the class
// and the name of a case in it.
type junitName struct{ suite, class, name string }

// collectSuites returns a suite for each file, in the order of their names: in
// each the resources in input order with their findings, then what is about
// other documents or none.
func collectSuites(r *Report) []report.Suite {
	about := map[*source.Document][]*Finding{}
	for i := range r.Findings {
		f := &r.Findings[i]
		about[f.Document()] = append(about[f.Document()], f)
	}
	b := junitBuilder{suites: map[string]*report.Suite{}, names: map[junitName]int{}, text: newTextPrinter(Text{}, r.Secrets)}
	listed := map[*source.Document]bool{}
	for _, d := range r.Resources {
		listed[d] = true
		if len(about[d]) == 0 {
			b.add(d.File.Name, report.Case{Class: className(d), Name: resourceName(d)})
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
	var out []report.Suite
	for _, name := range slices.Sorted(maps.Keys(b.suites)) {
		out = append(out, *b.suites[name])
	}
	return out
}

// junitBuilder puts cases into the suites of their files.
type junitBuilder struct {
	suites map[string]*report.Suite
	names  map[junitName]int // how often a case's name occurred, by suite and name
	text   *textPrinter
}

func (b *junitBuilder) addFinding(f *Finding) {
	d := f.Document()
	file, c := f.Span.File, report.Case{Class: "file", Name: f.Span.File}
	if d != nil {
		file, c = d.File.Name, report.Case{Class: className(d), Name: resourceName(d)}
	}
	c.Name += ": " + string(f.Code)
	switch {
	case f.Severity != Error:
		c.Out = b.text.print(f)
	case d == nil:
		c.Error = b.addFailure(f)
	default:
		c.Failure = b.addFailure(f)
	}
	b.add(file, c)
}

func (b *junitBuilder) addFailure(f *Finding) *report.Failure {
	return &report.Failure{Message: f.Message, Type: string(f.Code), Text: b.text.print(f)}
}

// add appends a case; readers merge cases of the same name, so a repeated name
// gets a number.
func (b *junitBuilder) add(file string, c report.Case) {
	name := report.XMLText(report.Visible(cmp.Or(file, "-")))
	s := b.suites[name]
	if s == nil {
		s = &report.Suite{Name: name}
		b.suites[name] = s
	}
	key := junitName{name, report.XMLText(report.Visible(c.Class)), report.XMLText(report.Visible(c.Name))}
	if b.names[key]++; b.names[key] > 1 {
		c.Name = fmt.Sprintf("%s #%d", c.Name, b.names[key])
	}
	s.Cases = append(s.Cases, c)
}

func className(d *source.Document) string { return d.Kind + "@" + d.APIVersion }

func resourceName(d *source.Document) string {
	if d.Namespace == "" {
		return cmp.Or(d.Name, "-")
	}
	return d.Namespace + "/" + cmp.Or(d.Name, "-")
}
