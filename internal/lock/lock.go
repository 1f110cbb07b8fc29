// Package lock is kgw.lock.yaml: the names that live objects keep when kgw adopts them.
//
// It takes bytes and returns entries with findings that have places, and writes
// entries as bytes that do not depend on their order. An entry maps the name
// that kgw would use, which represents the object's identity, to the name that
// the object has. The package must not know how names are made, nor any
// cluster.
package lock

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/shape"
	"github.com/kgw-dev/kgw/internal/source"
)

// The head of a lock, and its file name in the directory of kgw.yaml.
const (
	APIVersion = "kgw.dev/v1alpha1"
	Kind       = "Lock"
	FileName   = "kgw.lock.yaml"
)

// Entry is the name of one object.
type Entry struct {
	Kind, Namespace string
	// Stable is the name that kgw would use for the object, Live the one that
	// it has.
	Stable, Live string
	// Resource is what the object is written for, "APIRule namespace/name", and
	// File the file that it was in, relative to the lock, with slashes.
	Resource, File string
	At             source.Ref
	// Covered reports that File is among what a run reads.
	Covered bool
}

// key is unique for an identity.
func (e *Entry) key() string { return Key(e.Kind, e.Namespace, e.Stable) }

// Key spells what identifies an object.
func Key(kind, namespace, stable string) string { return kind + " " + namespace + "/" + stable }

// Lock are the entries of a file. A nil Lock has none.
type Lock struct {
	Entries []Entry
	// File is the file it was read from.
	File string
}

// Names maps identities (Key) to names; of two entries the first counts.
func (l *Lock) Names() map[string]string {
	if l == nil {
		return nil
	}
	out := make(map[string]string, len(l.Entries))
	for i := range l.Entries {
		if _, twice := out[l.Entries[i].key()]; !twice {
			out[l.Entries[i].key()] = l.Entries[i].Live
		}
	}
	return out
}

func text(doc string) *shape.Type { return &shape.Type{Kind: shape.String, Doc: doc, MinLen: 1} }

func name(doc string) *shape.Type {
	return &shape.Type{Kind: shape.String, Doc: doc, MinLen: 1, MaxLen: 253, Pattern: shape.DNSName}
}

// Type describes a lock.
var Type = &shape.Type{Kind: shape.Object, Doc: "Names that live objects keep. kgw adopt writes it.", Fields: []shape.Field{
	{Name: "apiVersion", Required: true, Type: &shape.Type{Kind: shape.String, Enum: []string{APIVersion}}},
	{Name: "kind", Required: true, Type: &shape.Type{Kind: shape.String, Enum: []string{Kind}}},
	{Name: "names", Type: &shape.Type{Kind: shape.List, Doc: "One entry an object, sorted by kind, namespace and stable name.", Elem: &shape.Type{Kind: shape.Object, Fields: []shape.Field{
		{Name: "kind", Required: true, Type: &shape.Type{
			Kind: shape.String, Doc: "Kind of the object.",
			Enum: kinds.Names(),
		}},
		{Name: "namespace", Required: true, Type: &shape.Type{Kind: shape.String, Doc: "Namespace of the object.", MinLen: 1, MaxLen: 63, Pattern: shape.DNSLabel}},
		{Name: "stable", Required: true, Type: name("Name that kgw would give the object: it is made of what identifies the object.")},
		{Name: "live", Required: true, Type: name("Name that the object has and keeps.")},
		{Name: "resource", Required: true, Type: text("What the object is written for: kind, namespace and name.")},
		{Name: "file", Type: text("File that the resource stood in, relative to the lock.")},
	}}}},
}}

// Parse reads a lock. Its faults are returned as findings with places; entries
// are returned only if there is no fault.
func Parse(name string, data []byte) (*Lock, diag.List) {
	l := &Lock{}
	found := Type.Documents(name, data, l.read)
	return l, found
}

func (l *Lock) read(doc *source.Document, root *source.Node) {
	for i, n := range source.Elements(source.Field(root, "names")) {
		get := func(key string) string { return source.Text(source.Field(n, key)) }
		l.Entries = append(l.Entries, Entry{
			Kind: get("kind"), Namespace: get("namespace"), Stable: get("stable"), Live: get("live"), Resource: get("resource"), File: get("file"),
			At: source.Ref{Doc: doc, Path: "names"}.Elem(i),
		})
	}
}

// head explains the file to those who open it.
const head = "# Names that live objects keep: written by kgw adopt, read by every command. Blocks stand on their own: a merge may keep both.\n"

// Bytes writes the entries, sorted, each in a block of lines of its own.
func (l *Lock) Bytes() []byte {
	entries := slices.Clone(l.Entries)
	slices.SortStableFunc(entries, func(a, b Entry) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Stable, b.Stable))
	})
	names := make([]any, len(entries))
	for i := range entries {
		e := &entries[i]
		o := source.Object{{Key: "kind", Value: e.Kind}, {Key: "namespace", Value: e.Namespace}, {Key: "stable", Value: e.Stable}, {Key: "live", Value: e.Live}, {Key: "resource", Value: e.Resource}}
		if e.File != "" {
			o = append(o, source.Member{Key: "file", Value: e.File})
		}
		names[i] = o
	}
	return manifest.AppendYAMLValue([]byte(head), source.Object{{Key: "apiVersion", Value: APIVersion}, {Key: "kind", Value: Kind}, {Key: "names", Value: names}})
}

// Check returns faults of the entries among themselves and against a run: wrote
// reports whether it wrote an identity (Key), looked whether it compiled a
// resource, and whether there is one. Codes are 3xx.
func (l *Lock) Check(wrote map[string]bool, looked func(resource string) (there, compiled bool)) diag.List {
	if l == nil {
		return nil
	}
	found := l.reportRepeated()
	for i := range l.Entries {
		e := &l.Entries[i]
		if Stale(e, wrote, looked) {
			found.Add(diag.Finding{
				Code: diag.LockStale, At: e.At.At("stable"),
				Message: fmt.Sprintf("nothing is written that the name %q could be for: %s has no %s %q any more", e.Live, e.Resource, e.Kind, e.Stable),
				Help:    "run kgw adopt, or delete the entry; the live object is shown by kgw diff --prune",
			})
		}
	}
	return found
}

// Stale reports whether an entry is for an object that the run would have
// written, and did not.
func Stale(e *Entry, wrote map[string]bool, looked func(resource string) (there, compiled bool)) bool {
	if wrote[e.key()] {
		return false
	}
	there, compiled := looked(e.Resource)
	return there && compiled || !there && e.Covered
}

// reportRepeated finds identities and names that two entries have.
func (l *Lock) reportRepeated() diag.List {
	var found diag.List
	stable, live := map[string]*Entry{}, map[string]*Entry{}
	for i := range l.Entries {
		e := &l.Entries[i]
		report := func(first *Entry, field, value string) {
			found.Add(diag.Finding{
				Code: diag.LockTwice, At: e.At.At(field),
				Message: fmt.Sprintf("%s %q has two entries in %s", e.Kind, e.Namespace+"/"+value, FileName),
				Help:    "keep the one whose live name exists, or run kgw adopt",
				Related: []diag.Related{{Message: "the other one", At: first.At.At(field)}},
			})
		}
		if first := stable[e.key()]; first != nil {
			report(first, "stable", e.Stable)
		} else {
			stable[e.key()] = e
			if first := live[Key(e.Kind, e.Namespace, e.Live)]; first != nil {
				report(first, "live", e.Live)
			}
		}
		live[Key(e.Kind, e.Namespace, e.Live)] = e
	}
	return found
}
