package exposure

import (
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/source"
)

// TestAlerts holds that each line is one alert, of what is open and of what is not
// known, and that nothing else is.
func TestAlerts(t *testing.T) {
	docs, _ := source.Split(&source.File{Name: "f.yaml", Data: []byte("rules: [x]\n---\nrules: [y]\n")})
	one, two := docs[0], docs[1]
	at := func(d *source.Document, path string) source.Ref { return source.Ref{Doc: d, Path: path} }
	r := &Report{Hosts: []Host{{Host: "a.test", Unknown: []string{"too much"}, Rows: []Row{
		{Path: "/x", Methods: []string{"GET"}, Access: Public, at: at(one, "rules[0]")},
		{Path: "/y", Methods: []string{"PUT"}, Access: Public, at: at(one, "rules[0]")},
		{Path: "/x", Methods: []string{"GET"}, Access: Public, at: at(two, "rules[0]")},
		{Path: "/z", AnyMethod: true, Access: Unknown, at: at(one, "rules[0]")},
		{Path: "/r", Access: Restricted},
		{Path: "/c", Access: Closed},
		{Path: "/u", Access: Unreached},
	}}}}
	var got []string
	for _, f := range r.Alerts() {
		got = append(got, string(f.Code)+" "+f.Severity.String()+" "+f.Message)
		if f.Help == "" {
			t.Errorf("%s has no help", f.Message)
		}
	}
	want := []string{
		"KGW638 info open to anyone: GET a.test/x, PUT a.test/y", "KGW638 info open to anyone: GET a.test/x",
		"KGW639 warning it is not known who gets through: any a.test/z", "KGW639 warning it is not known who gets through to all of a.test: too much",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestFindingsOfRows holds that a row has the findings about its own route, also where
// others have findings of the same code.
func TestFindingsOfRows(t *testing.T) {
	docs, _ := source.Split(&source.File{Name: "f.yaml", Data: []byte("rules:\n- path: x\n- path: y\n")})
	at := func(path string) source.Ref { return source.Ref{Doc: docs[0], Path: path} }
	r := &Report{
		Hosts:    []Host{{Host: "a.test", Rows: []Row{{Path: "/x", at: at("rules[0]")}, {Path: "/y", at: at("rules[1]")}}}},
		Findings: []Finding{{Code: "KGW402", at: at("rules[1].path")}, {Code: "KGW402", at: at("rules[0]")}, {Code: "KGW402", at: at("rules[1]")}},
	}
	r.findPlaces()
	for i, want := range [][]int{{1}, {0, 2}} {
		if row := r.Hosts[0].Rows[i]; !slices.Equal(row.About, want) || !slices.Equal(row.Findings, []string{"KGW402"}) {
			t.Errorf("%s has the findings %v, %v", row.Path, row.About, row.Findings)
		}
	}
}
