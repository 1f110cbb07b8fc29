package mesh

import (
	"fmt"
	"sort"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/apirule"
)

const shownFailures = 3

// Status is the status that the controller sets for a resource with these
// failures.
func Status(_ *ir.Gateway, failures []diag.Upstream, _ *ir.Settings) source.Object {
	state, description := "Ready", "Reconciled successfully"
	if len(failures) > 0 {
		state, description = "Error", describeFailures(failures)
	}
	return source.Object{{Key: "state", Value: state}, {Key: "description", Value: description}}
}

// describeFailures words failures: the first three, each on its line. A Gateway
// that is missing ends the reconciliation before anything is validated.
func describeFailures(failures []diag.Upstream) string {
	if f, early := gatewayFailure(failures); early {
		failures = []diag.Upstream{f}
	}
	failures = orderFailures(failures)
	var lines []string
	for i, f := range failures {
		if i == shownFailures {
			lines = append(lines, fmt.Sprintf("%d more error(s)...", len(failures)-shownFailures))
			break
		}
		lines = append(lines, fmt.Sprintf("Attribute '%s': %s", f.Attribute, f.Message))
	}
	return "Validation errors: " + strings.Join(lines, "\n")
}

func gatewayFailure(failures []diag.Upstream) (diag.Upstream, bool) {
	for _, f := range failures {
		if strings.HasSuffix(f.Message, "ateway not found") || strings.HasPrefix(f.Message, "Either gateway") {
			return diag.Upstream{Attribute: strings.TrimPrefix(f.Attribute, "."), Message: "Could not get specified Gateway"}, true
		}
	}
	return diag.Upstream{}, false
}

// orderFailures sorts failures as the controller finds them: rules by number,
// then what concerns several rules, hosts, and the gateway.
func orderFailures(failures []diag.Upstream) []diag.Upstream {
	stage := func(f diag.Upstream) int {
		switch {
		case strings.HasPrefix(f.Message, "multiple jwt configurations"):
			return 2
		case strings.HasPrefix(f.Attribute, ".spec.rules["):
			return 0
		case f.Attribute == ".spec.rules":
			return 1
		case strings.HasPrefix(f.Attribute, ".spec.hosts"):
			return 3
		}
		return 4
	}
	within := func(f diag.Upstream) int {
		switch {
		case strings.HasSuffix(f.Attribute, "].service"):
			return 0
		case strings.HasSuffix(f.Attribute, "]"), strings.HasSuffix(f.Attribute, ".injection"):
			return 1
		}
		return 2
	}
	out := append([]diag.Upstream(nil), failures...)
	sort.SliceStable(out, func(i, j int) bool {
		a, b := out[i], out[j]
		if stage(a) != stage(b) {
			return stage(a) < stage(b)
		}
		if m, n := apirule.RuleNumber(a.Attribute), apirule.RuleNumber(b.Attribute); m != n {
			return m < n
		}
		return stage(a) == 0 && within(a) < within(b)
	})
	return out
}
