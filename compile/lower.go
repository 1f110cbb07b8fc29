package compile

import (
	"fmt"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/parallel"
)

// lower writes the manifests of the gateways that are not withheld. Two
// objects of one name are an error, never an overwrite. The model is dropped
// on the way: together with the manifests it would be the most that a run has
// in memory.
func (r *run) lower() {
	objects := make([][]manifest.Object, len(r.compiled))
	if r.options.Origins {
		r.result.made, r.result.aside = make([][]made, len(r.compiled)), map[string]Explained{}
		r.result.presets = r.preset
	}
	parallel.Each(len(r.compiled), func(i int) {
		u := r.compiled[i]
		if u.withheld || u.target == nil {
			return
		}
		for j, list := range r.lowerUnit(u) {
			objects[i] = append(objects[i], list...)
			if r.options.Origins {
				r.result.made[i] = append(r.result.made[i], made{gateway: u.gateway, target: &u.target.Target, config: r.configOf(u.doc), emitter: &u.target.emitters[j], n: len(list)})
			}
		}
		r.labelOwner(u, objects[i])
		if !r.options.Model {
			u.target.GatewayAPI.Arranged.Drop(u.gateway)
			u.gateway, u.meant, u.links, u.linked = nil, nil, nil, nil
		}
	})
	r.keepNames(objects)
	r.keepMade(objects)
	r.withholdCollisions(objects)
	r.reportIntruders(objects)
	n := 0
	for _, list := range objects {
		n += len(list)
	}
	r.result.Objects = make([]manifest.Object, 0, n)
	for i, list := range objects {
		if !r.compiled[i].withheld {
			r.result.Objects = append(r.result.Objects, list...)
		}
	}
	manifest.Sort(r.result.Objects)
	r.checkLock()
}

// withholdCollisions withholds gateways that would write objects of one name, and
// reports each with the other.
func (r *run) withholdCollisions(objects [][]manifest.Object) {
	type place struct{ unit, object int }
	n := 0
	for _, list := range objects {
		n += len(list)
	}
	first := make(map[manifest.ID]place, n)
	for i, list := range objects {
		for j := range list {
			id := list[j].ID()
			p, seen := first[id]
			if !seen {
				first[id] = place{i, j}
				continue
			}
			r.reportCollision(r.compiled[i], &list[j], &objects[p.unit][p.object])
			r.reportCollision(r.compiled[p.unit], &objects[p.unit][p.object], &list[j])
		}
	}
}

func (r *run) reportCollision(u *unit, o, other *manifest.Object) {
	u.withheld = true
	r.found.Add(diag.Finding{
		Code: diag.NameCollision, Severity: diag.Error, At: o.Origin, Owner: u.doc,
		Message: fmt.Sprintf("%s %q would be written twice", o.Kind, o.Meta.Namespace+"/"+o.Meta.Name),
		Help:    "rename one of the two resources",
		Related: []diag.Related{{Message: "what the other one is written for", At: other.Origin}},
	})
}

func ownerOf(g *ir.Gateway) string { return g.Name.Namespace + "." + g.Name.Name }

// labelOwner adds kgw's own label where the configuration asks for it.
func (r *run) labelOwner(u *unit, objects []manifest.Object) {
	if !r.configOf(u.doc).OwnerLabel {
		return
	}
	for i := range objects {
		labels := map[string]string{kinds.OwnerLabel: ownerOf(u.gateway)}
		for k, v := range objects[i].Meta.Labels {
			labels[k] = v
		}
		objects[i].Meta.Labels = labels
	}
}
