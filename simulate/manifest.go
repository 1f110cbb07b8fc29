package simulate

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
)

// Manifest is an object that an engine reads.
type Manifest struct {
	APIVersion, Kind, Namespace, Name string
	// Shown is the kind that messages name, where the object was made of
	// another; "" is Kind.
	Shown string
	// Created is the time of creation, by which engines order objects; "" is the oldest.
	Created string
	Labels  map[string]string
	// Root is the whole object.
	Root *source.Node
	// Origin is the document itself, or what the object was compiled from.
	Origin source.Ref
	// Compiled reports that paths of the object are not paths of Origin.
	Compiled bool
	// Entries are the sources that the http entries of a VirtualService, or the
	// rules of an HTTPRoute, were compiled from.
	Entries []source.Ref
	// Native reports that the object is a rule as Oathkeeper itself reads it:
	// absent fields are not filled in, and Origin is the place of the rule. Inside
	// reports that all places in it are that one.
	Native, Inside bool
	// Text is a native rule in canonical form. Doubt is the condition that Oathkeeper
	// does not have its list, "" for a list without a fault.
	Text, Doubt string
	// Instead is the resource whose compiled objects this live object replaces.
	// Without a document, the object is its own.
	Instead Source
}

// Source is the document that an object is made from, with its name in messages.
type Source struct {
	Origin source.Ref
	Text   string
}

// pruned are the groups whose objects lose fields of the spec that are null in the
// API server (k8s.io/apiextensions-apiserver, PruneNonNullableNullsWithoutDefaults),
// or for which null means absent.
var pruned = []string{Networking, Security, GatewayAPI, "extensions.istio.io", "networking.k8s.io", "zalando.org", "oathkeeper.ory.sh"}

// ReadManifest makes a Manifest of a tree. The namespace is used for an object that
// names none.
func ReadManifest(root *source.Node, origin source.Ref, compiled bool, namespace string) Manifest {
	m := Manifest{Root: root, Origin: origin, Compiled: compiled}
	m.APIVersion, m.Kind, m.Namespace, m.Name = source.Head(root)
	if spec := source.Field(root, "spec"); !compiled && spec != nil && slices.Contains(pruned, m.group()) {
		if kept := source.WithoutNulls(spec, "config"); kept != spec {
			m.Root = source.With(source.Without(root, "spec"), "spec", kept)
		}
	}
	meta := source.Field(root, "metadata")
	m.Labels = source.TextMap(source.Field(meta, "labels"))
	m.Created = source.Text(source.Field(meta, "creationTimestamp"))
	if m.Namespace == "" {
		m.Namespace = namespace
	}
	return m
}

// Is reports whether the object is of a group and kind.
func (m *Manifest) Is(group, kind string) bool { return m.group() == group && m.Kind == kind }

func (m *Manifest) group() string {
	group, _, _ := strings.Cut(m.APIVersion, "/")
	return group
}

// Spec returns the object's spec.
func (m *Manifest) Spec() *source.Node { return source.Field(m.Root, "spec") }

// At returns a place in the object, or the origin of one that was compiled.
func (m *Manifest) At(path string) source.Ref {
	if m.Compiled {
		rest, ok := strings.CutPrefix(path, "spec.http[")
		if !ok {
			rest, ok = strings.CutPrefix(path, "spec.rules[")
		}
		if !ok {
			return m.Origin
		}
		number, _, _ := strings.Cut(rest, "]")
		if i, err := strconv.Atoi(number); err == nil && i < len(m.Entries) {
			return m.Entries[i]
		}
		return m.Origin
	}
	if m.Native {
		rest, ok := strings.CutPrefix(path, "spec")
		if m.Inside || !ok {
			return m.Origin
		}
		return source.Ref{Doc: m.Origin.Doc, Path: m.Origin.Path + rest}
	}
	return source.Ref{Doc: m.Origin.Doc, Path: path}
}

// ShownKind returns the kind that messages name.
func (m *Manifest) ShownKind() string { return cmp.Or(m.Shown, m.Kind) }

// ID names the object in messages: "namespace/name".
func (m *Manifest) ID() string { return m.Namespace + "/" + m.Name }

// UnreadUnknown returns the condition that an unread field of the object changes
// the decision about requests at a place.
func (m *Manifest) UnreadUnknown(t *FieldTable, f UnreadField, place string) Unknown {
	why := f.Why
	if why == "" {
		why = "kgw does not know the field"
	}
	return Unknown{
		Why: Opaque, At: m.At(f.Path), Key: m.Kind + " " + f.Path + " " + f.Text + " at " + place,
		What: fmt.Sprintf("%s of the %s %s matters at %s (%s)", f.Path, m.Kind, m.ID(), place, why),
	}
}
