// Package injection knows whose labels decide whether pods get Istio's sidecar.
package injection

// Who says whose labels decide.
type Who uint8

// The answers: the pods' own labels decide, or all or none of the pods of a namespace
// get a sidecar that do not refuse it.
const (
	Pods Who = iota
	All
	None
)

// Of reads the labels of a namespace as the selectors of istiod's webhooks do: in
// one that has istio-injection, with whatever value, they ask for nothing else
// (istio.io/istio, manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml).
func Of(labels map[string]string) Who {
	if own, said := labels["istio-injection"]; said {
		if own == "enabled" {
			return All
		}
		return None
	}
	if revision, said := labels[RevisionKey]; said {
		if revision != "" {
			return All
		}
		return None
	}
	return Pods
}

// The labels of pods that ask for a sidecar; the first refuses one by "false".
const (
	Key         = "sidecar.istio.io/inject"
	RevisionKey = "istio.io/rev"
)
