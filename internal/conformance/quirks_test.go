package conformance

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
)

// quirks are the measured oddities of the controllers: codes of errors that
// refuse one in strict mode, perhaps beside others; none where it is written.
var quirks = map[string][]diag.Code{
	"v1alpha1/allowlist-bare":                   nil,
	"v1alpha1/allowlist-no-boundary":            {diag.HostLookalike},
	"v1beta1-ory/origin-unknown-key":            {diag.BadOrigin},
	"v1beta1-ory/second-rule-lost":              {diag.RouteLost},
	"v1beta1-istio/auth-collision":              {diag.AuthenticationReplaced},
	"v1beta1-istio/header-overwrites":           nil,
	"v1beta1-istio/origin-unknown-key":          {diag.BadOrigin},
	"v1beta1-istio/policy-collision":            {diag.PolicyReplaced},
	"v1beta1-ory-3.9/origin-unknown-key":        {diag.BadOrigin},
	"v1beta1-ory-3.9/second-rule-lost":          {diag.RouteLost},
	"v1beta1-istio-3.9/auth-collision":          nil,
	"v1beta1-istio-3.9/header-overwrites":       nil,
	"v1beta1-istio-3.9/origin-unknown-key":      {diag.BadOrigin},
	"v1beta1-istio-3.9/policy-collision":        {diag.PolicyReplaced},
	"v1beta1-istio-3.9/random-merge-two-labels": {diag.RouteLost},
	"v1beta1-istio-3.9/v076-order-export-v2":    {diag.RouteLost},
	"v2/auth-last-wins":                         {diag.AuthenticationReplaced},
	"v2/catch-all-first-other-method":           nil,
	"v2/false-conflict":                         nil,
	"v2/header-overwrites":                      nil,
	"v2/policy-collision":                       {diag.PathConflict, diag.PolicyReplaced},
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
					checkCase(t, in, s.configuration(t, dir, "controller"))
					strictly(t, name, in, s.configuration(t, dir, "strict"))
				})
			}
		})
	}
}

func strictly(t *testing.T, name, in string, c *config.Config) {
	t.Helper()
	r := compiled(t, filepath.Base(in), read(t, in), c)
	errors := only(r.Findings, diag.Error)
	want, listed := quirks[name]
	if !listed {
		t.Errorf("the table says nothing of %s", name)
	}
	var codes []diag.Code
	for i := range errors {
		codes = append(codes, errors[i].Code)
		if errors[i].At.Path == "" || errors[i].Span.Line < 1 {
			t.Errorf("an error has no place: %s", list(errors[i:i+1]))
		}
	}
	for _, c := range want {
		if !slices.Contains(codes, c) {
			t.Errorf("strict mode has no error %s, only:\n%s", c, list(r.Findings))
		}
	}
	if len(want) == 0 && len(errors) > 0 {
		t.Errorf("strict mode refuses:\n%s", list(errors))
	}
	if len(want) > 0 {
		if len(r.Objects) > 0 {
			t.Errorf("the resource is refused, and %d objects are written", len(r.Objects))
		}
		return
	}
	measured, err := os.ReadFile(strings.TrimSuffix(in, ".in.yaml") + ".want.yaml")
	if err != nil && len(r.Objects) == 0 {
		t.Errorf("the resource is accepted, and nothing is written")
	}
	if err != nil {
		return // the controller refuses it
	}
	d := difference(parsed(t, measured), written(t, r.Objects))
	if other, err := os.ReadFile(strings.TrimSuffix(in, ".in.yaml") + ".want2.yaml"); err == nil && d != "" {
		d = difference(parsed(t, other), written(t, r.Objects))
	}
	if d != "" {
		t.Errorf("strict mode writes other objects (- want, + got):\n%s", d)
	}
}
