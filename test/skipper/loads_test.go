package skipper

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zalando/skipper/eskip"

	"github.com/kgw-dev/kgw/internal/manifest"
)

// fixture is a set of inputs that gives objects.
type fixture struct {
	name, config string
	files        []string
}

// fixtures returns the examples of the repository and, where they are, the
// measured cases.
func fixtures(t testing.TB) []fixture {
	t.Helper()
	var out []fixture
	dirs, err := filepath.Glob("../../examples/fabric-*")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range dirs {
		f := fixture{name: filepath.Base(dir)}
		files, _ := filepath.Glob(filepath.Join(dir, "*.yaml"))
		for _, file := range files {
			switch filepath.Base(file) {
			case "kgw.yaml":
				f.config = file
			case "want.yaml":
			default:
				f.files = append(f.files, file)
			}
		}
		if text, _ := os.ReadFile(f.config); strings.Contains(string(text), "targets:") {
			continue // it is not written for Skipper
		}
		if refused, err := os.ReadFile(filepath.Join(dir, "findings.txt")); err == nil && strings.Contains(string(refused), "error[") {
			continue
		}
		out = append(out, f)
	}
	return append(out, measured(t)...)
}

func measured(t testing.TB) []fixture {
	ins, err := filepath.Glob("../../../shared/conformance/fabric/*.in.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var out []fixture
	for _, in := range ins {
		base := strings.TrimSuffix(in, ".in.yaml")
		if _, err := os.Stat(base + ".want.yaml"); err != nil {
			continue
		}
		f := fixture{name: filepath.Base(base), files: []string{in}}
		if _, err := os.Stat(base + ".kgw.yaml"); err == nil {
			f.config = base + ".kgw.yaml"
		}
		out = append(out, f)
	}
	return out
}

// TestLoads starts Skipper with everything that kgw writes: it logs no error
// and has every route.
func TestLoads(t *testing.T) {
	for _, f := range fixtures(t) {
		t.Run(f.name, func(t *testing.T) {
			written := build(t, "ingress", f.config, f.files...)
			c := start(t, written)
			c.healthy(t)
			for i := range written {
				parses(t, &written[i])
			}
		})
	}
}

// healthy fails when Skipper complained.
func (c *cluster) healthy(t testing.TB) {
	t.Helper()
	for _, complaint := range []string{"ailed", "gnoring", "nvalid", "not found"} {
		if n := c.log.Count(complaint); n > 0 {
			t.Errorf("Skipper logged %q %d times", complaint, n)
		}
	}
}

// parses holds the annotations to Skipper's own parser.
func parses(t testing.TB, o *manifest.Object) {
	t.Helper()
	a := o.Meta.Annotations
	if _, err := eskip.ParseFilters(a["zalando.org/skipper-filter"]); err != nil {
		t.Errorf("%s: %v", o.Meta.Name, err)
	}
	if _, err := eskip.ParsePredicates(a["zalando.org/skipper-predicate"]); err != nil {
		t.Errorf("%s: %v", o.Meta.Name, err)
	}
	if routes := a["zalando.org/skipper-routes"]; routes != "" {
		if r, err := eskip.Parse(routes); err != nil || len(r) != 1 {
			t.Errorf("%s: %d routes, %v", o.Meta.Name, len(r), err)
		}
	}
}
