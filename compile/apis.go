package compile

import (
	"maps"
	"slices"

	"github.com/kgw-dev/kgw/internal/config"
)

// APIDocuments returns the descriptions of APIs that the configurations name, each
// once: the caller reads them for APIs and APIFaults.
func (o *Options) APIDocuments() []config.APIDocument {
	out := o.Config.APIDocuments()
	for _, file := range slices.Sorted(maps.Keys(o.Scopes)) {
		out = append(out, o.Scopes[file].APIDocuments()...)
	}
	return out
}
