package validate

import (
	"reflect"
	"slices"
	"strings"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/parallel"
)

// Memory keeps what was found of gateways, for the next run over nearly the same
// ones: a gateway is the same one if its pointer is, and then all that is written for
// it is the same. The zero value is empty.
type Memory struct {
	workloads []ir.Pods
	opened    map[*ir.Gateway]*openedMemory
}

// openedMemory is what opened found of a gateway, with what that was found from
// beside the gateway.
type openedMemory struct {
	openers []ir.Opener // that hold for its pods, in order
	foreign bool
	size    int // the number of sets that were compared
	steps   int // what that could cost
	found   diag.List
}

// recallOpened returns what is known of each gateway; nil for those of which nothing
// is, and without a memory. What is found of a wildcard also depends on the hosts of
// all others: it is not kept.
func (m *Memory) recallOpened(workloads []ir.Pods, guarded []*guarded) []*openedMemory {
	out := make([]*openedMemory, len(guarded))
	if m == nil || !reflect.DeepEqual(m.workloads, workloads) {
		return out
	}
	for i, c := range guarded {
		if known := m.opened[c.g]; known != nil && known.foreign == c.foreign && slices.EqualFunc(known.openers, c.openers, sameOpener) {
			out[i] = known
		}
	}
	return out
}

func sameOpener(a ir.Opener, b *ir.Opener) bool {
	return a.Gateway == b.Gateway && a.Route == b.Route && a.Origin == b.Origin && a.Name == b.Name && reflect.DeepEqual(a.Pods, b.Pods) &&
		reflect.DeepEqual(a.Sets, b.Sets) && reflect.DeepEqual(a.Except, b.Except) && reflect.DeepEqual(a.Demand, b.Demand)
}

// keepOpened notes what was found of each gateway, and forgets all others. known are
// those that were not looked at again.
func (m *Memory) keepOpened(workloads []ir.Pods, guarded []*guarded, known []*openedMemory, found []diag.List) {
	if m == nil {
		return
	}
	m.workloads, m.opened = workloads, make(map[*ir.Gateway]*openedMemory, len(guarded))
	for i, c := range guarded {
		if slices.ContainsFunc(c.hosts, func(h string) bool { return strings.HasPrefix(h, "*") }) {
			continue
		}
		if known[i] == nil {
			known[i] = &openedMemory{foreign: c.foreign, size: len(c.ms), steps: c.steps, found: found[i]}
			for _, o := range c.openers {
				known[i].openers = append(known[i].openers, *o)
			}
		}
		m.opened[c.g] = known[i]
	}
}

// lookAt finds what policies open of each gateway. One that is as it was is not
// looked at again, unless that may cost another amount than it could then.
func (v *View) lookAt(guarded []*guarded) []diag.List {
	known, lists := v.Memory.recallOpened(v.Workloads, guarded), make([]diag.List, len(guarded))
	parallel.Each(len(guarded), func(i int) {
		if known[i] == nil {
			guarded[i].compile()
		}
	})
	sizes, whole := make([]int, len(guarded)), 0
	for i, c := range guarded {
		if sizes[i] = len(c.ms); known[i] != nil {
			sizes[i] = known[i].size
		}
		whole += sizes[i]
	}
	parallel.Each(len(guarded), func(i int) {
		c := guarded[i]
		c.steps = match.Part(match.DefaultPurse, sizes[i], whole, stepsPerSet)
		if k := known[i]; k != nil && k.steps == c.steps {
			lists[i] = k.found
			return
		} else if k != nil {
			known[i] = nil
			c.compile()
		}
		c.purse = match.NewPurse(c.steps)
		lists[i] = c.run()
	})
	v.Memory.keepOpened(v.Workloads, guarded, known, lists)
	return lists
}
