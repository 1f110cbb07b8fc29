package exposure

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/report"
)

// Formats lists the formats that Write knows.
func Formats() []string { return []string{"markdown", "json", "csv"} }

// Write prints the report in one of the formats. The error is that of the
// writer.
func (r *Report) Write(w io.Writer, format string) error {
	switch format {
	case "json":
		return report.JSON(w, r)
	case "csv":
		_, err := io.WriteString(w, r.table().CSV())
		return err
	default:
		_, err := io.WriteString(w, r.document().Markdown(report.NoLimit))
		return err
	}
}

// columns are the columns of the tables, with the functions that return their texts.
var columns = []struct {
	name string
	of   func(host string, r *Row) string
}{
	{"host", func(host string, _ *Row) string { return host }},
	{"path", func(_ string, r *Row) string { return r.Path }},
	{"methods", func(_ string, r *Row) string { return r.Verbs() }},
	{"access", func(_ string, r *Row) string { return string(r.Access) }},
	{"callers", func(_ string, r *Row) string { return callersText(r.Callers) }},
	{"in the cluster", func(_ string, r *Row) string { return callersText(r.InCluster) }},
	{"backend", func(_ string, r *Row) string { return r.Backend }},
	{"limits", func(_ string, r *Row) string { return strings.Join(r.Limits, "; ") }},
	{"cors", func(_ string, r *Row) string { return r.CORS }},
	{"timeout", func(_ string, r *Row) string { return r.Timeout }},
	{"source", func(_ string, r *Row) string { return r.Source.String() }},
	{"witness", func(_ string, r *Row) string { return r.Witness.String() }},
	{"findings", func(_ string, r *Row) string { return strings.Join(r.Findings, " ") }},
	{"unknown", func(_ string, r *Row) string { return strings.Join(r.Unknown, "; ") }},
}

// Verbs returns the methods as one text: "GET POST", "any" for all, or "TRACE
// others" where some are left out.
func (r *Row) Verbs() string {
	const httpMethods = 9
	switch {
	case r.AnyMethod && (len(r.Methods) == 0 || len(r.Methods) >= httpMethods):
		return "any"
	case r.AnyMethod:
		return strings.Join(r.Methods, " ") + " others"
	}
	return strings.Join(r.Methods, " ")
}

// String returns the request and the status: "GET https://h/p: 200".
func (w *Witness) String() string {
	if w == nil {
		return ""
	}
	out := w.Method + " " + w.URL
	for _, h := range w.Headers {
		out += " with " + h
	}
	if w.Status == 0 {
		return out + ": not known"
	}
	return out + ": " + strconv.Itoa(w.Status)
}

// String returns the caller with the conditions.
func (c *Caller) String() string {
	out := c.Text
	if len(c.When) > 0 {
		out += ", when " + strings.Join(c.When, " and ")
	}
	if len(c.If) > 0 {
		out = "perhaps " + out + ", if " + strings.Join(c.If, " and ")
	}
	return out
}

func callersText(list []Caller) string {
	var out []string
	for i := range list {
		out = append(out, list[i].String())
	}
	return strings.Join(out, "; ")
}

// table returns a table with a line for each row, and a line for each unknown of a
// host.
func (r *Report) table() *report.Table {
	t := &report.Table{Columns: tableColumns()}
	for _, h := range r.Hosts {
		for j := range h.Rows {
			t.Rows = append(t.Rows, h.cells(&h.Rows[j]))
		}
		for _, text := range h.Unknown {
			cells := make([]report.Inline, len(columns))
			for i, c := range columns {
				cells[i] = report.Plain(map[string]string{"host": h.Host, "access": string(Unknown), "unknown": text}[c.name])
			}
			t.Rows = append(t.Rows, cells)
		}
	}
	return t
}

func tableColumns() []report.Column {
	out := make([]report.Column, len(columns))
	for i, c := range columns {
		out[i].Name = c.name
	}
	return out
}

// cells returns the texts of a row, with the host first.
func (h *Host) cells(r *Row) []report.Inline {
	out := make([]report.Inline, len(columns))
	for i, c := range columns {
		out[i] = report.Plain(c.of(h.Host, r))
	}
	return out
}

// document returns a table for each host, with routes that are open to anyone
// first, and lists of everything else.
func (r *Report) document() *report.Document {
	d := &report.Document{Title: report.Plain("Exposure"), Level: 1, Intro: report.Plain(r.head())}
	section := func(title string, list report.List) {
		if len(list) > 0 {
			d.Add(report.Heading{Level: 2, Text: report.Plain(title)}, list)
		}
	}
	section("Open to anyone", r.open())
	for i := range r.Hosts {
		r.Hosts[i].addTo(d)
	}
	var withheld, supposed, findings report.List
	for _, x := range r.Withheld {
		withheld = append(withheld, report.Item{Text: report.Plain(fmt.Sprintf("%s %s/%s in %s", x.Kind, x.Namespace, x.Name, x.File))})
	}
	for _, x := range r.Supposed {
		supposed = append(supposed, report.Item{Text: report.Plain(x)})
	}
	for _, f := range r.Findings {
		findings = append(findings, report.Item{Text: report.Plain(strings.TrimSpace(fmt.Sprintf("%s %s: %s %s", f.Code, f.Severity, f.Message, f.Source)))})
	}
	section("Not written because of errors", withheld)
	section("Supposed", supposed)
	section("Findings", findings)
	return d
}

// head returns the counts of the report in one line.
func (r *Report) head() string {
	var parts []string
	for _, a := range Accesses() {
		if n := r.Counts.Access[a]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, a))
		}
	}
	return fmt.Sprintf("Hosts: %d. Rows: %d (%s). Findings: %d errors, %d warnings, %d for the record.",
		r.Counts.Hosts, r.Counts.Routes, strings.Join(parts, ", "), r.Summary.Errors, r.Summary.Warnings, r.Summary.Infos)
}

// open lists the rows that are open to anyone.
func (r *Report) open() report.List {
	var out report.List
	for i := range r.Hosts {
		h := &r.Hosts[i]
		for j := range h.Rows {
			if row := &h.Rows[j]; row.Access == Public {
				out = append(out, report.Item{Text: report.Join(report.Code(row.Verbs()+" "+h.Host+row.Path), report.Plain(" "+row.Source.String()))})
			}
		}
	}
	return out
}

// addTo adds the section of the host: its rows, what is not known, and the notes.
func (h *Host) addTo(d *report.Document) {
	t := &report.Table{Columns: tableColumns()[1:]}
	for j := range h.Rows {
		t.Rows = append(t.Rows, h.cells(&h.Rows[j])[1:])
	}
	var list report.List
	for _, text := range h.Unknown {
		list = append(list, report.Item{Text: report.Plain("Unknown: " + text)})
	}
	for _, text := range h.Notes {
		list = append(list, report.Item{Text: report.Plain("Note: " + text)})
	}
	d.Add(report.Heading{Level: 2, Text: report.Plain(h.Host)}, t, list)
}
