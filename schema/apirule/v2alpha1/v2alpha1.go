// Package v2alpha1 is version v2alpha1 of Kyma's APIRule: the dialect of package mesh
// under its own name.
package v2alpha1

import (
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/apirule"
	"github.com/kgw-dev/kgw/schema/apirule/mesh"
)

// APIVersion is the version's full name.
const APIVersion = apirule.Group + "/v2alpha1"

// Type describes the documents of this version.
var Type = mesh.Type(APIVersion, "v2alpha1")

// Decode reads a document.
func Decode(doc *source.Document, root *source.Node) *mesh.APIRule {
	return mesh.Decode(doc, root)
}
