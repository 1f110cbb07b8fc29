package injection

import "testing"

// TestOf holds whose labels decide: those of the namespace where it has
// istio-injection, with whatever value, else its revision, else those of the pods.
func TestOf(t *testing.T) {
	for _, c := range []struct {
		labels map[string]string
		want   Who
	}{
		{nil, Pods},
		{map[string]string{"other": "x"}, Pods},
		{map[string]string{"istio-injection": "enabled"}, All},
		{map[string]string{"istio-injection": "disabled"}, None},
		{map[string]string{"istio-injection": "true"}, None},
		{map[string]string{"istio-injection": ""}, None},
		{map[string]string{RevisionKey: "stable"}, All},
		{map[string]string{RevisionKey: ""}, None},
		{map[string]string{"istio-injection": "disabled", RevisionKey: "stable"}, None},
		{map[string]string{"istio-injection": "enabled", RevisionKey: ""}, All},
		{map[string]string{Key: "true"}, Pods},
	} {
		if got := Of(c.labels); got != c.want {
			t.Errorf("%v: %d, want %d", c.labels, got, c.want)
		}
	}
}
