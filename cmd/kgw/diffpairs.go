package main

import (
	"slices"

	"github.com/kgw-dev/kgw/internal/diff"
)

// pairs puts together what is compared. Of a cluster only what is wanted, what
// is the same under another name, and with --prune what has an owner label and
// is no longer wanted; of another render everything.
func (f *diffFlags) pairs(before, after *side, r *diff.Report) []diff.Pair {
	if !before.live {
		return f.renders(before, after, r)
	}
	wanted := make(map[diff.ID]bool, len(after.objects))
	for i := range after.objects {
		wanted[after.objects[i].ID()] = true
	}
	there := slices.DeleteFunc(slices.Clone(before.objects), func(o diff.Object) bool { return !wanted[o.ID()] })
	known := diff.Recognise(before.objects, after.objects)
	pairs := renamed(diff.Pairs(there, after.objects), known.Matches)
	if f.prune {
		for _, o := range known.Left {
			if f.inScope(o, after) {
				pairs = append(pairs, diff.Pair{Before: o})
			}
		}
	}
	return pairs
}

// inScope tells whether an object that is no longer wanted is one that the
// inputs speak for: in their namespaces, or those asked for, and not of a
// resource that is only withheld.
func (f *diffFlags) inScope(o *diff.Object, after *side) bool {
	owner, _ := o.Owner()
	namespace := o.ID().Namespace
	switch {
	case after.fatal || after.withheld[owner]:
		return false
	case f.all:
		return true
	case f.namespace != "":
		return namespace == f.namespace
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
