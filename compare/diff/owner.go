package diff

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/kinds"
)

// Labels by which api-gateway tells the policies of one rule apart.
const (
	hashLabel  = "gateway.kyma-project.io/hash"
	indexLabel = "gateway.kyma-project.io/index"
)

// Owner is the resource that an object is made for.
type Owner struct{ Namespace, Name string }

// String returns "namespace/name".
func (o Owner) String() string { return o.Namespace + "/" + o.Name }

// Owner reads the owner from the labels that a controller or kgw put on the
// object; ok is false where there is none.
func (o *Object) Owner() (Owner, bool) { return o.ownerBy(kinds.OwnerOf) }

// controllerOwner reads the owner from the labels of a controller alone.
func (o *Object) controllerOwner() (Owner, bool) { return o.ownerBy(kinds.ControllerOwnerOf) }

func (o *Object) ownerBy(read func(map[string]string) (kinds.Owner, bool)) (Owner, bool) {
	labels := map[string]string{}
	for k, v := range o.labels() {
		labels[k] = text(v)
	}
	of, ok := read(labels)
	return Owner{of.Namespace, of.Name}, ok
}

// controllerLabel reports whether a label names the owner of an object, in the form
// of some release of Kyma's API Gateway.
func controllerLabel(key string) bool {
	return strings.HasPrefix(key, kinds.KymaLabels) || slices.Contains(moduleLabels, key)
}

// moduleLabels are on what api-gateway makes since release 3.5.0.
var moduleLabels = []string{"kyma-project.io/module", "app.kubernetes.io/managed-by", "app.kubernetes.io/component", "app.kubernetes.io/part-of"}

// withoutNamespace returns a hash label without its first part: the namespace of the
// policy, as it is or hashed.
func withoutNamespace(hash string) string {
	_, rest, _ := strings.Cut(hash, ".")
	return rest
}

// Parent names the controlling owner, with which the cluster deletes this object.
func (o *Object) Parent() (kind, name string) {
	refs, _ := child(o.Value, "metadata")["ownerReferences"].([]any)
	for _, r := range refs {
		m, _ := r.(map[string]any)
		if k := text(m["kind"]); k != "" {
			return k, text(m["name"])
		}
	}
	return "", ""
}

// what an object is of its owner, in ways from the surest to the vaguest: two
// objects of one owner are the same if they agree in one way and no other
// object does.
func (o *Object) marks() []string {
	spec := child(o.Value, "spec")
	switch text(o.Value["kind"]) {
	case kinds.VirtualService, kinds.Ingress:
		return []string{"hosts " + hosts(spec), "the only one"}
	case kinds.HTTPRoute:
		return []string{"hosts " + spellValue(sorted(spec["hostnames"])), "the only one"}
	case kinds.ReferenceGrant:
		return []string{"grants " + spellValue(spec["from"]) + spellValue(spec["to"]), "the only one"}
	case kinds.Rule:
		m := child(spec, "match")
		url := text(m["url"])
		return []string{"match " + url + " " + spellValue(sorted(m["methods"])), "url " + url}
	case kinds.AuthorizationPolicy:
		l := o.labels()
		index := text(l[indexLabel])
		hash := withoutNamespace(text(l[hashLabel]))
		if hash != "" {
			hash = "hash " + hash + " " + index
		}
		return []string{
			hash,
			"to " + operations(spec) + " " + index + " " + text(spec["action"]),
		}
	case kinds.RequestAuthentication:
		return []string{"rules " + spellValue(spec["selector"]) + spellValue(spec["jwtRules"]), "selector " + spellValue(spec["selector"])}
	}
	return nil
}

func hosts(spec map[string]any) string { return spellValue(sorted(spec["hosts"])) }

// operations spells the requests of a policy's first rule; they are those of
// all its rules.
func operations(spec map[string]any) string {
	rules, _ := spec["rules"].([]any)
	if len(rules) == 0 {
		return ""
	}
	first, _ := rules[0].(map[string]any)
	return spellValue(spec["selector"]) + spellValue(first["to"])
}
