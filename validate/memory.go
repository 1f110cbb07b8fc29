package validate

import (
	"reflect"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/source"
)

// Memory keeps what was found about gateways for the next run over nearly the same
// ones. A gateway is the same if its pointer is; then everything written for it is the
// same. The zero value is empty.
type Memory struct {
	workloads []ir.Pods
	kinds     map[string]map[string][]string
	order     map[*ir.Gateway]int       // of the gateways
	shelved   map[*ir.Gateway][]shelved // the openers of each gateway
	foreign   []ir.Opener               // those of no gateway
	opened    map[*ir.Gateway]*openedMemory
}

// openedMemory is what View.opened found about a gateway, with the other inputs of that
// result.
type openedMemory struct {
	looks   []shelf     // where policies are that may hold for its pods
	openers []ir.Opener // that hold for its pods, in order
	size    int         // the number of sets that were compared
	steps   int         // what that could cost
	found   diag.List
}

// shelvedOf returns the shelves of the openers of a gateway; nil if unknown.
func (m *Memory) shelvedOf(g *ir.Gateway) []shelved {
	if m == nil || g == nil {
		return nil
	}
	return m.shelved[g]
}

// sameOpened returns what is known about the gateways that no change affects: no policy
// that may hold for their pods was added, removed or changed.
func (m *Memory) sameOpened(w *workloads) map[*ir.Gateway]*openedMemory {
	if m == nil || !w.samePods || !reflect.DeepEqual(m.kinds, w.kinds) || !m.sameOrder(w.v.Gateways) {
		return nil
	}
	changed, out := m.changedShelves(w), make(map[*ir.Gateway]*openedMemory, len(m.opened))
	for g, known := range m.opened {
		if !slices.ContainsFunc(known.looks, func(s shelf) bool { return changed[s] }) {
			out[g] = known
		}
	}
	return out
}

// sameOrder reports whether the known gateways are in the same order as before.
func (m *Memory) sameOrder(gateways []*ir.Gateway) bool {
	last := -1
	for _, g := range gateways {
		if i, known := m.order[g]; known {
			if i < last {
				return false
			}
			last = i
		}
	}
	return true
}

// changedShelves returns the shelves of all openers that were added or removed.
func (m *Memory) changedShelves(w *workloads) map[shelf]bool {
	out := map[shelf]bool{}
	add := func(list ...shelved) {
		for i := range list {
			for _, s := range list[i].shelves {
				out[s] = true
			}
		}
	}
	now := map[*ir.Gateway]bool{}
	for i := range w.shelved {
		g := w.v.Openers[i].Gateway
		if now[g] = true; g != nil && m.shelved[g] == nil {
			add(w.shelved[i])
		}
	}
	for g, list := range m.shelved {
		if !now[g] {
			add(list...)
		}
	}
	before, after := byDocument(m.foreign), byDocument(foreignOpeners(w.v))
	for doc := range before {
		if !slices.EqualFunc(before[doc], after[doc], sameOpener) {
			add(shelveAll(before[doc])...)
			add(shelveAll(after[doc])...)
		}
	}
	for doc := range after {
		if before[doc] == nil {
			add(shelveAll(after[doc])...)
		}
	}
	return out
}

func foreignOpeners(v *View) []ir.Opener {
	var out []ir.Opener
	for i := range v.Openers {
		if v.Openers[i].Gateway == nil {
			out = append(out, v.Openers[i])
		}
	}
	return out
}

func byDocument(openers []ir.Opener) map[*source.Document][]ir.Opener {
	out := map[*source.Document][]ir.Opener{}
	for _, o := range openers {
		out[o.Origin.Doc] = append(out[o.Origin.Doc], o)
	}
	return out
}

func shelveAll(openers []ir.Opener) []shelved {
	out := make([]shelved, len(openers))
	for i := range openers {
		out[i] = shelve(&openers[i])
	}
	return out
}

func sameOpener(a, b ir.Opener) bool {
	return a.Gateway == b.Gateway && a.Route == b.Route && a.Origin == b.Origin && a.Name == b.Name && reflect.DeepEqual(a.Pods, b.Pods) &&
		reflect.DeepEqual(a.Sets, b.Sets) && reflect.DeepEqual(a.Except, b.Except) && reflect.DeepEqual(a.Demand, b.Demand)
}

// recallOpened returns what is known about a gateway whose policies were looked up
// again; nil if they differ from before.
func (m *Memory) recallOpened(c *guarded) *openedMemory {
	if m == nil || !c.w.samePods {
		return nil
	}
	known := m.opened[c.g]
	if known == nil || !slices.EqualFunc(known.openers, c.openers, func(a ir.Opener, b *ir.Opener) bool { return sameOpener(a, *b) }) {
		return nil
	}
	return known
}

// keepOpened records what was found about each gateway, and forgets all others. Results
// for a wildcard also depend on the hosts of all other gateways, and are not kept.
func (m *Memory) keepOpened(w *workloads, all []*guarded, found []diag.List) {
	if m == nil {
		return
	}
	before := m.shelved
	*m = Memory{
		workloads: w.v.Workloads, kinds: w.kinds, foreign: foreignOpeners(w.v),
		order: make(map[*ir.Gateway]int, len(w.v.Gateways)), shelved: make(map[*ir.Gateway][]shelved, len(w.own)), opened: make(map[*ir.Gateway]*openedMemory, len(all)),
	}
	for i, g := range w.v.Gateways {
		m.order[g] = i
	}
	for i := range w.shelved {
		if g := w.v.Openers[i].Gateway; g != nil && before[g] != nil {
			m.shelved[g] = before[g]
		} else if g != nil {
			m.shelved[g] = append(m.shelved[g], w.shelved[i])
		}
	}
	for i, c := range all {
		if !slices.ContainsFunc(c.hosts, func(h string) bool { return strings.HasPrefix(h, "*") }) {
			m.opened[c.g] = c.remember(found[i])
		}
	}
}

// remember returns what is kept about a gateway.
func (c *guarded) remember(found diag.List) *openedMemory {
	if c.same {
		return c.known
	}
	out := &openedMemory{size: len(c.ms), steps: c.steps, found: found}
	if c.known != nil {
		*out = *c.known
	} else {
		for _, o := range c.openers {
			out.openers = append(out.openers, *o)
		}
	}
	out.looks = c.looks
	return out
}

// judgeGateways finds what policies open of each gateway. An unchanged gateway is not
// examined again, unless its budget has changed.
func (v *View) judgeGateways(all []*guarded) []diag.List {
	lists, sizes, whole := make([]diag.List, len(all)), make([]int, len(all)), 0
	parallel.Each(len(all), func(i int) {
		switch c := all[i]; {
		case c.same:
			sizes[i] = c.known.size
		case c.mayBeOpened():
			if c.known = v.Memory.recallOpened(c); c.known != nil {
				sizes[i] = c.known.size
				return
			}
			c.compile()
			sizes[i] = len(c.ms)
		}
	})
	for _, n := range sizes {
		whole += n
	}
	parallel.Each(len(all), func(i int) {
		if sizes[i] > 0 {
			steps := match.Part(match.DefaultPurse, sizes[i], whole, stepsPerSet)
			if k := all[i].known; k != nil && k.steps == steps {
				all[i].steps, lists[i] = steps, k.found
				return
			} else if k != nil {
				all[i] = all[i].copyFound()
			}
			c := all[i]
			c.steps, c.purse = steps, match.NewPurse(steps)
			lists[i] = c.run()
		}
	})
	return lists
}

// copyFound returns a gateway of which only the policies are known.
func (c *guarded) copyFound() *guarded {
	next := c.w.guardedOf(c.g)
	openers := make([]*ir.Opener, len(c.known.openers))
	for i := range openers {
		openers[i] = &c.known.openers[i]
	}
	next.addOpeners(openers)
	if next.looks = c.known.looks; !c.same {
		next.looks = c.looks
	}
	next.compile()
	return next
}
