package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
	rolebindings "github.com/kgw-dev/kgw/schema/rolebindings/v1alpha1"
)

// other are kinds of our groups that kgw reads for other purposes, or passes
// over because another command is for them.
var other = map[string]string{
	"gateway.kyma-project.io/Api": "the ancestor of APIRule, which kgw does not compile",
	"gateway.kyma.cx/Api":         "the ancestor of APIRule, which kgw does not compile",
}

// Find returns the kind of an apiVersion and kind, or nil.
func Find(apiVersion, kind string) *Kind {
	for i := range Kinds {
		if k := &Kinds[i]; k.Kind == kind && k.APIVersion() == apiVersion {
			return k
		}
	}
	return nil
}

// Group returns the group of an apiVersion; the core group is "".
func Group(apiVersion string) string {
	group, _, ok := strings.Cut(apiVersion, "/")
	if !ok {
		return ""
	}
	return group
}

// Suspect returns what is wrong with the head of a document that is almost one
// of ours: a misspelt kind or group, an unknown version, or no head at all. ok
// is false for documents of other kinds.
func Suspect(doc *source.Document, root *source.Node) (f diag.Finding, ok bool) {
	kinds, groups := names()
	if doc.Kind == "" || doc.APIVersion == "" {
		return reportHeadless(doc, root, kinds)
	}
	group := Group(doc.APIVersion)
	if group == rolebindings.Group && doc.Kind != config.Kind && shape.Nearest(doc.Kind, []string{"RoleBindings"}) != "" {
		if doc.Kind != "RoleBindings" {
			return almostFinding(doc, "kind", doc.Kind, "RoleBindings"), true
		}
		return almostFinding(doc, "apiVersion", doc.APIVersion, config.APIVersion), true
	}
	if group == Group(config.APIVersion) || noteFor(group, doc.Kind) != nil {
		return reportUncompiled(doc, group)
	}
	if f, ok := almostCompanion(doc); ok {
		return f, true
	}
	kind, exact := doc.Kind, slices.Contains(kinds, doc.Kind)
	if !exact {
		kind = shape.Nearest(doc.Kind, kinds)
	}
	own := groupOf(kind)
	switch {
	case kind == "":
	case exact && (group == own || doc.APIVersion == own):
		return unknownVersionFinding(doc, root, own, strings.TrimPrefix(strings.TrimPrefix(doc.APIVersion, own), "/")), true
	case slices.Contains(groups, group) && !exact:
		return almostFinding(doc, "kind", doc.Kind, kind), true
	case nearestGroup(group, []string{own}) != "", exact && cutGroup(doc.APIVersion, group, own), exact && slices.Contains(groups, group):
		version := doc.APIVersion[strings.LastIndexByte(doc.APIVersion, '/')+1:]
		return almostFinding(doc, "apiVersion", doc.APIVersion, own+"/"+nearestVersion(kind, version)), true
	case kind == "APIRule" && exact, kind == "FabricGateway" && exact, kind == "IDPPreset" && group == "ui.kyma.cx":
		f = almostFinding(doc, "apiVersion", doc.APIVersion, own+"/"+nearestVersion(kind, ""))
		f.Message = fmt.Sprintf("%s is a kind of group %q, not of %q: the document is not compiled", doc.Kind, own, group)
		return f, true
	}
	return f, false
}

// cutGroup reports whether the group of a kind that has another one is a part of
// that, or is left out.
func cutGroup(apiVersion, group, own string) bool {
	return !strings.Contains(apiVersion, "/") || strings.HasSuffix(own, "."+group) || strings.HasPrefix(group, "gateway.kyma") && strings.HasPrefix(own, "gateway.kyma")
}

func groupOf(kind string) string {
	for i := range Kinds {
		if Kinds[i].Kind == kind {
			return Kinds[i].Group
		}
	}
	return ""
}

func versionsOf(kind string) []string {
	var versions []string
	for i := range Kinds {
		if Kinds[i].Kind == kind {
			versions = append(versions, Kinds[i].Version)
		}
	}
	return versions
}

// nearestVersion is the version of the kind that a text is or looks like, or
// the newest.
func nearestVersion(kind, text string) string {
	versions := versionsOf(kind)
	if slices.Contains(versions, text) {
		return text
	}
	if near := shape.Nearest(text, versions); near != "" {
		return near
	}
	return versions[len(versions)-1]
}

// nearestGroup is the group that a text is a misspelling of: "operator.x" is
// another group than "gateway.x", and not a misspelt one.
func nearestGroup(text string, groups []string) string {
	for _, g := range groups {
		if g != text && shape.Nearest(text, []string{g}) != "" && shape.Nearest(firstPart(text), []string{firstPart(g)}) != "" {
			return g
		}
	}
	return ""
}

// firstPart is the first dotted part of a group.
func firstPart(group string) string {
	name, _, _ := strings.Cut(group, ".")
	return name
}

func names() (kinds, groups []string) {
	for i := range Kinds {
		if !slices.Contains(kinds, Kinds[i].Kind) {
			kinds = append(kinds, Kinds[i].Kind)
		}
		if !slices.Contains(groups, Kinds[i].Group) {
			groups = append(groups, Kinds[i].Group)
		}
	}
	return kinds, groups
}

func noteFor(group, kind string) *string {
	if n, ok := other[group+"/"+kind]; ok {
		return &n
	}
	return nil
}

// reportUncompiled reports a document that is gateway configuration of a kind
// that is not compiled, where ignoring it in silence would drop an intent.
func reportUncompiled(doc *source.Document, group string) (diag.Finding, bool) {
	n := noteFor(group, doc.Kind)
	if n == nil || *n == "" {
		return diag.Finding{}, false
	}
	return diag.Finding{
		Code: diag.UncompiledKind, At: source.Ref{Doc: doc, Path: "kind"},
		Message: fmt.Sprintf("%s is %s: nothing is written for it", doc.Kind, *n),
		Help:    "write an APIRule in its place",
	}, true
}

func unknownVersionFinding(doc *source.Document, root *source.Node, group, version string) diag.Finding {
	versions := versionsOf(doc.Kind)
	f := diag.Finding{
		Code: diag.UnknownVersion, At: source.Ref{Doc: doc, Path: "apiVersion"},
		Message: fmt.Sprintf("%s has no version %q", doc.Kind, version),
		Help:    "known versions are " + strings.Join(versions, ", "),
	}
	if other := kindThatFits(group, doc.Kind, root); other != nil {
		f.Help = fmt.Sprintf("its fields are those of %s: write apiVersion: %s", other.Version, other.APIVersion())
	} else if near := shape.Nearest(version, versions); near != "" {
		f.Help = fmt.Sprintf("did you mean %q? %s", group+"/"+near, f.Help)
	}
	return f
}

func almostFinding(doc *source.Document, field, have, want string) diag.Finding {
	return diag.Finding{
		Code: diag.AlmostKind, At: source.Ref{Doc: doc, Path: field},
		Message: fmt.Sprintf("%s %q looks like a misspelt %q: the document is not compiled", field, have, want),
		Help:    fmt.Sprintf("did you mean %q?", want),
	}
}

// reportHeadless reports a document that has no apiVersion or no kind but names
// one of ours in the other, has the fields of one, or is a bare list of them.
func reportHeadless(doc *source.Document, root *source.Node, kinds []string) (diag.Finding, bool) {
	f := diag.Finding{Code: diag.NoHead, At: source.Ref{Doc: doc}}
	if isList(root) {
		f.Message = "the document is a list of resources without a head, and they are not compiled"
		f.Help = "write each as a document of its own, or as items of apiVersion: v1, kind: List"
		return f, true
	}
	_, groups := names()
	missing := "kind"
	if doc.APIVersion == "" {
		missing = "apiVersion"
	}
	if bare := versionOfSpec(root); bare != "" {
		f.Message = fmt.Sprintf("the document is the spec of an APIRule %s without its head, and nothing is compiled", bare)
		f.Help = fmt.Sprintf("write it below spec:, with apiVersion: gateway.kyma-project.io/%s, kind: APIRule and metadata in front", bare)
		return f, true
	}
	spec := source.Field(root, "spec")
	ours := slices.Contains(kinds, doc.Kind) || slices.Contains(groups, Group(doc.APIVersion)) ||
		doc.Kind == "" && doc.APIVersion == "" && source.Field(spec, "rules") != nil && source.Field(spec, "gateway") != nil
	f.At.Path = missing
	f.Message = fmt.Sprintf("the document has no %s and is not compiled", missing)
	f.Help = "add " + missing
	if missing == "apiVersion" {
		for _, group := range groups {
			if other := kindThatFits(group, doc.Kind, root); other != nil {
				f.Help = fmt.Sprintf("its fields are those of %s: add apiVersion: %s", other.Version, other.APIVersion())
			}
		}
	}
	return f, ours
}

// versionOfSpec is the version of APIRule whose spec a whole document is, as
// kubectl prints it with -o jsonpath, or "".
func versionOfSpec(root *source.Node) string {
	rules := source.Elements(source.Field(root, "rules"))
	if len(rules) == 0 || source.Field(root, "apiVersion") != nil || source.Field(root, "kind") != nil {
		return ""
	}
	older := slices.ContainsFunc(rules, func(n *source.Node) bool { return source.Field(n, "accessStrategies") != nil })
	switch {
	case older && source.Field(source.Field(root, "service"), "host") != nil:
		return "v1alpha1"
	case older:
		return "v1beta1"
	case source.Field(root, "hosts") != nil && (source.Field(root, "gateway") != nil || source.Field(root, "externalGateway") != nil):
		return "v2"
	}
	return ""
}

// isList reports whether a root is a list of resources, or a List without its
// kind, that holds one of ours.
func isList(root *source.Node) bool {
	elements := source.Elements(root)
	if elements == nil {
		elements = source.Elements(source.Field(root, "items"))
	}
	return slices.ContainsFunc(elements, func(n *source.Node) bool {
		apiVersion, kind, _, _ := source.Head(n)
		return Find(apiVersion, kind) != nil
	})
}
