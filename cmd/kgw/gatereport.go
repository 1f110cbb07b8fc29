package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/kgw-dev/kgw/compare/gate"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/prove/changes"
)

// gateReport is the report of a gate. The JSON form is public: additions only.
type gateReport struct {
	Before    string         `json:"before"`
	After     string         `json:"after"`
	At        string         `json:"at,omitempty"`
	Fail      []string       `json:"fail"`
	Changes   []gateChange   `json:"changes"`
	Calls     []gateCall     `json:"calls"`
	Consumers []gateConsumer `json:"consumers"`
	Unchanged int            `json:"unchanged"`
	// Faults is the number of errors of the inputs. The resources that they are about are not
	// compared.
	Faults int      `json:"faults"`
	Notes  []string `json:"notes,omitempty"`

	findings diag.List
}

// gateChange is a change with its verdict. Reason and Until come from the entry
// that allows it.
type gateChange struct {
	Verdict gate.Verdict `json:"verdict"`
	Reason  string       `json:"reason,omitempty"`
	Until   string       `json:"until,omitempty"`
	changes.Change

	entry *gate.Entry
}

// changeFindings returns a finding for each change that is not let through by
// its kind.
func (r *gateReport) changeFindings(before string) diag.List {
	var found diag.List
	for i := range r.Changes {
		c := &r.Changes[i]
		if c.Verdict == gate.Passed {
			continue
		}
		f := found.Add(c.Finding(diag.ChangeForbidden, before))
		f.Message, f.Help = f.Message+" ["+c.ID+"]", helpFor(c.ID, r.At)
		if c.entry != nil {
			letThrough(f, c.entry)
		}
	}
	return found
}

// helpFor returns the help for a forbidden change: the entry of gate.allowed that
// would let it through, ready to be copied.
func helpFor(id, at string) string {
	return fmt.Sprintf("if this is meant, add to gate.allowed of kgw.yaml: {id: %s, reason: WHY, until: %q}", id, laterThan(at))
}

// letThrough rewrites the finding about a forbidden change that an entry allows.
func letThrough(f *diag.Finding, entry *gate.Entry) {
	f.Code, f.Help = diag.ChangeAllowed, ""
	f.Message += fmt.Sprintf(", allowed until %s: %s", entry.Until, entry.Reason)
	f.Related = append(f.Related, diag.Related{Message: "allowed here", Span: entry.Span})
}

// reportGate writes the report in every format asked for, and the findings about
// the inputs to standard error, and sets the exit code.
func (a *app) reportGate(f *gateFlags, outputs []output, r *gateReport, s *gated) error {
	inputs := a.joinFindings(&f.inputFlags, s.before, s.after)
	r.Faults = inputs.Summary.Errors
	if err := a.tellFindings(&f.inputFlags, inputs); err != nil {
		return err
	}
	found := &diag.Report{Findings: r.findings, Version: version(), Root: filepath.ToSlash(a.dir), Secrets: a.secrets}
	f.cutDown(found)
	found.Summary.Resources = s.after.Result.Summary.Resources
	if err := a.writeReport(a.stdout, outputs, func(w io.Writer, o output) error { return a.writeGate(f, w, o, r, found) }); err != nil {
		return err
	}
	if r.hasFailed() {
		a.fail(exitFindings)
	}
	a.judgeDiff(s.before, s.after)
	return a.appendSummary(r.document().Markdown)
}

// writeGate writes the report in one format.
func (a *app) writeGate(f *gateFlags, w io.Writer, o output, r *gateReport, found *diag.Report) error {
	switch o.format {
	case "markdown":
		_, err := io.WriteString(w, r.document().Markdown(maxGateComment))
		return err
	case "json":
		return r.json(w, found)
	}
	renderer, err := diag.NewRenderer(o.format, o.file == "" && a.isColored(&f.inputFlags, a.stdout))
	if err != nil {
		return err
	}
	if err := renderer.Render(w, found); err != nil || o.format != "text" {
		return err
	}
	for i := range r.Changes {
		if c := &r.Changes[i]; c.Verdict == gate.Passed && !f.quiet {
			c.Text(w, "")
		}
	}
	for _, n := range r.Notes {
		fmt.Fprintf(w, "note: %s\n", report.Visible(n))
	}
	fmt.Fprintln(w, r.count())
	return nil
}

// json writes the report with the findings in it.
func (r *gateReport) json(w io.Writer, found *diag.Report) error {
	base := found.JSON()
	return report.JSON(w, struct {
		*gateReport
		Findings any          `json:"findings"`
		Summary  diag.Summary `json:"summary"`
	}{r, base.Findings, base.Summary})
}

// countVerdict returns the number of changes with a verdict.
func (r *gateReport) countVerdict(v gate.Verdict) int {
	n := 0
	for i := range r.Changes {
		if r.Changes[i].Verdict == v {
			n++
		}
	}
	return n
}

// hasFailed reports whether something is forbidden, or was not compared because
// of errors.
func (r *gateReport) hasFailed() bool { return r.findings.Max() == diag.Error || r.Faults > 0 }

// count returns the result in one line.
func (r *gateReport) count() string {
	var parts []string
	if r.Faults > 0 {
		parts = append(parts, report.Counted(r.Faults, "error")+" in the inputs: not all is compared")
	}
	if len(r.Changes) == 0 && r.Unchanged == 0 {
		return "gate: " + strings.Join(append(parts, "nothing is compared: no request is served on either side"), "; ")
	}
	for _, v := range []gate.Verdict{gate.Forbidden, gate.Allowed, gate.Passed} {
		if n := r.countVerdict(v); n > 0 {
			parts = append(parts, report.Counted(n, "change")+" "+string(v))
		}
	}
	if len(r.Changes) == 0 {
		parts = append(parts, "no change")
	}
	parts = append(parts, report.Plural(r.Unchanged, "request class", "request classes")+" unchanged")
	for i := range r.Consumers {
		parts = append(parts, r.Consumers[i].String())
	}
	return "gate: " + strings.Join(parts, "; ")
}
