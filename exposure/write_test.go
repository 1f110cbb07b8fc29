package exposure

import (
	"encoding/csv"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/report/reporttest"
	"github.com/kgw-dev/kgw/prove/classes"
)

// hostile returns a report with a name in every text.
func hostile(name string) *Report {
	caller := Caller{Kind: JWT, Text: name, Proof: name, Issuers: []string{name}, Scopes: []string{name}, When: []string{name}, If: []string{name}}
	row := Row{
		Path: name, Methods: []string{name}, Access: Public, Callers: []Caller{caller}, InCluster: []Caller{caller}, Backend: name, Limits: []string{name},
		CORS: name, Timeout: name, Route: name, Rule: name, Source: &Place{name, 1, 2}, Witness: &Witness{Method: name, URL: name, Headers: []string{name}},
		Findings: []string{name}, Unknown: []string{name}, Further: []string{name}, Via: name,
	}
	return &Report{
		Hosts: []Host{{Host: name, Rows: []Row{row}, Unknown: []string{name}, Notes: []string{name}}}, Withheld: []Resource{{name, name, name, name}},
		Supposed: []string{name}, Findings: []Finding{{Code: "KGW100", Severity: "error", Message: name, Source: &Place{name, 1, 2}}},
	}
}

// TestHostileTextsStayText reads every format back.
func TestHostileTextsStayText(t *testing.T) {
	for _, name := range reporttest.Hostile() {
		r := hostile(name)
		for _, format := range Formats() {
			var b strings.Builder
			if err := r.Write(&b, format); err != nil {
				t.Fatal(err)
			}
			reporttest.Terminal(t, b.String())
			reporttest.Runner(t, b.String())
			switch format {
			case "csv":
				lines, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
				if err != nil || len(lines) != 3 || len(lines[1]) != len(columns) {
					t.Errorf("%q: %v, %d lines", name, err, len(lines))
				}
			case "markdown":
				for line := range strings.Lines(b.String()) {
					if strings.HasPrefix(line, "|") && reporttest.Cells(strings.TrimSuffix(line, "\n")) != len(columns)-1 {
						t.Errorf("%q: %d cells: %s", name, reporttest.Cells(line), line)
					}
				}
			}
		}
	}
}

// TestAccess: what may let in somebody without a token is never said to be
// closed or restricted.
func TestAccess(t *testing.T) {
	anyone, token := classes.Caller{}, classes.Caller{Proof: "jwt"}
	perhaps := func(c classes.Caller) classes.Caller { c.If = []string{"x"}; return c }
	external := classes.Caller{Demands: []string{"extAuth:x"}}
	for i, c := range []struct {
		route classes.Route
		want  Access
	}{
		{classes.Route{}, Closed},
		{classes.Route{Unreached: true}, Unreached},
		{classes.Route{Unknown: []string{"x"}}, Unknown},
		{classes.Route{Status: 401, Unknown: []string{"x"}}, Closed},
		{classes.Route{Callers: []classes.Caller{anyone}}, Public},
		{classes.Route{Callers: []classes.Caller{token}}, Restricted},
		{classes.Route{Callers: []classes.Caller{external}}, Restricted},
		{classes.Route{Callers: []classes.Caller{perhaps(anyone)}}, Unknown},
		{classes.Route{Callers: []classes.Caller{token, perhaps(anyone)}}, Unknown},
		{classes.Route{Callers: []classes.Caller{perhaps(anyone), token}}, Unknown},
		{classes.Route{Callers: []classes.Caller{perhaps(anyone), anyone}}, Public},
		{classes.Route{Callers: []classes.Caller{perhaps(token)}}, Unknown},
		{classes.Route{Callers: []classes.Caller{token, perhaps(token)}}, Restricted},
	} {
		if got := accessOf(&c.route); got != c.want {
			t.Errorf("%d: got %s, want %s", i, got, c.want)
		}
	}
}
