package compile

import (
	"strings"

	"github.com/kgw-dev/kgw/internal/ir"
)

// KymaLabels begin the labels by which api-gateway knows the objects that it
// made: "name" and "namespace", or a version with "name.namespace".
const KymaLabels = "apirule.gateway.kyma-project.io/"

// MadeFor reads from its labels for which resource an object was made, in the
// form of any release; the kind is "" where the label names none. Names of
// resources may hold dots, those of namespaces do not. An APIRule is read in
// another version than it was written in, so the version in a label need not be
// the resource's.
func MadeFor(labels map[string]string) (kind string, of ir.Name, ok bool) {
	if n := (ir.Name{Namespace: labels[KymaLabels+"namespace"], Name: labels[KymaLabels+"name"]}); n.Name != "" && n.Namespace != "" {
		return "APIRule", n, true
	}
	for _, version := range []string{"v1beta1", "v1alpha1"} {
		owner := labels[KymaLabels+version]
		if dot := strings.LastIndexByte(owner, '.'); dot > 0 && dot < len(owner)-1 {
			return "APIRule", ir.Name{Namespace: owner[dot+1:], Name: owner[:dot]}, true
		}
	}
	namespace, name, _ := strings.Cut(labels[OwnerLabel], ".")
	return "", ir.Name{Namespace: namespace, Name: name}, name != "" && namespace != ""
}
