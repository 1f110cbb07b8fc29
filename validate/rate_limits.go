package validate

import (
	"fmt"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
)

// checkRateLimits reports two RateLimits for the same pods: the controller uses the
// older one and puts the other into an error state.
func checkRateLimits(v *View, found *diag.List) {
	byNamespace := map[string][]*ir.PodLimit{}
	for _, l := range v.RateLimits {
		for _, other := range byNamespace[l.Name.Namespace] {
			if other.Name == l.Name || !v.surelyMeet(other.Labels, l.Labels, l.Name.Namespace) {
				continue
			}
			found.Add(diag.Finding{
				Code: diag.RateLimitsConflict, At: l.Origin.At("spec", "selectorLabels"),
				Message: fmt.Sprintf("RateLimits %q and %q select the same pods: the controller refuses the younger one", other.Name, l.Name),
				Help:    "write one RateLimit for the pods, with buckets for paths", Related: []diag.Related{{Message: "the other RateLimit", At: other.Origin.At("spec", "selectorLabels")}},
			})
			break
		}
		byNamespace[l.Name.Namespace] = append(byNamespace[l.Name.Namespace], l)
	}
}

// surelyMeet reports whether two selectors surely have pods in common: one has
// all labels of the other, or a pod among the inputs has all of both.
func (v *View) surelyMeet(a, b map[string]string, namespace string) bool {
	if hasAll(a, b) || hasAll(b, a) {
		return true
	}
	for _, p := range v.Workloads {
		if p.Namespace == namespace && hasAll(p.Labels, a) && hasAll(p.Labels, b) {
			return true
		}
	}
	return false
}

// hasAll reports whether labels have all of a selector.
func hasAll(labels, selector map[string]string) bool {
	for k, want := range selector {
		if have, ok := labels[k]; !ok || have != want {
			return false
		}
	}
	return true
}
