package compile

import (
	"maps"
	"reflect"
	"slices"

	"github.com/kgw-dev/kgw/internal/config"
	"github.com/kgw-dev/kgw/internal/diag"
	"github.com/kgw-dev/kgw/internal/ir"
	"github.com/kgw-dev/kgw/schema/kube"
)

// links are what linking made of the gateway of one document. A Memory keeps them
// for as long as linking would make the same.
type links struct {
	made    bool
	around  int         // the surroundings that they were made in
	gateway *ir.Gateway // of the document
	answers []answer    // what else it was linked with
	early   diag.List   // what was found before it was put into the terms of its target
	rewrote diag.List   // what was found when that was done
	parts   []*linked
}

// linked is a gateway in the terms of its target.
type linked struct {
	made    bool
	gateway *ir.Gateway
	found   diag.List
	size    int // about how many bytes are written for it; 0 before it is measured
}

// answer is an answer to a gateway's question about the Services and pods among the inputs.
type answer struct {
	question question
	name     ir.Name // of the Service; for pods, the namespace alone
	selector map[string]string
	service  *kube.Service
	pods     []*kube.Pod
}

type question uint8

const (
	whichService  question = iota // which Service has the name
	whichNamesake                 // which Service has the name in another namespace
	whichPods                     // which pods does the selector choose
)

// surroundings is everything that the links of all gateways depend on: the companions
// except for Services and pods, of which each gateway has its own.
type surroundings struct {
	number int // another one whenever they change
	*companions
}

// recallLinks keeps the links that would be the same now, and forgets the others.
func (r *run) recallLinks(c *companions) {
	m := r.options.Memory
	number := 0
	if m != nil {
		now := surroundings{m.around.number, c}
		if m.around.companions == nil || !m.around.equal(&now) {
			now.number++
		}
		m.around, number = now, now.number
	}
	for _, u := range r.compiled {
		switch {
		case u.links == nil:
			u.links = &links{}
		case !u.links.made:
		case u.links.around == number && c.repeats(u.links.answers, r.configOf(u.doc)):
			continue
		default: // the gateway is linked, and would not be the same
			u.gateway, _ = u.resource.Lift(r.settingsFor(u.doc, u.kind))
		}
		*u.links = links{around: number, gateway: u.gateway}
	}
}

// repeats reports whether the answers to a gateway's questions are the same again.
func (c *companions) repeats(answers []answer, holds *config.Config) bool {
	return !slices.ContainsFunc(answers, func(a answer) bool {
		switch a.question {
		case whichService:
			return !sameCompanion(a.service, c.findService(a.name, holds))
		case whichNamesake:
			return !sameCompanion(a.service, c.namesakes()[a.name.Name])
		case whichPods:
			return !slices.Equal(a.pods, c.selectPods(a.name.Namespace, a.selector))
		}
		return true
	})
}

// equal reports whether two surroundings say the same. What else companions have
// follows from that.
func (s *surroundings) equal(o *surroundings) bool {
	return s.meshFault == o.meshFault && sameCompanion(s.mesh, o.mesh) && sameCompanion(s.module, o.module) && maps.Equal(s.providers, o.providers) &&
		maps.EqualFunc(s.gateways, o.gateways, sameCompanion) && maps.EqualFunc(s.external, o.external, sameCompanion) &&
		maps.EqualFunc(s.namespaces, o.namespaces, sameCompanion) && maps.EqualFunc(s.stackSets, o.stackSets, sameCompanion) &&
		maps.EqualFunc(s.parents, o.parents, sameCompanion) &&
		maps.EqualFunc(s.certificates, o.certificates, func(a, b []*ir.Certificate) bool { return slices.EqualFunc(a, b, sameCompanion) })
}

// sameCompanion reports whether two companions are identical or equal.
func sameCompanion[T any](a, b *T) bool { return a == b || reflect.DeepEqual(a, b) }
