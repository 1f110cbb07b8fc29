package main

import (
	"fmt"
	"io"

	"github.com/kgw-dev/kgw/compare"
	"github.com/kgw-dev/kgw/exposure"
	"github.com/kgw-dev/kgw/exposure/page"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/prove/changes"
	"github.com/kgw-dev/kgw/prove/trace"
	"github.com/kgw-dev/kgw/workbench"
)

// writePage writes a report as a page.
func (a *app) writePage(f *reportFlags, paths []string, e *exposed) error {
	p := &page.Page{Inputs: paths, Report: e.report}
	if !f.noSimulator {
		if why := a.recordCluster(e, p); why != "" {
			a.say("%s has no box to try requests in: %s; --no-simulator leaves it out without a word", f.html, why)
		}
	}
	if f.against != "" {
		var err error
		if p.Changes, err = a.compareAgainst(f, paths); err != nil || p.Changes == nil {
			return err
		}
	}
	return a.writeReport(nil, []output{{file: f.html}}, func(w io.Writer, _ output) error { return page.Write(w, p) })
}

// compareAgainst compares the inputs that the paths name with the state that
// --against names. Nil means that a configuration is at fault and was reported. The
// notes list what could not be compared.
func (a *app) compareAgainst(f *reportFlags, paths []string) (*changes.Report, error) {
	d := &diffFlags{inputFlags: f.inputFlags, sideFlags: sideFlags{against: f.against}}
	before, after, err := a.compileSides(d, paths)
	if err != nil || before == nil {
		return nil, err
	}
	a.collectRarely()
	before, after, notes := supposeMissing(before, after)
	found := compare.Classes(before, after, d.scope())
	for _, f := range before.Found.Masked(a.secrets) {
		if f.Severity >= diag.Warning { // the before side is not, or not wholly, what is compared
			notes = append(notes, fmt.Sprintf("%s: %s", f.Code, f.Message))
		}
	}
	if before.Fatal {
		a.fail(exitInput)
	}
	found.Notes = append(found.Notes, notes...)
	out := changes.New(found, a.secrets)
	out.Before, out.After = before.Name, after.Name
	return out, nil
}

// recordCluster adds the recorded cluster that the request box needs to a page, or
// returns why the page cannot have a box. It first asks every witness of the report
// of both clusters, since a box that disagreed with kgw trace would be worse than
// none.
func (a *app) recordCluster(e *exposed, p *page.Page) (why string) {
	if !page.HasSimulator() {
		return "this program was built without the simulator, which releases and make simulator build have"
	}
	recording, err := prove.Record(e.in, *e.options, a.secrets)
	if err != nil {
		return err.Error()
	}
	replay, err := workbench.OpenReplay(recording)
	if err != nil {
		return err.Error()
	}
	for i := range e.report.Hosts {
		for _, row := range e.report.Hosts[i].Rows {
			if row.Witness != nil && !a.checkWitness(e.cluster, replay, row.Witness) {
				return fmt.Sprintf("it would not answer %s %s as kgw trace does; please report that", row.Witness.Method, row.Witness.URL)
			}
		}
	}
	p.Recording = recording
	return ""
}

// checkWitness reports whether the recorded cluster answers a request as the
// cluster itself.
func (a *app) checkWitness(cluster *prove.Cluster, replay *workbench.Replay, w *exposure.Witness) bool {
	r, err := trace.Request(w.Method, w.URL, w.Headers)
	if err != nil {
		return true // kgw trace and the box both refuse it
	}
	got, err := replay.Trace(workbench.Request{Method: w.Method, URL: w.URL, Headers: w.Headers})
	return err == nil && got.Text == trace.Run(cluster, r, w.URL, 1, a.secrets).Text()
}
