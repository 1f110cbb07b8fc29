package others

import (
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

// NameFinding returns the finding about a document that has the name of a written
// object: whichever is applied last would replace the other.
func NameFinding(d *Document, o *manifest.Object) diag.Finding {
	f := diag.Finding{
		Code: diag.NameCollision, Severity: diag.Error, At: source.Ref{Doc: d.Document}.At("metadata", "name"),
		Message: fmt.Sprintf("%s %q has the name of an object that is written, and would replace it or be replaced", o.Kind, strings.TrimPrefix(o.Meta.Namespace+"/"+o.Meta.Name, "/")),
		Help:    "rename the object, or remove it from the inputs",
	}
	if o.Origin.Doc != nil {
		f.Related = []diag.Related{{Message: "what the other one is written for", At: o.Origin}}
	}
	return f
}
