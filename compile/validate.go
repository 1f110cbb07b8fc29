package compile

import (
	"slices"

	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/parallel"
	"github.com/kgw-dev/kgw/schema/kube"
	"github.com/kgw-dev/kgw/validate"
)

// validate questions the model.
func (r *run) validate() {
	c := r.options.Config
	view := &validate.View{Policy: validate.Policy{
		DefaultDomain: c.Domains.Default, Allow: c.Domains.Allow, Block: c.Blocked(), NoPublic: c.Policy.Public == "deny", OtherClients: c.OAuth2.Clients == "external",
	}}
	for _, p := range c.Policy.Routes {
		view.Policy.PublicRoutes = append(view.Policy.PublicRoutes, validate.PublicRoute(p))
	}
	for _, u := range r.distinct() {
		view.Gateways = append(view.Gateways, u.gateway)
	}
	for _, u := range r.units {
		switch c := u.beside.(type) {
		case *ir.Client:
			view.Clients = append(view.Clients, c)
		case *ir.Preset, *ir.Group, nil:
		}
	}
	view.Judge = r.judge
	view.Claims, view.Identities = r.claims(), r.identities()
	r.takes(view)
	r.found = append(r.found, validate.Run(view)...)
	r.result.Proof = view.Proof
}

// takes lists what the entries that would be written take, and what the Rules
// among the inputs take that are nobody's.
func (r *run) takes(view *validate.View) {
	n := 0
	for _, u := range r.compiled {
		n += len(u.gateway.Routes)
	}
	view.Routes, view.Rules = make([]ir.Take, 0, n), make([]ir.Take, 0, n)
	for units := range slices.Chunk(r.distinct(), 512) {
		lists := make([]takes, len(units))
		parallel.Each(len(units), func(i int) { lists[i] = units[i].takes() })
		for i := range lists {
			view.Routes = append(view.Routes, lists[i].routes...)
			view.Rules = append(view.Rules, lists[i].rules...)
			view.Policies = append(view.Policies, lists[i].policies...)
		}
	}
	view.Rules = append(view.Rules, r.foreignRules()...)
}

type takes struct{ routes, rules, policies []ir.Take }

// takes lists what the entries of one gateway would take.
func (u *unit) takes() (out takes) {
	if u.target == nil {
		return out
	}
	t := &u.target.Target
	for _, e := range u.target.emitters {
		if e.routes != nil {
			out.routes = append(out.routes, e.routes(u.gateway, t)...)
		}
		if e.rules != nil {
			out.rules = append(out.rules, e.rules(u.gateway, t)...)
		}
		if e.policies != nil {
			out.policies = append(out.policies, e.policies(u.gateway, t)...)
		}
	}
	return out
}

// foreignRules are the Rules among the inputs that were not written for one of
// the gateways.
func (r *run) foreignRules() []ir.Take {
	var out []ir.Take
	owners := r.owners()
	for _, u := range r.units {
		rule, ok := u.companion.(*kube.Rule)
		if !ok || owners.own(rule.Name.Namespace, rule.Labels) {
			continue
		}
		if set, ok := match.RuleSet(rule.URL, rule.Methods, r.options.Config.Oathkeeper.Version); ok {
			out = append(out, ir.Take{Origin: rule.Origin.At("spec", "match", "url"), Set: set, Want: set})
		}
	}
	return out
}

// owners finds the gateway that an object was made for by its labels, in the
// form of any release: what kgw or the controller wrote before.
type owners map[ir.Name]*ir.Gateway

func (r *run) owners() owners {
	o := owners{}
	for _, u := range r.compiled {
		o[u.gateway.Name] = u.gateway
	}
	return o
}

// own reports whether an object with these labels is one of the gateways'.
func (o owners) own(namespace string, labels map[string]string) bool {
	kind, of, ok := MadeFor(labels)
	g := o[of]
	return ok && g != nil && g.Name.Namespace == namespace && (kind == "" || kind == g.Kind)
}
