package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/diff"
)

// pairs puts together what is compared. Of a cluster only what is wanted, what
// is the same under another name, and with --prune what has an owner label and
// is no longer wanted; of another render everything.
func (f *diffFlags) pairs(before, after *side, r *diff.Report) []diff.Pair {
	if !before.live {
		return f.renders(before, after, r)
	}
	want := slices.DeleteFunc(slices.Clone(after.objects), func(o diff.Object) bool { return before.failed[o.ID()] })
	r.Skipped = len(after.objects) - len(want)
	wanted := make(map[diff.ID]bool, len(want))
	for i := range want {
		wanted[want[i].ID()] = true
	}
	there := slices.DeleteFunc(slices.Clone(before.objects), func(o diff.Object) bool { return !wanted[o.ID()] })
	known := diff.Recognise(before.objects, want)
	before.ambiguous(known)
	pairs := renamed(diff.Pairs(there, want), known.Matches)
	if f.prune {
		for _, o := range known.Left {
			if f.inScope(o, before, after) {
				pairs = append(pairs, diff.Pair{Before: o})
			}
		}
	}
	return pairs
}

// ambiguous reports wanted objects that several live ones could be.
func (s *side) ambiguous(known diff.Recognised) {
	for _, m := range known.Ambiguous {
		var names []string
		for _, o := range m.Live {
			names = append(names, o.ID().Name)
		}
		s.found.Add(diag.Finding{
			Code: diag.LiveAmbiguous, At: m.Want.Origin,
			Message: fmt.Sprintf("%s could be any of the live objects %s", m.Want.ID(), strings.Join(names, ", ")),
			Help:    "delete those that are left over, or name one in " + "kgw.lock.yaml",
		})
	}
	s.settled()
}

// inScope tells whether an object that is no longer wanted is one that the
// inputs speak for: in their namespaces, or those asked for, and not of a
// resource that is withheld or could not be compared.
func (f *sideFlags) inScope(o *diff.Object, before, after *side) bool {
	owner, _ := o.Owner()
	namespace := o.ID().Namespace
	switch {
	case after.fatal || after.withheld[owner] || before.withheld[owner]:
		return false
	case f.all:
		return true
	case f.scope != "":
		return namespace == f.scope
	}
	return slices.Contains(after.namespaces, namespace)
}

// renders pairs the objects of two renders: what one of them has and the other
// has not is created or deleted, or the same under another name.
func (f *diffFlags) renders(before, after *side, r *diff.Report) []diff.Pair {
	pairs := renamed(diff.Pairs(before.objects, after.objects), diff.Recognise(before.objects, after.objects).Matches)
	return slices.DeleteFunc(pairs, func(p diff.Pair) bool {
		if p.After != nil {
			return false
		}
		owner, owned := p.Before.Owner()
		if doc := p.Before.Origin.Doc; !owned && doc != nil {
			owner = diff.Owner{Namespace: doc.Namespace, Name: doc.Name}
		}
		if after.fatal || after.withheld[owner] {
			r.Skipped++
			return true
		}
		return false
	})
}

// renamed joins the pairs of objects that are one under two names.
func renamed(pairs []diff.Pair, matches []diff.Match) []diff.Pair {
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
