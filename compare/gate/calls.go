package gate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/recorded"
	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove/changes"
	"github.com/kgw-dev/kgw/prove/classes"
)

// Recorded has the recorded calls of both sides. Those that the before side names
// count too, so that a change cannot remove the calls that it breaks.
type Recorded struct {
	list  []*consumer
	found diag.List
	known map[callsOf]bool
	// unread are the files that do not exist.
	unread map[string]bool
}

// callsOf is a file of recorded calls, with the host that the configuration names for it.
type callsOf struct{ file, host string }

// consumer is one name with its calls.
type consumer struct {
	name   string
	span   source.Span
	calls  []consumerCall
	failed int
	seen   map[string]bool
}

// consumerCall is a call with its place.
type consumerCall struct {
	recorded.Call
	file string
}

// Read reads the files that the configurations of a side name. prefix is the prefix
// of the names of files that are not in the work tree.
func (cs *Recorded) Read(configs []*config.Config, prefix string, read func(name string) ([]byte, error)) {
	if cs.known == nil {
		cs.known, cs.unread = map[callsOf]bool{}, map[string]bool{}
	}
	for _, c := range configs {
		for _, one := range c.ConsumerFiles() {
			shown := prefix + one.File
			if cs.known[callsOf{shown, one.Host}] {
				continue
			}
			cs.known[callsOf{shown, one.Host}] = true
			one.Span.File = prefix + one.Span.File
			data, err := read(one.File)
			if err != nil {
				if prefix == "" || !cs.unread[one.File] { // otherwise it was reported for the file in the work tree
					cs.unread[one.File] = true
					cs.found.Add(unreadCalls(&one, shown, err))
				}
				continue
			}
			file, found := recorded.Read(shown, data, one.Host)
			if prefix == "" {
				cs.found = append(cs.found, found...)
			} else if len(found) > 0 {
				cs.found.Add(diag.Finding{
					Code: diag.CallsUnjudged, Span: found[0].Span, Message: "not all of the file can be read as it was before: " + found[0].Message,
					Help: "nothing needs to be done if the file is right now",
				})
			}
			cs.consumerOf(&one).add(file, shown)
		}
	}
}

// unreadCalls returns the finding about a file of calls that cannot be read.
func unreadCalls(one *config.Consumer, shown string, err error) diag.Finding {
	problem := diag.FromProblem(*source.Unread(shown, err))
	return diag.Finding{
		Code: diag.CallsUnread, Message: problem.Message + ": the calls of " + one.Name + " are not judged", Span: one.Span,
		Help: "the path is relative to the kgw.yaml that names the file",
	}
}

// consumerOf returns the consumer of a name.
func (cs *Recorded) consumerOf(one *config.Consumer) *consumer {
	for _, c := range cs.list {
		if c.name == one.Name {
			return c
		}
	}
	c := &consumer{name: one.Name, span: one.Span, seen: map[string]bool{}}
	cs.list = append(cs.list, c)
	return c
}

// add adds the calls of a file that are not known yet from its other state.
func (c *consumer) add(f *recorded.File, shown string) {
	c.failed = max(c.failed, f.Failed)
	for _, call := range f.Calls {
		r := &call.Request
		key := fmt.Sprintf("%s %s %s %s %v %v %v", r.Method, r.Scheme, r.Host, r.RawPath(), r.Headers, call.Token, r.Token)
		if !c.seen[key] {
			c.seen[key] = true
			c.calls = append(c.calls, consumerCall{call, shown})
		}
	}
}

// Consumer counts the calls of a consumer by their fate.
type Consumer struct {
	Name string `json:"name"`
	// Calls is the number of different calls, and Stay to Unserved are their numbers
	// by fate. Failed counts calls that did not work when they were recorded, which
	// are left out of Calls.
	Calls    int `json:"calls"`
	Stay     int `json:"stay"`
	Break    int `json:"break"`
	MayBreak int `json:"mayBreak"`
	Refused  int `json:"refused"`
	Unserved int `json:"unserved"`
	Failed   int `json:"failed"`
}

// String returns the counts in a few words.
func (c *Consumer) String() string {
	out := fmt.Sprintf("%s: %d of %s as before", c.Name, c.Stay, report.Counted(c.Calls, "call"))
	for _, part := range []struct {
		n    int
		text string
	}{
		{c.Break, "broken"},
		{c.MayBreak, "perhaps broken"},
		{c.Refused, "refused before too"},
		{c.Unserved, "to hosts that are not served"},
		{c.Failed, "passed over, which failed when they were recorded"},
	} {
		if part.n > 0 {
			out += fmt.Sprintf(", %d %s", part.n, part.text)
		}
	}
	return out
}

// Call represents the calls of a consumer that break in the same way. It is the
// first of them, and More is the number of the others.
type Call struct {
	Verdict  Verdict      `json:"verdict"`
	ID       string       `json:"id" secret:"none"`
	Fate     classes.Fate `json:"fate"`
	Consumer string       `json:"consumer" secret:"none"`
	Method   string       `json:"method"`
	Host     string       `json:"host"`
	Path     string       `json:"path"`
	Before   string       `json:"before"`
	After    string       `json:"after"`
	Was      int          `json:"was,omitempty"`
	Is       int          `json:"is,omitempty"`
	If       string       `json:"if,omitempty"`
	File     string       `json:"file" secret:"none"`
	Line     int          `json:"line"`
	More     int          `json:"more,omitempty"`
	Reason   string       `json:"reason,omitempty"`
	Until    string       `json:"until,omitempty" secret:"none"`

	paths []string // of all of them
	is    source.Ref
	was   source.Ref
}

// judgeCalls decides the recorded calls and judges those that break.
func (g *Gate) judgeCalls(r *Report, in *Compared, secrets *secret.Book) {
	found := in.Calls.found
	for _, c := range in.Calls.list {
		calls := make([]classes.Call, len(c.calls))
		for i := range c.calls {
			calls[i] = classes.Call{Request: &c.calls[i].Request, Token: c.calls[i].Token}
		}
		got := classes.Calls(in.Was, in.Is, calls)
		count := Consumer{Name: c.name, Calls: len(calls), Failed: c.failed}
		for i := range got {
			count.add(got[i].Fate)
		}
		r.Consumers = append(r.Consumers, count)
		if count.Calls > 0 && count.Refused+count.Unserved == count.Calls {
			found.Add(diag.Finding{
				Code: diag.CallsUnjudged, Span: c.span, Message: fmt.Sprintf("no call of %s gets through on the before side: nothing is held against the change", c.name),
				Help: "record calls of hosts that are served; where a log does not name the host, write HOST=FILE",
			})
		}
		for _, one := range c.joinBroken(got, secrets) {
			one.ID = changes.ID(secrets, append([]string{string(one.Fate), one.Consumer, one.Method, one.Host, one.Before, one.After, one.If}, one.paths...)...)
			var entry *Entry
			if one.Verdict, entry = g.Judge("", one.ID); entry != nil {
				one.Reason, one.Until = secrets.Text(entry.Reason), entry.Until
			}
			found.Add(one.finding(entry, r))
			r.Calls = append(r.Calls, one)
		}
	}
	r.Findings = append(found, r.Findings...)
}

func (c *Consumer) add(f classes.Fate) {
	switch f {
	case classes.Breaks:
		c.Break++
	case classes.MayBreak:
		c.MayBreak++
	case classes.Stays:
		c.Stay++
	case classes.Refused:
		c.Refused++
	case classes.Unserved:
		c.Unserved++
	}
}

// breakage identifies calls that break in the same way.
type breakage struct {
	fate                                      classes.Fate
	method, host, path, before, after, ifText string
}

// joinBroken joins the calls that break in the same way, in the order in which they
// are recorded.
func (c *consumer) joinBroken(got []classes.Called, secrets *secret.Book) []Call {
	var out []Call
	at := map[breakage]int{}
	for i := range got {
		d, r := &got[i], &c.calls[i].Request
		if d.Fate != classes.Breaks && d.Fate != classes.MayBreak {
			continue
		}
		key := breakage{d.Fate, r.Method, r.Host, d.Path, d.Before, d.After, d.If}
		k, known := at[key]
		if !known {
			k = len(out)
			at[key] = k
			out = append(out, secret.Shown(secrets, Call{
				Fate: d.Fate, Consumer: c.name, Method: r.Method, Host: r.Host, Path: r.RawPath(),
				Before: d.Before, After: d.After, If: d.If, Was: d.Was, Is: d.Is,
				File: c.calls[i].file, Line: c.calls[i].Line, More: -1, is: d.IsAt, was: d.WasAt,
			}))
		}
		out[k].More++
		out[k].paths = append(out[k].paths, r.RawPath())
	}
	for k := range out {
		slices.Sort(out[k].paths)
	}
	slices.SortStableFunc(out, func(x, y Call) int { return strings.Compare(string(x.Fate), string(y.Fate)) }) // "breaks" first
	return out
}

// String returns the call and its fate: "breaks mobile-app: POST /v1/orders".
func (c *Call) String() string {
	return fmt.Sprintf("%s %s: %s %s", c.Fate, c.Consumer, c.Method, c.Path)
}

func (c *Call) finding(entry *Entry, r *Report) diag.Finding {
	f := diag.Finding{
		Code: diag.CallBreaks, ID: c.ID, Span: source.Span{File: c.File, Line: c.Line, Column: 1, EndLine: c.Line, EndColumn: 1},
		Message: fmt.Sprintf("%s on %s: %s -> %s", c, c.Host, c.Before, c.After),
		Help:    helpFor(c.ID, r.day),
	}
	if c.Was != c.Is {
		f.Message += fmt.Sprintf(" (%d -> %d)", c.Was, c.Is)
	}
	if c.If != "" {
		f.Message += " if " + c.If
	}
	if c.Fate == classes.MayBreak {
		f.Code = diag.CallMayBreak
		if c.If == "" {
			f.Message += ", and which token the call has is not recorded"
		}
	}
	if c.More > 0 {
		f.Message += ", and " + report.Counted(c.More, "more call")
	}
	f.Message += " [" + c.ID + "]"
	switch {
	case c.is.Doc != nil:
		f.Related = append(f.Related, diag.Related{Message: "decided here", At: c.is})
	case c.was.Doc != nil:
		f.Related = append(f.Related, diag.Related{Message: "decided here before, at " + r.Before, At: c.was})
	}
	if entry != nil {
		letThrough(&f, entry)
	}
	return f
}

// row returns the call in a table.
func (c *Call) row() []report.Inline {
	what := report.Join(report.Bold(string(c.Fate)), report.Plain(" "+c.Consumer))
	if c.Verdict == Allowed {
		what = report.Plain(string(c.Fate) + " " + c.Consumer + ", allowed until " + c.Until + ": " + c.Reason)
	}
	call := report.Code(c.Method + " " + c.Path + " on " + c.Host)
	if c.More > 0 {
		call = report.Join(call, report.Plain(fmt.Sprintf(" and %d more", c.More)))
	}
	return []report.Inline{what, call, report.Plain(c.Before), report.Plain(c.After), report.Plain(fmt.Sprintf("%s:%d", c.File, c.Line)), report.Code(c.ID)}
}
