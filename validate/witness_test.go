package validate_test

import (
	"net/url"
	"path/filepath"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/simulate"
	"github.com/kgw-dev/kgw/simulate/oathkeeper"
)

// TestWitnesses asks the simulated Oathkeeper about the witnesses of the golden
// cases: an overlap is answered with 500, a request without a rule with 404.
func TestWitnesses(t *testing.T) {
	dirs, err := filepath.Glob("testdata/*")
	if err != nil {
		t.Fatal(err)
	}
	want := map[diag.Code]simulate.Cause{diag.RulesOverlap: simulate.ManyRules, diag.RuleUnreached: simulate.NoRule}
	asked := map[diag.Code]int{}
	for _, dir := range dirs {
		for _, c := range cases(t, dir) {
			if c.conf == nil {
				c.conf = config.Default()
			}
			c.conf.Compat = "controller" // nothing the controllers write is withheld
			manifests, result := prove.Manifests(compile.Input{Files: c.files},
				compile.Options{Config: c.conf, Levels: map[diag.Code]diag.Severity{diag.HostConflict: diag.Warning}}, nil)
			engine := oathkeeper.Load(manifests, oathkeeper.Options{Version: c.conf.Oathkeeper.Version})
			for i := range result.Findings {
				f := &result.Findings[i]
				cause, known := want[f.Code]
				if !known {
					continue
				}
				asked[f.Code]++
				if d := engine.Decide(request(t, f.Witness), nil); d.Cause != cause {
					t.Errorf("%s/%s: %s %s: %q, want %q", dir, c.name, f.Witness.Method, f.Witness.URL, d.Cause, cause)
				}
			}
		}
	}
	if asked[diag.RulesOverlap] < 10 || asked[diag.RuleUnreached] < 3 {
		t.Errorf("too few witnesses: %v", asked)
	}
}

func request(t *testing.T, w *diag.Witness) *simulate.Request {
	t.Helper()
	u, err := url.Parse(w.URL)
	if err != nil {
		t.Fatal(err)
	}
	r := &simulate.Request{Method: w.Method, Scheme: u.Scheme, Host: u.Host, Target: u.EscapedPath()}
	r.SetHeader("X-Forwarded-Proto", u.Scheme)
	return r
}
