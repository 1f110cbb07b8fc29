package compare

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/compare/diff"
	"github.com/kgw-dev/kgw/internal/diag"
)

// Objects compares the objects of both sides.
func Objects(before, after *Side, scope Scope) *diff.Report {
	pairs, skipped := Pairs(before, after, scope)
	r := &diff.Report{Before: before.Name, After: after.Name, Skipped: skipped}
	r.Differences = diff.Compare(pairs, diff.Options{Live: before.Live})
	r.Same = len(pairs) - len(r.Differences)
	return r
}

// Pairs pairs the objects that are compared, and counts the others. From a cluster
// it compares the wanted objects, the same objects under another name, and those
// that the scope asks for. From another render it compares everything.
func Pairs(before, after *Side, scope Scope) (pairs []diff.Pair, skipped int) {
	if !before.Live {
		return pairRenders(before, after)
	}
	want := slices.DeleteFunc(slices.Clone(after.Objects), func(o diff.Object) bool { return before.failed[o.ID()] })
	wanted := make(map[diff.ID]bool, len(want))
	for i := range want {
		wanted[want[i].ID()] = true
	}
	there := slices.DeleteFunc(slices.Clone(before.Objects), func(o diff.Object) bool { return !wanted[o.ID()] })
	known := diff.Recognise(before.Objects, want)
	before.reportAmbiguous(known)
	pairs = joinRenamed(diff.Pairs(there, want), known.Matches)
	if scope.Prune {
		for _, o := range known.Left {
			if scope.covers(o, before, after) {
				pairs = append(pairs, diff.Pair{Before: o})
			}
		}
	}
	return pairs, len(after.Objects) - len(want)
}

// reportAmbiguous reports wanted objects that several live ones could be.
func (s *Side) reportAmbiguous(known diff.Recognised) {
	for _, m := range known.Ambiguous {
		var names []string
		for _, o := range m.Live {
			names = append(names, o.ID().Name)
		}
		s.Found.Add(diag.Finding{
			Code: diag.LiveAmbiguous, At: m.Want.Origin,
			Message: fmt.Sprintf("%s could be any of the live objects %s", m.Want.ID(), strings.Join(names, ", ")),
			Help:    "delete those that are left over, or name one in " + "kgw.lock.yaml",
		})
	}
	s.finish()
}

// covers reports whether the inputs decide about an object that is no longer
// wanted: it is in their namespaces, or in the ones asked for, and its resource
// is neither withheld nor failed to compare.
func (s Scope) covers(o *diff.Object, before, after *Side) bool {
	owner, _ := o.Owner()
	namespace := o.ID().Namespace
	switch {
	case after.Fatal || after.Withheld[owner] || before.Withheld[owner]:
		return false
	case s.All:
		return true
	case s.Namespace != "":
		return namespace == s.Namespace
	}
	return slices.Contains(after.Namespaces, namespace)
}

// pairRenders pairs the objects of two renders. An object that only one of them has
// is created or deleted, or is the same as one with another name.
func pairRenders(before, after *Side) (pairs []diff.Pair, skipped int) {
	pairs = joinRenamed(diff.Pairs(before.Objects, after.Objects), diff.Recognise(before.Objects, after.Objects).Matches)
	pairs = slices.DeleteFunc(pairs, func(p diff.Pair) bool {
		if p.After != nil {
			return false
		}
		owner, owned := p.Before.Owner()
		if doc := p.Before.Origin.Doc; !owned && doc != nil {
			owner = diff.Owner{Namespace: doc.Namespace, Name: doc.Name}
		}
		if after.Fatal || after.Withheld[owner] {
			skipped++
			return true
		}
		return false
	})
	return pairs, skipped
}

// joinRenamed joins the pairs of objects that are the same under two names.
func joinRenamed(pairs []diff.Pair, matches []diff.Match) []diff.Pair {
	live, gone := make(map[*diff.Object]*diff.Object, len(matches)), make(map[*diff.Object]bool, len(matches))
	for _, m := range matches {
		live[m.Want], gone[m.Live] = m.Live, true
	}
	out := make([]diff.Pair, 0, len(pairs))
	for _, p := range pairs {
		if p.Before == nil && live[p.After] != nil {
			p.Before = live[p.After]
		}
		if p.After != nil || !gone[p.Before] {
			out = append(out, p)
		}
	}
	return out
}
