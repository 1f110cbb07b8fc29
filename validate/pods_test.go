package validate

import (
	"testing"

	"github.com/kgw-dev/kgw/internal/ir"
)

// TestShare holds that selectors are apart only where a label or a workload
// says so.
func TestShare(t *testing.T) {
	pods := func(labels ...string) ir.Pods {
		p := ir.Pods{Namespace: "shop", Labels: map[string]string{}}
		for i := 0; i < len(labels); i += 2 {
			p.Labels[labels[i]] = labels[i+1]
		}
		return p
	}
	a, v1 := pods("app", "a"), pods("version", "v1")
	for name, c := range map[string]struct {
		a, b      ir.Pods
		workloads []ir.Pods
		want      sharing
	}{
		"the same":                 {a, pods("app", "a", "part", "x"), nil, somePod},
		"a label differs":          {a, pods("app", "b"), nil, noPod},
		"another namespace":        {a, ir.Pods{Namespace: "other", Labels: a.Labels}, nil, noPod},
		"no labels":                {a, pods(), nil, somePod},
		"every namespace":          {ir.Pods{Labels: v1.Labels}, a, nil, maybePod},
		"other keys":               {a, v1, nil, maybePod},
		"a workload has both":      {a, v1, []ir.Pods{pods("app", "a", "version", "v1")}, somePod},
		"each has its own":         {a, v1, []ir.Pods{pods("app", "a", "version", "v2"), pods("app", "b", "version", "v1")}, noPod},
		"one of them is not here":  {a, v1, []ir.Pods{pods("app", "a")}, maybePod},
		"every one, and elsewhere": {ir.Pods{Labels: v1.Labels}, a, []ir.Pods{pods("app", "a"), {Namespace: "other", Labels: v1.Labels}}, maybePod},
		"in another namespace":     {a, v1, []ir.Pods{{Namespace: "other", Labels: map[string]string{"app": "a", "version": "v1"}}}, maybePod},
	} {
		v := &View{Workloads: c.workloads}
		if got := v.sharePods(c.a, c.b); got != c.want || v.sharePods(c.b, c.a) != got {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
