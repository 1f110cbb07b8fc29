package compile

import (
	"maps"
	"slices"
	"strings"

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
		DefaultDomain: c.Domains.Default, Allow: c.Domains.Allow, Block: c.Blocked(), NoPublic: c.Policy.Public == "deny",
	}}
	for _, p := range c.Policy.Routes {
		view.Policy.PublicRoutes = append(view.Policy.PublicRoutes, validate.PublicRoute(p))
	}
	for _, u := range r.compiled {
		view.Gateways = append(view.Gateways, u.gateway)
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
	for units := range slices.Chunk(r.compiled, 512) {
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

// owners finds the gateway that an object was written for by its labels: what
// kgw or the controller wrote before.
type owners struct {
	keys  map[string][]string // sets of label keys that gateways use, by spelling
	known map[string]bool
}

func (r *run) owners() *owners {
	o := &owners{keys: map[string][]string{}, known: map[string]bool{}}
	for _, u := range r.compiled {
		labels := u.gateway.Convention.Owner
		keys := slices.Sorted(maps.Keys(labels))
		o.keys[strings.Join(keys, ",")] = keys
		o.known[ownerKey(u.gateway.Name.Namespace, keys, labels)] = true
	}
	return o
}

func ownerKey(namespace string, keys []string, labels map[string]string) string {
	var b strings.Builder
	b.WriteString(namespace)
	for _, k := range keys {
		b.WriteString("|" + k + "=" + labels[k])
	}
	return b.String()
}

// own tells whether an object with these labels is one of the gateways'.
func (o *owners) own(namespace string, labels map[string]string) bool {
	for _, keys := range o.keys {
		if len(keys) > 0 && o.known[ownerKey(namespace, keys, labels)] {
			return true
		}
	}
	return false
}
