package v1alpha1

import (
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/schema/apirule"
)

// Places is where the documents have the parts of the model.
var Places = apirule.LegacyPlaces(ir.Places{
	ir.PartLabel + OwnerLabel: {Of: []ir.Part{ir.PartName, ir.PartNamespace}},
})
