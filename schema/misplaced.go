package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
)

// Misplaced reports a document of a kind whose fields are well and are in the
// wrong place: its spec under metadata, or its body under the name of another
// version. faults is what the description of the kind says of the document.
func (k *Kind) Misplaced(doc *source.Document, root *source.Node, faults diag.List) (diag.Finding, bool) {
	meta := source.Field(root, "metadata")
	if source.Keys(source.Field(root, "spec")) == nil && slices.Contains(source.Keys(meta), "spec") {
		return diag.Finding{
			Code: diag.MissingField, At: source.Ref{Doc: doc, Path: "metadata.spec", Key: true},
			Message: `"spec" is below "metadata"`,
			Help:    `indent "spec" less, as "metadata" is, and its fields below it`,
		}, true
	}
	if !slices.ContainsFunc(faults, func(f diag.Finding) bool { return f.Code == diag.UnknownField }) {
		return diag.Finding{}, false
	}
	other := kindThatFits(k.Group, k.Kind, root)
	if other == nil || other == k {
		return diag.Finding{}, false
	}
	f := diag.Finding{
		Code: diag.WrongVersion, At: source.Ref{Doc: doc, Path: "apiVersion"},
		Message: fmt.Sprintf("the document has the version %s and the fields of %s", k.Version, other.Version),
		Help:    "write apiVersion: " + other.APIVersion(),
	}
	if k.Kind == "APIRule" && strings.HasPrefix(k.Version, "v2") && !strings.HasPrefix(other.Version, "v2") {
		f.Help += "; kgw migrate then rewrites the document to " + k.Version
	}
	return f, true
}

// kindThatFits returns the newest version of a kind whose description a
// document meets except for its apiVersion, or nil.
func kindThatFits(group, kind string, root *source.Node) *Kind {
	for i := len(Kinds) - 1; i >= 0; i-- {
		k := &Kinds[i]
		if k.Group != group || k.Kind != kind {
			continue
		}
		faults := k.Type.Check(root, source.Ref{})
		if !slices.ContainsFunc(faults, func(f diag.Finding) bool { return f.At.Path != "apiVersion" }) {
			return k
		}
	}
	return nil
}
