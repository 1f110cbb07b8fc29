package compare

import (
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/compare/diff"
	"github.com/kgw-dev/kgw/compile"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/lock"
)

// Adopt finds the live objects that are wanted under another name. Objects that
// it cannot distinguish, and objects that are left over, are reported on the
// live side.
func Adopt(live, after *Side, scope Scope) diff.Recognised {
	known := diff.Recognise(live.Objects, after.Objects)
	live.reportAmbiguous(known)
	reportUnmatched(live, after, known, scope)
	return known
}

// reportUnmatched reports live objects that were made for a resource of the inputs
// which no longer asks for them, and those that are deleted with a resource.
func reportUnmatched(live, after *Side, known diff.Recognised, scope Scope) {
	for _, o := range known.Left {
		owner, _ := o.Owner()
		if scope.covers(o, live, after) {
			live.Found.Add(diag.Finding{
				Code: diag.LiveUnmatched, At: o.Origin,
				Message: fmt.Sprintf("%s is made for %s, which does not ask for it", o.ID(), owner),
				Help:    "it stays as it is; kgw diff --prune shows what is left over",
			})
		}
	}
	for _, m := range known.Matches {
		if kind, name := m.Live.Parent(); kind != "" {
			live.Found.Add(diag.Finding{
				Code: diag.LiveOwned, At: m.Want.Origin,
				Message: fmt.Sprintf("%s belongs to %s %q: deleting that deletes it", m.Live.ID(), kind, name),
				Help:    "remove its metadata.ownerReferences before the resource is deleted, or delete with --cascade=orphan",
			})
		}
	}
	live.finish()
}

// NextLock returns the lock with the recognised objects, and without entries for
// objects that are no longer written. fileOf returns the name of a file in the
// lock.
func NextLock(old *lock.Lock, after *Side, matches []diff.Match, fileOf func(string) string) *lock.Lock {
	next := &lock.Lock{}
	adopted := map[string]bool{}
	for _, m := range matches {
		o := m.Want.Written
		doc := o.Origin.Doc
		next.Entries = append(next.Entries, lock.Entry{
			Kind: o.Kind, Namespace: o.Meta.Namespace, Stable: o.StableName(), Live: m.Live.ID().Name,
			Resource: compile.ResourceID(doc), File: fileOf(doc.File.Name),
		})
		adopted[lock.Key(o.Kind, o.Meta.Namespace, o.StableName())] = true
	}
	if old == nil {
		return next
	}
	stale := map[string]bool{}
	for i := range after.Result.Findings {
		if g := &after.Result.Findings[i]; g.Code == diag.LockStale {
			stale[strings.TrimSuffix(g.At.Path, ".stable")] = true
		}
	}
	for _, e := range old.Entries {
		key := lock.Key(e.Kind, e.Namespace, e.Stable)
		if !adopted[key] && !stale[e.At.Path] {
			adopted[key] = true
			next.Entries = append(next.Entries, e)
		}
	}
	return next
}
