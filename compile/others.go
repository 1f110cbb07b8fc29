package compile

import (
	"slices"

	"github.com/kgw-dev/kgw/compile/others"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

// checkOthers checks the objects of others among the inputs.
func (r *run) checkOthers() {
	in := r.documentsBeside()
	in.Gateways = r.gatewaysBeside()
	r.found = append(r.found, in.Check()...)
}

// checkOrder checks whose routes are asked first. It comes after the emitters' checks,
// which arrange the routes.
func (r *run) checkOrder() {
	if !slices.ContainsFunc(r.compiled, func(u *unit) bool { return u.target != nil && u.target.GatewayAPI.Routes }) {
		return
	}
	in, c := r.documentsBeside(), r.companions()
	in.Gateways, in.Parents, in.Namespaces = r.gatewaysBeside(), c.parents, c.namespaces
	r.found = append(r.found, in.CheckOrder()...)
}

// documentsBeside returns the documents of the run as the checks of others' objects
// want them. It holds no gateway, which would keep the model in memory.
func (r *run) documentsBeside() *others.Inputs {
	in := &others.Inputs{
		Documents: make([]others.Document, len(r.units)), RulesAside: r.options.RulesAside, Judge: r.judge,
		Replaces: func(d *source.Document) bool { return r.options.Earlier != nil && r.options.Earlier(d) },
	}
	for i, u := range r.units {
		in.Documents[i] = others.Document{Document: u.doc, Object: u.companion, Compiled: u.kind != nil, Copy: u.copy}
	}
	return in
}

// gatewaysBeside returns the gateways with what would be written for each.
func (r *run) gatewaysBeside() []others.Gateway {
	out := make([]others.Gateway, len(r.compiled))
	for i, u := range r.compiled {
		out[i] = others.Gateway{Gateway: u.gateway, Doc: u.doc, Copy: u.copy}
		if t := u.target; t != nil {
			out[i].Target, out[i].Serves = &t.Target, t.hostsServed()
			out[i].Write = func() []manifest.Object { return t.objects(u.gateway) }
		}
	}
	return out
}

// reportIntruders withholds gateways that would write an object which has the
// name of another one among the inputs: whichever is applied last would replace
// it.
func (r *run) reportIntruders(objects [][]manifest.Object) {
	in := r.documentsBeside()
	documents := in.ByKey()
	if len(documents) == 0 {
		return
	}
	for i, list := range objects {
		if u := r.compiled[i]; u.withheld && list == nil && u.target != nil {
			list = u.target.objects(u.gateway)
		}
		for j := range list {
			o := &list[j]
			d := documents[o.Key()]
			if d == nil || in.IsCopy(d, o) {
				continue
			}
			r.compiled[i].withheld = true
			f := others.NameFinding(d, o)
			f.Owner = r.compiled[i].doc
			r.found.Add(f)
		}
	}
}
