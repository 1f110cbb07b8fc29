package diag

import (
	"fmt"

	"github.com/kgw-dev/kgw/internal/report"
	"github.com/kgw-dev/kgw/internal/source"
)

// maxPlaces bounds the related places of a joined finding.
const maxPlaces = 10

// Join returns the findings with those made one that say one thing of several
// places: findings of equal Code, Severity, Group and GroupDoc. The first stays; the
// places of the others become its related places. Findings without a Group
// stay as they are. The list must be resolved and sorted.
func (l List) Join() List {
	type key struct {
		code     Code
		severity Severity
		group    string
		doc      *source.Document
	}
	first := map[key]int{}
	groups := map[int]*joined{}
	out := make(List, 0, len(l))
	for i := range l {
		f := &l[i]
		k := key{f.Code, f.Severity, f.Group, f.GroupDoc}
		at, seen := first[k]
		switch {
		case f.Group == "":
			out = append(out, *f)
		case !seen:
			first[k] = len(out)
			groups[len(out)] = newJoined(f)
			out = append(out, *f)
		default:
			groups[at].add(f)
		}
	}
	for i, g := range groups {
		out[i].Related = g.related
		if g.more > 0 {
			out[i].Message += fmt.Sprintf(" (and %s more)", report.Counted(g.more, "place"))
		}
		out[i].Fixable = g.fixable
	}
	return out
}

// joined collects the places of the findings of one group.
type joined struct {
	seen    map[source.Span]bool
	related []Related
	more    int
	fixable bool
}

func newJoined(f *Finding) *joined {
	j := &joined{seen: map[source.Span]bool{f.Span: true}, fixable: f.Fixable}
	j.addPlaces(f)
	return j
}

func (j *joined) add(f *Finding) {
	j.fixable = j.fixable && f.Fixable
	place := f.Place
	if place == "" {
		place = "also here"
	}
	j.addPlace(Related{Message: place, At: f.At, Span: f.Span})
	j.addPlaces(f)
}

func (j *joined) addPlaces(f *Finding) {
	for _, r := range f.Related {
		j.addPlace(r)
	}
}

func (j *joined) addPlace(r Related) {
	switch {
	case j.seen[r.Span]:
	case len(j.related) == maxPlaces:
		j.seen[r.Span] = true
		j.more++
	default:
		j.seen[r.Span] = true
		j.related = append(j.related, r)
	}
}
