package conformance

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kgw-dev/kgw/internal/diag"
)

// quirks are the oddities of the controllers that kgw judges for itself: the
// code of the error that refuses one in strict mode, "" where it is written as
// the controller does. One that is not listed may be either.
var quirks = map[string]diag.Code{
	"v1alpha1/allowlist-bare":        "",
	"v1alpha1/allowlist-no-boundary": diag.HostLookalike,
	"v1beta1-ory/origin-unknown-key": diag.BadOrigin,
	"v1beta1-ory/second-rule-lost":   diag.RouteLost,
}

// TestQuirks compiles the measured oddities in both modes. As the controller
// does, kgw writes exactly what was measured; by its own judgement it refuses
// with a place, or writes the same.
func TestQuirks(t *testing.T) {
	dir := shared(t, "conformance", "apirule")
	for _, s := range sets {
		t.Run(s.name, func(t *testing.T) {
			s.need(t)
			for _, in := range glob(t, dir, "quirks", s.name, "*.in.yaml") {
				name := s.name + "/" + strings.TrimSuffix(filepath.Base(in), ".in.yaml")
				t.Run(filepath.Base(name), func(t *testing.T) {
					file := filepath.Join(dir, s.name+".kgw.yaml")
					checkCase(t, in, configuration(t, file, "controller"))
					strictly(t, name, in, file)
				})
			}
		})
	}
}

func strictly(t *testing.T, name, in, configFile string) {
	t.Helper()
	r := compiled(t, filepath.Base(in), read(t, in), configuration(t, configFile, "strict"))
	errors := only(r.Findings, diag.Error)
	if code, listed := quirks[name]; listed {
		codes := map[diag.Code]bool{}
		for i := range errors {
			codes[errors[i].Code] = true
		}
		want := map[diag.Code]bool{}
		if code != "" {
			want[code] = true
		}
		if d := cmp.Diff(want, codes); d != "" {
			t.Errorf("strict mode refuses for other reasons (- want, + got):\n%s%s", d, list(r.Findings))
		}
	}
	if len(errors) > 0 {
		if len(r.Objects) > 0 {
			t.Errorf("the resource is refused, and %d objects are written", len(r.Objects))
		}
		for i := range errors {
			if errors[i].At.Path == "" || errors[i].Span.Line < 1 {
				t.Errorf("an error has no place: %s", list(errors[i:i+1]))
			}
		}
		return
	}
	want, err := os.ReadFile(strings.TrimSuffix(in, ".in.yaml") + ".want.yaml")
	if err != nil {
		t.Fatalf("strict mode accepts what the controller refuses: %v", err)
	}
	if d := difference(parsed(t, want), written(t, r.Objects)); d != "" {
		t.Errorf("strict mode writes other objects (- want, + got):\n%s", d)
	}
}
