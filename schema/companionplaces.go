package schema

import "github.com/kgw-dev/kgw/internal/ir"

// companionPlaces are where documents that gateways refer to have parts of the
// model.
var companionPlaces = map[string]ir.Places{
	"StackSet": {
		ir.PartServiceName:      {In: []string{"serviceName"}},
		ir.PartServiceNamespace: {In: []string{"/metadata.namespace"}, Setting: "namespace"},
		ir.PartServicePort:      {In: []string{"servicePort"}},
		ir.PartServiceWeight:    {In: []string{"weight"}, Absent: "a stack without a weight gets no traffic"},
	},
}

// CompanionPlaces returns the table of a kind of companions; nil for kinds that
// have none.
func CompanionPlaces(kind string) ir.Places { return companionPlaces[kind] }
