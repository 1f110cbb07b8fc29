// Package trace sends one request through a simulated cluster and shows what became
// of it, with every step: for people and for programs.
package trace

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/internal/testfile"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/simulate"
)

// Trace is a decision with its steps as it is printed. The JSON form is
// public: additions only.
type Trace struct {
	Method   string            `json:"method" secret:"none"`
	URL      string            `json:"url"`
	Status   int               `json:"status"`
	Decision string            `json:"decision" secret:"none"`
	Cause    simulate.Cause    `json:"cause,omitempty"`
	Reason   string            `json:"reason,omitempty"`
	Help     string            `json:"help,omitempty"`
	Route    string            `json:"route,omitempty" secret:"none"`
	Rule     string            `json:"rule,omitempty" secret:"none"`
	Upstream string            `json:"upstream,omitempty"`
	Headers  map[string]string `json:"headers,omitempty"`
	// Response are headers that proxies set in the answer.
	Response map[string]string `json:"responseHeaders,omitempty"`
	Steps    []Step            `json:"steps"`
	// Outcomes are all that may become of the request, where the inputs leave
	// that open.
	Outcomes []Outcome `json:"outcomes,omitempty"`
}

// Outcome is one of several that are possible and what it supposes.
type Outcome struct {
	Status   int      `json:"status"`
	Decision string   `json:"decision" secret:"none"`
	Reason   string   `json:"reason,omitempty"`
	Upstream string   `json:"upstream,omitempty"`
	If       []string `json:"if"`
}

// Step is what one engine did, and the place in the inputs that made it do so; File
// is "" where there is none.
type Step struct {
	Engine string `json:"engine" secret:"none"`
	Text   string `json:"text"`
	File   string `json:"file,omitempty" secret:"none"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
}

// Run sends a request through the cluster a number of times within one period of
// rate limits, and returns what became of the last one. address is the URL to show.
// Secrets that the book knows are masked.
func Run(cluster *prove.Cluster, r *simulate.Request, address string, times int, book *secret.Book) *Trace {
	locators := source.Locators{}
	return RunAt(cluster, r, address, times, book, func(at source.Ref) (string, int, int) {
		span := locators.Span(at)
		return span.File, span.Line, span.Column
	})
}

// RunAt returns Run for a cluster whose places are known otherwise: one that was recorded.
func RunAt(cluster *prove.Cluster, r *simulate.Request, address string, times int, book *secret.Book, places prove.Places) *Trace {
	trail := &simulate.Trail{}
	cluster.Oathkeeper.NoteDropped(SeenAs(r), trail)
	d := cluster.Repeat(r, times, trail)
	cluster.NoteLive(trail)
	cluster.NoteRefused(r.Host, &d, trail)
	return newTrace(r.Method, address, &d, trail, book, places)
}

// newTrace returns a decision as it is printed, without the secrets that the
// book knows.
func newTrace(method, address string, d *simulate.Decision, trail *simulate.Trail, book *secret.Book, places prove.Places) *Trace {
	t := &Trace{
		Method: method, URL: address, Status: d.Status, Decision: testfile.Verdict(d), Cause: d.Cause, Reason: d.Reason, Help: d.Help(),
		Route: d.Route, Rule: d.Rule, Upstream: d.Upstream, Headers: d.Headers, Response: d.Response, Steps: []Step{},
	}
	for i := range d.Outcomes {
		o := &d.Outcomes[i]
		out := Outcome{Status: o.Decision.Status, Decision: testfile.Verdict(&o.Decision), Reason: o.Decision.Reason, Upstream: o.Decision.Upstream, If: []string{}}
		for j := range o.If {
			out.If = append(out.If, o.If[j].String())
		}
		t.Outcomes = append(t.Outcomes, out)
	}
	for _, s := range trail.Steps {
		step := Step{Engine: s.Engine, Text: s.Text}
		if s.At.Doc != nil {
			step.File, step.Line, step.Column = places(s.At)
		}
		t.Steps = append(t.Steps, step)
	}
	return secret.Shown(book, t)
}

// Text returns the trace for people.
func (t *Trace) Text() string {
	w := &strings.Builder{}
	fmt.Fprintf(w, "%s\n", report.Visible(t.Method+" "+t.URL))
	engine := ""
	for _, s := range t.Steps {
		if s.Engine != engine {
			engine = s.Engine
			fmt.Fprintf(w, "\n%s\n", engine)
		}
		fmt.Fprintf(w, "  %s\n", report.Visible(s.Text))
		if s.File != "" {
			fmt.Fprintf(w, "      at %s:%d:%d\n", report.Visible(s.File), s.Line, s.Column)
		}
	}
	fmt.Fprintln(w)
	switch {
	case t.Outcomes != nil:
		t.printOutcomes(w)
	case t.Status == 0:
		fmt.Fprintln(w, "The connection is closed without a response.")
	case t.Decision == "allow":
		fmt.Fprintf(w, "The request reaches %s; the client gets its answer.\n", report.Visible(t.Upstream))
	default:
		fmt.Fprintf(w, "The client gets %d %s: %s.\n", t.Status, http.StatusText(t.Status), report.Visible(t.Reason))
	}
	for _, name := range slices.Sorted(maps.Keys(t.Response)) {
		fmt.Fprintf(w, "  %s: %s\n", report.Visible(http.CanonicalHeaderKey(name)), report.Visible(t.Response[name]))
	}
	if t.Help != "" {
		fmt.Fprintf(w, "help: %s\n", report.Visible(t.Help))
	}
	return report.Lines(w.String())
}

// printOutcomes prints what may become of the request, each outcome with its
// assumptions.
func (t *Trace) printOutcomes(w io.Writer) {
	if t.Decision == "unknown" {
		fmt.Fprintln(w, "It is not known what becomes of the request:")
	} else {
		fmt.Fprintf(w, "The status is %d; the rest is not known:\n", t.Status)
	}
	for i := range t.Outcomes {
		o := &t.Outcomes[i]
		fmt.Fprintf(w, "  %s\n", report.Visible(o.String()))
		for _, s := range o.If {
			fmt.Fprintf(w, "      if %s\n", report.Visible(s))
		}
	}
}

// String returns what becomes of the request.
func (o *Outcome) String() string {
	switch {
	case o.Decision == "allow":
		return "it reaches " + o.Upstream
	case o.Decision == "unknown":
		return "anything may become of it"
	case o.Status == 0:
		return "the connection is closed"
	}
	return fmt.Sprintf("the client gets %d %s: %s", o.Status, http.StatusText(o.Status), o.Reason)
}
