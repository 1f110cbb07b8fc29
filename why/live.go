package why

import (
	"fmt"
	"strings"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/origin"
	"github.com/kgw-dev/kgw/internal/source"
)

// Live returns an object of a cluster as YAML, with what each of its fields is made of
// as comments: taken from the object that has its kind, namespace and name, else from
// the one that was made for the same resource. Where kgw would write another value, the
// comment says so; fields that kgw does not write have no comment. note is about the
// whole object.
func Live(live source.Object, objects []Object, mask func(string) string) (text []byte, note string) {
	plain := manifest.AppendYAMLValue(nil, live)
	has := map[string]string{}
	origin.Walk(live, func(path string, v any) { has[path] = textOf(v) })
	o, note := counterpart(live, has, objects)
	if o == nil {
		return plain, note
	}
	ours := map[string]*Leaf{}
	var lacks []string
	for i := range o.Leaves {
		l := &o.Leaves[i]
		ours[l.Path] = l
		if _, there := has[l.Path]; !there {
			lacks = append(lacks, l.Path)
		}
	}
	text = Annotate(plain, func(path string) string {
		l := ours[path]
		switch {
		case l == nil:
			return ""
		case textOf(l.Value) == has[path]:
			return mask(l.Origin())
		}
		return "kgw writes " + mask(l.Text()) + ": " + mask(l.Origin())
	})
	if len(lacks) > 0 {
		note = strings.TrimPrefix(note+"; kgw also writes "+someOf(lacks), "; ")
	}
	return text, mask(note)
}

// maxLacks is how many fields are named that a live object lacks.
const maxLacks = 3

func someOf(paths []string) string {
	if n := len(paths) - maxLacks; n > 1 {
		return fmt.Sprintf("%s and %d more fields", strings.Join(paths[:maxLacks], ", "), n)
	}
	return strings.Join(paths, ", ")
}

// counterpart finds the object that a live one is compared with. has are the
// texts of its leaves.
func counterpart(live source.Object, has map[string]string, objects []Object) (o *Object, note string) {
	kind, namespace, name, labels := identify(live)
	_, made, known := ir.MadeFor(labels)
	var best *Object
	most, tie := 0, false
	for i := range objects {
		o := &objects[i]
		if o.Kind != kind || o.Meta.Namespace != namespace {
			continue
		}
		if o.Meta.Name == name {
			return o, ""
		}
		if _, of, ok := ir.MadeFor(o.Meta.Labels); !known || !ok || of != made {
			continue
		}
		switch n := countShared(has, o); {
		case n > most:
			best, most, tie = o, n, false
		case n == most:
			tie = true
		}
	}
	switch {
	case best == nil:
		return nil, "kgw writes no such object of these inputs"
	case tie:
		return nil, "kgw writes several objects of these inputs that it could be"
	}
	return best, "kgw writes it as " + best.ID()
}

// countShared counts the leaves of the spec that an object shares with a live
// one.
func countShared(has map[string]string, o *Object) int {
	n := 0
	for i := range o.Leaves {
		if l := &o.Leaves[i]; Below(l.Path, "spec") && has[l.Path] == textOf(l.Value) {
			n++
		}
	}
	return n
}

// identify is what identifies an object, and its labels.
func identify(live source.Object) (kind, namespace, name string, labels map[string]string) {
	text := func(o source.Object, key string) string {
		v, _ := o.Get(key)
		s, _ := v.(string)
		return s
	}
	m, _ := live.Get("metadata")
	meta, _ := m.(source.Object)
	l, _ := meta.Get("labels")
	list, _ := l.(source.Object)
	labels = map[string]string{}
	for _, e := range list {
		labels[e.Key], _ = e.Value.(string)
	}
	return text(live, "kind"), text(meta, "namespace"), text(meta, "name"), labels
}
