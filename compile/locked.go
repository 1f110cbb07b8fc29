package compile

import (
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/lock"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

// keepNames sets the names that the lock keeps for objects.
func (r *run) keepNames(objects [][]manifest.Object) {
	names := r.options.Lock.Names()
	if len(names) == 0 {
		return
	}
	for _, list := range objects {
		for i := range list {
			o := &list[i]
			if live, ok := names[lock.Key(o.Kind, o.Meta.Namespace, o.Meta.Name)]; ok {
				o.Stable, o.Meta.Name = o.Meta.Name, live
			}
		}
	}
}

// checkLock reports faults of the lock, once the written objects are known. A
// run with a target of its own writes other objects: their names are not looked
// for.
func (r *run) checkLock() {
	if r.options.Lock == nil {
		return
	}
	wrote := map[string]bool{}
	for i := range r.result.Objects {
		o := &r.result.Objects[i]
		wrote[lock.Key(o.Kind, o.Meta.Namespace, o.StableName())] = true
	}
	levels := diag.Levels{Mode: r.options.Config.Mode(), Config: r.options.Config.Levels(), Flags: r.options.Levels}
	r.found = append(r.found, levels.Apply(r.options.Lock.Check(wrote, r.resourceStates()))...)
}

// resourceStates reports whether a resource, "Kind namespace/name", is among the
// inputs, and whether all of it was compiled. With a target of the run's own it is
// never complete: such a run writes other objects.
func (r *run) resourceStates() func(resource string) (there, compiled bool) {
	state := map[string]bool{}
	for _, u := range r.units {
		if u.kind != nil {
			id := ResourceID(u.doc)
			was, twice := state[id]
			state[id] = !u.withheld && r.options.Target == "" && (was || !twice)
		}
	}
	return func(resource string) (there, compiled bool) {
		compiled, there = state[resource]
		return there || r.result.Fatal, compiled
	}
}

// ResourceID returns how a lock names a resource: "Kind namespace/name".
func ResourceID(doc *source.Document) string {
	return doc.Kind + " " + doc.Namespace + "/" + doc.Name
}
