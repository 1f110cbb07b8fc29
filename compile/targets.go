package compile

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/kgw-dev/kgw/compile/httproute"
	"github.com/kgw-dev/kgw/compile/ingress"
	"github.com/kgw-dev/kgw/compile/policy"
	"github.com/kgw-dev/kgw/compile/rule"
	"github.com/kgw-dev/kgw/compile/virtualservice"
	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/handlers"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/match"
	"github.com/kgw-dev/kgw/internal/origin"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/schema"
)

// emitter is one kind of output.
type emitter struct {
	// check returns the faults of what lower would write, and what that would
	// match and demand.
	check func(*ir.Gateway, *ir.Target) (diag.List, ir.Written)
	// size returns about how many bytes lower writes, and makes nothing.
	size func(*ir.Gateway, *ir.Target) int
	// serves lists the hosts of an object, where another object on a host would
	// be served too; nil where it would not.
	serves func(*manifest.Object) []string
	lower  func(*ir.Gateway, *ir.Target) []manifest.Object
	// explain returns what the fields of the objects are made of that lower wrote,
	// and tables are the lines that it goes by.
	explain func(*ir.Gateway, *ir.Target, []manifest.Object) [][]origin.Leaf
	tables  func() []origin.Kind
}

var (
	virtualServices = emitter{check: virtualservice.Check, size: virtualservice.Size, lower: virtualservice.Lower, explain: virtualservice.Explain, tables: virtualservice.Tables}
	httpRoutes      = emitter{check: httproute.Check, size: httproute.Size, lower: httproute.Lower, explain: httproute.Explain, tables: httproute.Tables}
	rules           = emitter{check: rule.Check, size: rule.Size, lower: rule.Lower, explain: rule.Explain, tables: rule.Tables}
	policies        = emitter{check: policy.Check, size: policy.Size, lower: policy.Lower, explain: policy.Explain, tables: policy.Tables}
	ingresses       = emitter{check: ingress.Check, size: ingress.Size, lower: ingress.Lower, explain: ingress.Explain, tables: ingress.Tables, serves: ingress.Serves}
)

// target is one line of the table: which emitters write, and who enforces what.
type target struct {
	name string
	// emitters are the emitters other than the one of routes.
	emitters []emitter
	// routes writes the routes of Istio's gateway; nil for another proxy.
	routes *emitter
	plan   ir.Plan
	// firstMatch: the proxy uses the first route that matches.
	firstMatch bool
}

// targets is the table of targets.
var targets = []target{
	{"oathkeeper", []emitter{rules}, &virtualServices, ir.Plan{}, true},
	{"istio", []emitter{policies, rules}, &virtualServices, meshPlan, true},
	{"gateway-api", []emitter{policies, rules}, &httpRoutes, meshPlan, true},
	{"skipper", []emitter{ingresses}, nil, ir.Plan{}, false},
}

// meshPlan leaves tokens and methods to Istio's proxies.
var meshPlan = ir.Plan{
	NativeJWT: true, Policies: true, MethodsDelegated: true,
	Ruled: map[string]bool{"noop": true, "oauth2_introspection": true},
}

// isMeshTarget reports whether Istio's proxies check the tokens for a target.
func isMeshTarget(name string) bool {
	i := slices.IndexFunc(targets, func(t target) bool { return t.name == name })
	return i >= 0 && targets[i].plan.NativeJWT
}

// withRoutes returns the emitters of a target: gateway-api as the routing API
// of the run has the routes of Istio's gateway written as HTTPRoutes.
func (t *target) withRoutes(gatewayAPI bool) (list []emitter, routes bool) {
	switch {
	case t.routes == nil:
		return t.emitters, false
	case gatewayAPI || t.routes == &httpRoutes:
		return slices.Insert(slices.Clone(t.emitters), 0, httpRoutes), true
	}
	return slices.Insert(slices.Clone(t.emitters), 0, *t.routes), false
}

// TargetNames lists the targets.
func TargetNames() []string {
	var out []string
	for _, t := range targets {
		out = append(out, t.name)
	}
	return out
}

// targetOf names the target of a kind: what the configuration says for the
// kind and version, for the kind, or the kind's own.
func targetOf(k *schema.Kind, c *config.Config) string {
	for _, key := range []string{k.Name(), k.Kind} {
		if t := c.Targets[key]; t != "" {
			return t
		}
	}
	if k.Handler && c.JWTHandler == "istio" {
		return "istio"
	}
	return k.Target
}

// boundTarget is a target with the parameters its emitters are given.
type boundTarget struct {
	ir.Target
	emitters   []emitter
	firstMatch bool
}

// bind completes a target with what the configuration says of the cluster.
func bind(name string, c *config.Config, o *Options, judge *match.Judge) (*boundTarget, error) {
	i := slices.IndexFunc(targets, func(t target) bool { return t.name == name })
	if i < 0 {
		return nil, fmt.Errorf("there is no target %q", name)
	}
	emitters, routes := targets[i].withRoutes(cmp.Or(o.RouteAPI, c.Istio.RouteAPI) == "gateway-api")
	return &boundTarget{emitters: emitters, firstMatch: targets[i].firstMatch, Target: ir.Target{
		Name: name, Plan: targets[i].plan,
		OathkeeperHost: c.Oathkeeper.Service, OathkeeperPort: c.Oathkeeper.Port, OathkeeperVersion: c.Oathkeeper.Version, OathkeeperStrategy: c.Oathkeeper.MatchingStrategy,
		IngressPrincipals: c.Istio.IngressPrincipal, OathkeeperPrincipal: c.Oathkeeper.Principal,
		IstioAPI: cmp.Or(o.IstioAPI, c.Istio.API, "v1beta1"), Labels: c.Labels, Handlers: HandlerDefaults(c.Oathkeeper.Handlers),
		Judge:   judge,
		Gateway: c.Istio.Gateway, Realms: realms(&c.Fabric.Issuers),
		GatewayAPI: GatewayAPI(c, routes),
		Skipper: ir.Skipper{
			RouteGroups: cmp.Or(o.SkipperAPI, c.Skipper.API) == "routegroup",
			SSLPolicy:   c.Skipper.SSLPolicy, VersionedHosts: c.Skipper.VersionedHostsBaseDomain,
			Filters: c.Skipper.AdditionalFilters, Annotations: c.Skipper.Annotations,
		},
	}}, nil
}

// GatewayAPI returns what the configuration says of the Gateways that HTTPRoutes
// belong to.
func GatewayAPI(c *config.Config, routes bool) ir.GatewayAPI {
	out := ir.GatewayAPI{Routes: routes, Grants: c.GatewayAPI.Grants, Parents: map[ir.Name]ir.Parent{}, Principals: c.Istio.OwnPrincipals(), Portable: c.GatewayAPI.Order == "portable", Class: c.GatewayAPI.Class, Arranged: &ir.Kept{}}
	for istio, g := range c.GatewayAPI.Gateways {
		out.Parents[ir.NameIn(istio)] = ir.Parent{Name: ir.NameIn(g.NameFor(istio)), Kind: cmp.Or(g.Kind, "Gateway"), Sections: g.Sections, Principal: g.Principal}
	}
	return out
}

// HandlerDefaults returns what the cluster configures for the handlers of each
// section, by group and name; nil where nothing is known.
func HandlerDefaults(groups map[string]map[string]config.Handler) map[string]map[string]handlers.Defaults {
	if len(groups) == 0 {
		return nil
	}
	out := map[string]map[string]handlers.Defaults{}
	for group, own := range groups {
		out[group] = map[string]handlers.Defaults{}
		for name, h := range own {
			out[group][name] = handlers.Defaults{Disabled: disabled(&h), Config: source.ObjectOf(h.Config)}
		}
	}
	return out
}

// disabled reports whether a handler is off: Oathkeeper's default. A handler
// whose configuration does not decide counts as on; Oathkeeper itself would not
// start with it.
func disabled(h *config.Handler) bool {
	if h.Enabled == nil {
		return h.Config == nil
	}
	return !*h.Enabled
}

// realms returns the realms whose issuers the configuration names, as token information
// calls them.
func realms(f *config.FabricIssuers) []ir.Realm {
	var out []ir.Realm
	add := func(name string, i *config.Issuer) {
		if i != nil {
			out = append(out, ir.Realm{Name: "/" + name, Issuer: i.Issuer, JWKS: i.JWKSURI, Setting: "fabric.issuers." + name})
		}
	}
	add("services", f.Services)
	add("employees", f.Employees)
	return out
}

// hostsServed returns the function that lists the hosts of an object that the target
// writes, or nil.
func (t *boundTarget) hostsServed() func(*manifest.Object) []string {
	for _, e := range t.emitters {
		if e.serves != nil {
			return e.serves
		}
	}
	return nil
}

// objects returns what the emitters of a target write for one gateway.
func (t *boundTarget) objects(g *ir.Gateway) []manifest.Object {
	var out []manifest.Object
	for _, e := range t.emitters {
		out = append(out, e.lower(g, &t.Target)...)
	}
	return out
}
