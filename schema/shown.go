package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema/apirule"
)

// Annotations of the controller's own converter: the version that an APIRule
// was written in, and its spec of version v1beta1 as JSON.
const (
	OriginalVersion = apirule.Group + "/original-version"
	OriginalSpec    = apirule.Group + "/v1beta1-spec"
)

// Shown is how an APIRule is in another version than its own: a cluster shows
// each in every version that it serves, as far as it can be converted.
type Shown uint8

// The ways.
const (
	AsItIs      Shown = iota
	NotMigrated       // one of v1beta1, shown in a newer version
	AsOlder           // one of a newer version, shown in an older one, without its spec
	OlderBody         // the body of v1beta1 below the head of a newer version
)

// ShownAs returns how an APIRule is shown. bare reports that it has no spec, so
// that it cannot be read as the version in its head.
func ShownAs(doc *source.Document, root *source.Node) (how Shown, bare bool) {
	group, version, _ := strings.Cut(doc.APIVersion, "/")
	if group != apirule.Group || doc.Kind != "APIRule" {
		return AsItIs, false
	}
	spec := source.Field(root, "spec")
	annotations := source.TextMap(source.Field(source.Field(root, "metadata"), "annotations"))
	rules := source.Elements(source.Field(spec, "rules"))
	older := func(n *source.Node) bool { return source.Field(n, "accessStrategies") != nil }
	switch newer := version == "v2alpha1" || version == "v2"; {
	case newer && annotations[OriginalVersion] == "v1beta1":
		return NotMigrated, len(rules) == 0 || annotations[OriginalSpec] != ""
	case newer && annotations[OriginalVersion] == "" && annotations[OriginalSpec] != "" && len(rules) == 0:
		return NotMigrated, true // somebody removed the other annotation
	case newer && slices.ContainsFunc(rules, older):
		return OlderBody, true
	case !newer && isEmpty(spec) && (isNewerVersion(annotations[OriginalVersion]) || source.Field(root, "status") != nil):
		return AsOlder, true
	}
	return AsItIs, false
}

// isNewerVersion reports whether the original version is a newer one than
// v1beta1.
func isNewerVersion(original string) bool { return original == "v2alpha1" || original == "v2" }

// isEmpty reports whether a spec has no values.
func isEmpty(spec *source.Node) bool {
	for _, key := range source.Keys(spec) {
		v := source.Value(source.Field(spec, key))
		if list, isList := v.([]any); v != nil && (!isList || len(list) > 0) {
			return false
		}
	}
	return true
}

// originalAt is the place of the annotation that says the original version, or else
// of the one that has the spec.
func originalAt(doc *source.Document) source.Ref {
	annotations := source.Ref{Doc: doc}.At("metadata", "annotations")
	root, _ := doc.Parse()
	if source.Field(source.Field(source.Field(root, "metadata"), "annotations"), OriginalVersion) == nil {
		return annotations.At(OriginalSpec)
	}
	return annotations.At(OriginalVersion)
}

// Finding says of a document how it is shown, and what to do; it is for
// anything but AsItIs.
func (s Shown) Finding(doc *source.Document, bare bool) diag.Finding {
	switch s {
	case NotMigrated:
		f := diag.Finding{
			Code: diag.NotMigrated, At: originalAt(doc),
			Message: fmt.Sprintf("APIRule %q is not migrated yet: it is one of v1beta1, which the cluster shows in a newer version", doc.Name),
			Help:    "kgw migrate moves it, with its spec of v1beta1 from the annotation " + OriginalSpec + " or fetched as apirules.v1beta1." + apirule.Group,
		}
		if !bare {
			f.Severity, f.Help = diag.Warning, f.Help+"; if the rules here are what is meant, remove the annotation"
		}
		return f
	case AsOlder:
		return diag.Finding{
			Code: diag.ShownAsOlder, At: source.Ref{Doc: doc, Path: "spec"},
			Message: fmt.Sprintf("APIRule %q has no spec in this version: it is one of v2, which the cluster shows in an older version", doc.Name),
			Help:    "fetch it as it is: kubectl get apirules.v2." + apirule.Group + " " + doc.Name + " -o yaml",
		}
	case OlderBody:
		return diag.Finding{
			Code: diag.WrongVersion, At: source.Ref{Doc: doc, Path: "apiVersion"},
			Message: "the rules have accessStrategies, as those of v1beta1 do, and the apiVersion is a newer one, which has noAuth, jwt and extAuth in their place",
			Help:    "kgw migrate rewrites the rules; for a cluster with Oathkeeper write apiVersion: " + apirule.Group + "/v1beta1",
		}
	case AsItIs:
	}
	return diag.Finding{}
}
