package compare

import (
	"reflect"
	"slices"

	"github.com/kgw-dev/kgw/compare/diff"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/source"
	"github.com/kgw-dev/kgw/prove"
	"github.com/kgw-dev/kgw/prove/classes"
	"github.com/kgw-dev/kgw/simulate"
)

// Step is one step of a change: objects that are applied, then objects that are
// deleted.
type Step struct {
	// Name describes the step in a few words, and is a part of file names.
	Name   string
	Apply  []diff.Object
	Delete []diff.ID
	// Manual describes what somebody does in the step, if it has no objects.
	Manual string
	// Gaps are requests that are exposed or refused after this step, and neither
	// before the whole change nor after it. Unknown is set if that could not be
	// decided.
	Gaps    []classes.Change
	Unknown bool
}

// Plan orders what differs between two sides in steps, and proves for the state
// after each that no request is exposed or refused that was not before and is not
// after.
//
// Gateways come first, with proxies of their own, then RequestAuthentications,
// which let tokens be known, then policies that let in whom the old or the new
// ones do, with Oathkeeper, then Rules, then the routes. Objects that are no
// longer wanted are deleted when nothing needs them, and the objects for the
// time between at last.
func Plan(before, after *Side, scope Scope) []Step {
	if before.Options.Config == nil {
		before.Options = after.Options
	}
	p := newPlan(before, after, scope)
	p.addStep("gateways", p.changedObjects("Gateway"), nil)
	p.addStep("request-authentications", slices.Concat(p.betweenAuthentications(), p.changedObjects(kinds.RequestAuthentication)), nil)
	p.addStep("policies", slices.Concat(p.betweenPolicies(), p.changedObjects(kinds.AuthorizationPolicy)), nil)
	p.addStep("rules", p.changedObjects(kinds.Rule), nil)
	p.addStep("routes", p.otherChanges(), nil)
	if p.movesNames() {
		p.steps = append(p.steps, Step{Name: "names", Manual: namesMove})
	}
	p.addStep("old-routes-and-rules", nil, p.goneObjects(func(id diff.ID) bool { return !policyKind(id.Kind) }))
	p.addStep("old-policies", nil, append(p.goneObjects(func(id diff.ID) bool { return policyKind(id.Kind) }), p.betweenIDs()...))
	p.prove(before, after)
	return p.steps
}

// namesMove describes what somebody does while two kinds of routes serve.
const namesMove = "test the routes at the addresses of the new Gateways (kubectl get gateways.gateway.networking.k8s.io -A), let the names of the hosts lead there, and wait until no client uses the old address"

// movesNames reports whether HTTPRoutes replace VirtualServices, so that requests
// come to another proxy.
func (p *plan) movesNames() bool {
	goes := len(p.goneObjects(func(id diff.ID) bool { return id.Kind == kinds.VirtualService })) > 0
	return goes && len(p.changedObjects(kinds.HTTPRoute)) > 0
}

func policyKind(kind string) bool {
	return kind == kinds.AuthorizationPolicy || kind == kinds.RequestAuthentication
}

// plan is the state of ordering a change.
type plan struct {
	pairs   []diff.Pair
	stay    []diff.Object
	steps   []Step
	held    []diff.Object // objects for the time between
	origins map[*source.Document][]source.Ref
	around  []simulate.Manifest
	side    *Side
	// manifests caches objects as engines read them, by the map of the object.
	manifests map[uintptr]simulate.Manifest
}

func newPlan(before, after *Side, scope Scope) *plan {
	scope.Prune = true
	pairs, _ := Pairs(before, after, scope)
	p := &plan{stay: unconcerned(before.Objects, pairs), side: after, origins: map[*source.Document][]source.Ref{}, manifests: map[uintptr]simulate.Manifest{}}
	for _, pair := range pairs {
		if pair.Before == nil || pair.After == nil || len(diff.Compare([]diff.Pair{pair}, diff.Options{Live: before.Live})) > 0 {
			p.pairs = append(p.pairs, pair)
		} else {
			p.stay = append(p.stay, *pair.Before)
		}
	}
	for _, s := range []*Side{before, after} {
		if s.Result != nil {
			for doc, refs := range prove.RouteOrigins(s.Result) {
				p.origins[doc] = refs
			}
		}
	}
	p.around = after.manifestsAround(after.readAround(), before, before.readAround())
	return p
}

func (p *plan) addStep(name string, apply []diff.Object, remove []diff.ID) {
	if len(apply)+len(remove) > 0 {
		p.steps = append(p.steps, Step{Name: name, Apply: apply, Delete: remove})
	}
}

// changedObjects lists the objects of a kind that are new or changed.
func (p *plan) changedObjects(kind string) []diff.Object {
	var out []diff.Object
	for _, pair := range p.pairs {
		if pair.After != nil && pair.After.ID().Kind == kind {
			out = append(out, *pair.After)
		}
	}
	return out
}

// otherChanges lists the new or changed objects without a step of their own: routes.
func (p *plan) otherChanges() []diff.Object {
	var out []diff.Object
	for _, pair := range p.pairs {
		if pair.After == nil {
			continue
		}
		if kind := pair.After.ID().Kind; !policyKind(kind) && kind != kinds.Rule && kind != "Gateway" {
			out = append(out, *pair.After)
		}
	}
	return out
}

// goneObjects lists the objects that are no longer wanted, also under their old
// names.
func (p *plan) goneObjects(which func(diff.ID) bool) []diff.ID {
	var out []diff.ID
	for _, pair := range p.pairs {
		if pair.Before != nil && (pair.After == nil || pair.After.ID() != pair.Before.ID()) && which(pair.Before.ID()) {
			out = append(out, pair.Before.ID())
		}
	}
	return out
}

// prove compares the state after each step with the states before and after the
// change.
func (p *plan) prove(before, after *Side) {
	was, is := p.endStates(before, after)
	proved, states := p.statesBetween(before, after)
	for k, gaps := range classes.Between(was, states, is) {
		proved[k].Gaps = gaps
		for _, g := range gaps {
			proved[k].Unknown = proved[k].Unknown || g.Kind == classes.Unknown
		}
	}
}

// endStates returns the states before and after the change.
func (p *plan) endStates(before, after *Side) (was, is classes.Side) {
	return p.cluster(before.Objects).Side(before.Result), p.cluster(slices.Concat(p.stay, after.Objects)).Side(after.Result)
}

// statesBetween returns the states between, one after each step.
func (p *plan) statesBetween(before, after *Side) (steps []*Step, states []classes.Side) {
	state := slices.Clone(before.Objects)
	for i := range p.steps[:max(len(p.steps)-1, 0)] { // the last state is the one after the change
		s := &p.steps[i]
		if s.Manual == "" {
			state = s.applyTo(state)
			steps, states = append(steps, s), append(states, p.cluster(state).Side(after.Result))
		}
	}
	return steps, states
}

// applyTo returns a state after the step.
func (s *Step) applyTo(state []diff.Object) []diff.Object {
	replaced := map[diff.ID]bool{}
	for i := range s.Apply {
		replaced[s.Apply[i].ID()] = true
	}
	for _, id := range s.Delete {
		replaced[id] = true
	}
	out := slices.DeleteFunc(slices.Clone(state), func(o diff.Object) bool { return replaced[o.ID()] })
	return append(out, s.Apply...)
}

// cluster makes a cluster of objects. Objects that states have in common are read once.
func (p *plan) cluster(objects []diff.Object) *prove.Cluster {
	var unread []diff.Object
	for i := range objects {
		if _, ok := p.manifests[identityOfObject(&objects[i])]; !ok {
			unread = append(unread, objects[i])
		}
	}
	for i, m := range readObjects(unread, p.origins, p.side.Options.Namespace) {
		p.manifests[identityOfObject(&unread[i])] = m
	}
	manifests := slices.Clone(p.around)
	for i := range objects {
		manifests = append(manifests, p.manifests[identityOfObject(&objects[i])])
	}
	return prove.Simulate(manifests, p.side.Options)
}

// identityOfObject returns the address of the map of an object, which is the same
// in every state that has the object.
func identityOfObject(o *diff.Object) uintptr { return reflect.ValueOf(o.Value).Pointer() }

// Lines returns what a step does, a text for each object.
func (s *Step) Lines() []string {
	var out []string
	for i := range s.Apply {
		out = append(out, "apply "+s.Apply[i].ID().String())
	}
	for _, id := range s.Delete {
		out = append(out, "delete "+id.String())
	}
	return out
}
