package examples_test

import (
	"path/filepath"
	"testing"

	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/internal/testfile"
	"github.com/kgw-dev/kgw/prove"
)

// TestPolicyTests runs the tests that each example carries.
func TestPolicyTests(t *testing.T) {
	for _, name := range examples(t) {
		t.Run(name, func(t *testing.T) {
			cluster, cases := simulated(t, name)
			if len(cases) == 0 {
				t.Fatal("the example carries no tests")
			}
			for i := range cases {
				c := &cases[i]
				if c.Request == nil {
					if p := cluster.NeverWithout(*c.All, c.Without); p.Verdict != prove.Holds {
						t.Errorf("%s: %s", c.Name, p.Reason)
					}
					continue
				}
				d := cluster.Mesh.Decide(c.Request, nil)
				if o := c.Judge(&d); !o.Passed() {
					t.Errorf("%s: %v", c.Name, o.Failures)
				}
			}
		})
	}
}

// simulated makes a cluster of an example and reads its tests.
func simulated(t *testing.T, name string) (*prove.Cluster, []testfile.Case) {
	t.Helper()
	o := compile.Options{}
	if file := filepath.Join(name, config.FileName); exists(file) {
		c, found := config.Read(file, file, source.Bounds{})
		if len(found) > 0 {
			t.Fatal(found)
		}
		o.Config = c
	}
	files, problems := (&source.Loader{}).Load([]string{name})
	in := compile.Input{Problems: problems}
	var cases []testfile.Case
	for _, f := range files {
		if !testfile.IsName(f.Name) {
			in.Files = append(in.Files, f)
			continue
		}
		more, found := testfile.Read(f)
		if len(found) > 0 {
			t.Fatal(found)
		}
		cases = append(cases, more...)
	}
	manifests, _ := prove.Manifests(in, o, nil)
	return prove.Simulate(manifests, o), cases
}
