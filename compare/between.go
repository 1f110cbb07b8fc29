package compare

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/kgw-dev/kgw/compare/diff"
	"github.com/kgw-dev/kgw/internal/kinds"
	"github.com/kgw-dev/kgw/internal/manifest"
	"github.com/kgw-dev/kgw/internal/source"
)

// betweenAuthentications makes a copy of each RequestAuthentication that moves to
// other pods: requests go to the ones that it leaves until the routes change.
func (p *plan) betweenAuthentications() []diff.Object {
	for _, pair := range p.pairs {
		if pair.Before == nil || pair.After == nil || pair.Before.ID().Kind != kinds.RequestAuthentication || pair.Before.ID() != pair.After.ID() {
			continue
		}
		was, _ := pair.Before.Value["spec"].(map[string]any)
		is, _ := pair.After.Value["spec"].(map[string]any)
		if !reflect.DeepEqual(was["selector"], is["selector"]) {
			p.addBetween(pair.Before, was)
		}
	}
	return p.held
}

// betweenPolicies makes the policies for the time between. They allow what a
// changing policy allowed. Where there was none, they allow Oathkeeper, and the
// requests that routes send past it to pods that may be the same, as long as those
// routes may exist. The same holds for the new routes where policies are removed.
func (p *plan) betweenPolicies() []diff.Object {
	first, seen, wanted := len(p.held), map[string]bool{}, map[string]bool{}
	for i := range p.stay {
		p.seesPods(&p.stay[i], wanted)
	}
	for _, pair := range p.pairs {
		p.seesPods(pair.Before, seen)
		p.seesPods(pair.After, wanted)
	}
	older, newer := p.openingsOf(before), p.openingsOf(after)
	for _, pair := range p.pairs {
		if pods, spec, ok := allowedPods(pair.Before); ok && !wanted[pods] {
			wanted[pods] = true
			p.letIn(newer, pair.Before, spec["selector"])
		}
	}
	for _, pair := range p.pairs {
		pods, spec, ok := allowedPods(pair.After)
		if !ok {
			continue
		}
		if pair.Before != nil && pair.Before.ID() == pair.After.ID() {
			p.addBetween(pair.Before, pair.Before.Value["spec"])
		}
		if !seen[pods] {
			seen[pods] = p.letIn(older, pair.After, spec["selector"])
		}
	}
	return p.held[first:]
}

// onSide returns the object of one side of a pair, nil for none.
type onSide func(diff.Pair) *diff.Object

func before(x diff.Pair) *diff.Object { return x.Before }
func after(x diff.Pair) *diff.Object  { return x.After }

// seesPods notes the pods that an object lets requests in to.
func (p *plan) seesPods(o *diff.Object, seen map[string]bool) {
	if pods, _, ok := allowedPods(o); ok {
		seen[pods] = true
	}
}

// openings are the callers that reach pods by the routes of a side: Oathkeeper, if
// the side has Rules, and requests that go past it.
type openings struct {
	oathkeeper bool
	direct     []bypass
}

func (p *plan) openingsOf(of onSide) openings {
	return openings{
		oathkeeper: slices.ContainsFunc(p.pairs, func(x diff.Pair) bool { o := of(x); return o != nil && o.ID().Kind == kinds.Rule }),
		direct:     p.directOperations(of),
	}
}

// letIn makes a policy for the time between that lets the callers of routes in, and
// reports whether there are any.
func (p *plan) letIn(open openings, beside *diff.Object, selector any) bool {
	var rules, to []any
	if open.oathkeeper {
		rules = append(rules, map[string]any{"from": fromPrincipals(p.side.Options.Config.Oathkeeper.Principal)})
	}
	for i := range open.direct {
		if open.direct[i].mayReach(beside.ID().Namespace, selector) {
			to = append(to, open.direct[i].operation)
		}
	}
	if len(to) > 0 {
		rules = append(rules, map[string]any{"from": fromPrincipals(p.side.Options.Config.Istio.IngressPrincipal...), "to": to})
	}
	if len(rules) == 0 {
		return false
	}
	p.addBetween(beside, map[string]any{"selector": selector, "rules": rules})
	return true
}

// allowedPods returns the pods that an object lets requests in to, as a text, and
// its spec; ok is false if it is not a policy with the action ALLOW.
func allowedPods(o *diff.Object) (pods string, spec map[string]any, ok bool) {
	if o == nil || o.ID().Kind != kinds.AuthorizationPolicy {
		return "", nil, false
	}
	spec, _ = o.Value["spec"].(map[string]any)
	action, _ := spec["action"].(string)
	return fmt.Sprint(o.ID().Namespace, spec["selector"]), spec, action == "" || action == "ALLOW"
}

func fromPrincipals(principals ...string) []any {
	return []any{map[string]any{"source": map[string]any{"principals": source.ListOf(principals)}}}
}

// addBetween makes an object for the time between, in addition to another one.
func (p *plan) addBetween(beside *diff.Object, spec any) {
	id := beside.ID()
	if s, ok := spec.(map[string]any); ok && s["selector"] == nil {
		delete(s, "selector")
	}
	p.held = append(p.held, diff.Object{Origin: beside.Origin, Value: map[string]any{
		"apiVersion": beside.Value["apiVersion"], "kind": id.Kind, "spec": spec,
		"metadata": map[string]any{"namespace": id.Namespace, "name": manifest.StableName("kgw-between", id.Name, fmt.Sprint(len(p.held)))},
	}})
}

// betweenIDs returns the objects for the time between, to be deleted.
func (p *plan) betweenIDs() []diff.ID {
	var out []diff.ID
	for i := range p.held {
		out = append(out, p.held[i].ID())
	}
	return out
}
