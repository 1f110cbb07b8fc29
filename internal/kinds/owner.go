package kinds

import "strings"

// KymaLabels begin the labels by which api-gateway knows the objects that it
// made: "name" and "namespace", or a version with "name.namespace".
const KymaLabels = "apirule.gateway.kyma-project.io/"

// OwnerLabel is kgw's own label of what it writes: NAMESPACE.NAME of the
// resource.
const OwnerLabel = "kgw.dev/owner"

// Owner is the resource that an object was made for. Kind is "" where the label
// does not say it.
type Owner struct{ Kind, Namespace, Name string }

// IsOwnerLabel reports whether a label names the owner of an object.
func IsOwnerLabel(key string) bool { return strings.HasPrefix(key, KymaLabels) || key == OwnerLabel }

// OwnerOf reads from its labels for which resource an object was made, in the form
// of any release. Names of resources may hold dots, those of namespaces do not. An
// APIRule is read in another version than it was written in, so the version in a
// label need not be the resource's.
func OwnerOf(labels map[string]string) (Owner, bool) {
	if o, ok := ControllerOwnerOf(labels); ok {
		return o, true
	}
	namespace, name, _ := strings.Cut(labels[OwnerLabel], ".")
	return Owner{"", namespace, name}, name != "" && namespace != ""
}

// ControllerOwnerOf reads the owner as OwnerOf does, from the labels of api-gateway
// alone.
func ControllerOwnerOf(labels map[string]string) (Owner, bool) {
	if o := (Owner{"APIRule", labels[KymaLabels+"namespace"], labels[KymaLabels+"name"]}); o.Name != "" && o.Namespace != "" {
		return o, true
	}
	for _, version := range []string{"v1beta1", "v1alpha1"} {
		owner := labels[KymaLabels+version]
		if dot := strings.LastIndexByte(owner, '.'); dot > 0 && dot < len(owner)-1 {
			return Owner{"APIRule", owner[dot+1:], owner[:dot]}, true
		}
	}
	return Owner{}, false
}
