package simulate

import "testing"

// TestInjected is about what istiod's webhooks select: see injection.Of.
func TestInjected(t *testing.T) {
	none := map[string]string{}
	for name, c := range map[string]struct {
		namespace           map[string]string // nil: it is not among the inputs
		labels, annotations map[string]string
		want                Presence
	}{
		"nothing is known":                       {nil, none, none, Supposed},
		"the pods ask":                           {nil, map[string]string{"sidecar.istio.io/inject": "true"}, none, Present},
		"the pods ask for a revision":            {nil, map[string]string{"istio.io/rev": "stable"}, none, Present},
		"the pods refuse":                        {nil, map[string]string{"sidecar.istio.io/inject": "false"}, none, Missing},
		"an annotation asks":                     {nil, none, map[string]string{"sidecar.istio.io/inject": "true"}, Supposed},
		"an annotation refuses":                  {nil, none, map[string]string{"sidecar.istio.io/inject": "false"}, Missing},
		"the namespace leaves it to the pods":    {none, none, none, Missing},
		"an annotation alone":                    {none, none, map[string]string{"sidecar.istio.io/inject": "true"}, Missing},
		"a label alone":                          {none, map[string]string{"sidecar.istio.io/inject": "true"}, none, Present},
		"a revision alone":                       {none, map[string]string{"istio.io/rev": "stable"}, none, Present},
		"another word than true and false":       {none, map[string]string{"sidecar.istio.io/inject": "yes"}, none, Missing},
		"the namespace asks":                     {map[string]string{"istio-injection": "enabled"}, none, none, Present},
		"the namespace asks, an annotation not":  {map[string]string{"istio-injection": "enabled"}, none, map[string]string{"sidecar.istio.io/inject": "false"}, Missing},
		"the label is asked before it":           {map[string]string{"istio-injection": "enabled"}, map[string]string{"sidecar.istio.io/inject": "true"}, map[string]string{"sidecar.istio.io/inject": "false"}, Present},
		"the namespace asks for a revision":      {map[string]string{"istio.io/rev": "stable"}, none, none, Present},
		"the namespace refuses, the pods ask":    {map[string]string{"istio-injection": "disabled"}, map[string]string{"sidecar.istio.io/inject": "true"}, none, Missing},
		"it refuses, and asks for a revision":    {map[string]string{"istio-injection": "disabled", "istio.io/rev": "stable"}, none, none, Missing},
		"another word than enabled and disabled": {map[string]string{"istio-injection": "true"}, map[string]string{"sidecar.istio.io/inject": "true"}, none, Missing},
	} {
		p := &Pods{namespaces: map[string]map[string]string{}}
		if c.namespace != nil {
			p.namespaces["shop"] = c.namespace
		}
		if got := p.injected(&Workload{Namespace: "shop", Labels: c.labels, Annotations: c.annotations}); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
