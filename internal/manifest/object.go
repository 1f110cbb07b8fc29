// Package manifest is what kgw writes: plain structs in the shape of the
// objects, stable names, and a writer whose bytes are the same on every run.
//
// It takes Objects and returns YAML or JSON. It must not know where an object
// came from: dialects and the model stay outside.
package manifest

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
)

// Object is one manifest. Spec is a pointer to one of the spec structs of this
// package, or a source.Object.
type Object struct {
	APIVersion, Kind string
	Meta             Meta
	Spec             any
	// Data is that of a ConfigMap, which has no Spec.
	Data map[string]string
	// Body are the fields behind the metadata of a kind that has neither.
	Body source.Object
	// First puts the object before others of its kind, because it protects
	// what they open.
	First bool
	// Origin is the resource the object is written for.
	Origin source.Ref
	// Entries are what the rules of an HTTPRoute are written for.
	Entries []source.Ref
	// Stable is the name that represents the object's identity where Meta.Name
	// is another one, kept from before.
	Stable string
}

// MaxConfigMap bounds the data of a ConfigMap, in bytes (Kubernetes,
// core/validation.MaxSecretSize).
const MaxConfigMap = 1 << 20

// ManagedBy is the label of objects that belong to no resource, with the value
// Manager.
const (
	ManagedBy = "app.kubernetes.io/managed-by"
	Manager   = "kgw"
)

// StableName returns the name that represents the object's identity.
func (o *Object) StableName() string {
	if o.Stable != "" {
		return o.Stable
	}
	return o.Meta.Name
}

// Meta is the metadata of an object.
type Meta struct {
	Name        string            `json:"name"`
	Namespace   string            `json:"namespace,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// Key identifies an object among all others.
func (o *Object) Key() string {
	group, _, _ := strings.Cut(o.APIVersion, "/")
	return group + "/" + o.Kind + "/" + o.Meta.Namespace + "/" + o.Meta.Name
}

// ID is what Key says, without a text of its own.
type ID struct{ Group, Kind, Namespace, Name string }

// ID identifies an object among all others.
func (o *Object) ID() ID {
	group, _, _ := strings.Cut(o.APIVersion, "/")
	return ID{group, o.Kind, o.Meta.Namespace, o.Meta.Name}
}

// Sort orders objects by kind, namespace and name. The alphabet puts what
// protects (AuthorizationPolicy, Rule) before what opens (VirtualService);
// within a kind, what comes first says so. Others keep their order.
func Sort(objects []Object) {
	order := make([]int, len(objects))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		a, b := &objects[i], &objects[j]
		return cmp.Or(
			strings.Compare(a.Kind, b.Kind),
			firstFirst(a.First, b.First),
			strings.Compare(a.Meta.Namespace, b.Meta.Namespace),
			strings.Compare(a.Meta.Name, b.Meta.Name),
			cmp.Compare(i, j),
		)
	})
	permute(objects, order)
}

// permute puts objects[order[i]] to i, for all i, in the place that they have:
// objects are large, and there may be many. order is used up.
func permute(objects []Object, order []int) {
	for start := range order {
		if order[start] == start {
			continue
		}
		first := objects[start]
		i := start
		for order[i] != start {
			next := order[i]
			objects[i], order[i] = objects[next], i
			i = next
		}
		objects[i], order[i] = first, i
	}
}

func firstFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}
