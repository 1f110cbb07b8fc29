package diff

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/kinds"
)

// Match is a live object that is wanted under another name.
type Match struct{ Live, Want *Object }

// Recognised is the result of recognising live objects that have an owner.
type Recognised struct {
	Matches []Match
	// Ambiguous are wanted objects with the live ones that each could be.
	Ambiguous []Ambiguity
	// Left are live objects of a known owner that are not wanted.
	Left []*Object
}

// Ambiguity is a wanted object that several live ones could be.
type Ambiguity struct {
	Want *Object
	Live []*Object
}

// group identifies objects that are compared with each other: those of one kind,
// namespace and owner.
type group struct {
	kind, namespace string
	owner           Owner
}

// Recognise finds wanted objects among live ones with other names: by owner, and by
// the role of the object (a Rule by match URL and methods, a policy by its hash and
// index). Live objects whose name is wanted, and those without an owner, are left
// out.
func Recognise(live, want []Object) Recognised {
	names := make(map[ID]bool, len(want))
	wanted, order := map[group][]*Object{}, []group{}
	for i := range want {
		names[want[i].ID()] = true
		if g, ok := groupOf(&want[i]); ok {
			if wanted[g] == nil {
				order = append(order, g)
			}
			wanted[g] = append(wanted[g], &want[i])
		}
	}
	there, others := map[ID]bool{}, map[group][]*Object{}
	var out Recognised
	for i := range live {
		there[live[i].ID()] = true
		g, owned := groupOf(&live[i])
		if owned && !names[live[i].ID()] {
			if wanted[g] == nil {
				out.Left = append(out.Left, &live[i])
				continue
			}
			others[g] = append(others[g], &live[i])
		}
	}
	for _, g := range order {
		present := slices.DeleteFunc(slices.Clone(wanted[g]), func(o *Object) bool { return !there[o.ID()] })
		missing := slices.DeleteFunc(wanted[g], func(o *Object) bool { return there[o.ID()] })
		out.matchGroup(withoutCopies(others[g], present), missing)
	}
	return out
}

// withoutCopies leaves out RequestAuthentications with the content of another
// one in the list, or of one that exists under its wanted name. The controllers
// of Kyma's releases from 3.2.3 on write one or several of equal content, by
// chance: any number of them counts as one. The first by name stays.
func withoutCopies(live, present []*Object) []*Object {
	said := map[string]bool{}
	for _, o := range present {
		if o.ID().Kind == kinds.RequestAuthentication {
			said[markOf(o, 0)] = true
		}
	}
	byName := slices.SortedStableFunc(slices.Values(live), func(a, b *Object) int { return strings.Compare(a.ID().Name, b.ID().Name) })
	return slices.DeleteFunc(byName, func(o *Object) bool {
		mark := markOf(o, 0)
		copied := o.ID().Kind == kinds.RequestAuthentication && said[mark]
		said[mark] = true
		return copied
	})
}

func groupOf(o *Object) (group, bool) {
	owner, ok := o.Owner()
	id := o.ID()
	return group{kind: id.Kind, namespace: id.Namespace, owner: owner}, ok
}

// matchGroup matches the objects of one group. By each way of identifying objects,
// it matches those that are unique on both sides.
func (r *Recognised) matchGroup(live, want []*Object) {
	ways := 0
	for _, o := range append(slices.Clone(live), want...) {
		ways = max(ways, len(o.marks()))
	}
	for way := range ways {
		byLive, byWant := byMark(live, way), byMark(want, way)
		for _, o := range slices.Clone(want) {
			mark := markOf(o, way)
			if a, b := byLive[mark], byWant[mark]; mark != "" && len(a) == 1 && len(b) == 1 {
				r.Matches = append(r.Matches, Match{Live: a[0], Want: o})
				live = slices.DeleteFunc(live, func(x *Object) bool { return x == a[0] })
				want = slices.DeleteFunc(want, func(x *Object) bool { return x == o })
			}
		}
	}
	for _, o := range want {
		if could := candidates(live, o); len(could) > 1 {
			r.Ambiguous = append(r.Ambiguous, Ambiguity{Want: o, Live: could})
			live = slices.DeleteFunc(live, func(x *Object) bool { return slices.Contains(could, x) })
		}
	}
	r.Left = append(r.Left, live...)
}

func markOf(o *Object, way int) string {
	if m := o.marks(); way < len(m) {
		return m[way]
	}
	return ""
}

func byMark(list []*Object, way int) map[string][]*Object {
	out := map[string][]*Object{}
	for _, o := range list {
		m := markOf(o, way)
		out[m] = append(out[m], o)
	}
	return out
}

// candidates returns the live objects that agree with a wanted one in some way.
func candidates(live []*Object, want *Object) []*Object {
	var out []*Object
	marks := want.marks()
	for _, l := range live {
		for i, m := range l.marks() {
			if i < len(marks) && marks[i] == m {
				out = append(out, l)
				break
			}
		}
	}
	return out
}

func sorted(v any) []string {
	list, _ := v.([]any)
	out := make([]string, 0, len(list))
	for _, e := range list {
		out = append(out, text(e))
	}
	slices.SortFunc(out, strings.Compare)
	return out
}
