package mesh

import (
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/schema/apirule"
)

// Places is where the documents have the parts of the model.
var Places = apirule.Places(ir.Places{
	ir.PartLabel + NameLabel:      {Of: []ir.Part{ir.PartName}},
	ir.PartLabel + NamespaceLabel: {Of: []ir.Part{ir.PartNamespace}},

	ir.PartHeaders: {In: []string{"request.headers.*"}},
	ir.PartCookies: {In: []string{"request.cookies"}},
})
