// Package changes reports which requests two states of the manifests answer
// differently, by class: for people, for programs and for pull requests.
package changes

import (
	"fmt"
	"io"

	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove/classes"
)

// Report is a comparison by class of requests as it is printed. The
// JSON form is public: additions only.
type Report struct {
	Before    string   `json:"before,omitempty"`
	After     string   `json:"after,omitempty"`
	Changes   []Change `json:"changes"`
	Unchanged int      `json:"unchanged"`
	Notes     []string `json:"notes,omitempty"`
}

// Change is a class of requests that is answered differently.
type Change struct {
	// ID is the same wherever the change is found: see classes.Change.Identity.
	ID      string       `json:"id" secret:"none"`
	Kind    classes.Kind `json:"kind"`
	Methods []string     `json:"methods,omitempty" secret:"none"`
	// AnyMethod: methods beyond those of HTTP too.
	AnyMethod bool   `json:"anyMethod,omitempty"`
	Host      string `json:"host" secret:"none"`
	Path      string `json:"path,omitempty"`
	// Part is the path of a request, if the change is about only a part of the requests of Path.
	Part    string  `json:"part,omitempty"`
	Before  string  `json:"before,omitempty"`
	After   string  `json:"after"`
	Witness Witness `json:"witness"`
	Was     *Spot   `json:"was,omitempty"`
	Is      *Spot   `json:"is,omitempty"`

	// Line is the change in one line, and Requests is the part of the line that names the requests.
	Line     string `json:"-"`
	Requests string `json:"-"`
	// WasAt and IsAt are Was and Is, in their documents.
	WasAt source.Ref `json:"-"`
	IsAt  source.Ref `json:"-"`
}

// Witness is a request that shows a change, and the status that it gets on each
// side; 0 is not known.
type Witness struct {
	Method string `json:"method" secret:"none"`
	URL    string `json:"url"`
	Token  string `json:"token,omitempty"`
	// Origin is the Origin header of a preflight.
	Origin string `json:"origin,omitempty"`
	// Host is the Host header where it is not that of the URL.
	Host string `json:"host,omitempty"`
	Was  int    `json:"was,omitempty"`
	Is   int    `json:"is,omitempty"`
}

// Spot is a place in the inputs.
type Spot struct {
	File   string `json:"file" secret:"none"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	span   source.Span
}

// String returns FILE:LINE:COLUMN.
func (p *Spot) String() string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column) }

// Span returns the whole place.
func (p *Spot) Span() source.Span { return p.span }

// New returns a comparison as it is reported: with the places of the changes, and
// without the secrets that the book knows.
func New(r *classes.Report, book *secret.Book) *Report {
	out := &Report{Changes: make([]Change, len(r.Changes)), Unchanged: r.Unchanged}
	for _, n := range r.Notes {
		out.Notes = append(out.Notes, book.Text(n))
	}
	parallel.Each(len(r.Changes), func(i int) { out.Changes[i] = reported(&r.Changes[i], book) })
	at := placesOf(r)
	for i := range out.Changes {
		c := &out.Changes[i]
		c.Was, c.Is = at(c.WasAt), at(c.IsAt)
	}
	return out
}

// reported returns a change as it is reported, except for the lines of its places.
func reported(found *classes.Change, book *secret.Book) Change {
	w := &found.Witness
	out := secret.Shown(book, Change{
		ID: ID(book, found.Identity()...), WasAt: found.WasAt, IsAt: found.IsAt,
		Kind: found.Kind, Methods: found.Methods, AnyMethod: found.Others, Host: found.Host, Path: found.Path, Part: found.Part, Before: found.Before, After: found.After,
		Witness: Witness{Method: w.Method, URL: w.URL, Token: w.Token, Origin: w.Origin, Host: w.Host, Was: w.WasStatus, Is: w.IsStatus},
	})
	out.Line, out.Requests = book.Text(found.String()), book.Text(found.Requests())
	return out
}

// placesOf finds the places of all changes, each document read once.
func placesOf(r *classes.Report) func(source.Ref) *Spot {
	at := map[*source.Document]int{}
	var docs []*source.Document
	for i := range r.Changes {
		for _, ref := range []source.Ref{r.Changes[i].WasAt, r.Changes[i].IsAt} {
			if _, seen := at[ref.Doc]; ref.Doc != nil && !seen {
				at[ref.Doc] = len(docs)
				docs = append(docs, ref.Doc)
			}
		}
	}
	locators := make([]*source.Locator, len(docs))
	parallel.Each(len(docs), func(i int) { locators[i] = docs[i].Locator() })
	return func(ref source.Ref) *Spot {
		if ref.Doc == nil {
			return nil
		}
		s := locators[at[ref.Doc]].Span(ref.Path, ref.Key)
		return &Spot{s.File, s.Line, s.Column, s}
	}
}

// Write prints the report as "text", "json" or "markdown".
func (r *Report) Write(w io.Writer, format string) error {
	switch format {
	case "json":
		return report.JSON(w, r)
	case "markdown":
		_, err := io.WriteString(w, r.Document().Markdown(report.MaxComment))
		return err
	default:
		r.text(w)
		return nil
	}
}

func (r *Report) text(w io.Writer) {
	for i := range r.Changes {
		r.Changes[i].Text(w, "")
	}
	for _, n := range r.Notes {
		fmt.Fprintf(w, "note: %s\n", report.Visible(n))
	}
	fmt.Fprintln(w, r.Totals())
}

// Matters reports whether a change affects who gets through the gateway with the
// methods that the resource named, or where requests go. OPTIONS where nothing
// matched it before does not matter: it is let in for preflights.
func (c *Change) Matters() bool {
	switch c.Kind {
	case classes.Exposed:
		return c.Before != classes.NoRoute || len(c.Methods) != 1 || c.Methods[0] != "OPTIONS" || c.AnyMethod
	case classes.Internal, classes.Headers, classes.Timeout, classes.Added, classes.Status:
		return false
	default:
		return true
	}
}

// Text prints the change with its witness and places, each line indented.
func (c *Change) Text(w io.Writer, indent string) {
	fmt.Fprintf(w, "%s%s\n", indent, report.Visible(c.Line))
	if c.Witness.URL != "" {
		fmt.Fprintf(w, "%s  witness: %s\n", indent, report.Visible(c.Witness.String()))
	}
	for _, p := range c.Places() {
		fmt.Fprintf(w, "%s  %s\n", indent, report.Visible(p))
	}
}

// Totals returns the number of changes in one line.
func (r *Report) Totals() string {
	if len(r.Changes) == 0 && r.Unchanged == 0 {
		return "nothing is compared: no request is served on either side"
	}
	if len(r.Changes) == 0 {
		return fmt.Sprintf("no change in %s", report.Plural(r.Unchanged, "request class", "request classes"))
	}
	return fmt.Sprintf("%s; %s unchanged", report.Counted(len(r.Changes), "change"), report.Plural(r.Unchanged, "request class", "request classes"))
}

// String returns the request and what the client gets: "GET https://h/p with
// jwt: 200 -> 403".
func (w *Witness) String() string {
	out := w.Method + " " + w.URL
	if w.Token != "" {
		out += " with " + w.Token
	}
	if w.Origin != "" {
		out += " with Origin: " + w.Origin
	}
	if w.Host != "" {
		out += " with Host: " + w.Host
	}
	if w.Was != w.Is {
		out += fmt.Sprintf(": %d -> %d", w.Was, w.Is)
	}
	return out
}

// Places returns the places where the two sides decide: "was at FILE:LINE:COLUMN".
func (c *Change) Places() []string {
	var out []string
	if c.Was != nil {
		out = append(out, "was at "+c.Was.String())
	}
	if c.Is != nil {
		out = append(out, "is at "+c.Is.String())
	}
	return out
}

// Document returns the report as a table of the changes.
func (r *Report) Document() *report.Document {
	t := &report.Table{Columns: report.Columns("", "requests", "before", "after", "witness")}
	for i := range r.Changes {
		c := &r.Changes[i]
		t.Rows = append(t.Rows, []report.Inline{
			report.Bold(string(c.Kind)), report.Code(c.Requests), report.Plain(c.Before), report.Plain(c.After), report.Code(c.Witness.String()),
		})
	}
	d := &report.Document{
		Blocks: []report.Block{t}, End: r.Totals(),
		Left: func(n int) string { return report.Plural(n, "more row is left out.", "more rows are left out.") },
	}
	for _, n := range r.Notes {
		d.Add(report.Paragraph(report.Plain("Note: " + n)))
	}
	return d
}
