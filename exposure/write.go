package exposure

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/lazyregexp"
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
		return r.csv(w)
	default:
		return r.markdown(w)
	}
}

// columns are those of the tables, with the texts of a row of a host.
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

// csv writes one line for each row. It is for spreadsheets: no cell
// is read as a formula there.
func (r *Report) csv(w io.Writer) error {
	var b strings.Builder
	write := func(of func(i int) string) {
		for i := range columns {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(Cell(of(i)))
		}
		b.WriteByte('\n')
	}
	write(func(i int) string { return columns[i].name })
	for _, h := range r.Hosts {
		for j := range h.Rows {
			write(func(i int) string { return columns[i].of(h.Host, &h.Rows[j]) })
		}
		for _, text := range h.Unknown {
			write(func(i int) string {
				return map[string]string{"host": h.Host, "access": string(Unknown), "unknown": text}[columns[i].name]
			})
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// formula finds what a spreadsheet may read as the beginning of a formula: at the
// beginning of a cell, or of text that another separator would make a cell
// (https://owasp.org/www-community/attacks/CSV_Injection).
var formula = lazyregexp.New("(^|[;,|\"'])([ \u00a0]*)([=+\\-@＝＋－＠])")

// Cell returns a text as a quoted cell of CSV, on one line, that no spreadsheet
// reads as a formula.
func Cell(s string) string {
	s = formula().ReplaceAllString(report.Visible(s), "$1$2'$3")
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}

// markdown writes a table for each host, with routes that are open to anyone
// first, and lists of everything else.
func (r *Report) markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# Exposure\n\n%s\n", r.head())
	if open := r.open(); len(open) > 0 {
		b.WriteString("\n## Open to anyone\n\n" + strings.Join(open, ""))
	}
	for i := range r.Hosts {
		r.Hosts[i].markdown(&b)
	}
	list := func(title string, lines []string) {
		if len(lines) > 0 {
			fmt.Fprintf(&b, "\n## %s\n\n", title)
		}
		for _, line := range lines {
			fmt.Fprintf(&b, "- %s\n", report.Literal(line))
		}
	}
	var withheld, findings []string
	for _, x := range r.Withheld {
		withheld = append(withheld, fmt.Sprintf("%s %s/%s in %s", x.Kind, x.Namespace, x.Name, x.File))
	}
	for _, f := range r.Findings {
		findings = append(findings, strings.TrimSpace(fmt.Sprintf("%s %s: %s %s", f.Code, f.Severity, f.Message, f.Source)))
	}
	list("Not written because of errors", withheld)
	list("Supposed", r.Supposed)
	list("Findings", findings)
	_, err := io.WriteString(w, b.String())
	return err
}

// head says in one line what the report counts.
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
func (r *Report) open() []string {
	var out []string
	for i := range r.Hosts {
		h := &r.Hosts[i]
		for j := range h.Rows {
			if row := &h.Rows[j]; row.Access == Public {
				out = append(out, fmt.Sprintf("- %s %s\n", report.Code(row.Verbs()+" "+h.Host+row.Path), report.Literal(row.Source.String())))
			}
		}
	}
	return out
}

// cellsOf returns a text for each column of a table below the name of its host.
func cellsOf(text func(i int) string) []string {
	var out []string
	for i := range columns[1:] {
		out = append(out, text(i+1))
	}
	return out
}

func (h *Host) markdown(b *strings.Builder) {
	fmt.Fprintf(b, "\n## %s\n", report.Literal(h.Host))
	if len(h.Rows) > 0 {
		b.WriteString("\n" + report.TableHead(cellsOf(func(i int) string { return columns[i].name })...))
	}
	for j := range h.Rows {
		b.WriteString(report.TableRow(cellsOf(func(i int) string { return report.Cell(columns[i].of(h.Host, &h.Rows[j])) })...))
	}
	if len(h.Unknown)+len(h.Notes) > 0 {
		b.WriteString("\n")
	}
	for _, text := range h.Unknown {
		fmt.Fprintf(b, "- Unknown: %s\n", report.Literal(text))
	}
	for _, text := range h.Notes {
		fmt.Fprintf(b, "- Note: %s\n", report.Literal(text))
	}
}
