package ir

import "github.com/kgw-dev/kgw/internal/kinds"

// MadeFor reads from its labels for which resource an object was made: see
// kinds.OwnerOf.
func MadeFor(labels map[string]string) (kind string, of Name, ok bool) {
	o, ok := kinds.OwnerOf(labels)
	return o.Kind, Name{Namespace: o.Namespace, Name: o.Name}, ok
}
