package gate

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/prove/changes"
	"github.com/kgw-dev/kgw/prove/classes"
)

// Report is the report of a gate. The JSON form is public: additions only.
type Report struct {
	Before    string     `json:"before"`
	After     string     `json:"after"`
	At        string     `json:"at,omitempty"`
	Fail      []string   `json:"fail"`
	Changes   []Change   `json:"changes"`
	Calls     []Call     `json:"calls"`
	Consumers []Consumer `json:"consumers"`
	Unchanged int        `json:"unchanged"`
	// Faults is the number of errors of the inputs. The resources that they are about are not
	// compared.
	Faults int      `json:"faults"`
	Notes  []string `json:"notes,omitempty"`

	// Findings are about changes, calls and entries, errors first.
	Findings diag.List `json:"-"`

	day time.Time // the date of the gate
}

// Change is a change with its verdict. Reason and Until come from the entry
// that allows it.
type Change struct {
	Verdict Verdict `json:"verdict"`
	Reason  string  `json:"reason,omitempty"`
	Until   string  `json:"until,omitempty"`
	changes.Change

	entry *Entry
}

// Compared are two states that were compared, with the calls recorded of them.
type Compared struct {
	// Before and After are the names of the states.
	Before, After string
	Was, Is       classes.Side
	// Found are the changes from Was to Is.
	Found *classes.Report
	Calls *Recorded
}

// Report judges each change and each call that breaks. at is the date of the gate
// in the words of the user.
func (g *Gate) Report(in *Compared, at string, secrets *secret.Book) *Report {
	r := changes.New(in.Found, secrets)
	out := &Report{
		Before: in.Before, After: in.After, At: at, Fail: g.Fail(), Changes: []Change{},
		Consumers: []Consumer{}, Calls: []Call{}, Unchanged: r.Unchanged, Notes: r.Notes, day: g.at,
	}
	for i := range r.Changes {
		c := Change{Change: r.Changes[i]}
		if c.Verdict, c.entry = g.Judge(string(c.Kind), c.ID); c.entry != nil {
			c.Reason, c.Until = secrets.Text(c.entry.Reason), c.entry.Until
		}
		out.Changes = append(out.Changes, c)
	}
	out.Findings = out.changeFindings(in.Before)
	g.judgeCalls(out, in, secrets)
	out.Findings = append(out.Findings, g.Findings()...)
	out.Findings = diag.Levels{}.Apply(out.Findings)
	out.Findings.Resolve()
	return out
}

// laterThan returns a date for help texts: 30 days after the date of the gate, or a
// placeholder if it has none.
func laterThan(day time.Time) string {
	if !day.IsZero() {
		return day.AddDate(0, 0, 30).Format(time.DateOnly)
	}
	return "2026-01-31"
}

// changeFindings returns a finding for each change that is not let through by
// its kind.
func (r *Report) changeFindings(before string) diag.List {
	var found diag.List
	for i := range r.Changes {
		c := &r.Changes[i]
		if c.Verdict == Passed {
			continue
		}
		f := found.Add(c.Finding(diag.ChangeForbidden, before))
		f.Message, f.Help = f.Message+" ["+c.ID+"]", helpFor(c.ID, r.day)
		if c.entry != nil {
			letThrough(f, c.entry)
		}
	}
	return found
}

// helpFor returns the help for a forbidden change: the entry of gate.allowed that
// would let it through, ready to be copied.
func helpFor(id string, at time.Time) string {
	return fmt.Sprintf("if this is meant, add to gate.allowed of kgw.yaml: {id: %s, reason: WHY, until: %q}", id, laterThan(at))
}

// letThrough rewrites the finding about a forbidden change that an entry allows.
func letThrough(f *diag.Finding, entry *Entry) {
	f.Code, f.Help = diag.ChangeAllowed, ""
	f.Message += fmt.Sprintf(", allowed until %s: %s", entry.Until, entry.Reason)
	f.Related = append(f.Related, diag.Related{Message: "allowed here", Span: entry.Span})
}

// JSON writes the report with the findings in it.
func (r *Report) JSON(w io.Writer, found *diag.Report) error {
	base := found.JSON()
	return report.JSON(w, struct {
		*Report
		Findings any          `json:"findings"`
		Summary  diag.Summary `json:"summary"`
	}{r, base.Findings, base.Summary})
}

// countVerdict returns the number of changes with a verdict.
func (r *Report) countVerdict(v Verdict) int {
	n := 0
	for i := range r.Changes {
		if r.Changes[i].Verdict == v {
			n++
		}
	}
	return n
}

// Failed reports whether something is forbidden, or was not compared because
// of errors.
func (r *Report) Failed() bool { return r.Findings.Max() == diag.Error || r.Faults > 0 }

// Count returns the result in one line.
func (r *Report) Count() string {
	var parts []string
	if r.Faults > 0 {
		parts = append(parts, report.Counted(r.Faults, "error")+" in the inputs: not all is compared")
	}
	if len(r.Changes) == 0 && r.Unchanged == 0 {
		return "gate: " + strings.Join(append(parts, "nothing is compared: no request is served on either side"), "; ")
	}
	for _, v := range []Verdict{Forbidden, Allowed, Passed} {
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
