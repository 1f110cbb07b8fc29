package conformance

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/internal/testfile"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/simulate/skipper"
)

// TestSkipperDecisions holds the simulator to what a real Skipper answered: on
// the Ingresses that were wanted, and on those that kgw writes for the gateway.
func TestSkipperDecisions(t *testing.T) {
	if rows := fabricDecisions(t, shared(t, "conformance", "fabric")); rows < 400 {
		t.Errorf("only %d rows were decided", rows)
	}
}

// TestOwnSkipperDecisions does the same with the requests of the repository.
func TestOwnSkipperDecisions(t *testing.T) {
	if rows := fabricDecisions(t, filepath.Join(own, "fabric")); rows < 50 {
		t.Errorf("only %d rows were decided", rows)
	}
}

// fabricDecisions decides the requests of a folder and returns how many there are.
func fabricDecisions(t *testing.T, dir string) (rows int) {
	t.Helper()
	for _, file := range glob(t, dir, "*.decisions.json") {
		base := strings.TrimSuffix(file, ".decisions.json")
		rows += skipperDecisions(t, "wanted "+filepath.Base(base), skipper.Load(manifests(t, base+".want.yaml"), skipper.Options{}), read(t, file))
		c := config.Default()
		if _, err := os.Stat(base + ".kgw.yaml"); err == nil {
			c = configuration(t, base+".kgw.yaml", "strict")
		}
		f, problem := source.NewFile("in.yaml", read(t, base+".in.yaml"))
		if problem != nil {
			t.Fatal(problem.Message)
		}
		o := compile.Options{Config: c}
		written, _ := prove.Manifests(compile.Input{Files: []*source.File{f}}, o, nil)
		skipperDecisions(t, "written "+filepath.Base(base), prove.Simulate(written, o).Skipper, read(t, file))
	}
	return rows
}

func skipperDecisions(t *testing.T, what string, e *skipper.Engine, data []byte) int {
	t.Helper()
	requests, found := testfile.ReadFabric(what, data)
	if len(found) > 0 {
		t.Fatal(found)
	}
	var rows []struct {
		Request  json.RawMessage
		Observed struct {
			Status int
			Route  *string
		}
	}
	if err := json.Unmarshal(data, &rows); err != nil {
		t.Fatal(err)
	}
	session := e.Session()
	for i, row := range rows {
		d, want := session.Decide(&requests[i], nil), ""
		if row.Observed.Route != nil {
			want = *row.Observed.Route
		}
		if d.Status != row.Observed.Status || d.Route != want {
			t.Errorf("%s row %d: %s\n is %d by %q, want %d by %q (%s)", what, i, row.Request, d.Status, d.Route, row.Observed.Status, want, d.Reason)
		}
	}
	return len(rows)
}
