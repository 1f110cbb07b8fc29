package conformance

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/internal/testfile"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/simulate"
	"github.com/kgw-dev/kgw/simulate/oathkeeper"
)

// TestOathkeeperDecisions holds the simulator to what a real Oathkeeper
// answered.
func TestOathkeeperDecisions(t *testing.T) {
	if rows := oathkeeperRows(t, shared(t, "conformance", "oathkeeper")); rows < 900 {
		t.Errorf("only %d rows were decided", rows)
	}
}

// TestOwnOathkeeperDecisions does the same with the requests of the repository.
func TestOwnOathkeeperDecisions(t *testing.T) {
	if rows := oathkeeperRows(t, filepath.Join(own, "oathkeeper")); rows < 15 {
		t.Errorf("only %d rows were decided", rows)
	}
}

// oathkeeperRows decides the requests of a folder and returns how many there are.
func oathkeeperRows(t *testing.T, dir string) (rows int) {
	c := configuration(t, filepath.Join(dir, "kgw.yaml"), "strict")
	for _, file := range glob(t, dir, "*.rules.yaml") {
		e := oathkeeper.Load(manifests(t, file), prove.OathkeeperOptions(c))
		rows += decisions(t, e, strings.Replace(file, ".rules.yaml", ".requests.json", 1))
	}
	return rows
}

func manifests(t *testing.T, file string) []simulate.Manifest {
	t.Helper()
	f, problem := source.NewFile(file, read(t, file))
	if problem != nil {
		t.Fatal(problem.Message)
	}
	docs, _ := source.Split(f)
	var out []simulate.Manifest
	for _, d := range docs {
		if root, _ := d.Parse(); root != nil {
			out = append(out, simulate.ReadManifest(root, source.Ref{Doc: d}, false, "default"))
		}
	}
	return out
}

type decisionRow struct {
	Request  json.RawMessage
	Observed struct{ Proxy, Decision int }
	Extra    struct {
		Forwarded      *int   `json:"decision_forwarded_headers"`
		ByRule         string `json:"proxied_by_rule"`
		UpstreamTarget string `json:"upstream_uri"`
	}
}

func decisions(t *testing.T, e *oathkeeper.Engine, file string) int {
	t.Helper()
	requests, found := testfile.ReadRequests(file, read(t, file))
	if len(found) > 0 {
		t.Fatal(found)
	}
	var rows []decisionRow
	if err := json.Unmarshal(read(t, file), &rows); err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		trail := &simulate.Trail{}
		proxy, decision := e.Decide(&requests[i], trail), e.Judge(&requests[i], nil)
		if proxy.Status != row.Observed.Proxy || decision.Status != row.Observed.Decision {
			t.Errorf("%s row %d: %s\n is %d and %d, want %d and %d: %v", filepath.Base(file), i, row.Request,
				proxy.Status, decision.Status, row.Observed.Proxy, row.Observed.Decision, trail.Steps)
		}
		if row.Extra.ByRule != "" && proxy.Rule != row.Extra.ByRule {
			t.Errorf("%s row %d: %s\n is taken by %s, want %s", filepath.Base(file), i, row.Request, proxy.Rule, row.Extra.ByRule)
		}
		forwardedForm(t, e, &requests[i], row)
	}
	return len(rows)
}

// forwardedForm asks the decision API by headers, as a proxy in front does.
func forwardedForm(t *testing.T, e *oathkeeper.Engine, r *simulate.Request, row decisionRow) {
	t.Helper()
	if row.Extra.Forwarded == nil {
		return
	}
	real := r.AsSent()
	asked := real.Clone()
	asked.Method, asked.Target, asked.Host = "GET", "", "127.0.0.1"
	asked.SetHeader("X-Forwarded-Method", real.Method)
	asked.SetHeader("X-Forwarded-Proto", real.Scheme)
	asked.SetHeader("X-Forwarded-Host", real.Host)
	asked.SetHeader("X-Forwarded-Uri", real.Target)
	if d := e.Judge(asked, nil); d.Status != *row.Extra.Forwarded {
		t.Errorf("%s by headers is %d, want %d", row.Request, d.Status, *row.Extra.Forwarded)
	}
}
