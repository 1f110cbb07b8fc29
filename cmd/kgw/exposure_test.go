package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/exposure"
	"github.com/kgw-dev/kgw/internal/diag"
)

// TestReportAgrees holds the witness of every row of the examples against kgw
// trace, and the findings against kgw validate.
func TestReportAgrees(t *testing.T) {
	dirs, err := filepath.Glob("../../examples/*/kgw.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for _, file := range dirs {
		dir, err := filepath.Abs(filepath.Dir(file))
		if err != nil {
			t.Fatal(err)
		}
		rows += agrees(t, dir, 100, ".")
	}
	if rows < 50 {
		t.Errorf("%d rows were traced", rows)
	}
}

// TestReportAgreesWithConformance does the same for some of the conformance
// cases of each kind.
func TestReportAgreesWithConformance(t *testing.T) {
	const perKind, traced = 6, 2
	root, err := filepath.Abs("../../../shared/conformance")
	if err != nil {
		t.Fatal(err)
	}
	kinds, err := filepath.Glob(root + "/apirule/*.kgw.yaml")
	if err != nil || len(kinds) == 0 {
		t.Skip("SKIPPED: the conformance cases are not here")
	}
	rows := 0
	for _, settings := range kinds {
		dir := strings.TrimSuffix(settings, ".kgw.yaml")
		files, err := filepath.Glob(dir + "/*.in.yaml")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files[:min(len(files), perKind)] {
			rows += agrees(t, dir, traced, filepath.Base(file), "-c", settings)
		}
	}
	if rows < 10 {
		t.Errorf("%d rows were traced", rows)
	}
}

// agrees holds a report against validate and at most so many of its rows against
// trace, and returns how many those are.
func agrees(t *testing.T, dir string, most int, inputs ...string) int {
	t.Helper()
	var r exposure.Report
	got := execute(dir, "", append([]string{"report", "--format", "json"}, inputs...)...)
	if err := json.Unmarshal([]byte(got.Stdout), &r); err != nil {
		t.Errorf("%s: exit %d: %v %s", dir, got.Code, err, got.Stderr)
		return 0
	}
	agreesWithValidate(t, dir, inputs, &r)
	n := 0
	for _, h := range r.Hosts {
		for i := range h.Rows {
			if h.Rows[i].Witness != nil && n < most {
				agreesWithTrace(t, dir, inputs, &h.Rows[i])
				n++
			}
		}
	}
	return n
}

func agreesWithValidate(t *testing.T, dir string, inputs []string, r *exposure.Report) {
	t.Helper()
	var v struct {
		Findings []json.RawMessage `json:"findings"`
		Summary  diag.Summary      `json:"summary"`
	}
	got := execute(dir, "", append([]string{"validate", "--format", "json"}, inputs...)...)
	if err := json.Unmarshal([]byte(got.Stdout), &v); err != nil {
		t.Fatal(err)
	}
	v.Summary.Fixable = r.Summary.Fixable // only validate counts repairs
	if r.Summary != v.Summary || len(r.Findings) != len(v.Findings) {
		t.Errorf("%s: the report has %+v and %d findings, validate %+v and %d", dir, r.Summary, len(r.Findings), v.Summary, len(v.Findings))
	}
}

func agreesWithTrace(t *testing.T, dir string, inputs []string, row *exposure.Row) {
	t.Helper()
	args := append([]string{"trace", row.Witness.Method, row.Witness.URL, "-o", "json"}, inputs...)
	for _, h := range row.Witness.Headers {
		args = append(args, "-H", h)
	}
	var one struct {
		Status   int    `json:"status"`
		Decision string `json:"decision"`
		Outcomes []any  `json:"outcomes"`
	}
	got := execute(dir, "", args...)
	if err := json.Unmarshal([]byte(got.Stdout), &one); err != nil {
		t.Fatalf("%s: %v: %v %s", dir, args, err, got.Stderr)
	}
	where := fmt.Sprintf("%s: %s %s %+v", dir, row.Path, row.Access, row.Witness)
	if one.Status != row.Witness.Status {
		t.Errorf("%s: trace has status %d", where, one.Status)
	}
	switch open := one.Decision == "allow"; {
	case row.Access == exposure.Public && !open, row.Access == exposure.Closed && open:
		t.Errorf("%s: trace has the decision %s", where, one.Decision)
	case row.Access == exposure.Restricted && open && !authorized(row):
		t.Errorf("%s: trace lets it through", where)
	}
	if len(one.Outcomes) > 0 && len(row.Unknown) == 0 {
		t.Errorf("%s: trace has %d outcomes, and nothing is unknown", where, len(one.Outcomes))
	}
}

// authorized reports whether an external authorizer, which trace takes to agree,
// is all that a row demands of some caller.
func authorized(row *exposure.Row) bool {
	for i := range row.Callers {
		if c := &row.Callers[i]; len(c.Authorizers) > 0 && c.Proof == "" {
			return true
		}
	}
	return false
}
