package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
)

// other are kinds of our groups that kgw reads for other purposes, or passes
// over because another command is for them.
var other = map[string]string{
	"gateway.kyma-project.io/Api":             "the ancestor of APIRule, which kgw does not compile",
	"gateway.kyma.cx/Api":                     "the ancestor of APIRule, which kgw does not compile",
	"gateway.kyma-project.io/ExternalGateway": "",
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

// Suspect tells what is wrong with the head of a document that is almost one
// of ours: a misspelt kind or group, an unknown version, or no head at all. ok
// is false for documents of other kinds.
func Suspect(doc *source.Document, root *source.Node) (f diag.Finding, ok bool) {
	group, version := Group(doc.APIVersion), doc.APIVersion[strings.LastIndexByte(doc.APIVersion, '/')+1:]
	kinds, groups := names()
	if doc.Kind == "" || doc.APIVersion == "" {
		return headless(doc, root, kinds)
	}
	if group == Group(config.APIVersion) || note(group, doc.Kind) != nil {
		return uncompiled(doc, group)
	}
	kindKnown, groupKnown := slices.Contains(kinds, doc.Kind), slices.Contains(groups, group)
	nearKind, nearGroup := shape.Nearest(doc.Kind, kinds), nearestGroup(group, groups)
	switch {
	case kindKnown && groupKnown:
		return unknownVersion(doc, group, version), true
	case groupKnown && nearKind != "":
		return almost(doc, "kind", doc.Kind, nearKind), true
	case kindKnown && (nearGroup != "" || strings.HasPrefix(group, "gateway.kyma")):
		if nearGroup == "" {
			nearGroup = groups[0]
		}
		return almost(doc, "apiVersion", doc.APIVersion, nearGroup+"/"+version), true
	case kindKnown && !strings.Contains(doc.APIVersion, "/"):
		return almost(doc, "apiVersion", doc.APIVersion, groups[0]+"/"+version), true
	case nearKind != "" && nearGroup != "":
		return almost(doc, "apiVersion", doc.APIVersion, nearGroup+"/"+version), true
	}
	return f, false
}

// nearestGroup is the group that a text is a misspelling of: "operator.x" is
// another group than "gateway.x", and not a misspelt one.
func nearestGroup(text string, groups []string) string {
	for _, g := range groups {
		if g != text && shape.Nearest(text, []string{g}) != "" && shape.Nearest(first(text), []string{first(g)}) != "" {
			return g
		}
	}
	return ""
}

// first is the first dotted part of a group.
func first(group string) string {
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

func note(group, kind string) *string {
	if n, ok := other[group+"/"+kind]; ok {
		return &n
	}
	return nil
}

// uncompiled reports a document that is gateway configuration of a kind that
// is not compiled, where passing over it in silence would drop an intent.
func uncompiled(doc *source.Document, group string) (diag.Finding, bool) {
	n := note(group, doc.Kind)
	if n == nil || *n == "" {
		return diag.Finding{}, false
	}
	return diag.Finding{Code: diag.UncompiledKind, At: source.Ref{Doc: doc, Path: "kind"},
		Message: fmt.Sprintf("%s is %s: nothing is written for it", doc.Kind, *n),
		Help:    "write an APIRule in its place"}, true
}

func unknownVersion(doc *source.Document, group, version string) diag.Finding {
	var versions []string
	for i := range Kinds {
		if Kinds[i].Kind == doc.Kind && Kinds[i].Group == group {
			versions = append(versions, Kinds[i].Version)
		}
	}
	f := diag.Finding{Code: diag.UnknownVersion, At: source.Ref{Doc: doc, Path: "apiVersion"},
		Message: fmt.Sprintf("%s has no version %q", doc.Kind, version),
		Help:    "known versions are " + strings.Join(versions, ", ")}
	if near := shape.Nearest(version, versions); near != "" {
		f.Help = fmt.Sprintf("did you mean %q? %s", group+"/"+near, f.Help)
	}
	return f
}

func almost(doc *source.Document, field, have, want string) diag.Finding {
	return diag.Finding{Code: diag.AlmostKind, At: source.Ref{Doc: doc, Path: field},
		Message: fmt.Sprintf("%s %q looks like a misspelt %q: the document is not compiled", field, have, want),
		Help:    fmt.Sprintf("did you mean %q?", want)}
}

// headless reports a document that has no apiVersion or no kind but names one
// of ours in the other, or has the fields of one.
func headless(doc *source.Document, root *source.Node, kinds []string) (diag.Finding, bool) {
	_, groups := names()
	missing := "kind"
	if doc.APIVersion == "" {
		missing = "apiVersion"
	}
	spec := source.Field(root, "spec")
	ours := slices.Contains(kinds, doc.Kind) || slices.Contains(groups, Group(doc.APIVersion)) ||
		doc.Kind == "" && doc.APIVersion == "" && source.Field(spec, "rules") != nil && source.Field(spec, "gateway") != nil
	if !ours {
		return diag.Finding{}, false
	}
	return diag.Finding{Code: diag.NoHead, At: source.Ref{Doc: doc, Path: missing},
		Message: fmt.Sprintf("the document has no %s and is not compiled", missing),
		Help:    "add " + missing}, true
}
