package compile

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
	"github.com/kgw-dev/kgw/schema/kube"
)

// identity identifies an object.
type identity struct{ kind, namespace, name string }

// reportCopies finds resources that are defined more than once. Equal definitions
// count as one. Of others, only the first is compared with other resources:
// only one of them can exist.
func (r *run) reportCopies() {
	first := map[identity][]*unit{}
	var several []identity
	for _, u := range r.units {
		if u.kind == nil && u.companion == nil || u.doc.Name == "" {
			continue
		}
		id := identity{schema.Group(u.doc.APIVersion) + "/" + u.doc.Kind, u.doc.Namespace, u.doc.Name}
		if len(first[id]) == 1 {
			several = append(several, id)
		}
		first[id] = append(first[id], u)
	}
	if len(several) == 0 {
		return
	}
	alike := make([][]*unit, len(several))
	parallel.Each(len(several), func(i int) { alike[i] = equalUnits(first[several[i]]) })
	dropped := map[*unit]bool{}
	for i, id := range several {
		r.reportRepeated(first[id], alike[i])
		for _, u := range alike[i] {
			dropped[u] = true
		}
		for _, u := range first[id][1:] {
			u.copy = true
		}
	}
	r.dropUnits(dropped)
}

// dropUnits forgets units, and what was found in them.
func (r *run) dropUnits(dropped map[*unit]bool) {
	docs := map[*source.Document]bool{}
	for u := range dropped {
		docs[u.doc] = true
		if u.kind != nil {
			r.result.Summary.Resources--
		}
	}
	unit := func(u *unit) bool { return dropped[u] }
	r.units, r.compiled = slices.DeleteFunc(r.units, unit), slices.DeleteFunc(r.compiled, unit)
	r.result.Others = slices.DeleteFunc(r.result.Others, func(d *source.Document) bool { return docs[d] })
	r.found = slices.DeleteFunc(r.found, func(f diag.Finding) bool { return docs[f.Document()] })
}

// equalUnits lists the units that say the same as the first, apart from comments.
func equalUnits(units []*unit) []*unit {
	want, _ := units[0].doc.Parse()
	if want == nil {
		return nil
	}
	value := source.Value(want)
	var out []*unit
	for _, u := range units[1:] {
		if root, _ := u.doc.Parse(); root != nil && reflect.DeepEqual(value, source.Value(root)) {
			out = append(out, u)
		}
	}
	return out
}

// reportRepeated reports definitions of a resource that say the same, once.
func (r *run) reportRepeated(units, alike []*unit) {
	if len(alike) == 0 || units[0].kind == nil {
		return
	}
	f := diag.Finding{
		Code: diag.DuplicateResource, Severity: min(diag.Warning, r.levelsOf(r.configOf(units[0].doc)).Of(diag.DuplicateResource)),
		At:      source.Ref{Doc: units[0].doc, Path: "metadata.name"},
		Message: fmt.Sprintf("%s %q is defined %d times, each time alike: it is compiled once", units[0].doc.Kind, nameOf(units[0]), len(alike)+1),
		Help:    "keep one, or say under environments in kgw.yaml which files each environment has",
		Group:   nameOf(units[0]).String(),
	}
	for _, u := range alike {
		f.Related = append(f.Related, diag.Related{Message: "the same again", At: source.Ref{Doc: u.doc, Path: "metadata.name"}})
	}
	r.found.Add(f)
}

func nameOf(u *unit) ir.Name { return ir.Name{Namespace: u.doc.Namespace, Name: u.doc.Name} }

// distinctUnits returns the units that rules compare: one of each resource.
func (r *run) distinctUnits() []*unit {
	return slices.DeleteFunc(slices.Clone(r.compiled), func(u *unit) bool { return u.copy })
}

// users lists, for each object that gateways refer to, the resources that do.
func (r *run) users() map[identity][]*source.Document {
	out := map[identity][]*source.Document{}
	add := func(kind string, name ir.Name, u *unit) {
		id := identity{kind, name.Namespace, name.Name}
		if list := out[id]; name.Name != "" && (len(list) == 0 || list[len(list)-1] != u.doc) {
			out[id] = append(list, u.doc)
		}
	}
	for _, u := range r.compiled {
		add("Gateway", u.gateway.Ingress.Ref, u)
		add("ExternalGateway", u.gateway.Ingress.External, u)
		add("StackSet", u.gateway.Traffic.Ref, u)
		for _, route := range u.gateway.Routes {
			forward, _ := route.Action.(ir.Forward)
			for i := range forward.To {
				add("Service", ir.Name{Namespace: forward.To[i].Namespace, Name: forward.To[i].Name}, u)
			}
			for _, g := range route.Access.Grants {
				if _, ok := g.Proof.(ir.External); ok {
					add("ConfigMap", meshConfig, u)
				}
			}
		}
	}
	return out
}

// isRouteOrRule reports whether an object is a route or a rule itself: it counts
// whether or not a gateway refers to it.
func isRouteOrRule(o kube.Object) bool {
	_, service := o.(*kube.VirtualService)
	_, rule := o.(*kube.Rule)
	_, exposure := o.(*kube.Exposure)
	return service || rule || exposure
}
