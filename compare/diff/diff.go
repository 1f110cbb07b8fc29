// Package diff compares objects as a cluster holds them with objects as kgw
// writes them.
//
// It takes plain JSON objects of two sides and returns what differs: by structure
// and not by text, without what a server adds, lists matched by what their elements
// are, secrets masked. It also recognises objects that a controller made under
// random names. It reads no files and asks no cluster: its caller gets the objects.
package diff

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/secret"
	"github.com/kgw-dev/kgw/internal/source"
)

// Object is one object of a side, in the form of encoding/json or source.Plain.
type Object struct {
	Value map[string]any
	// Origin is where it was read, or the resource it is written for.
	Origin source.Ref
	// Written is the object as it was compiled, nil for one that was read.
	Written *manifest.Object
}

// ID identifies an object; versions of a group are the same.
type ID struct{ Group, Kind, Namespace, Name string }

// String returns "Kind namespace/name".
func (id ID) String() string {
	if id.Namespace == "" {
		return id.Kind + " " + id.Name
	}
	return id.Kind + " " + id.Namespace + "/" + id.Name
}

// ID reads the object's identity.
func (o *Object) ID() ID {
	group, _, versioned := strings.Cut(text(o.Value["apiVersion"]), "/")
	if !versioned {
		group = ""
	}
	meta, _ := o.Value["metadata"].(map[string]any)
	return ID{Group: group, Kind: text(o.Value["kind"]), Namespace: text(meta["namespace"]), Name: text(meta["name"])}
}

func (o *Object) labels() map[string]any { return child(child(o.Value, "metadata"), "labels") }

func text(v any) string {
	s, _ := v.(string)
	return s
}

func child(m map[string]any, key string) map[string]any {
	c, _ := m[key].(map[string]any)
	return c
}

// Pair is one object on both sides; nil where a side has none.
type Pair struct{ Before, After *Object }

// Pairs pairs the objects of one identity. The last of several on one side counts,
// as in a cluster.
func Pairs(before, after []Object) []Pair {
	at := make(map[ID]int, len(after))
	out := make([]Pair, 0, len(after))
	for i := range after {
		id := after[i].ID()
		if p, seen := at[id]; seen {
			out[p].After = &after[i]
			continue
		}
		at[id] = len(out)
		out = append(out, Pair{After: &after[i]})
	}
	for i := range before {
		id := before[i].ID()
		p, seen := at[id]
		if !seen {
			p = len(out)
			at[id], out = p, append(out, Pair{})
		}
		out[p].Before = &before[i]
	}
	return out
}

// Op is what happens to an object.
type Op string

// The operations.
const (
	Create Op = "create"
	Update Op = "update"
	Rename Op = "rename" // the same object under another name
	Delete Op = "delete"
)

// Difference is one object that differs.
type Difference struct {
	Op Op
	// ID is the identity of the wanted object, or of the one that is deleted.
	ID         ID
	APIVersion string
	// OldName is the name that a renamed object has now.
	OldName string
	Changes []Change
	// Before and After are the object as it is shown: normalised, masked, lists
	// in one order. Nil where a side has none.
	Before, After map[string]any
	Origin        source.Ref
}

// Change is one place in which an object differs.
type Change struct {
	Op ChangeOp
	// Path is the field, with positions in the wanted object, or in the present one
	// if the field is deleted.
	Path          string
	Before, After any // masked
	// From and To are the positions of an element that moved, and What names
	// it.
	From, To int
	What     string
}

// ChangeOp is what happens to a field.
type ChangeOp string

// The operations on fields.
const (
	Added   ChangeOp = "added"
	Removed ChangeOp = "removed"
	Changed ChangeOp = "changed"
	Moved   ChangeOp = "moved"
)

// Options say what is compared.
type Options struct {
	// Live reports that the first side is a cluster: versions of a group are one,
	// and labels and annotations that others put there do not count.
	Live bool
}

// Compare returns the pairs that differ, ordered by kind, namespace and name.
func Compare(pairs []Pair, o Options) []Difference {
	found := make([]*Difference, len(pairs))
	parallel.Each(len(pairs), func(i int) { found[i] = compare(pairs[i], o) })
	var out []Difference
	for _, d := range found {
		if d != nil {
			out = append(out, *d)
		}
	}
	slices.SortStableFunc(out, func(a, b Difference) int {
		return cmp.Or(strings.Compare(a.ID.Kind, b.ID.Kind), strings.Compare(a.ID.Namespace, b.ID.Namespace), strings.Compare(a.ID.Name, b.ID.Name))
	})
	return out
}

func compare(p Pair, o Options) *Difference {
	switch {
	case p.Before == nil && p.After == nil:
		return nil
	case p.Before == nil:
		v := withoutServerFields(p.After.Value)
		return &Difference{Op: Create, ID: p.After.ID(), APIVersion: text(v["apiVersion"]), After: secret.Object(v), Origin: p.After.Origin}
	case p.After == nil:
		v := withoutServerFields(p.Before.Value)
		return &Difference{Op: Delete, ID: p.Before.ID(), APIVersion: text(v["apiVersion"]), Before: secret.Object(v), Origin: p.Before.Origin}
	}
	before, after := normalise(p.Before.Value), normalise(p.After.Value)
	if o.Live {
		settle(before, after, p.Before.Value)
	}
	if equalValues(before, after) {
		return nil
	}
	w := newWalk(text(after["kind"]))
	b, a := w.compareObjects(before, after)
	if len(w.changes) == 0 {
		return nil
	}
	d := &Difference{Op: Update, ID: p.After.ID(), APIVersion: text(after["apiVersion"]), Before: b, After: a, Changes: w.changes, Origin: p.After.Origin}
	if old := p.Before.ID().Name; old != d.ID.Name {
		d.Op, d.OldName = Rename, old
	}
	return d
}
