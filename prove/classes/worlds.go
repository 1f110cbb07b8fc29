package classes

import (
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/simulate"
)

// findings are the changes of one class in all worlds that the inputs leave
// open.
type findings struct {
	c      *comparison
	worlds int
	list   []*finding
	at     map[changeKey]*finding
}

// finding is a change, with the number of worlds in which it is found and the
// uncertain suppositions of the first of them.
type finding struct {
	change   Change
	worlds   int
	definite bool
	supposes []simulate.Supposition
}

// add notes the changes in a world.
func (f *findings) add(w *simulate.World, found []Change) {
	f.worlds++
	supposes := uncertain(w.Supposes())
	if slices.ContainsFunc(w.Supposes(), func(s simulate.Supposition) bool { return s.HostPort && s.Holds }) {
		// Hardly any client writes a port that is not needed, so only what such a port opens, or
		// may open, matters.
		found = slices.DeleteFunc(slices.Clone(found), func(c Change) bool { return c.Kind != Exposed && c.Kind != Unknown })
		for i := range found {
			found[i].Witness.Host = f.c.host + ":8443"
		}
	}
	for _, ch := range found {
		key := keyOf(&ch)
		key.path = "" // all are changes of one class
		have := f.at[key]
		if have == nil {
			have = &finding{change: ch, supposes: supposes}
			if f.at == nil {
				f.at = map[changeKey]*finding{}
			}
			f.at[key] = have
			f.list = append(f.list, have)
		}
		if ch.Witness.Host == "" {
			have.change.Witness.Host = ""
		}
		have.worlds++
		have.definite = have.definite || len(supposes) == 0
	}
	for _, s := range w.Supposes() {
		if len(found) > 0 && untouched(&s) {
			f.c.notes = append(f.c.notes, "it is supposed of what is the same on both sides: not "+s.What)
		}
	}
}

// uncertain returns the suppositions that may be wrong. It leaves out what occurs
// anyway, and that an unread object which is equal on both sides changes nothing.
func uncertain(list []simulate.Supposition) []simulate.Supposition {
	return slices.DeleteFunc(slices.Clone(list), func(s simulate.Supposition) bool { return s.Free() || untouched(&s) })
}

func untouched(s *simulate.Supposition) bool {
	const both = 1<<0 | 1<<1
	return s.Why == simulate.Opaque && !s.Holds && (s.Phases == both || s.Phases == both|1<<phaseNow)
}

// addChanges reports the changes that are found in every world as they are, and the
// others as unknown.
func (f *findings) addChanges(complete bool, base Change) {
	for _, one := range f.list {
		if one.definite || one.worlds == f.worlds && complete {
			f.c.addChange(one.change)
			continue
		}
		ch := one.change
		ch.Kind, ch.Before = Unknown, ""
		ch.After = string(one.change.Kind) + " " + one.change.Before + " -> " + one.change.After + " if " + sentences(one.supposes)
		if one.change.Kind == Unknown {
			ch.After = one.change.After
		}
		ch.WasAt, ch.IsAt = places(one.supposes)
		f.c.addChange(ch)
	}
	if !complete {
		base.Kind, base.After = Unknown, "too many conditions are not known to compare them"
		f.c.addChange(base)
		f.list = append(f.list, &finding{})
	}
}

func sentences(list []simulate.Supposition) string {
	var out []string
	for i := range list {
		out = append(out, list[i].String())
	}
	return strings.Join(out, " and ")
}

// places returns the place of the unknown on each side.
func places(list []simulate.Supposition) (was, is source.Ref) {
	for i := range list {
		if list[i].Phases&1 != 0 && was.Doc == nil {
			was = list[i].At
		}
		if list[i].Phases&2 != 0 && is.Doc == nil {
			is = list[i].At
		}
	}
	return was, is
}
